"""Erase a person from the ledger: started, keys destroyed, recorded; each step safe to repeat."""

from collections.abc import Sequence

from placket.facts import Fact, Kind
from placket.standing.layout import Layout
from placket.store.appending import append
from placket.store.checks import checked
from placket.store.histories import members_of
from placket.store.ledger import Erasure, Fold, Point, no_point
from placket.store.refusals import FactRefused
from placket.store.session import Database, Session, writing_again
from placket.store.standings import remove


def begin(
    database: Database, started: Fact, folds: Sequence[Fold], now: int, point: Point
) -> Erasure:
    """Write `started` and take the person's standing away at once; return what it covers.

    From here on nobody can be linked to the cluster, so that its keys are all its keys.
    """
    if started.kind is not Kind.ERASURE_STARTED:
        raise FactRefused(f"fact `{started.id}` does not start an erasure")
    with writing_again(database) as session:
        append(session, checked((started,), {}, now), folds, {}, no_point)
        members = cluster(session, started.person)
        session.many("set_gone", [(member,) for member in members])
        _remove_standing(session, members)
        point("erasure written")
        erasure = _erasure(session, started.id, started.person)
    point("erasure started")
    return erasure


def finish(
    database: Database,
    finished: Sequence[Fact],
    members: Sequence[str],
    folds: Sequence[Fold],
    now: int,
) -> None:
    """Write `finished` and forget by which identifiers the persons were found."""
    if not any(fact.kind is Kind.KEY_DESTROYED for fact in finished):
        raise FactRefused("no fact says that the key was destroyed, so the erasure cannot end")
    with writing_again(database) as session:
        session.settle()
        session.delete("delete_identifiers", members)
        append(session, checked(finished, {}, now), folds, {}, no_point)
    database.forget_deleted()


def cluster(session: Session, person: str) -> tuple[str, ...]:
    """Return every person id of the person's cluster, sorted."""
    row = session.one("root_of", person)
    root = person if row is None else row[0]
    return tuple(sorted(members_of(session, [root])))


def unfinished(session: Session) -> tuple[Erasure, ...]:
    """Return the erasures that were started and not finished, oldest first."""
    return tuple(_erasure(session, *row) for row in session.rows("unfinished"))


def _erasure(session: Session, fact_id: str, person: str) -> Erasure:
    members = cluster(session, person)
    hashes = tuple(bytes(row[0]) for row in session.among("identifiers_of", members))
    return Erasure(fact_id=fact_id, person=person, members=members, hashes=hashes)


def _remove_standing(session: Session, members: Sequence[str]) -> None:
    for digest, _, _ in session.rows("folds"):
        remove(session, Layout(digest=digest, names=()), members)
