"""Whom two processes meet at once is one person, and a no reaches all who share an address."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from placket.decide.question import Question
from placket.facts import Kind
from placket.gate.gate import new_person
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
    from collections.abc import Iterator

    from placket.gate.gate import Gate

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

    with first.loading():
        first.record(newcomer(first, ADA, mine))
    with second.loading():
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
