"""Until when a contact rule is used up, by which of the messages that were sent."""

from __future__ import annotations

import pytest

from placket.facts import OPEN, Fact, Kind
from placket.standing.standing import ALWAYS, Interval
from tests.unit.standing.telling import day, shop, standing_of, told

ACTS = """
- activity: newsletter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: [email, sms]
- activity: care
  purpose: customer_service
  uses: [email]
  basis: legitimate_interest
  channel: [email, sms]
"""


def sent(on: float, **parts: str) -> Fact:
    return told(Kind.SENT, on, **({"activity": "newsletter", "channel": "email"} | parts))


def blocked(limit: str, *facts: Fact) -> Interval | None:
    policy = shop(ACTS, f"limit: calm\n{limit}")
    return standing_of(policy, *facts).get("rate.calm")


MONTHLY = "purpose: direct_marketing\nallow: {at_most: 1, each: month}"


def test_a_message_uses_up_the_month_that_begins_with_it() -> None:
    assert blocked(MONTHLY) is None
    assert blocked(MONTHLY, sent(3)) == (ALWAYS, day(34), "sent@3")
    assert blocked(MONTHLY, sent(3), sent(9)) == (ALWAYS, day(40), "sent@9")


def test_where_no_time_and_no_number_is_named_one_a_month_is_meant() -> None:
    assert blocked("purpose: direct_marketing\nallow: {at_most: 1}", sent(3)) == (
        ALWAYS,
        day(34),
        "sent@3",
    )
    assert blocked("purpose: direct_marketing\nallow: {each: 2 weeks}", sent(3)) == (
        ALWAYS,
        day(17),
        "sent@3",
    )


def test_of_several_the_one_that_leaves_its_time_in_turn_sets_the_rate_free() -> None:
    two = "purpose: direct_marketing\nallow: {at_most: 2, each: month}"

    assert blocked(two, sent(3)) is None
    assert blocked(two, sent(3), sent(9)) == (ALWAYS, day(34), "sent@3")
    assert blocked(two, sent(3), sent(9), sent(20)) == (ALWAYS, day(40), "sent@9")


def test_the_later_of_two_messages_may_leave_its_month_the_sooner() -> None:
    # 30 January at 23:30 ends on 28 February then, and 31 January at 1:00 ends at 1:00.
    late, early = sent(29.48), sent(29.54)

    assert blocked(MONTHLY, late, early) == (ALWAYS, day(58.48), "sent@29.48")


@pytest.mark.parametrize(
    ("limit", "parts", "counts"),
    [
        ("purpose: direct_marketing", {}, True),
        ("purpose: direct_marketing", {"activity": "care"}, False),
        ("activities: [care]", {"activity": "care"}, True),
        ("activities: [care]", {}, False),
        ("activities: [newsletter]\nchannels: [email]", {}, True),
        ("activities: [newsletter]\nchannels: [email]", {"channel": "sms"}, False),
        ("activities: [care]\nchannels: [email]", {}, False),
    ],
)
def test_only_messages_that_the_limit_names_are_counted(
    limit: str, parts: dict[str, str], *, counts: bool
) -> None:
    found = blocked(f"{limit}\nallow: {{at_most: 1, each: week}}", sent(1, **parts))

    assert found == ((ALWAYS, day(8), "sent@1") if counts else None)


EACH_ORDER = "activities: [care]\nallow: {at_most: 1, each: order}"


def test_a_rate_for_each_order_counts_from_the_newest_order_and_ends_with_the_next() -> None:
    def order(on: float) -> Fact:
        return told(Kind.RELATION_OPENED, on, what="order", thing=f"t{on}")

    first, again = sent(1, activity="care"), sent(5, activity="care")

    assert blocked(EACH_ORDER, first) == (ALWAYS, OPEN, "sent@1")
    assert blocked(EACH_ORDER, first, order(1)) == (ALWAYS, OPEN, "sent@1")
    assert blocked(EACH_ORDER, first, order(3)) is None
    assert blocked(EACH_ORDER, first, order(3), again) == (ALWAYS, OPEN, "sent@5")
    assert blocked(EACH_ORDER, again, order(7), order(3)) is None


AFTER = "activities: [care]\nafter: 4 days from last call.ended"


def test_a_rate_after_an_event_begins_when_its_time_is_over() -> None:
    called, message = told(Kind.HAPPENED, 2, what="call.ended"), sent(1, activity="care")
    once = f"{AFTER}\nallow: {{at_most: 1, each: month}}"
    never = f"{AFTER}\nallow: {{at_most: 0}}"

    assert blocked(once, called, message) == (day(6), day(32), "sent@1")
    assert blocked(once, message) == (OPEN, day(32), "sent@1")
    assert blocked(never, called) == (day(6), OPEN, "")
    assert blocked(never, called, message) == (day(6), OPEN, "")
    assert blocked("activities: [care]\nallow: {at_most: 0}") == (ALWAYS, OPEN, "")


def test_a_rate_after_what_is_no_event_has_always_begun() -> None:
    once = "activities: [care]\nafter: while silent\nallow: {at_most: 1, each: week}"

    assert blocked(once, sent(1, activity="care")) == (ALWAYS, day(8), "sent@1")


def test_a_limit_that_allows_nothing_by_number_is_no_rate() -> None:
    assert blocked("activities: [care]", sent(1, activity="care")) is None
