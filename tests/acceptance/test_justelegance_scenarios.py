"""Scenarios of Just Elegance's clauses, told as facts and asked of fold and decide."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import placket
from placket.decide.decide import decide
from placket.decide.question import Decision, Question
from placket.facts import Fact, Kind
from placket.policy.compile import Policy
from placket.policy.load import load_policy
from placket.standing.fold import fold

DAY = 86_400_000_000
MINUTE = 60_000_000
TODAY = int(datetime(2026, 11, 24, 10, tzinfo=UTC).timestamp()) * 1_000_000
SOLD = ("got_from:data_subject", "by:this_retailer", "refusal_offered", "in:sale")


@pytest.fixture(scope="module")
def policy() -> Policy:
    path = Path(placket.__file__).parent / "policies" / "justelegance" / "policy.md"
    loaded = load_policy(path.read_text(encoding="utf-8"), "policy.md", on=date(2026, 11, 24))
    assert loaded.policy is not None
    return loaded.policy


def told(kind: Kind, days: float = -10, **parts: Any) -> Fact:
    """Return what happened to Priya, `days` from today."""
    at = TODAY + round(days * DAY)
    about: dict[str, Any] = {
        "id": f"{kind.value}@{days}",
        "person": "priya",
        "occurred_at": at,
        "recorded_at": at,
    }
    return Fact(kind=kind, **(about | parts))


LIVES = told(Kind.LOCATED, -100, region="GB")
VISIT = told(Kind.HAPPENED, -2, id="visit", what="visit.made")
ACCOUNT = told(Kind.RELATION_OPENED, -90, id="account", what="account", thing="a1")
ORDER = told(Kind.RELATION_OPENED, -20, id="order", what="order", thing="J-1")
PLACED = told(Kind.HAPPENED, -20, id="placed", what="order.placed", thing="J-1")
CONTACT = told(Kind.CONTACT_OBTAINED, -20, channel="email", marks=SOLD)
BUYER = (LIVES, ACCOUNT, ORDER, PLACED, CONTACT)
TICKED = told(
    Kind.CONSENT_GIVEN, what="email_marketing", channel="email", marks=("wording:news-1",)
)


def asked(policy: Policy, facts: tuple[Fact, ...], minutes: float = 5, **question: Any) -> Decision:
    """Return the decision about Priya, some minutes after ten o'clock today."""
    standing = fold(policy, "priya", facts)
    return decide(policy, standing, Question(**question), TODAY + round(minutes * MINUTE))


def mailed(policy: Policy, activity: str, *facts: Fact) -> Decision:
    return asked(policy, facts, activity=activity, channel="email")


@pytest.mark.clause("JE-011")
def test_browsing_history_serves_the_purposes_that_the_policy_names(policy: Policy) -> None:
    facts = (LIVES, VISIT)

    monitored = asked(policy, facts, activity="monitor_site", data=("browsing_history", "location"))
    shipped = asked(policy, (*facts, *BUYER), activity="ship_order", data=("browsing_history",))

    assert monitored.is_permitted
    assert monitored.data == ("browsing_history", "location")
    assert shipped.codes == ("declared.data",)


@pytest.mark.clause("JE-030")
def test_who_bought_nothing_is_written_to_after_a_yes_only(policy: Policy) -> None:
    empty = mailed(policy, "newsletter", LIVES, ACCOUNT)
    ticked = mailed(policy, "newsletter", LIVES, ACCOUNT, TICKED)

    assert "basis.consent_not_given" in empty.codes
    assert ticked.codes[0] == "permitted.consent"
    assert [(r.clause, r.fact) for r in ticked.because] == [("JE-030", ""), ("JE-030", TICKED.id)]


@pytest.mark.clause("JE-031")
def test_a_buyer_is_told_of_offers_and_who_bought_nothing_is_not(policy: Policy) -> None:
    buyer = mailed(policy, "offers_to_buyers", *BUYER)
    visitor = mailed(policy, "offers_to_buyers", LIVES, ACCOUNT)

    assert buyer.codes[0] == "permitted.legitimate_interest"
    assert {reason.clause for reason in buyer.because} == {"JE-031"}
    assert {"role.not_concerned", "channel.no_soft_opt_in"} <= set(visitor.codes)


