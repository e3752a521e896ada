"""Publishing while another process appends and asks: each act falls before or after it."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from placket.decide.question import Question
from placket.facts import Kind
from placket.gate.in_force import LOOK
from placket.sources.told import Told
from tests.contract.gates import ADA, Clock, fact, known, policy, shop_in
from tests.property.counts import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.gate import Gate
    from tests.contract.gates import Shop
    from tests.counted import Counted

CALLS = Question(activity="care_quality")
PER_VERSION = 25


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when an act was under way, by one clock, and which version it went by."""

    began: float
    ended: float
    version: int


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    at = "placket.db"
    if request.param == "postgres":
        at = request.getfixturevalue("postgres_database")
    made = shop_in(tmp_path, at)
    yield made
    made.close()


def name_of(number: int) -> str:
    return f"v{number:05}"


def published(shop: Shop, gate: Gate, number: int) -> Span:
    """Publish a version; every other one knows an activity more."""
    began = time.monotonic()
    shop.clock.now += LOOK
    shop.publish(gate, policy(name_of(number), calls=bool(number % 2)))
    return Span(began, time.monotonic(), number)


def acted(gate: Gate, clock: Clock, person: str) -> tuple[Span, str, Span, bool]:
    """Tell one fact under the version in force, and ask one question."""
    clock.now += LOOK
    began = time.monotonic()
    version = gate.policy.front.version
    told = fact(gate, Kind.HAPPENED, person, what="seen", version=version)
    gate.append([Told(told)])
    between = time.monotonic()
    clock.now += LOOK
    codes = gate.decide(ADA, CALLS).codes
    asked = Span(between, time.monotonic(), 0)
    is_declared = "declared.activity" not in codes
    return Span(began, between, int(version[1:])), told.id, asked, is_declared


def may_be(act: Span, publication: Span) -> set[int]:
    """Return the versions that an act may go by: the new one once it is acknowledged."""
    before = {publication.version - 1} if act.began < publication.ended else set()
    after = {publication.version} if act.ended > publication.began else set()
    return before | after


def test_an_act_falls_before_a_publication_or_after_it(shop: Shop, counted: Counted) -> None:
    count = cases(quick=12, long=10_000)
    first = shop.create(policy(name_of(0)))
    person = known(first, ADA)
    second = shop.open()
    second.in_force.clock = clock = Clock(shop.clock.now)
    versions: dict[str, str] = {}

    for number in range(1, count // PER_VERSION + 1):
        start, spans = threading.Barrier(2), list[Span]()

        def publish(number: int = number, start: threading.Barrier = start) -> None:
            start.wait()
            spans.append(published(shop, first, number))  # noqa: B023 - it ends within the round

        publishing = threading.Thread(target=publish)
        publishing.start()
        start.wait()
        acts = [acted(second, clock, person) for _ in range(PER_VERSION)]
        publishing.join()
        for act, fact_id, asked, is_declared in acts:
            assert act.version in may_be(act, spans[0])
            assert is_declared in {bool(each % 2) for each in may_be(asked, spans[0])}
            versions[fact_id] = name_of(act.version)
        order = [act.version for act, *_ in acts]
        assert order == sorted(order)

    shop.clock.now = max(shop.clock.now, clock.now) + LOOK
    first.sequence()
    first.in_force.catch_up()
    kept = {f.id: f.version for f in first.facts(0, first.size()) if f.id in versions}
    assert kept == versions
    assert first.ledger.active_folds() == tuple(f.layout.digest for f in first.in_force.folds())
    assert first.verify(standing=True).is_whole
    counted("races of a publication and an append", count)
