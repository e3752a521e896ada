"""Kept sets: a count by bitmap is the count by SQL, after whatever happens in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.decide.decide import Prepared, prepare
from placket.decide.question import Question
from placket.facts import Kind
from placket.gate import bitmaps
from placket.gate.bitmaps import MOST, TERM, by_set, counted, kept_set
from placket.gate.gate import new_person
from placket.gate.opening import publish
from tests.contract.gates import NOON, Shop, fact, known, no, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.gate import Gate

pytest.importorskip("pyroaring")

NEWS = Question(activity="newsletter", channel="email")
READERS = tuple(f"email:reader{number}@example.org" for number in range(5))


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    is_server = request.param == "postgresql"
    ledger = request.getfixturevalue("postgres_database") if is_server else "placket.db"
    made = shop_in(tmp_path, ledger)
    yield made
    made.close()


@pytest.fixture
def gate(shop: Shop) -> Gate:
    """Return a gate on an installation where five persons said yes, and a set is kept of them."""
    made = shop.create(policy("v1"))
    made.record([yes(made, known(made, reader)) for reader in READERS])
    keep(made)
    return made


def asked(gate: Gate) -> Prepared:
    return prepare(gate.policy, NEWS)


def keep(gate: Gate) -> None:
    """Count twice, as where a count is slow."""
    for _ in range(2):
        counted(gate.ledger, asked(gate), gate.now(), slow_seconds=0)


def by_bitmap(gate: Gate) -> int | None:
    """Return what the kept set counts now, None where none serves."""
    kept = kept_set(gate.ledger, asked(gate))
    if kept is None or not kept.serves(gate.now()):
        return None
    return by_set(gate.ledger, asked(gate), kept, gate.now())


def listed(gate: Gate, question: Question = NEWS) -> list[str]:
    return list(gate.eligible(question))


def test_a_kept_set_counts_who_is_listed(gate: Gate) -> None:
    assert by_bitmap(gate) == gate.count(NEWS) == len(listed(gate)) == 5


def test_one_slow_count_keeps_no_set(shop: Shop) -> None:
    gate = shop.create(policy("v1"))

    counted(gate.ledger, asked(gate), gate.now(), slow_seconds=0)

    assert by_bitmap(gate) is None


def test_a_quick_count_keeps_nothing(shop: Shop) -> None:
    gate = shop.create(policy("v1"))

    counted(gate.ledger, asked(gate), gate.now(), slow_seconds=60)

    assert kept_set(gate.ledger, asked(gate)) is None


def test_what_another_process_appends_is_counted_at_once(gate: Gate, shop: Shop) -> None:
    other = shop.open()
    other.append([no(other, known(other, READERS[0]))])
    other.append([yes(other, known(other, "email:newcomer@example.org"))])
    other.append([no(other, known(other, READERS[1]))])

    assert by_bitmap(gate) == by_bitmap(other) == len(listed(gate)) == 4


def test_who_is_new_is_counted_whatever_made_them_known(shop: Shop) -> None:
    gate = shop.create(policy("v1", calls=True))
    calls = prepare(gate.policy, Question(activity="care_quality"))
    known(gate, READERS[0])
    for _ in range(2):
        counted(gate.ledger, calls, gate.now(), slow_seconds=0)

    # No fold reads that data were used; the person stands in the ledger all the same.
    used = fact(gate, Kind.USED, new_person(), activity="care_quality")
    gate.ledger.append([used], gate.in_force.folds(), now=gate.now())

    kept = kept_set(gate.ledger, calls)
    assert kept is not None
    assert by_set(gate.ledger, calls, kept, gate.now()) == len(listed(gate, calls.question)) == 2


@pytest.mark.usefixtures("gate")
def test_the_set_of_one_process_serves_another(shop: Shop) -> None:
    assert by_bitmap(shop.open()) == 5


def test_a_person_who_is_erased_is_counted_no_more(gate: Gate) -> None:
    gate.erase(known(gate, READERS[0]), by="test", route="test")

    assert by_bitmap(gate) == len(listed(gate)) == 4


def test_two_persons_who_become_one_are_counted_once_and_apart_again(
    gate: Gate, shop: Shop
) -> None:
    first, second = known(gate, READERS[0]), known(gate, READERS[1])
    link = fact(gate, Kind.IDENTITY_LINKED, first, about=second)

    gate.ledger.append([link], gate.in_force.folds(), now=gate.now())
    together = by_bitmap(gate)
    shop.clock.now += TERM
    keep(gate)
    void = fact(gate, Kind.LINK_VOIDED, first, about=link.id)
    gate.ledger.append([void], gate.in_force.folds(), now=gate.now())

    assert together == 4
    assert by_bitmap(gate) == len(listed(gate)) == 5


def test_who_can_turn_by_time_alone_is_decided_anew(gate: Gate, shop: Shop) -> None:
    standing = gate.ledger.standing_of(known(gate, READERS[0]), gate.layout.digest)
    assert standing is not None
    (kept_until,) = {
        until for name, (_, until, _) in standing.dense.items() if name.startswith("retain.")
    }
    shop.clock.now = kept_until - 1
    gate.record([yes(gate, known(gate, "email:sixth@example.org"))])
    keep(gate)

    before = (by_bitmap(gate), len(listed(gate)))
    shop.clock.now = kept_until

    assert before == (6, 6)
    assert by_bitmap(gate) == len(listed(gate)) == 1


def test_a_set_serves_for_an_hour_and_not_before_it_was_made(gate: Gate, shop: Shop) -> None:
    found = []
    for now in (NOON - 1, NOON, NOON + TERM - 1, NOON + TERM):
        shop.clock.now = now
        found.append(by_bitmap(gate))

    assert found == [None, 5, 5, None]


def test_another_policy_has_another_set(gate: Gate) -> None:
    publish(gate, policy("v2", calls=True), "policy.md", by="test")

    assert by_bitmap(gate) is None
    assert gate.count(NEWS) == 5


def test_where_many_moved_the_database_counts(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    gate.record([no(gate, known(gate, reader)) for reader in READERS[:3]])
    monkeypatch.setattr(bitmaps, "MOST", 2)

    assert by_bitmap(gate) is None
    assert gate.count(NEWS) == 2
    assert MOST > 2


def test_without_the_package_the_database_counts(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bitmaps, "roaring", None)

    assert gate.count(NEWS) == 5
