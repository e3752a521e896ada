from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import OPEN, Fact, Kind
from placket.policy.period import parse_period
from placket.policy.rules import Retain
from placket.standing.standing import (
    ALWAYS,
    Interval,
    UnnamedCondition,
    condition_names,
    retain_name,
)
from tests.unit.standing.telling import day, shop, standing_of, told

if TYPE_CHECKING:
    from placket.policy.compile import Policy

HOUR = 3_600_000_000
STATUSES = """
- status: active
  holds_while: [10 days from last order.placed, case is open]
- status: silent
  holds_after: 20 days from last interaction
"""


def placed(on: float, **parts: Any) -> Fact:
    return told(Kind.HAPPENED, on, what="order.placed", **parts)


def opened(on: float, thing: str = "", what: str = "case") -> Fact:
    return told(Kind.RELATION_OPENED, on, what=what, thing=thing)


def closed(on: float, thing: str = "", what: str = "case") -> Fact:
    return told(Kind.RELATION_CLOSED, on, what=what, thing=thing)


def kept(period: str, *facts: Fact) -> Interval | None:
    policy: Policy = shop(STATUSES, kept=period)
    (rule,) = policy.rules(Retain)
    return standing_of(policy, *facts).get(retain_name(rule))


@pytest.mark.parametrize(
    ("period", "interval"),
    [
        ("until asked", (ALWAYS, OPEN, "")),
        ("10 days from call.ended", (ALWAYS, OPEN, "")),
        ("10 days from last order.placed", (ALWAYS, day(15), "happened@5")),
        ("10 days from last order.placed by (web)", (ALWAYS, day(13), "happened@3")),
        ("10 days from last order.placed by (store)", (ALWAYS, OPEN, "")),
        ("until order.placed", (ALWAYS, day(5), "happened@5")),
        ("10 days from order.placed to the end of the month", (ALWAYS, day(30.5), "happened@5")),
        (
            "10 days from order.placed to the end of the calendar year",
            (ALWAYS, day(364.5), "happened@5"),
        ),
        (
            "10 days from order.placed to the end of the accounting year",
            (ALWAYS, day(150.5) - HOUR, "happened@5"),
        ),
        ("while active then 1 day", (day(5), day(16), "happened@5")),
        ("while nothing", None),
        ("while order is open", None),
        ("latest of (while order is open, order.placed + 3 days)", (ALWAYS, day(8), "happened@5")),
        ("latest of (while order is open, while return is open)", None),
    ],
)
def test_a_period_runs_from_the_newest_event_that_its_phrase_names(
    period: str, interval: Interval | None
) -> None:
    facts = (placed(3, channel="web"), placed(5, channel="app"))

    assert kept(period, *facts) == interval


def test_the_latest_of_several_runs_from_the_first_to_the_last() -> None:
    period = "latest of (while silent, order.placed + 90 days)"

    assert kept(period, placed(1), told(Kind.INTERACTED, 2)) == (ALWAYS, OPEN, "interacted@2")


def test_what_was_open_without_a_gap_is_one_time() -> None:
    facts = (opened(1, "a"), opened(2, "b"), closed(3, "a"), closed(5, "b"))

    assert kept("while case is open", *facts) == (day(1), day(5), "relation_opened@2")


def test_an_inner_time_does_not_shorten_the_outer() -> None:
    facts = (opened(1, "a"), opened(2, "b"), closed(3, "b"), closed(5, "a"))

    assert kept("while case is open", *facts) == (day(1), day(5), "relation_opened@1")


def test_before_a_gap_nothing_matters_any_more() -> None:
    facts = (opened(1, "a"), closed(2, "a"), opened(4, "b"))

    assert kept("while case is open", *facts) == (day(4), OPEN, "relation_opened@4")


def test_an_end_without_a_thing_ends_what_had_begun() -> None:
    facts = (opened(1, "a"), closed(2), opened(4, "b"))

    assert kept("while case is open", *facts) == (day(4), OPEN, "relation_opened@4")


def test_an_end_told_for_before_the_beginning_ends_it_at_once() -> None:
    facts = (opened(4, "a"), closed(2, "a"))

    assert kept("while case is open then 1 day", *facts) == (day(4), day(5), "relation_opened@4")


def test_an_opening_told_twice_is_one() -> None:
    facts = (opened(1, "a"), opened(3, "a"), closed(2, "a"))

    assert kept("while case is open", *facts) == (day(1), day(2), "relation_opened@1")


def test_who_never_bought_is_no_customer() -> None:
    assert standing_of(shop(STATUSES), told(Kind.INTERACTED)).get("status.active") is None


def test_a_status_of_the_latest_counts_from_its_events_too() -> None:
    status = "status: active\nholds_while: latest of (10 days from order.placed, case is open)"
    status = status.replace("case", "while case")

    assert standing_of(shop(status), told(Kind.INTERACTED)).get("status.active") is None
    assert standing_of(shop(status), placed(1)).get("status.active") == (
        day(1),
        day(11),
        "happened@1",
    )


def test_silence_begins_in_the_future() -> None:
    standing = standing_of(shop(STATUSES), told(Kind.INTERACTED, 2))

    assert standing.get("status.silent") == (day(22), OPEN, "interacted@2")


