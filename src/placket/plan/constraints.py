"""Every constraint that could refuse, known before the first write: nulls, keys, checks."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from placket.plan.checking import meets, names_any
from placket.plan.plan import CHANGING, WRITING, Action, Obstacle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from placket.catalogue.model import Scalar
    from placket.catalogue.schema import Check, TableSchema
    from placket.plan.asking import Asking, Doing
    from placket.plan.inventory import At, Row

SET_NULL: Final = "set null"


def obstacles(asking: Asking, doings: Sequence[Doing]) -> tuple[Obstacle, ...]:
    """Return why a source would refuse, or change what no step names; each once, in order.

    No key and no value is named: they may be personal.
    """
    found = [
        *(o for d in doings if d.action in WRITING for o in _of_write(asking, d)),
        *_of_checks(asking, doings),
        *(o for d in doings if d.action in CHANGING for o in _of_triggers(asking, d)),
        *_of_unique(asking, doings),
        *_of_deletion(asking, doings),
        *_of_keys_in_duckdb(asking, doings),
    ]
    return tuple(dict.fromkeys(found))


def _obstacle(row: Row, says: str, mend: str) -> Obstacle:
    return Obstacle(source=row.at.source, table=row.at.table, says=says, mend=mend)


def _name(row: Row, column: str) -> str:
    return f"`{row.at.source}.{row.at.table}.{column}`"


def _of_write(asking: Asking, doing: Doing) -> Iterator[Obstacle]:
    schema = asking.inventory.table(doing.row)
    if schema is None:
        return
    for column, value in doing.written.items():
        yield from _of_column(doing, schema, column, value)


def _of_column(doing: Doing, schema: TableSchema, column: str, value: Scalar) -> Iterator[Obstacle]:
    row, there = doing.row, schema.column(column)
    if there is None:
        yield _obstacle(
            row, f"there is no column {_name(row, column)}", "correct its name in the catalogue"
        )
        return
    if column in schema.primary_key:
        yield _obstacle(
            row,
            f"{_name(row, column)} is part of the key by which the row is found",
            "name `delete` for the table, or another column",
        )
    if value is None and doing.action is Action.SURROGATE:
        yield _obstacle(
            row,
            f"there is no placeholder for {_name(row, column)} to point at",
            "add the row that stands for nobody, and name its key as `nobody` of its table",
        )
    elif value is None and not there.nullable:
        mend = "name `surrogate` for it" if doing.action is Action.CUT else "name a value for it"
        yield _obstacle(row, f"{_name(row, column)} cannot be null", f"{mend} in the catalogue")
    if there.length and isinstance(value, str) and len(value) > there.length:
        yield _obstacle(
            row,
            f"what {_name(row, column)} is to hold is longer than {there.length} characters",
            "shorten it",
        )


def _of_checks(asking: Asking, doings: Sequence[Doing]) -> Iterator[Obstacle]:
    """Yield the checks that a written row breaks, or may break for all that is known here."""
    written = _rewritten(doings)
    for row in {doing.row.at: doing.row for doing in doings if doing.row.at in written}.values():
        schema = asking.inventory.table(row)
        dialect = asking.inventory.dialect(row)
        after = {**row.values, **written[row.at]}
        columns = frozenset(written[row.at])
        for check in schema.checks if schema is not None else ():
            if check.name in asking.table(row).allows or not names_any(check, columns, dialect):
                continue
            is_met = meets(check, after, dialect)
            if is_met is not True:
                yield _of_check(row, check, is_met=is_met)


def _of_check(row: Row, check: Check, *, is_met: bool | None) -> Obstacle:
    table = f"`{row.at.source}.{row.at.table}`"
    if is_met is None:
        return _obstacle(
            row,
            f"whether {table} would still meet its check `{check.name}` is not known here",
            f"read the check; if it lets this pass, write `{check.name}` under `allows`",
        )
    return _obstacle(
        row,
        f"{table} would break its check `{check.name}`",
        "name a value that the check allows, or `delete` for the table, in the catalogue",
    )


def _of_triggers(asking: Asking, doing: Doing) -> Iterator[Obstacle]:
    """Yield the triggers that the action starts and that may refuse it."""
    row, schema = doing.row, asking.inventory.table(doing.row)
    event = "delete" if doing.action is Action.DELETE else "update"
    for trigger in schema.triggers if schema is not None else ():
        is_started = not trigger.columns or bool(set(trigger.columns) & set(doing.columns))
        starts = trigger.event == event and is_started and trigger.may_refuse
        if starts and trigger.name not in asking.table(row).allows:
            yield _obstacle(
                row,
                f"the trigger `{trigger.name}` of `{row.at.source}.{row.at.table}` may refuse"
                f" to {event} rows",
                f"read the trigger; if it lets this pass, write `{trigger.name}` under `allows`",
            )


def _of_unique(asking: Asking, doings: Sequence[Doing]) -> Iterator[Obstacle]:
    """Yield unique keys that rows would share once written, with each other or with others.

    A constant written over a whole unique key is refused the second time, whoever comes first.
    """
    written = _rewritten(doings)
    gone = {doing.row.at for doing in doings if doing.action is Action.DELETE}
    left = [row for row in asking.inventory.rows if row.at not in gone]
    counts = Counter(held for row in left for held in _unique_values(asking, row, written))
    blanked = {doing.row.at for doing in doings if doing.action is Action.BLANK}
    for row in left:
        for held in _unique_values(asking, row, written):
            columns = set(held.columns)
            is_written = bool(columns & written.get(row.at, {}).keys())
            is_constant = row.at in blanked and columns <= written.get(row.at, {}).keys()
            if is_written and (is_constant or counts[held] > 1):
                names = ", ".join(_name(row, column) for column in held.columns)
                yield _obstacle(
                    row,
                    f"{names} must be unique, and another row holds or may hold the same",
                    "let it be null, or name `delete` for the table",
                )


class _Unique(NamedTuple):
    source: str
    table: str
    columns: tuple[str, ...]
    values: tuple[Any, ...]


def _unique_values(
    asking: Asking, row: Row, written: Mapping[At, Mapping[str, Scalar]]
) -> Iterator[_Unique]:
    """Yield each unique key of the row as it stands afterwards; with a null it is none."""
    schema = asking.inventory.table(row)
    after = {**row.values, **written.get(row.at, {})}
    for columns in schema.unique if schema is not None else ():
        values = tuple(after.get(column) for column in columns)
        if None not in values:
            yield _Unique(row.at.source, row.at.table, columns, values)


def _rewritten(doings: Iterable[Doing]) -> Mapping[At, Mapping[str, Scalar]]:
    """Return what each written row holds afterwards in the columns that are written."""
    written: dict[At, dict[str, Scalar]] = {}
    for doing in doings:
        if doing.action in WRITING:
            written.setdefault(doing.row.at, {}).update(doing.written)
    return written


def _of_deletion(asking: Asking, doings: Sequence[Doing]) -> Iterator[Obstacle]:
    """Yield the rows that stay and point at one that goes: the source would refuse or follow."""
    gone = {doing.row.at for doing in doings if doing.action is Action.DELETE}
    written = _rewritten(doings)
    for row in asking.inventory.rows if gone else ():
        if row.at in gone:
            continue
        for key, target in asking.inventory.references(row):
            cut = set(key.columns) & written.get(row.at, {}).keys()
            if target.at in gone and not cut and key.on_delete != SET_NULL:
                names = ", ".join(_name(row, column) for column in key.columns)
                would = "would delete it too" if key.on_delete == "cascade" else "would refuse"
                yield _obstacle(
                    target,
                    f"a row that stays points here by {names}, and the source {would}",
                    f"name `cut` or `surrogate` for {names}, or `blank` in place of `delete`",
                )


def _of_keys_in_duckdb(asking: Asking, doings: Sequence[Doing]) -> Iterator[Obstacle]:
    """Yield the rows that DuckDB leaves to nobody who changes what points at them as well.

    It looks at a foreign key as it was when the transaction began, and writes a row of which an
    indexed column changes as a new one in place of the old.
    """
    renewed = {doing.row.at for doing in doings if _renews(asking, doing)}
    for row in asking.inventory.rows if renewed else ():
        for key, target in asking.inventory.references(row):
            if target.at in renewed and asking.inventory.dialect(target) == "duckdb":
                names = ", ".join(_name(row, column) for column in key.columns)
                yield _obstacle(
                    target,
                    f"DuckDB refuses to change a row to which {names} led when the plan began",
                    f"drop the foreign key of {names} there: Placket keeps the order itself",
                )


def _renews(asking: Asking, doing: Doing) -> bool:
    """Say whether DuckDB would delete the row, if only to write it anew."""
    if doing.action not in WRITING:
        return doing.action is Action.DELETE
    schema = asking.inventory.table(doing.row)
    indexes = (*schema.indexes, *schema.unique) if schema is not None else ()
    # An index may be on an expression of any column.
    named = {name for columns in indexes for name in columns}
    lists = (
        {c.name for c in schema.columns if c.type.endswith("]")} if schema is not None else set()
    )
    return "" in named or bool((named | lists) & doing.written.keys())
