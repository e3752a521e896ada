"""Rectification writes what is right where it may be changed; restriction names what is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.plan.asking import Doing, category_of, held_columns
from placket.plan.plan import Action, Because, Obstacle
from placket.plan.staying import Staying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.plan.asking import Asking, Correction
    from placket.plan.inventory import Row


def rectification(asking: Asking) -> tuple[tuple[Doing, ...], tuple[Obstacle, ...]]:
    """Return the writes of each correction in the rows that are the person's alone.

    What is kept on a duty stays as it was issued: an old invoice is right about its day. A row
    that is another's too is not changed for both. Source: GDPR Art. 16.
    """
    staying = Staying(asking)
    doings, found = [], []
    for row in asking.rows:
        for correction in asking.corrections:
            for outcome in _corrected(asking, staying, row, correction):
                if isinstance(outcome, Obstacle):
                    found.append(outcome)
                else:
                    doings.append(outcome)
    return tuple(doings), tuple(dict.fromkeys(found))


def _corrected(
    asking: Asking, staying: Staying, row: Row, correction: Correction
) -> Iterator[Doing | Obstacle]:
    if asking.person not in row.owners:
        return
    table = asking.table(row)
    columns = [c for c in held_columns(table) if category_of(table, c) == correction.category]
    if correction.column:
        columns = [column for column in columns if column == correction.column]
    columns = [column for column in columns if column in row.values]
    if not columns or all(row.values[column] == correction.value for column in columns):
        return
    if len(columns) > 1:
        yield Obstacle(
            source=row.at.source,
            table=row.at.table,
            says=f"`{correction.category}` stands in {len(columns)} columns here",
            mend="say which column is wrong, and correct each by itself",
        )
    elif row.owners - {asking.person}:
        yield Obstacle(
            source=row.at.source,
            table=row.at.table,
            says="the row is somebody else's too, and would change for both",
            mend="give the data subject a row of their own first",
        )
    else:
        yield _write(asking, staying, row, columns[0], correction)


def _write(
    asking: Asking, staying: Staying, row: Row, column: str, correction: Correction
) -> Doing:
    kept = staying.kept(row, asking.table(row)).get(column)
    if kept is not None:
        return Doing(row=row, action=Action.KEEP, because=kept[1], columns=(column,))
    return Doing(
        row=row,
        action=Action.WRITE,
        because=asking.because,
        columns=(column,),
        values=(correction.value,),
    )


def restriction(asking: Asking) -> tuple[Doing, ...]:
    """Return the columns that may only be stored from now on; the standing enforces it.

    Source: GDPR Art. 18(2), 18(3).
    """
    because = Because(
        law=asking.because.law,
        clause=asking.because.clause,
        release="the person is told first, then it is lifted",
        review_at=asking.review_at,
    )
    return tuple(
        Doing(row=row, action=Action.RESTRICT, because=because, columns=columns)
        for row in asking.rows
        if asking.person in row.owners and (columns := _restricted(asking, row))
    )


def _restricted(asking: Asking, row: Row) -> tuple[str, ...]:
    table = asking.table(row)
    return tuple(c for c in held_columns(table) if asking.is_asked(category_of(table, c)))
