"""Applying a plan: source by source, what is left, what is not done twice, who may."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from placket.plan.apply import (
    Applied,
    TakenOver,
    TargetRefuses,
    TargetUnreachable,
    apply,
)
from placket.plan.inventory import At
from placket.plan.plan import Action, Because, Change, Plan, Seen, StalePlan, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from placket.plan.apply import Point, Work

REASON = Because(law="GDPR Art. 17(1)")
ONE = At(source="shop", table="customer", key=(("id", 1),))
TWO = At(source="mail", table="letter", key=(("id", 2),))


def step(at: At, action: Action) -> Step:
    return Step(source=at.source, table=at.table, action=action, rows=(at.key,), because=REASON)


PLAN = Plan(
    request="r_1",
    right="erasure",
    person="p_1",
    policy="a policy",
    made_at=1,
    steps=(
        step(ONE, Action.BLANK),
        step(TWO, Action.DELETE),
        step(ONE, Action.DELETE),
        step(TWO, Action.KEEP),
    ),
    seen=(Seen(at=TWO, digest="b"), Seen(at=ONE, digest="a")),
)


@dataclass
class Place:
    """A source that does what it is told, or raises; it keeps what is done and the fence."""

    refusal: Exception | None = None
    fence: int = 0
    works: list[Work] = field(default_factory=list)

    def carry_out(self, work: Work, *, point: Point) -> None:
        if self.refusal is not None:
            raise self.refusal
        if work.fence < self.fence:
            raise TakenOver
        self.fence = work.fence
        if work.plan not in {each.plan for each in self.works}:
            point("before commit")
            self.works.append(work)


@dataclass
class Told:
    """A journal in memory."""

    numbers: set[int] = field(default_factory=set)

    def carried(self) -> frozenset[int]:
        return frozenset(self.numbers)

    def carry(self, numbers: Sequence[int]) -> None:
        self.numbers |= set(numbers)


class Killed(Exception):
    """The process died."""


def killing(name: str) -> Callable[[str], None]:
    def point(passed: str) -> None:
        if passed == name:
            raise Killed

    return point


def test_each_source_does_its_steps_with_its_rows_in_the_plans_order() -> None:
    shop, mail, journal = Place(), Place(), Told()

    applied = apply(PLAN, targets={"mail": mail, "shop": shop}, journal=journal, fence=7)

    assert applied == Applied(done=("shop", "mail"))
    assert applied.is_whole
    assert journal.numbers == {1, 2, 3}
    (work,) = shop.works
    assert (work.request, work.plan, work.fence) == ("r_1", PLAN.digest(), 7)
    assert work.steps == ((1, PLAN.steps[0]), (3, PLAN.steps[2]))
    assert work.seen == (Seen(at=ONE, digest="a"),)
    assert [each.steps for each in mail.works] == [((2, PLAN.steps[1]),)]


def test_a_source_that_is_away_is_left_and_done_by_the_next_application() -> None:
    shop, mail, journal = Place(TargetUnreachable("`shop` did not answer")), Place(), Told()
    targets = {"shop": shop, "mail": mail}

    first = apply(PLAN, targets=targets, journal=journal, fence=1)
    told = frozenset(journal.numbers)
    shop.refusal = None
    second = apply(PLAN, targets=targets, journal=journal, fence=2)

    assert first == Applied(done=("mail",), left={"shop": "`shop` did not answer"})
    assert not first.is_whole
    assert told == {2}
    assert second == Applied(done=("shop", "mail"))
    assert (len(shop.works), len(mail.works), journal.numbers) == (1, 1, {1, 2, 3})


def test_a_refusal_is_told_in_its_own_words_or_in_those_of_its_kind() -> None:
    journal = Told()
    targets = {"shop": Place(TargetRefuses()), "mail": Place(TargetRefuses("by a key"))}

    applied = apply(PLAN, targets=targets, journal=journal, fence=1)

    assert applied.left == {
        "shop": "the source refuses what the plan does there; nothing was written.",
        "mail": "by a key",
    }
    assert journal.numbers == set()


def test_a_source_without_a_way_to_it_is_left() -> None:
    applied = apply(PLAN, targets={"shop": Place()}, journal=Told(), fence=1)

    assert applied == Applied(
        done=("shop",), left={"mail": "the settings name no way to this source"}
    )


@pytest.mark.parametrize("refusal", [StalePlan((Change(at=ONE, how="gone"),)), TakenOver()])
def test_a_stale_plan_or_a_lost_lease_ends_it_before_the_next_source(refusal: Exception) -> None:
    mail, journal = Place(), Told()

    with pytest.raises(type(refusal)):
        apply(PLAN, targets={"shop": Place(refusal), "mail": mail}, journal=journal, fence=1)

    assert (mail.works, journal.numbers) == ([], set())


def test_a_worker_whose_lease_is_older_than_the_sources_is_refused() -> None:
    shop, mail, journal = Place(fence=2), Place(), Told()

    with pytest.raises(TakenOver):
        apply(PLAN, targets={"shop": shop, "mail": mail}, journal=journal, fence=1)

    assert (shop.works, mail.works, journal.numbers) == ([], [], set())


@pytest.mark.parametrize(
    ("at", "told", "done"),
    [
        ("before commit", set(), 0),
        ("shop done", set(), 1),
        ("shop recorded", {1, 3}, 1),
        ("mail done", {1, 3}, 1),
        ("mail recorded", {1, 2, 3}, 1),
    ],
)
def test_a_kill_anywhere_is_mended_by_the_next_application(
    at: str, told: set[int], done: int
) -> None:
    shop, mail, journal = Place(), Place(), Told()
    targets = {"shop": shop, "mail": mail}

    with pytest.raises(Killed):
        apply(PLAN, targets=targets, journal=journal, fence=1, point=killing(at))
    found = (set(journal.numbers), len(shop.works))
    applied = apply(PLAN, targets=targets, journal=journal, fence=2)

    assert found == (told, done)
    assert applied == Applied(done=("shop", "mail"))
    assert (len(shop.works), len(mail.works), journal.numbers) == (1, 1, {1, 2, 3})


def test_a_plan_applied_twice_asks_no_source_again() -> None:
    journal = Told()
    targets = {"shop": Place(), "mail": Place()}
    apply(PLAN, targets=targets, journal=journal, fence=1)
    gone = {name: Place(TargetUnreachable()) for name in targets}

    again = apply(PLAN, targets=gone, journal=journal, fence=2)

    assert again == Applied(done=("shop", "mail"))


def test_what_only_shows_or_restricts_is_no_sources_work() -> None:
    steps = (step(ONE, Action.SHOW), step(ONE, Action.WITHHOLD), step(TWO, Action.RESTRICT))
    plan = Plan(
        request="r_1", right="access", person="p_1", policy="", made_at=1, steps=steps, seen=()
    )
    journal = Told()

    applied = apply(plan, targets={}, journal=journal, fence=1)

    assert (applied, journal.numbers) == (Applied(), set())
