"""Write the standing of persons under a fold: wide rows, marks and packed bodies."""

from collections.abc import Iterable, Sequence

from placket.standing.layout import Layout
from placket.standing.standing import Standing, pack, unpack
from placket.store.session import Session

_TABLES = ("wide", "marks", "bodies")


def make_tables(session: Session, layout: Layout) -> None:
    """Make the tables of a layout unless they are there."""
    for table in _TABLES:
        session.run((f"make_{table}", layout))


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
    session.many(("put_wide", layout), [layout.wide_row(standing) for standing in standings])
    session.many(("put_bodies", layout), [(s.person, pack(s)) for s in standings])
    marks = [
        (standing.person, name, interval[0], interval[1])
        for standing in standings
        for name, interval in standing.sparse.items()
    ]
    if marks:
        session.many(("put_marks", layout), marks)


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
