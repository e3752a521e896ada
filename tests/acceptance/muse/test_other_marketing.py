"""Outside the Union and the United Kingdom: marketing by choice, and what goes on without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import (
    EMAILED,
    NEWS_BY_EMAIL,
    NEWS_REFUSED,
    NO_YES_TO_NEWS,
    OFFERS_OF_OTHERS,
    REQUESTED,
    case,
)
from tests.acceptance.muse.elsewhere import HOLDER, LOOKER, NEWS, NO_MARKETING, says_yes
from tests.acceptance.muse.persons import NOOR
from tests.acceptance.retailers import (
    deny,
    happened,
    lives,
    no_party,
    on_consent,
    on_contract,
    on_interest,
    opened,
    permit,
    told,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

BY_POST = says_yes("news", "other-news-2", "post")
BY_PHONE = says_yes("news", "other-news-1", "phone")
CHOSE = (*HOLDER, *NEWS, *BY_POST)
OTHERS = says_yes("offers_of_others", "other-others-1", "email")
NO_LETTERS = withdrew("news", "2026-05-30", channel="post", route="email")
ENTERED = (
    *lives("AE"),
    *opened("competition", "2026-05-20", "K-1"),
    *happened("competition.entered", "2026-05-20"),
)
TO_PARTNER = says_yes("partner_news", "other-partner-1")
PASSED_ON = took(("name", "email"), "2026-05-31", "source:group_company", by="group_marketing_feed")
TOPICS = (
    "new_products",
    "features",
    "enhancements",
    "special_offers",
    "upgrades",
    "contests",
    "events",
    "one_off_promotions",
)
NEWS_DATA = ("name", "email", "phone", "mobile", "postal_address", "marketing_preferences")

CHANNELS = [
    case("MU-249: who chose email gets an email", CHOSE, "news_events", NEWS_BY_EMAIL, **EMAILED),
    case(
        "MU-249: who chose post gets a letter",
        CHOSE,
        "news_events",
        permit(*on_consent("MU-250", "MU-249"), data=("postal_address",)),
        channel="post",
        data=("postal_address",),
    ),
    case(
        "MU-249: and no call",
        CHOSE,
        "news_events",
        deny("basis.consent_not_given MU-249"),
        channel="phone",
        data=("phone",),
    ),
    case(
        "MU-249: no chat",
        CHOSE,
        "news_events",
        deny("basis.consent_not_given MU-249"),
        channel="live_chat",
        data=("name",),
    ),
    case("MU-249: no SMS", CHOSE, "news_events", NO_YES_TO_NEWS, channel="sms", data=("mobile",)),
    case(
        "MU-249: nobody gets anything by a yes to another wording",
        (*HOLDER, *says_yes("news", "news-1", "email")),
        "news_events",
        NO_YES_TO_NEWS,
        channel="email",
    ),
    case(
        "MU-249: a number on a register may be called with a yes to calls",
        (*HOLDER, *BY_PHONE, *told(Kind.REGISTER_LISTED, "2026-05-20", channel="phone")),
        "news_events",
        permit(*on_consent("MU-250", "MU-249"), data=("phone",)),
        channel="phone",
        data=("phone",),
    ),
    case(
        "MU-249: STOP by SMS ends the SMS",
        (
            *HOLDER,
            *says_yes("news", "other-news-1", "sms"),
            *withdrew("news", "2026-05-30", channel="sms", route="sms_stop"),
        ),
        "news_events",
        NEWS_REFUSED,
        channel="sms",
        data=("mobile",),
    ),
    case(
        "MU-250: there is no news without a topic",
        CHOSE,
        "news",
        deny("declared.activity"),
        channel="email",
    ),
    case(
        "MU-250: a topic that was switched off stays silent",
        (*CHOSE, *told(Kind.PREFERENCE_OFF, "2026-05-30", "topic:contests")),
        "news_contests",
        deny("preference.topic MU-250"),
        **EMAILED,
    ),
    case(
        "MU-250: and the others go on",
        (*CHOSE, *told(Kind.PREFERENCE_OFF, "2026-05-30", "topic:contests")),
        "news_events",
        NEWS_BY_EMAIL,
        **EMAILED,
    ),
    case(
        "MU-250: the news desk sees an address for it",
        CHOSE,
        "news_events",
        NEWS_BY_EMAIL,
        **EMAILED,
        actor="news_desk",
    ),
    case(
        "MU-254: nobody outside the Group sends it",
        CHOSE,
        "news_events",
        deny("declared.sender MU-250"),
        **EMAILED,
        sender="brand_x",
    ),
    case(
        "MU-254: a company of the Group may",
        CHOSE,
        "news_events",
        NEWS_BY_EMAIL,
        **EMAILED,
        sender="group_company",
    ),
    case(
        "MU-202: offers of others wait for a yes to them",
        CHOSE,
        "offers_of_others",
        deny("basis.consent_not_given MU-202", "channel.no_soft_opt_in MU-202"),
    ),
    case("MU-202: with it they come", (*CHOSE, *OTHERS), "offers_of_others", OFFERS_OF_OTHERS),
    case(
        "MU-202: a no to them ends them",
        (*CHOSE, *OTHERS, *withdrew("offers_of_others", "2026-05-30", channel="email")),
        "offers_of_others",
        deny(
            "basis.consent_refused MU-202",
            "channel.refused MU-202",
            "channel.no_soft_opt_in MU-202",
        ),
    ),
    case(
        "MU-202: and leaves our own news",
        (*CHOSE, *OTHERS, *withdrew("offers_of_others", "2026-05-30", channel="email")),
        "news_events",
        NEWS_BY_EMAIL,
        **EMAILED,
    ),
]

STOPPED = [
    case(
        "MU-251 MU-255: a no to marketing ends every message",
        (*CHOSE, *NO_MARKETING),
        "news_upgrades",
        deny("objection.direct_marketing MU-250"),
        **EMAILED,
    ),
    case(
        "MU-255: every segment",
        (*CHOSE, *NOOR, *NO_MARKETING),
        "group_by_taste",
        deny("objection.direct_marketing MU-255"),
    ),
    case(
        "MU-255: and every audience",
        (*CHOSE, *says_yes("partner_adverts"), *NO_MARKETING),
        "adverts_by_interest",
        deny("objection.direct_marketing MU-217"),
    ),
    case(
        "MU-255: who said nothing is in a segment",
        HOLDER,
        "group_by_taste",
        permit(on_interest("MU-255"), data=("purchase_history", "shopping_preferences")),
    ),
    case(
        "MU-253: a no is not undone by what the Group passes on",
        (*HOLDER, *NEWS, *withdrew("news", "2026-05-30", channel="email"), *PASSED_ON),
        "news_events",
        NEWS_REFUSED,
        **EMAILED,
    ),
    case(
        "MU-253: and what it passes on is no yes",
        (*HOLDER, *PASSED_ON),
        "news_events",
        NO_YES_TO_NEWS,
        **EMAILED,
    ),
    case(
        "MU-256: one subscription ends",
        (
            *CHOSE,
            *OTHERS,
            *withdrew("news", "2026-05-30", channel="email", route="account_settings"),
        ),
        "news_events",
        NEWS_REFUSED,
        **EMAILED,
    ),
    case(
        "MU-256: and the next goes on",
        (
            *CHOSE,
            *OTHERS,
            *withdrew("news", "2026-05-30", channel="email", route="account_settings"),
        ),
        "offers_of_others",
        OFFERS_OF_OTHERS,
    ),
    case(
        "MU-258: a choice in the account counts at once",
        (*CHOSE, *told(Kind.PREFERENCE_OFF, "2026-06-01 11:59", "channel:email")),
        "news_events",
        deny("preference.channel MU-250"),
        **EMAILED,
    ),
    case(
        "MU-259: no letters means no letter",
        (*CHOSE, *NO_LETTERS),
        "news_events",
        deny("basis.consent_refused MU-249", "channel.refused MU-250"),
        channel="post",
        data=("postal_address",),
    ),
    case(
        "MU-259: and emails go on", (*CHOSE, *NO_LETTERS), "news_events", NEWS_BY_EMAIL, **EMAILED
    ),
    case(
        "MU-260: what is said about an order goes on after a no",
        (*NOOR, *NO_MARKETING, *withdrew("", "2026-05-30")),
        "account_messages",
        permit(*on_contract("MU-260", relations=2), data=("email", "order_details")),
        **REQUESTED,
    ),
    case(
        "MU-260: to who asked for something",
        LOOKER,
        "account_messages",
        deny(*no_party("MU-260")),
        **EMAILED,
    ),
]

EVENTS = [
    case(
        "MU-252: a tick for us is a yes to us",
        (*ENTERED, *NEWS),
        "news_contests",
        NEWS_BY_EMAIL,
        **EMAILED,
    ),
    case(
        "MU-252: and none to the partner",
        (*ENTERED, *NEWS),
        "hand_over_entry",
        deny("basis.consent_not_given MU-252"),
        recipient="partner",
    ),
    case(
        "MU-252: a tick for the partner is one to the partner",
        (*ENTERED, *TO_PARTNER),
        "hand_over_entry",
        permit(*on_consent("MU-252", "MU-252"), data=("name", "email")),
        recipient="partner",
    ),
    case(
        "MU-252: and none to us",
        (*ENTERED, *TO_PARTNER),
        "news_contests",
        NO_YES_TO_NEWS,
        **EMAILED,
    ),
]


@pytest.mark.clause("MU-250")
@pytest.mark.parametrize("topic", TOPICS)
def test_each_topic_of_news_is_sent_and_switched_off_by_itself(shop: Shop, topic: str) -> None:
    news, off = f"news_{topic}", told(Kind.PREFERENCE_OFF, "2026-05-30", f"topic:{topic}")

    assert shop.ask(CHOSE, news, channel="email") == permit(
        *on_consent("MU-250", "MU-249"), data=NEWS_DATA
    )
    assert shop.ask((*CHOSE, *off), news, channel="email") == deny("preference.topic MU-250")


@pytest.mark.clause("MU-249", "MU-250", "MU-254", "MU-202")
@pytest.mark.parametrize("row", CHANNELS)
def test_news_come_the_way_that_was_chosen(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-251", "MU-255", "MU-253", "MU-256", "MU-258", "MU-259", "MU-260")
@pytest.mark.parametrize("row", STOPPED)
def test_a_no_ends_what_it_names_and_no_more(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-252")
@pytest.mark.parametrize("row", EVENTS)
def test_a_yes_at_an_event_goes_to_who_asked(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
