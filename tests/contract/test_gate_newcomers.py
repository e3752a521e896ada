"""Whom two processes meet at once is one person, and a no reaches all who share an address."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from placket.decide.question import Question
from placket.facts import Fact, Kind, fact_id
from placket.gate.gate import new_person
from placket.gate.newcomers import spread
from placket.gate.opening import open_gate
from placket.settings import Settings, read_settings, write_settings
from placket.sources.told import Told
from placket.store.refusals import FactConflict
from tests.contract.gates import (
    ADA,
    SECOND,
    Clock,
    Shop,
    fact,
    known,
    newcomer,
    no,
    policy,
    shop_in,
    yes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from placket.gate.gate import Gate
    from placket.store import Ledger

ROOT = Path(__file__).parents[2]
NEWS = Question(activity="newsletter", channel="email")
PERSONS = [f"email:p{number}@example.org" for number in range(20)]


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    at = "placket.db"
    if request.param == "postgres":
        at = request.getfixturevalue("postgres_database")
    made = shop_in(tmp_path, at)
    yield made
    made.close()


def test_a_newcomer_whom_two_gates_meet_at_once_is_one_person(shop: Shop) -> None:
    first = shop.create(policy("v1"))
    second = shop.open()
    key = (first.identifier(ADA),)
    mine, theirs = first.persons_for([key])[0], second.persons_for([key])[0]

    first.record(newcomer(first, ADA, mine))
    second.record(newcomer(second, ADA, theirs))

    assert mine != theirs
    assert first.ledger.holders(first.hash_of(key[0])) == (min(mine, theirs),)
    (link,) = [f for f in first.ledger.facts_of(mine) if f.kind is Kind.IDENTITY_LINKED]
    assert (link.person, link.about, link.marks) == (mine, theirs, ("match:identifier",))


def test_a_newcomer_whom_two_first_syncs_meet_at_once_is_one_person(shop: Shop) -> None:
    first = shop.create(policy("v1"))
    second = shop.open()
    key = (first.identifier(ADA),)
    mine, theirs = first.persons_for([key])[0], second.persons_for([key])[0]

    with first.in_force.loading():
        first.record(newcomer(first, ADA, mine))
    with second.in_force.loading():
        second.record(newcomer(second, ADA, theirs))

    assert mine != theirs
    assert first.ledger.holders(first.hash_of(key[0])) == (min(mine, theirs),)


def test_a_row_that_two_syncs_tell_at_once_is_told_of_one_person(shop: Shop) -> None:
    first = shop.create(policy("v1"))
    second = shop.open()
    key = (first.identifier(ADA),)
    mine, theirs = first.persons_for([key])[0], second.persons_for([key])[0]
    row = newcomer(first, ADA, mine)
    again = [_told_of(item, theirs, later=SECOND) for item in row]
    shop.clock.now += SECOND

    new = first.append(row), second.append(again)
    more = second.append([yes(second, theirs)])

    assert new == (3, 0)
    assert more == 1
    assert first.ledger.holders(first.hash_of(key[0])) == (mine,)
    assert first.decide(ADA, NEWS).is_permitted


def _told_of(item: Told, person: str, *, later: int) -> Told:
    found = msgspec.structs.replace(
        item.fact, person=person, recorded_at=item.fact.recorded_at + later
    )
    return Told(found, item.private)


def test_a_known_id_that_says_something_else_is_refused(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    ada = known(gate, ADA)
    given = yes(gate, ada)
    gate.record([given])

    with pytest.raises(FactConflict):
        gate.record([Told(msgspec.structs.replace(given.fact, channel="sms"))])


@dataclass
class Linking:
    """A ledger on which another process links just after somebody has looked for doubles."""

    ledger: Ledger
    link: Callable[[], object]

    def holders_of(self, hashes: Sequence[bytes]) -> dict[bytes, tuple[str, ...]]:
        found = self.ledger.holders_of(hashes)
        self.link()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


def test_what_another_process_linked_already_keeps_no_other_apart(shop: Shop) -> None:
    first = shop.create(policy("v1"))
    second = shop.open()
    ben = "email:ben@example.org"
    pairs = [[(gate.identifier(s),) for s in (ADA, ben)] for gate in (first, second)]
    mine, theirs = first.persons_for(pairs[0]), second.persons_for(pairs[1])
    first.append([*newcomer(first, ADA, mine[0]), *newcomer(first, ben, mine[1])])
    shop.clock.now += SECOND
    apart = fact(first, Kind.IDENTITY_LINKED, mine[0], about=theirs[0])
    linked = fact_id("linked", mine[0], theirs[0], "identifier")
    link = Told(msgspec.structs.replace(apart, id=linked))
    second.ledger = Linking(second.ledger, lambda: first.append([link]))

    second.append([*newcomer(second, ADA, theirs[0]), *newcomer(second, ben, theirs[1])])

    for subject in (ADA, ben):
        assert len(first.ledger.holders(first.hash_of(first.identifier(subject)))) == 1


@dataclass(frozen=True)
class Parting:
    """A ledger in which two persons are parted just after somebody has read of them."""

    gate: Gate
    link: str

    def facts_of(self, person: str) -> list[Fact]:
        found = self.gate.ledger.facts_of(person)
        self.gate.record([Told(fact(self.gate, Kind.LINK_VOIDED, person, about=self.link))])
        return found

    def fact(self, fact_id: str) -> Fact | None:
        return self.gate.ledger.fact(fact_id)

    def holders_of(self, hashes: Sequence[bytes]) -> dict[bytes, tuple[str, ...]]:
        return self.gate.ledger.holders_of(hashes)

    def root_of(self, person: str) -> str | None:
        return self.gate.ledger.root_of(person)


def test_a_no_is_not_told_of_who_is_parted_from_the_person_meanwhile(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    ada, ben = known(gate, ADA), known(gate, "email:ben@example.org")
    link = fact(gate, Kind.IDENTITY_LINKED, ada, about=ben)
    gate.record([Told(link)])

    told = spread([no(gate, ben)], Parting(gate, link.id), gate.keys)

    assert [item.fact.person for item in told] == [ben]


def test_an_address_that_a_known_person_takes_links_nobody(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    ada, ben = known(gate, ADA), known(gate, "email:ben@example.org")

    gate.record(newcomer(gate, ADA, ben)[:1])

    assert gate.ledger.holders(gate.hash_of(gate.identifier(ADA))) == (ada, ben)


@pytest.mark.parametrize("kind", [Kind.CONSENT_REFUSED, Kind.CONSENT_WITHDRAWN, Kind.OBJECTED])
def test_a_no_reaches_everybody_who_shares_the_address(shop: Shop, kind: Kind) -> None:
    gate = shop.create(policy("v1"))
    ada, ben = known(gate, ADA), known(gate, "email:ben@example.org")
    gate.record(newcomer(gate, ADA, ben)[:1])
    gate.record([yes(gate, ada), yes(gate, ben)])
    assert gate.decide("email:ben@example.org", NEWS).is_permitted

    shop.clock.now += SECOND
    what = {"activity": "newsletter"} if kind is Kind.OBJECTED else {"what": "news"}
    gate.record([Told(fact(gate, kind, ada, channel="email", **what))])

    assert not gate.decide(ADA, NEWS).is_permitted
    assert not gate.decide("email:ben@example.org", NEWS).is_permitted


def test_a_yes_stays_with_who_said_it(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    ada, ben = known(gate, ADA), known(gate, "email:ben@example.org")
    gate.record(newcomer(gate, ADA, ben)[:1])

    gate.record([yes(gate, ada)])

    assert gate.decide(ADA, NEWS).is_permitted
    assert not gate.decide("email:ben@example.org", NEWS).is_permitted


def test_a_shared_device_carries_no_no(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    ada, ben = known(gate, ADA), known(gate, "email:ben@example.org")
    for person in (ada, ben):
        gate.record(newcomer(gate, "device:tablet-1", person)[:1])
    gate.record([yes(gate, ada), yes(gate, ben)])

    shop.clock.now += SECOND
    gate.record([no(gate, ada)])

    assert gate.decide("email:ben@example.org", NEWS).is_permitted


def test_two_processes_that_tell_of_the_same_persons_lose_nothing(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    file = shop.settings.folder / "placket.toml"
    file.write_text(write_settings(shop.settings))
    command = [sys.executable, "-m", "tests.contract.test_gate_newcomers", str(file)]
    running = [
        subprocess.Popen([*command, str(mine)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for mine in (0, 1)
    ]

    ended = [(process.communicate()[1], process.returncode) for process in running]

    assert ended == [("", 0), ("", 0)]
    for subject in PERSONS:
        holders = gate.ledger.holders(gate.hash_of(gate.identifier(subject)))
        assert len(holders) == 1, subject
        facts = gate.ledger.facts_of(holders[0])
        by = {f.by for f in facts if f.kind is Kind.HAPPENED}
        assert by == {"0", "1"}
    gate.sequence()
    assert gate.verify(standing=True).is_whole


def tell(settings: Settings, mine: int) -> None:
    """Tell that each person was met, as one of two processes."""
    with open_gate(settings, clock=Clock()) as gate:
        for subject in PERSONS if mine else PERSONS[::-1]:
            gate.record(_meeting(gate, subject, mine))


def _meeting(gate: Gate, subject: str, mine: int) -> list[Told]:
    person = gate.person_of(subject)
    made = person or new_person()
    met = Told(fact(gate, Kind.HAPPENED, made, what="order.placed", by=str(mine)))
    return [met] if person else [*newcomer(gate, subject, made), met]


if __name__ == "__main__":
    tell(read_settings(Path(sys.argv[1])), int(sys.argv[2]))
