"""Append facts: in one transaction the fact, its leaf, who it is about, and their standing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from placket.facts import Fact, Kind
from placket.standing.history import never_connected
from placket.standing.standing import Standing
from placket.store.checks import conflict, tombstone_hash
from placket.store.clusters import Known, hold, link, persons_of
from placket.store.histories import BATCH, histories
from placket.store.ledger import Appended, Fold, PersonHistory, Point
from placket.store.refusals import FoldMissing, PersonErased, StaleFolds
from placket.store.session import Session
from placket.store.standings import remove, renew, standing_before, write
from placket.store.tree import leaf_hash

Bodies = Mapping[str, tuple[Fact, bytes]]
News = Mapping[str, list[Fact]]
"""The facts of an append that may move a standing, by person."""


@dataclass(slots=True, kw_only=True)
class Touched:
    """Whom an append concerns.

    always: who is new or has other facts than before, by a link or a tombstone, and is folded
    anew; `reread`: those of them who have facts in the ledger. news: what may move the standing
    of the others, by fold and person.
    """

    always: set[str] = field(default_factory=set)
    reread: set[str] = field(default_factory=set)
    news: dict[str, News] = field(default_factory=dict)


def append(
    session: Session,
    told: Bodies,
    folds: Sequence[Fold],
    identifiers: Mapping[str, bytes],
    point: Point,
) -> Appended:
    """Write what is not there yet and refold whom it concerns, within a transaction."""
    if any(fact.kind is Kind.TOMBSTONE for fact, _ in told.values()):
        session.settle()  # whoever is being identified by the same hash must be seen, or see it
    else:
        session.share()
    _expect_folds(session, folds)
    known = hold(session, persons_of(fact for fact, _ in told.values()))
    fresh = _fresh(session, told)
    facts = _write_facts(session, fresh)
    _write_passages(session, facts)
    hashes = _write_identifiers(session, facts, identifiers, known)
    buried = _write_tombstones(session, facts)
    point("facts written")
    touched = _touched(facts, folds, known)
    regrouped = link(session, facts, known)
    touched.always |= regrouped
    touched.reread |= regrouped | _spoken_for(session, hashes, buried, known)
    touched.always |= touched.reread
    refolded = _refold(session, facts, folds, known, touched)
    point("standing written")
    return Appended(new=len(fresh), known=len(told) - len(fresh), refolded=refolded)


def _expect_folds(session: Session, folds: Sequence[Fold]) -> None:
    kept = {digest: bool(active) for digest, active, _ in session.rows("folds")}
    given = {fold.layout.digest for fold in folds}
    if not given <= kept.keys():
        raise FoldMissing(FoldMissing.__doc__)
    if any(active and digest not in given for digest, active in kept.items()):
        raise StaleFolds(StaleFolds.__doc__)


def _fresh(session: Session, told: Bodies) -> list[tuple[Fact, bytes]]:
    stored: dict[str, bytes] = dict(session.among("bodies_among", list(told)))
    for fact_id, body in stored.items():
        if told[fact_id][1] != body:
            raise conflict(fact_id)
    return [pair for fact_id, pair in told.items() if fact_id not in stored]


def _write_facts(session: Session, fresh: Sequence[tuple[Fact, bytes]]) -> dict[int, Fact]:
    seqs = session.next_seqs(len(fresh))
    rows = [
        (s, f.id, f.person, f.kind.value, f.occurred_at, f.recorded_at, leaf_hash(body), body)
        for s, (f, body) in zip(seqs, fresh, strict=True)
    ]
    session.many("add_facts", rows)
    return {s: f for s, (f, _) in zip(seqs, fresh, strict=True)}


def _write_passages(session: Session, facts: Mapping[int, Fact]) -> None:
    rows = [(person, s) for s, f in facts.items() if f.persons for person in set(f.persons)]
    if rows:
        session.many("add_passages", rows)


def _write_identifiers(
    session: Session, facts: Mapping[int, Fact], identifiers: Mapping[str, bytes], known: Known
) -> dict[bytes, str]:
    """Write the keyed hashes of new facts; return the person of each."""
    rows = [(identifiers[f.id], s, f.person) for s, f in facts.items() if f.id in identifiers]
    for _, _, person in rows:
        if person in known.gone:
            raise PersonErased(f"person `{person}` was erased; make a new one")
    if rows:
        session.many("add_identifiers", rows)
    return {keyed_hash: person for keyed_hash, _, person in rows}


def _write_tombstones(session: Session, facts: Mapping[int, Fact]) -> list[bytes]:
    named = [(tombstone_hash(f), s) for s, f in facts.items() if f.kind is Kind.TOMBSTONE]
    rows = [(keyed_hash, s) for keyed_hash, s in named if keyed_hash is not None]
    if rows:
        session.many("add_tombstones", rows)
    return [keyed_hash for keyed_hash, _ in rows]


def _spoken_for(
    session: Session, hashes: Mapping[bytes, str], buried: Sequence[bytes], known: Known
) -> set[str]:
    """Return the roots of those of whom a tombstone now speaks."""
    persons = {person for _, person in session.by_hash("holders_of", buried)}
    if hashes and session.one("any_tombstone"):
        found = session.by_hash("tombstones_of", list(hashes))
        persons.update(hashes[row[0]] for row in found)
    strangers = sorted(persons - known.roots.keys())
    rows = session.among("persons_among", strangers) if strangers else ()
    roots = {root for _, root, gone in rows if not gone}
    return roots | {known.roots[person] for person in persons & known.roots.keys()}


def _touched(facts: Mapping[int, Fact], folds: Sequence[Fold], known: Known) -> Touched:
    touched = Touched(always=set(known.new))
    for fold in folds:
        concerning = (fact for fact in facts.values() if fold.concerns(fact))
        touched.news[fold.layout.digest] = _by_person(concerning)
    return touched


def _refold(
    session: Session,
    facts: Mapping[int, Fact],
    folds: Sequence[Fold],
    known: Known,
    touched: Touched,
) -> int:
    """Fold whom the batch concerns; return how many standings were written."""
    count = 0
    by_person = _by_person(facts.values()) if known.new else {}
    for fold in folds:
        told = touched.news[fold.layout.digest]
        persons = told.keys() | touched.always
        roots = {known.roots.get(person, person) for person in persons}
        # Who is the root of a cluster no longer has no row of its own.
        remove(session, fold.layout, persons - roots - known.new)
        simple = sorted(r for r in roots if r in known.new and r not in touched.reread)
        count += _write_new(session, fold, simple, by_person)
        news = _by_root(told, known, touched.always)
        count += _write_known(session, fold, sorted(roots.difference(simple)), news)
    return count


def _by_person(facts: Iterable[Fact]) -> News:
    found: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        for person in (fact.person,) if fact.person else fact.persons:
            found[person].append(fact)
    return found


def _by_root(told: News, known: Known, anew: Collection[str]) -> News:
    """Return the news of each cluster but those that are folded anew."""
    found: dict[str, list[Fact]] = defaultdict(list)
    for person, facts in told.items():
        root = known.roots.get(person, person)
        if root not in anew:
            found[root] += facts
    return found


def _write_new(
    session: Session, fold: Fold, persons: Sequence[str], facts: Mapping[str, list[Fact]]
) -> int:
    standings = [fold.fold(p, facts.get(p, []), never_connected) for p in persons]
    if standings:
        write(session, fold.layout, standings, known=())
    return len(standings)


def _write_known(session: Session, fold: Fold, roots: Sequence[str], news: News) -> int:
    count = 0
    for start in range(0, len(roots), BATCH):
        part = roots[start : start + BATCH]
        before = standing_before(session, fold.layout, [root for root in part if root in news])
        count += refold(session, fold, [root for root in part if root not in before])
        count += _renew(session, fold, before, news)
    return count


def _renew(session: Session, fold: Fold, before: Mapping[str, Standing], news: News) -> int:
    """Write what the news move of a standing that was kept; who has one is a living root."""
    pairs = [
        (before[h.person], fold.refold(before[h.person], news[h.person], h.facts, h.connected))
        for h in histories(session, list(before))
    ]
    renew(session, fold.layout, pairs)
    return len(pairs)


def refold(session: Session, fold: Fold, roots: Sequence[str]) -> int:
    """Write the standing of those of `roots` who have one; return how many have."""
    if not roots:
        return 0
    standings = [folded(fold, history) for history in living(session, roots)]
    write(session, fold.layout, standings, known=roots)
    return len(standings)


def living(session: Session, roots: Sequence[str]) -> Iterator[PersonHistory]:
    """Yield the histories of those of `roots` who are roots still and have not been erased."""
    rows = session.among("persons_among", roots)
    alive = sorted(person for person, root, gone in rows if person == root and not gone)
    return histories(session, alive)


def folded(fold: Fold, history: PersonHistory) -> Standing:
    """Return the standing that a history makes."""
    return fold.fold(history.person, history.facts, history.connected)