@pytest.mark.clause("JE-032")
def test_a_buyers_no_at_registration_outranks_the_interest(policy: Policy) -> None:
    refused = told(Kind.CONSENT_REFUSED, -90, what="email_marketing", channel="email")

    decision = mailed(policy, "offers_to_buyers", *BUYER, refused)

    assert decision.codes == ("channel.refused",)
    assert decision.because[0].fact == refused.id


@pytest.mark.clause("JE-033")
def test_who_switches_marketing_off_at_ten_is_skipped_at_five_past(policy: Policy) -> None:
    earlier = (told(Kind.OBJECTED, 0), *BUYER)

    assert mailed(policy, "offers_to_buyers", *BUYER).is_permitted
    assert mailed(policy, "offers_to_buyers", *earlier).codes == ("objection.direct_marketing",)


@pytest.mark.clause("JE-037")
def test_a_replay_serves_the_site_after_a_yes_and_marketing_never(policy: Policy) -> None:
    yes = told(Kind.CONSENT_GIVEN, -2, what="analysis")
    facts = (LIVES, VISIT, yes)

    watched = asked(policy, facts, activity="replay_sessions", data=("session_replay",))
    unasked = asked(policy, facts[:2], activity="replay_sessions")
    sold = asked(
        policy,
        (*facts, *BUYER),
        activity="offers_to_buyers",
        channel="email",
        data=("session_replay",),
    )

    assert watched.is_permitted
    assert unasked.codes == ("device.no_consent",)
    assert sold.codes == ("declared.data",)


@pytest.mark.clause("JE-037")
def test_a_replay_is_gone_thirty_days_after_the_visit(policy: Policy) -> None:
    visit = told(Kind.HAPPENED, -31, what="visit.made")
    yes = told(Kind.CONSENT_GIVEN, -2, what="analysis")

    decision = asked(policy, (LIVES, visit, yes), activity="replay_sessions")

    assert decision.codes == ("retention.ended",)


@pytest.mark.clause("JE-042")
def test_a_recall_reaches_whoever_withdrew_every_consent(policy: Policy) -> None:
    facts = (*BUYER, told(Kind.CONSENT_WITHDRAWN, -1), told(Kind.OBJECTED, -1))

    decision = asked(policy, facts, activity="product_recall", occasion="recall-7")

    assert decision.codes[0] == "permitted.legal_obligation"
    assert "email" in decision.data


@pytest.mark.clause("JE-061")
def test_a_payment_is_looked_into_with_a_refund_case_only(policy: Policy) -> None:
    refund = told(Kind.RELATION_OPENED, -1, what="refund", thing="7")
    look: dict[str, Any] = {"activity": "look_up_payment", "actor": "customer_care"}

    without = asked(policy, BUYER, **look)
    opened = asked(policy, (*BUYER, refund), **look, case="7", recipient="payment_processor")

    assert {"situation.closed", "access.no_open_case"} <= set(without.codes)
    assert opened.is_permitted
    assert opened.data == ("payment_details",)


@pytest.mark.clause("JE-081")
def test_who_wants_the_sale_only_hears_of_no_events(policy: Policy) -> None:
    off = told(Kind.PREFERENCE_OFF, -1, what="topic:events")

    events = mailed(policy, "event_announcement", *BUYER, off)
    sale = mailed(policy, "sale_announcement", *BUYER, off)

    assert events.codes == ("preference.topic",)
    assert sale.is_permitted


@pytest.mark.clause("JE-081")
def test_an_unsubscribe_that_keeps_a_topic_keeps_it(policy: Policy) -> None:
    kept = told(Kind.CONSENT_WITHDRAWN, -1, channel="email", marks=("keep:newsletter",))

    newsletter = mailed(policy, "newsletter", LIVES, ACCOUNT, TICKED, kept)
    events = mailed(policy, "newsletter_events", LIVES, ACCOUNT, TICKED, kept)

    assert newsletter.is_permitted
    assert events.codes == ("channel.refused",)


@pytest.mark.clause("JE-083")
def test_a_tick_at_checkout_works_before_any_message(policy: Policy) -> None:
    ticked = told(Kind.CONSENT_REFUSED, -20, channel="email")
    unoffered = told(Kind.CONTACT_OBTAINED, -20, channel="email", marks=SOLD[:2] + SOLD[3:])

    assert mailed(policy, "offers_to_buyers", *BUYER, ticked).codes == ("channel.refused",)
    assert mailed(policy, "offers_to_buyers", *BUYER[:-1], unoffered).codes == (
        "channel.no_soft_opt_in",
    )
