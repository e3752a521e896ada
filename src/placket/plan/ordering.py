"""The order of steps: writes before deletions, what points before what is pointed at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from placket.plan.asking import Doing
from placket.plan.plan import WRITING, Action, Obstacle, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from placket.catalogue.schema import ForeignKey
    from placket.plan.asking import Asking
    from placket.plan.inventory import Inventory, Row

Place = tuple[str, str]


@dataclass(slots=True)
class Ordered:
    """The doings in their order, and what keeps them from having one."""

    doings: list[Doing]
    obstacles: list[Obstacle] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Edge:
    """Rows to be deleted of one table that point at rows to be deleted of another."""

    child: Place
    parent: Place
    key: ForeignKey
    rows: tuple[Row, ...]


def ordered(asking: Asking, doings: Sequence[Doing]) -> Ordered:
    """Return `doings` in an order in which no constraint is broken on the way.

    Writes come first, so that links are cut before what they point at goes; then deletions,
    what points before what is pointed at. A circle is opened where a link is looked at when the
    transaction commits, or by cutting one that may be null. What stays comes last.
    """
    deleted = [d for d in doings if d.action is Action.DELETE]
    result = Ordered([d for d in doings if d.action in WRITING])
    places = _places(asking, deleted, result)
    result.doings += sorted(deleted, key=lambda d: places.index(_place(d.row)))
    result.doings += [d for d in doings if d.action not in WRITING and d.action != Action.DELETE]
    return result


def _place(row: Row) -> Place:
    return (row.at.source, row.at.table)


def _places(asking: Asking, deleted: Sequence[Doing], result: Ordered) -> list[Place]:
    """Return the tables in the order of deletion; cuts that open a circle go to `result`."""
    edges = _edges(asking.inventory, [doing.row for doing in deleted])
    left = sorted({_place(doing.row) for doing in deleted})
    found: list[Place] = []
    while left:
        blocked = {edge.parent for edge in edges if edge.child in left}
        free = [place for place in left if place not in blocked]
        if not free:
            edges = _opened(asking, edges, left, result)
            continue
        found += free
        left = [place for place in left if place in blocked]
        edges = [edge for edge in edges if edge.child in left]
    return found


def _edges(inventory: Inventory, rows: Sequence[Row]) -> list[_Edge]:
    gone = {row.at for row in rows}
    found: dict[tuple[Place, Place, ForeignKey], list[Row]] = {}
    for row in rows:
        for key, target in inventory.references(row):
            if target.at in gone and target.at != row.at:
                found.setdefault((_place(row), _place(target), key), []).append(row)
    return [_Edge(child, parent, key, tuple(r)) for (child, parent, key), r in found.items()]


def _opened(asking: Asking, edges: list[_Edge], left: list[Place], result: Ordered) -> list[_Edge]:
    """Return the edges less one that closed a circle: its link is cut first."""
    closing = [edge for edge in edges if edge.child in left and edge.parent in left]
    for edge in closing:
        if edge.key.gives_way or edge.key.deferred:
            return [each for each in edges if each is not edge]
    for edge in closing:
        columns = _nullable(asking.inventory, edge)
        if columns:
            result.doings += [_cut(asking, row, columns) for row in edge.rows]
            return [each for each in edges if each is not edge]
    source, table = closing[0].child
    result.obstacles.append(
        Obstacle(
            source=source,
            table=table,
            says=f"rows of `{source}.{table}` point in a circle, and no link of it may be null",
            mend="name `surrogate` for a link of the circle, or `blank` in place of `delete`",
        )
    )
    return [each for each in edges if each not in closing]


def _nullable(inventory: Inventory, edge: _Edge) -> tuple[str, ...]:
    schema = inventory.table(edge.rows[0])
    columns = (schema.column(name) for name in edge.key.columns) if schema is not None else ()
    return tuple(column.name for column in columns if column is not None and column.nullable)


def _cut(asking: Asking, row: Row, columns: tuple[str, ...]) -> Doing:
    return Doing(
        row=row,
        action=Action.CUT,
        because=asking.because,
        columns=columns,
        values=(None,) * len(columns),
    )


def steps(doings: Iterable[Doing]) -> tuple[Step, ...]:
    """Return the doings as steps: the rows of one table that share a fate are one step."""
    found: dict[tuple[object, ...], list[Doing]] = {}
    for doing in doings:
        fate = (_place(doing.row), doing.action, doing.columns, doing.values, doing.because)
        found.setdefault(fate, []).append(doing)
    return tuple(_step(same) for same in found.values())


def _step(same: Sequence[Doing]) -> Step:
    first = same[0]
    source, table = _place(first.row)
    return Step(
        source=source,
        table=table,
        action=first.action,
        rows=tuple(sorted((doing.row.at.key for doing in same), key=repr)),
        because=first.because,
        columns=first.columns,
        values=first.values,
    )
