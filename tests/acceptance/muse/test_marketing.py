"""Marketing: who may be reached, by which channel, on what, and when no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import ASKED_OPINION, NEWSLETTER, case
from tests.acceptance.muse.persons import (
    BUYER,
    IDA,
    LENA,
    MAX,
    PAID,
    READER,
    TOM,
    VISITOR,
    met,
    signed_up,
)
from tests.acceptance.retailers import (
    agreed,
    closed,
    deny,
    gave_address,
    happened,
    lives,
    objected,
    on_consent,
    on_interest,
    on_soft_opt_in,
    opened,
    permit,
    sent,
    told,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

UNPAID = (*LENA, *gave_address("email", "2026-05-20"))
OPTED_OUT = (*BUYER, *told(Kind.CONSENT_WITHDRAWN, "2026-05-25", channel="email"))
OBJECTS = (*BUYER, *objected("direct_marketing", "2026-05-25"))
UNSUBSCRIBED = withdrew("email_marketing", "2026-05-20", channel="email", route="unsubscribe_link")
CANCELLED = (*IDA, *UNSUBSCRIBED, *closed("subscription", "2026-05-20", "S-1"))
STOPPED = (*IDA, *told(Kind.CONSENT_WITHDRAWN, "2026-05-20", route="sms_stop"))
ANALYSED = agreed("analysis", "2026-05-20")
SIGNED_UP = (*MAX, *happened("newsletter.requested", "2026-05-01"), *signed_up("2026-05-01"))
DESIGNERS = (*MAX, *agreed("designer_alerts", "2026-05-20", wording="designers-1", channel="email"))
NO_DESIGNERS = (
    *SIGNED_UP,
    *DESIGNERS,
    *told(
        Kind.CONSENT_WITHDRAWN,
        "2026-05-25",
        channel="email",
        topic="designers",
        route="customer_care",
    ),
)
PUSHED = (*MAX, *agreed("push", "2026-05-20", wording="push-1", channel="push"))
PUSH_OFF = (*PUSHED, *withdrew("push", "2026-05-25", channel="push", route="app_settings"))
TELEMETRY = (*MAX, *agreed("app_telemetry", "2026-05-20"))
READER_BUYER = (*READER, *gave_address("email", "2026-05-01"))
PARTNERS = (
    *READER,
    *agreed("partner_marketing", "2026-05-20", wording="partners-1", channel="email"),
)
FRIEND = (*lives("DE"), *happened("friend.referred", "2026-05-25"))
FRIEND_AGREES = (
    *FRIEND,
    *agreed("referral_invitation", "2026-05-25", wording="referral-1", channel="email"),
)
LISTED = (*TOM, *told(Kind.REGISTER_LISTED, "2026-05-01", channel="phone"))
CALL_ME = (*LENA, *agreed("restock_calls", "2026-05-20", wording="restock-1", channel="phone"))
QUIET = (
    *lives("DE"),
    *happened("newsletter.requested", "2025-05-01"),
    *signed_up("2025-05-01"),
    *opened("subscription", "2025-05-01", "S-1"),
    *met("email", "2025-06-01"),
)
"""Somebody who signed up for the News and has not opened one for a year."""
WRITTEN_TO = (*QUIET, *sent("newsletter", "2026-05-20"))


# Who may be written to


@pytest.mark.clause("MU-020", "MU-034", "MU-127")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-020",
            BUYER,
            "offers_to_buyers",
            permit(
                *on_soft_opt_in("MU-128"),
                data=("name", "email", "purchase_history", "marketing_preferences"),
            ),
        ),
        case(
            "MU-020",
            MAX,
            "offers_to_buyers",
            deny("role.not_concerned MU-128", "channel.no_soft_opt_in MU-128"),
        ),
        case(
            "MU-020",
            MAX,
            "newsletter",
            deny("basis.consent_not_given MU-064", "channel.no_soft_opt_in MU-127"),
        ),
        case("MU-020", IDA, "newsletter", NEWSLETTER),
        case(
            "MU-034",
            IDA,
            "items_of_interest",
            permit(
                *on_consent("MU-034", "MU-064"), data=("name", "email", "marketing_preferences")
            ),
        ),
        case(
            "MU-034",
            MAX,
            "items_of_interest",
            deny("basis.consent_not_given MU-064", "channel.no_soft_opt_in MU-034"),
        ),
        case("MU-127", IDA, "newsletter", NEWSLETTER),
        case(
            "MU-127",
            VISITOR,
            "newsletter",
            deny(
                "role.not_concerned MU-127",
                "basis.consent_not_given MU-064",
                "channel.no_soft_opt_in MU-127",
                "retention.ended MU-059",
                "retention.ended MU-063",
                withheld=("name", "email", "marketing_preferences"),
            ),
        ),
    ],
)
def test_only_who_bought_or_said_yes_is_written_to(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-128", "MU-129", "MU-135")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-128",
            BUYER,
            "offers_to_buyers",
            permit(
                *on_soft_opt_in("MU-128"),
                data=("name", "email", "purchase_history", "marketing_preferences"),
            ),
        ),
        case("MU-128", PAID, "offers_to_buyers", deny("channel.no_soft_opt_in MU-128")),
        case("MU-128", UNPAID, "offers_to_buyers", deny("role.not_concerned MU-128")),
        case("MU-128", OPTED_OUT, "offers_to_buyers", deny("channel.refused MU-128")),
        case("MU-128", OBJECTS, "offers_to_buyers", deny("objection.direct_marketing MU-128")),
        case(
            "MU-129",
            BUYER,
            "offers_to_buyers",
            deny("declared.channel MU-128", "channel.no_soft_opt_in MU-128"),
            channel="sms",
        ),
        case(
            "MU-129",
            BUYER,
            "offers_to_buyers",
            deny("declared.channel MU-128", "channel.call_needs_consent MU-128"),
            channel="phone",
        ),
        case(
            "MU-135",
            BUYER,
            "designer_sale",
            permit(
                *on_soft_opt_in("MU-135"),
                data=("name", "email", "purchase_history", "marketing_preferences"),
            ),
            occasion="a sale",
        ),
        case(
            "MU-135",
            MAX,
            "designer_sale",
            deny("role.not_concerned MU-135", "channel.no_soft_opt_in MU-135"),
            occasion="a sale",
        ),
        case(
            "MU-135",
            (*SIGNED_UP, *ANALYSED),
            "designer_sale_news",
            permit(
                *on_consent("MU-135", "MU-064", "MU-119"),
                data=("name", "email", "marketing_preferences", "browsing_history"),
            ),
            occasion="a sale",
        ),
        case(
            "MU-135",
            SIGNED_UP,
            "designer_sale_news",
            deny("basis.consent_not_given MU-119", "device.no_consent MU-119"),
            occasion="a sale",
        ),
    ],
)
def test_buyers_are_written_to_on_every_condition_of_the_soft_opt_in(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-063", "MU-035", "MU-087")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-063", IDA, "newsletter", NEWSLETTER),
        case(
            "MU-063",
            CANCELLED,
            "newsletter",
            deny(
                "basis.consent_refused MU-064",
                "channel.refused MU-127",
                "channel.no_soft_opt_in MU-127",
                "retention.ended MU-063",
                "retention.ended MU-063",
                withheld=("name", "email", "marketing_preferences"),
            ),
        ),
        case(
            "MU-035",
            CANCELLED,
            "items_of_interest",
            deny(
                "basis.consent_refused MU-064",
                "channel.refused MU-034",
                "channel.no_soft_opt_in MU-034",
                "retention.ended MU-063",
                "retention.ended MU-063",
                withheld=("name", "email", "marketing_preferences"),
            ),
        ),
        case(
            "MU-087",
            STOPPED,
            "newsletter",
            deny(
                "basis.consent_refused MU-064",
                "channel.refused MU-127",
                "channel.no_soft_opt_in MU-127",
            ),
        ),
    ],
)
def test_a_subscription_ends_where_it_is_cancelled(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-124", "MU-086")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-124",
            DESIGNERS,
            "designer_alerts",
            permit(*on_consent("MU-124", "MU-124"), data=("name", "email", "favourite_designers")),
        ),
        case(
            "MU-124",
            MAX,
            "designer_alerts",
            deny("basis.consent_not_given MU-124", "channel.no_soft_opt_in MU-124"),
        ),
        case(
            "MU-124",
            IDA,
            "designer_alerts",
            deny(
                "role.not_concerned MU-124",
                "basis.consent_not_given MU-124",
                "channel.no_soft_opt_in MU-124",
            ),
        ),
        case("MU-086", NO_DESIGNERS, "designer_alerts", deny("channel.refused MU-124")),
        case("MU-086", NO_DESIGNERS, "newsletter", NEWSLETTER),
    ],
)
def test_alerts_need_their_own_yes_and_end_apart_from_the_news(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-130")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-130",
            TOM,
            "restock_call",
            permit(on_interest("MU-130"), data=("name", "phone", "mobile", "wish_list")),
            occasion="it is back",
        ),
        case("MU-130", TOM, "restock_call", deny("declared.occasion MU-130")),
        case(
            "MU-130", LISTED, "restock_call", deny("channel.register MU-130"), occasion="it is back"
        ),
        case(
            "MU-130",
            LENA,
            "restock_call",
            deny("channel.call_needs_consent MU-130"),
            occasion="it is back",
        ),
        case(
            "MU-130",
            CALL_ME,
            "restock_call",
            permit(
                on_interest("MU-130"),
                "permitted.consent_given MU-130",
                data=("name", "phone", "mobile", "wish_list"),
            ),
            occasion="it is back",
        ),
    ],
)
def test_a_call_comes_for_a_wanted_article_and_where_the_law_lets_it(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-141", "MU-142")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-141",
            READER_BUYER,
            "magazine_offers",
            permit(*on_soft_opt_in("MU-141"), data=("name", "email", "marketing_preferences")),
        ),
        case("MU-141", READER, "magazine_offers", deny("channel.no_soft_opt_in MU-141")),
        case(
            "MU-141",
            LENA,
            "magazine_offers",
            deny("role.not_concerned MU-141", "channel.no_soft_opt_in MU-141"),
        ),
        case(
            "MU-142",
            PARTNERS,
            "partner_offers",
            permit(*on_consent("MU-142", "MU-142"), data=("name", "email")),
            sender="partner",
            recipient="partner",
        ),
        case(
            "MU-142",
            READER_BUYER,
            "partner_offers",
            deny("basis.consent_not_given MU-142", "channel.no_soft_opt_in MU-142"),
        ),
        case("MU-142", PARTNERS, "partner_offers", deny("declared.sender MU-142"), sender="us"),
    ],
)
def test_the_magazine_opens_our_offers_and_a_yes_those_of_partners(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-022")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-022",
            FRIEND_AGREES,
            "refer_a_friend",
            permit(*on_consent("MU-022", "MU-022"), data=("name", "email", "referral")),
        ),
        case(
            "MU-022",
            FRIEND,
            "refer_a_friend",
            deny("basis.consent_not_given MU-022", "channel.no_soft_opt_in MU-022"),
        ),
        case(
            "MU-022",
            FRIEND_AGREES,
            "newsletter",
            deny(
                "role.not_concerned MU-127",
                "basis.consent_not_given MU-064",
                "channel.no_soft_opt_in MU-127",
            ),
        ),
    ],
)
def test_a_friend_is_invited_after_a_yes_of_their_own(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# The app


@pytest.mark.clause("MU-024", "MU-027", "MU-026", "MU-025")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-024",
            PUSHED,
            "push_notifications",
            permit(*on_consent("MU-024", "MU-024"), data=("push_token", "app_usage", "ip_address")),
        ),
        case(
            "MU-024",
            MAX,
            "push_notifications",
            deny("basis.consent_not_given MU-024", "channel.no_soft_opt_in MU-024"),
        ),
        case(
            "MU-027",
            PUSH_OFF,
            "push_notifications",
            deny(
                "basis.consent_refused MU-024",
                "channel.refused MU-024",
                "channel.no_soft_opt_in MU-024",
            ),
        ),
        case(
            "MU-026",
            PUSHED,
            "choose_push",
            permit(*on_consent("MU-026", "MU-024"), data=("app_usage", "ip_address")),
        ),
        case("MU-026", PUSH_OFF, "choose_push", deny("basis.consent_refused MU-024")),
        case(
            "MU-025",
            TELEMETRY,
            "improve_app",
            permit(*on_consent("MU-025", "MU-025"), data=("app_usage", "ip_address")),
        ),
        case(
            "MU-025",
            PUSHED,
            "improve_app",
            deny("basis.consent_not_given MU-025", "device.no_consent MU-025"),
        ),
    ],
)
def test_push_and_the_use_of_the_app_have_a_yes_each(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# How often


@pytest.mark.clause("MU-065")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-065", QUIET, "newsletter", NEWSLETTER),
        case("MU-065", WRITTEN_TO, "newsletter", deny("frequency MU-065")),
        case("MU-065", (*WRITTEN_TO, *met("website", "2026-05-25")), "newsletter", NEWSLETTER),
        case("MU-065", WRITTEN_TO, "newsletter", NEWSLETTER, at="2026-06-21"),
    ],
)
def test_after_silence_one_message_a_month(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Surveys


@pytest.mark.clause("MU-067")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-067", LENA, "ask_opinions", ASKED_OPINION),
        case("MU-067", MAX, "ask_opinions", deny("role.not_concerned MU-067")),
        case(
            "MU-067",
            (*LENA, *objected("surveys", "2026-05-25")),
            "ask_opinions",
            deny("objection.legitimate_interest MU-067"),
        ),
    ],
)
def test_buyers_are_asked_what_they_think_until_they_object(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