def test_who_never_came_is_not_silent() -> None:
    assert standing_of(shop(STATUSES), placed(1)).get("status.silent") is None


def test_silence_after_no_event_never_begins() -> None:
    status = "status: silent\nholds_after: until asked"

    assert standing_of(shop(status), placed(1)).get("status.silent") is None


def test_two_rules_of_one_clause_have_a_clock_each() -> None:
    rules = """
- retain: [email]
  for: 1 day from order.placed
  regions: [home]
- retain: [email]
  for: 2 days from order.placed
  ground: duty
"""
    standing = standing_of(shop(rules), placed(1))

    assert {name: held[1] for name, held in standing.dense.items() if "G-001" in name} == {
        "retain.G-001.email.home.1_day_from_order.placed": day(2),
        "retain.G-001.email.duty.2_days_from_order.placed": day(3),
    }


def test_a_condition_names_open_relations_and_statuses() -> None:
    period = parse_period("latest of (while case is open, while active)")

    assert condition_names(period) == ("open.case", "status.active")


def test_a_period_is_no_condition() -> None:
    with pytest.raises(UnnamedCondition, match=r"^1 day from order\.placed$"):
        condition_names(parse_period("1 day from order.placed"))


def test_a_month_counts_by_the_clock_on_the_wall() -> None:
    # The clocks go forward on 29 March, the 87th day.
    assert kept("1 month from order.placed", placed(80)) == (
        ALWAYS,
        day(111) - HOUR,
        "happened@80",
    )


def test_of_several_channels_the_newest_event_counts() -> None:
    by_two = "10 days from last order.placed by (web, app)"
    facts = (placed(5, id="a", channel="web"), placed(3, id="z", channel="app"))
    met = (told(Kind.INTERACTED, 4, channel="web"), told(Kind.INTERACTED, 6, channel="app"))

    assert kept(by_two, *facts) == (ALWAYS, day(15), "a")
    assert kept("1 day from last interaction by (app, web)", *met) == (
        ALWAYS,
        day(7),
        "interacted@6",
    )


def test_the_end_of_a_relation_starts_a_clock() -> None:
    assert kept("1 day from case.closed", opened(1, "a"), closed(3, "a")) == (
        ALWAYS,
        day(4),
        "relation_closed@3",
    )


def test_of_two_that_end_together_the_greater_fact_is_told() -> None:
    facts = (
        told(Kind.HAPPENED, 1, id="z", what="a.done"),
        told(Kind.HAPPENED, 1, id="b", what="b.done"),
    )

    assert kept("latest of (1 day from a.done, 1 day from b.done)", *facts) == (
        ALWAYS,
        day(2),
        "z",
    )
    assert kept("latest of (1 day from b.done, 1 day from a.done)", *facts) == (
        ALWAYS,
        day(2),
        "z",
    )


def test_what_begins_as_the_other_ends_goes_on_without_a_gap() -> None:
    facts = (opened(1, "a"), closed(2, "a"), opened(2, "b"), closed(3, "b"))

    assert kept("while case is open", *facts) == (day(1), day(3), "relation_opened@2")


def test_of_two_that_are_open_to_the_same_end_the_first_is_told() -> None:
    facts = (opened(1, "a"), opened(2, "b"), closed(5))

    assert kept("while case is open", *facts) == (day(1), day(5), "relation_opened@1")


def test_an_end_at_the_moment_of_the_beginning_ends_it_and_one_of_nothing_ends_nothing() -> None:
    nothing = told(Kind.RELATION_CLOSED, 3, what="lease", thing="x")

    assert kept("while case is open", opened(2, "a"), closed(2), nothing) == (
        day(2),
        day(2),
        "relation_opened@2",
    )


TWO = """
status: active
holds_while: [10 days from last order.placed, while case is open then 1 day]
"""
LOYAL = """
- status: loyal
  holds_while: [active]
- status: active
  holds_while: [10 days from last order.placed, 10 days from last visit.made]
"""


@pytest.mark.parametrize(
    ("facts", "held"),
    [
        ((placed(5), opened(1), closed(6)), (day(1), day(15), "happened@5")),
        ((placed(5), opened(1), closed(20)), (day(1), day(21), "relation_opened@1")),
        ((placed(1), opened(5), closed(6)), (day(1), day(11), "happened@1")),
        ((placed(1), opened(5)), (day(1), OPEN, "relation_opened@5")),
        ((placed(30), opened(1), closed(6)), (day(30), day(40), "happened@30")),
    ],
)
def test_a_status_holds_without_a_gap_by_whichever_of_its_conditions(
    facts: tuple[Fact, ...], held: Interval
) -> None:
    assert standing_of(shop(TWO), *facts).get("status.active") == held


def test_of_conditions_that_are_met_alike_the_first_of_the_rule_is_told() -> None:
    facts = (placed(1, id="z"), told(Kind.HAPPENED, 1, id="b", what="visit.made"))

    standing = standing_of(shop(LOYAL), *facts)

    assert standing.get("status.active") == (day(1), day(11), "z")
    assert standing.get("status.loyal") == (day(1), day(11), "z")
