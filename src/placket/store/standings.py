"""Write the standing of persons under a fold: wide rows, marks and packed bodies."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field

import msgspec

from placket.standing.layout import Layout
from placket.standing.standing import Interval, Standing, pack, unpack
from placket.store.session import Session

_TABLES = ("wide", "marks", "bodies")


@dataclass(frozen=True, slots=False, kw_only=True, eq=False)
class Part(Layout):
    """A few columns of a layout's wide table: those of the states that some persons have."""

    stems: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> Mapping[str, str]:
        """Return the stem of each state's two columns, by state, as the whole layout has it."""
        return self.stems


def make_tables(session: Session, layout: Layout) -> None:
    """Make the tables of a layout unless they are there."""
    for table in _TABLES:
        session.run((f"make_{table}", layout))


def make_bare_tables(session: Session, layout: Layout) -> None:
    """Make the wide table and the marks of a layout for this connection alone."""
    session.run(("try_wide", layout))
    session.run(("try_marks", layout))


def write_bare(session: Session, layout: Layout, standings: Sequence[Standing]) -> None:
    """Write wide rows and marks of persons who have none there, without the packed bodies."""
    for part, rows in _by_shape(layout, standings):
        session.many(("put_wide", part), rows)
    _put_marks(session, layout, standings)


def make_indexes(session: Session, layout: Layout, indexes: Sequence[Sequence[str]]) -> None:
    """Make an index of each list of states, over the persons alone who have the first.

    Where the engine cannot hold so many columns, the index holds the persons and no more.
    """
    for states in indexes:
        part = Part(digest=layout.digest, names=tuple(states), stems=layout.columns)
        is_narrow = len(part.wide_columns()) < session.widest_index
        session.run(("make_index" if is_narrow else "make_bare_index", part))


def drop_tables(session: Session, layout: Layout) -> None:
    """Drop the tables of a layout, if they are there."""
    for table in _TABLES:
        session.run((f"drop_{table}", layout))


def write(
    session: Session, layout: Layout, standings: Sequence[Standing], *, known: Sequence[str]
) -> None:
    """Write standings in place of those that stood there.

    known: persons of `standings` who may have rows already.
    """
    remove(session, layout, known)
    write_bare(session, layout, standings)
    session.many(("put_bodies", layout), [(s.person, pack(s)) for s in standings])


def _put_marks(session: Session, layout: Layout, standings: Sequence[Standing]) -> None:
    marks = [
        (standing.person, name, interval[0], interval[1])
        for standing in standings
        for name, interval in standing.sparse.items()
    ]
    if marks:
        session.many(("put_marks", layout), marks)


def renew(session: Session, layout: Layout, pairs: Sequence[tuple[Standing, Standing]]) -> None:
    """Write what differs between each person's standing before, which is kept, and after."""
    changed = [(before, after) for before, after in pairs if not _is_same(before, after)]
    if not changed:
        return
    session.delete(("delete_bodies", layout), [after.person for _, after in changed])
    session.many(("put_bodies", layout), [(after.person, pack(after)) for _, after in changed])
    remarked = [(b, a) for b, a in changed if _differing(b.sparse, a.sparse)]
    if remarked:
        session.delete(("delete_marks", layout), [after.person for _, after in remarked])
        _put_marks(session, layout, [after for _, after in remarked])
    for part, rows in _by_change(layout, changed):
        session.many(("renew_wide", part), rows)


def _is_same(before: Standing, after: Standing) -> bool:
    """Say whether the two are packed alike: equal, and their states in one order."""
    return (
        before == after
        and list(before.dense) == list(after.dense)
        and list(before.sparse) == list(after.sparse)
    )


def _differing(before: Mapping[str, Interval], after: Mapping[str, Interval]) -> frozenset[str]:
    """Return the states that began or end at another time, or have come or gone."""
    lost = before.keys() - after.keys()
    moved = (n for n, i in after.items() if n not in before or before[n][:2] != i[:2])
    return frozenset(moved).union(lost)


def _by_change(
    layout: Layout, changed: Sequence[tuple[Standing, Standing]]
) -> Iterable[tuple[Layout, list[list[object]]]]:
    """Return the new values of those in whom the same states changed together, persons last."""
    shapes: dict[frozenset[str], list[Standing]] = {}
    for before, after in changed:
        states = _differing(before.dense, after.dense)
        if states or len(before.sparse) != len(after.sparse):
            shapes.setdefault(states, []).append(after)
    for shape, alike in shapes.items():
        part = _part(layout, shape)
        rows = [part.wide_row(standing) for standing in alike]
        yield part, [[*values, person] for person, *values in rows]


def _part(layout: Layout, states: AbstractSet[str]) -> Part:
    names = tuple(name for name in layout.names if name in states)
    return Part(digest=layout.digest, names=names, stems=layout.columns)


def _by_shape(
    layout: Layout, standings: Sequence[Standing]
) -> Iterable[tuple[Layout, list[list[object]]]]:
    """Return the rows of those who have the same states together, without the other columns.

    Most of the columns of most persons are null: to bind them takes longer than all the rest.
    """
    shapes: dict[frozenset[str], list[Standing]] = {}
    for standing in standings:
        shapes.setdefault(frozenset(standing.dense), []).append(standing)
    for shape, alike in shapes.items():
        part = _part(layout, shape)
        yield part, [part.wide_row(standing) for standing in alike]


def remove(session: Session, layout: Layout, persons: Iterable[str]) -> None:
    """Remove the standing of these persons."""
    named = sorted(persons)
    if named:
        for table in _TABLES:
            session.delete((f"delete_{table}", layout), named)


def standing_before(
    session: Session, layout: Layout, persons: Sequence[str]
) -> dict[str, Standing]:
    """Return the standing of those of `persons` of whom one is kept that can be read."""
    found: dict[str, Standing] = {}
    for person, body in session.among(("bodies_of", layout), persons) if persons else ():
        with suppress(msgspec.DecodeError):
            found[person] = unpack(body)
    return found


def read(session: Session, layout: Layout, person: str) -> Standing | None:
    """Return the standing of a person's cluster, None when none is kept."""
    row = session.one(("standing_of", layout), person)
    return None if row is None else unpack(row[0])
