"""Races of two processes at one ledger, each explained by an order of what both did."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.settings import write_settings
from tests.contract.gates import policy, shop_in
from tests.contract.raced import RACES, People, ends, step
from tests.contract.racing import NEWS, NOW, subject_of
from tests.forked import run_forked
from tests.property.counts import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.gate import Gate
    from tests.contract.gates import Shop
    from tests.contract.raced import Race
    from tests.counted import Counted

LIMIT = """- limit: weekly
  purpose: direct_marketing
  channels: [email]
  allow: {at_most: 2, each: week}
- retain: all"""

COUNT = cases(quick=12, long=10_000)
"""Races of each kind, on each store."""


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    at = "placket.db"
    if request.param == "postgres":
        at = request.getfixturevalue("postgres_database")
    made = shop_in(tmp_path, at)
    (tmp_path / "placket.toml").write_text(write_settings(made.settings))
    yield made
    made.close()


def raced(shop: Shop, kind: str, count: int) -> Gate:
    """Run so many races of a kind; return a gate on what they left."""
    gate = shop.create(policy("v1").replace("- retain: all", LIMIT))
    ran = run_forked("tests.contract.racing:main", str(shop.settings.folder), kind, str(count))
    assert (ran.returncode, ran.stderr) == (0, "")
    shop.clock.now = NOW
    gate.sequence()
    return gate


def answers_of(shop: Shop) -> list[tuple[list[object], list[object]]]:
    """Return what both sides were answered, by race."""
    files = [shop.settings.folder / f"answers-{mine}.json" for mine in (0, 1)]
    mine, theirs = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    return list(zip(mine, theirs, strict=True))


def written_of(gate: Gate) -> dict[str, list[str]]:
    """Return the ids that each race has written, in the order of the tree."""
    found: dict[str, list[str]] = defaultdict(list)
    for fact in gate.facts(0, gate.size()):
        race, _, rest = fact.id.partition(".")
        if rest[:1] in {"a", "b", "s"}:
            found[race].append(fact.id)
    return found


def expect_explained(
    gate: Gate, race: Race, answers: tuple[list[object], list[object]], written: list[str]
) -> None:
    """Fail unless some order of both sides' acts gives every answer and what stands now."""
    assert race.start is not None
    names = [name for name, _ in race.start.yeses]
    may = {name: gate.decide(subject_of(race, name), NEWS).is_permitted for name in names}

    found = [
        end
        for end in ends(race.start, race.sides, answers, step)
        if list(end.written) == written and {name: end.may(name) for name in names} == may
    ]

    assert found, f"no order explains race {race}: {answers}, {written}, {may}"


def expect_one_each(gate: Gate, race: Race) -> None:
    """Fail unless whom both met is one person, of whom both have told."""
    for name in ("x", "y"):
        holders = gate.ledger.holders(gate.hash_of(gate.identifier(subject_of(race, name))))
        assert len(holders) == 1, f"{len(holders)} persons in race {race.number}"
        facts = gate.ledger.facts_of(holders[0])
        assert sum(fact.kind is Kind.CONSENT_GIVEN for fact in facts) == 2


def expect_races(shop: Shop, kind: str, count: int) -> None:
    gate = raced(shop, kind, count)
    written = written_of(gate)
    for number, answers in enumerate(answers_of(shop)):
        race = RACES[kind](number)
        if race.start is None:
            expect_one_each(gate, race)
        else:
            expect_explained(gate, race, answers, written[f"r{number}"])
    found = gate.verify(standing=True)
    assert (found.damage, found.unplaced) == (None, 0)


def test_what_two_writers_did_at_once_they_did_one_after_the_other(
    shop: Shop, counted: Counted
) -> None:
    expect_races(shop, "writers", COUNT)

    counted("races of two writers", COUNT)


def test_a_no_wins_over_a_merge_whichever_comes_first(shop: Shop, counted: Counted) -> None:
    expect_races(shop, "merges", COUNT)

    counted("races of a merge and a withdrawal", COUNT)


def test_the_oracle_finds_what_no_order_explains() -> None:
    race = RACES["writers"](2)
    start = People(yeses=(("x", 0),))

    explained = list(ends(start, race.sides, (["permit", "deny"], [1, "deny"]), step))
    lost = list(ends(start, race.sides, (["deny", "permit"], [1, "deny"]), step))

    assert {end.written for end in explained} == {("r2.a1", "r2.b1")}
    assert lost == []
