"""The index that pays: over a yes that the activity cannot do without, and none else."""

from datetime import date

import pytest

from placket.decide.condition import TRUE, All, AnyOf, Ended, Holds, Known, Not
from placket.decide.decide import Prepared, prepare
from placket.decide.index import suggested_index, suggested_indexes
from placket.decide.question import Question
from placket.policy.load import load_policy
from placket.standing.layout import Layout, layout_of
from tests.contract.gates import policy as written
from tests.unit.decide.by_hand import asks
from tests.unit.standing.telling import shop

LOADED = load_policy(written("v1", calls=True), "policy.md", on=date(2026, 11, 24)).policy
assert LOADED is not None
POLICY = LOADED
LAYOUT = layout_of(POLICY)


def test_an_activity_on_consent_has_an_index_over_who_said_yes() -> None:
    prepared = prepare(POLICY, Question(activity="newsletter", channel="email"))

    index = suggested_index(prepared, LAYOUT)

    assert index[0] == "consent.news.email"
    assert len(set(index)) == len(index)
    assert set(index) <= set(LAYOUT.names)


def test_an_activity_that_anybody_may_be_permitted_has_none() -> None:
    prepared = prepare(POLICY, Question(activity="care_quality"))

    index = suggested_index(prepared, LAYOUT)

    assert index == ()


def test_activities_that_need_one_yes_share_an_index() -> None:
    indexes = suggested_indexes(POLICY, LAYOUT)

    assert [index[0] for index in indexes] == ["consent.news.email"]


NEWS, NEWS_MAIL, CALLS = (Holds(f"consent.{name}") for name in ("news", "news.email", "calls"))
TEXTS, A, B = Holds("consent.calls.sms"), Holds("a"), Ended("b")
WIDE = Layout(
    digest="wide",
    names=("b", "consent.calls", "consent.news.email", "a", "consent.news", "consent.calls.sms"),
)


@pytest.mark.parametrize(
    ("prepared", "expected"),
    [
        (asks(Not(NEWS)), ("consent.news",)),
        (asks(B, Not(NEWS), A), ("consent.news", "b", "a")),
        (asks(Not(NEWS), aside=A), ("consent.news",)),
        (asks(B, aside=Not(NEWS)), ()),
        (asks(AnyOf((Not(NEWS), B))), ("consent.news", "b")),
        (asks(Not(All((NEWS, A)))), ("consent.news", "a")),
        (asks(Not(AnyOf((NEWS,)))), ("consent.news",)),
        (asks(All((Not(NEWS),))), ("consent.news",)),
        (asks(Not(Not(Not(NEWS)))), ("consent.news",)),
        # Either would do, so that no row can be left out.
        (asks(Not(AnyOf((NEWS, A)))), ()),
        (asks(All((Not(NEWS), A))), ()),
        # What must not hold, what ended, what was, and what only few rows know.
        (asks(NEWS), ()),
        (asks(Not(Ended("consent.news"))), ()),
        (asks(Not(Known("consent.news"))), ()),
        (asks(Not(Holds("consent.news", sparse=True))), ()),
        # No yes, and one without columns.
        (asks(Not(A), B), ()),
        (asks(Not(Holds("consent.unheard"))), ()),
        # Of several the one of a channel, else the last by name.
        (asks(Not(NEWS_MAIL), Not(NEWS)), ("consent.news.email", "consent.news")),
        (asks(Not(NEWS), Not(TEXTS)), ("consent.calls.sms", "consent.news")),
        (asks(Not(NEWS), Not(CALLS)), ("consent.news", "consent.calls")),
        (asks(Not(NEWS), B, Holds("a", sparse=True)), ("consent.news", "b")),
        (asks(Not(NEWS), Known("unheard")), ("consent.news",)),
        # Reasons told apart are asked as one; what is denied to all has no index at all.
        (asks(All((Not(NEWS), B)), All((Not(NEWS), Not(B)))), ("consent.news",)),
        (asks(All((Holds("in.home_uk"), Not(NEWS)))), ("consent.news",)),
        (asks(Not(NEWS), TRUE), ()),
    ],
)
def test_an_index_is_over_the_yes_without_which_nobody_is_permitted(
    prepared: Prepared, expected: tuple[str, ...]
) -> None:
    assert suggested_index(prepared, WIDE) == expected


SHOP = shop(
    """
- activity: news
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: [sms, email]
- activity: offers
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
- activity: care
  purpose: customer_service
  uses: [email]
  basis: legitimate_interest
- consent: letters
  activities: [news, offers]
  channel: [sms, email]
"""
)


def test_each_yes_has_one_index_wide_enough_for_all_that_ask_for_it() -> None:
    layout = layout_of(SHOP)
    by_mail = (
        Question(activity="news", channel="email"),
        Question(activity="offers"),
        Question(activity="offers", channel="email"),
    )
    single = [suggested_index(prepare(SHOP, question), layout) for question in by_mail]
    others = {name for index in single for name in index[1:]}
    by_text = prepare(SHOP, Question(activity="news", channel="sms"))

    indexes = suggested_indexes(SHOP, layout)

    assert {index[0] for index in single} == {"consent.letters.email"}
    assert {"objected.news.email", "objected.offers.email"} <= others
    assert indexes == (
        ("consent.letters.email", *(name for name in layout.names if name in others)),
        suggested_index(by_text, layout),
    )
    assert indexes[1][0] == "consent.letters.sms"


KEPT = shop(
    """
- activity: remember_card
  purpose: payment_processing
  uses: [saved_card]
  basis: consent
- consent: card
  activities: [remember_card]
"""
)


def test_the_reasons_why_a_yes_is_missing_hide_it_from_no_index() -> None:
    prepared = prepare(KEPT, Question(activity="remember_card"))

    index = suggested_index(prepared, layout_of(KEPT))

    assert index[0] == "consent.card"
    assert "no.card" not in index
    assert suggested_indexes(KEPT, layout_of(KEPT)) == (index,)
