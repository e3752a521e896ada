"""Write the standing of persons under a fold: wide rows, marks and packed bodies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from placket.standing.layout import Layout
from placket.standing.standing import Standing, pack, unpack
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
    for part, rows in _by_shape(layout, standings):
        session.many(("put_wide", part), rows)
    session.many(("put_bodies", layout), [(s.person, pack(s)) for s in standings])
    marks = [
        (standing.person, name, interval[0], interval[1])
        for standing in standings
        for name, interval in standing.sparse.items()
    ]
    if marks:
        session.many(("put_marks", layout), marks)


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
        names = tuple(name for name in layout.names if name in shape)
        part = Part(digest=layout.digest, names=names, stems=layout.columns)
        yield part, [part.wide_row(standing) for standing in alike]


def remove(session: Session, layout: Layout, persons: Iterable[str]) -> None:
    """Remove the standing of these persons."""
    named = sorted(persons)
    if named:
        for table in _TABLES:
            session.delete((f"delete_{table}", layout), named)


def read(session: Session, layout: Layout, person: str) -> Standing | None:
    """Return the standing of a person's cluster, None when none is kept."""
    row = session.one(("standing_of", layout), person)
    return None if row is None else unpack(row[0])
