"""Persons and their clusters in the database: who is new, who is one with whom."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from placket.facts import Fact, Kind
from placket.identity import Link, clusters, connected_at
from placket.standing.history import Connected
from placket.store.refusals import PersonErased
from placket.store.session import Session


@dataclass(slots=True, kw_only=True)
class Known:
    """The persons that a batch names: the root of each, who is new, who was erased."""

    roots: dict[str, str]
    new: set[str]
    gone: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Links:
    """The links of some persons, and those of them that are void."""

    links: list[Link] = field(default_factory=list)
    voided: set[str] = field(default_factory=set)

    def connected(self) -> Connected:
        """Return when two persons became one by these links."""
        return lambda first, second: connected_at(self.links, self.voided, first, second)


def persons_of(facts: Iterable[Fact]) -> list[str]:
    """Return every person whom the facts name, sorted."""
    found: set[str] = set()
    for fact in facts:
        if fact.person:
            found.add(fact.person)
        if fact.persons:
            found.update(fact.persons)
        if fact.kind is Kind.IDENTITY_LINKED:
            found.add(fact.about)
    return sorted(found)


def hold(session: Session, persons: Sequence[str]) -> Known:
    """Make the persons that are new, lock the clusters of all, and return who they are.

    persons: sorted, so that two processes wait for each other in one order.
    """
    rows = _rows(session, persons)
    missing = [person for person in persons if person not in rows]
    new = {row[0] for row in session.among("add_persons", missing)} if missing else set()
    held, wanted = set[str](), _roots(persons, rows) - new
    # Until they are the roots still: another process may have linked meanwhile.
    while wanted:
        held |= wanted
        if not session.lock(sorted(wanted)):
            break
        rows = _rows(session, persons)
        wanted = _roots(persons, rows) - held - new
    roots = {person: rows[person][0] if person in rows else person for person in persons}
    gone = frozenset(person for person, (_, erased) in rows.items() if erased)
    return Known(roots=roots, new=new, gone=gone)


def _rows(session: Session, persons: Sequence[str]) -> dict[str, tuple[str, int]]:
    return {person: (root, gone) for person, root, gone in session.among("persons_among", persons)}


def _roots(persons: Sequence[str], rows: Mapping[str, tuple[str, int]]) -> set[str]:
    return {rows[person][0] if person in rows else person for person in persons}


def link(session: Session, facts: Mapping[int, Fact], known: Known) -> set[str]:
    """Write the links and voids among the facts; return the roots, old and new, that changed.

    facts: by sequence number. Raises PersonErased when a link names an erased person.
    """
    linked = [(s, f) for s, f in facts.items() if f.kind is Kind.IDENTITY_LINKED]
    voided = [(s, f) for s, f in facts.items() if f.kind is Kind.LINK_VOIDED]
    if not linked and not voided:
        return set()
    for _, fact in linked:
        if fact.person in known.gone or fact.about in known.gone:
            raise PersonErased(f"link `{fact.id}` names a person who was erased")
    session.many("add_links", [(f.id, f.person, f.about, f.occurred_at, s) for s, f in linked])
    session.many("add_voids", [(f.about, s) for s, f in voided])
    named = {person for _, f in linked for person in (f.person, f.about)}
    cut = session.among("links_among", [f.about for _, f in voided])
    named.update(person for row in cut for person in row[1:3])
    return _regroup(session, named, known)


def _regroup(session: Session, named: Collection[str], known: Known) -> set[str]:
    """Work the roots out again for everybody whom any link, void or not, ties to `named`."""
    found, members = tied(session, named)
    rows = _rows(session, sorted(members))
    before = {person: root for person, (root, _) in rows.items()}
    rooted = clusters(found.links, found.voided)
    after = {person: rooted.get(person, person) for person in members}
    changed = {person for person in members if before.get(person) != after[person]}
    # INVARIANT: what an erasure covers is fixed when it starts, or a key would be left.
    if any(rows[person][1] for person in changed if person in rows):
        raise PersonErased("a link of an erased person cannot be voided; it stands")
    session.many("set_root", [(after[person], person) for person in sorted(changed)])
    known.roots.update({person: after[person] for person in known.roots if person in after})
    return {*(before[p] for p in changed if p in before), *(after[p] for p in members)}


def tied(
    session: Session, persons: Collection[str], *, before: int | None = None
) -> tuple[Links, set[str]]:
    """Return the links that reach `persons`, void ones too, and everybody whom they reach.

    before: only links and voids with a smaller sequence number than this.
    """
    members, edge, links = set(persons), set(persons), {}
    while edge:
        rows = list(session.among("links_touching", sorted(edge)))
        fresh = [row for row in rows if row[0] not in links and (before is None or row[4] < before)]
        links.update({row[0]: row for row in fresh})
        reached = {person for row in fresh for person in row[1:3]}
        edge = reached - members
        members |= reached
    voids = session.among("voids_among", sorted(links))
    return (
        Links(
            links=[
                Link(id=row[0], first=row[1], second=row[2], occurred_at=row[3], evidence=row[0])
                for row in links.values()
            ],
            voided={row[0] for row in voids if before is None or row[1] < before},
        ),
        members,
    )
