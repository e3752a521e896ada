"""When marketing needs a yes: by way, country and what the person has bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from placket.policy.rules import Consent
from tests.acceptance.retailers import (
    agreed,
    deny,
    gave_address,
    happened,
    lives,
    objected,
    on_consent,
    opened,
    permit,
    told,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop, Told

BOUGHT = happened("order.placed", "2026-05-20")
LISTED = told(Kind.REGISTER_LISTED, "2026-05-22", channel="phone")
PHONED = ("name", "phone", "mobile", "interest_profile")
WORDINGS = {"email": "news-1", "sms": "sms-1", "phone": "phone-1"}
REGISTERS = {"FR", "IT"}
"""Countries whose law asks no yes to a call and keeps a register; the policy asks all the same."""
CHANNELS = {"email": "email_marketing", "sms": "sms_marketing", "phone": "phone_marketing"}


def holder(country: str) -> Told:
    return (*lives(country), *opened("account", "2026-01-02", "A-1"))


def yes(channel: str) -> Told:
    return agreed(CHANNELS[channel], "2026-05-21", wording=WORDINGS[channel], channel=channel)


@pytest.mark.clause("AL-049")
@pytest.mark.parametrize("country", ["GB", "FR", "DE", "US"])
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_who_bought_nothing_is_written_to_after_a_yes_for_that_way(
    shop: Shop, channel: str, country: str
) -> None:
    (other,) = {"email", "sms"} - {channel}
    person = holder(country)

    assert shop.ask((*person, *yes(channel)), "offers_on_consent", channel=channel) == permit(
        *on_consent("AL-049", "AL-049"),
        data=("name", "email", "mobile", "interest_profile"),
    )
    for without in (person, (*person, *yes(other))):
        assert shop.ask(without, "offers_on_consent", channel=channel) == deny(
            "basis.consent_not_given AL-049", "channel.no_soft_opt_in AL-049"
        )


@pytest.mark.clause("AL-049")
@pytest.mark.parametrize(
    ("country", "after_sale", "after_negotiation"),
    [
        ("GB", "permit", "permit"),
        ("FR", "permit", "permit"),
        ("DE", "permit", "deny"),
        ("US", "permit", "permit"),
    ],
)
@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_buyer_is_written_to_without_a_yes_where_the_law_says_so(
    shop: Shop, channel: str, country: str, after_sale: str, after_negotiation: str
) -> None:
    buyer = (*holder(country), *BOUGHT)

    def offered(*told: Any) -> str:
        return shop.ask((*buyer, *told), "offers_to_buyers", channel=channel).outcome

    assert offered(*gave_address(channel, "2026-05-20")) == after_sale
    assert offered(*gave_address(channel, "2026-05-20", during="negotiation")) == after_negotiation
    assert offered() == "deny"
    assert offered(*yes(channel)) == "permit"


@pytest.mark.clause("AL-049")
@pytest.mark.parametrize("country", ["FR", "IT", "DE", "US"])
def test_outside_britain_a_call_waits_for_a_yes(shop: Shop, country: str) -> None:
    buyer = (*holder(country), *BOUGHT)

    called = shop.ask((*buyer, *yes("phone")), "offers_by_phone")
    assert called == permit(*on_consent("AL-049", "AL-049"), data=PHONED)
    asks_by_law = ["channel.call_needs_consent AL-049"] if country not in REGISTERS else []
    assert shop.ask(buyer, "offers_by_phone") == deny(
        "basis.consent_not_given AL-049", *asks_by_law
    )


@pytest.mark.clause("AL-049")
def test_in_britain_a_call_is_made_unless_the_number_is_on_a_register(shop: Shop) -> None:
    buyer = (*holder("GB"), *BOUGHT)

    assert shop.ask(buyer, "offers_by_phone") == permit(
        "permitted.legitimate_interest AL-049", data=PHONED
    )
    assert shop.ask((*buyer, *LISTED), "offers_by_phone") == deny("channel.register AL-049")
    assert shop.ask((*buyer, *LISTED, *yes("phone")), "offers_by_phone") == permit(
        "permitted.legitimate_interest AL-049", "permitted.consent_given AL-049", data=PHONED
    )


@pytest.mark.clause("AL-049")
@pytest.mark.parametrize("country", ["GB", "FR", "DE", "US"])
def test_a_letter_comes_without_a_yes_and_not_after_a_no(shop: Shop, country: str) -> None:
    person = holder(country)
    no = told(Kind.CONSENT_REFUSED, "2026-05-25", channel="post")

    assert shop.ask(person, "offers_by_post") == permit(
        "permitted.legitimate_interest AL-049",
        data=("name", "postal_address", "interest_profile"),
    )
    assert shop.ask((*person, *no), "offers_by_post") == deny("channel.refused AL-049")


@pytest.mark.clause("AL-049")
@pytest.mark.parametrize(
    ("activity", "channel"),
    [
        ("offers_to_buyers", "email"),
        ("offers_to_buyers", "sms"),
        ("offers_by_phone", "phone"),
        ("offers_by_post", "post"),
    ],
)
@pytest.mark.parametrize("country", ["GB", "FR"])
def test_an_objection_ends_all_of_it_everywhere(
    shop: Shop, country: str, activity: str, channel: str
) -> None:
    said = (*gave_address(channel, "2026-05-20"), *(yes(channel) if channel in CHANNELS else ()))
    buyer = (*holder(country), *BOUGHT, *said)
    objects = objected("direct_marketing", "2026-05-28")

    assert shop.ask(buyer, activity, channel=channel).outcome == "permit"
    assert shop.ask((*buyer, *objects), activity, channel=channel) == deny(
        "objection.direct_marketing AL-049"
    )


@pytest.mark.clause("AL-049")
@pytest.mark.parametrize(
    ("channel", "route"),
    [
        ("email", "unsubscribe_link"),
        ("email", "account_settings"),
        ("sms", "sms_stop"),
        ("phone", "account_settings"),
    ],
)
def test_a_yes_is_taken_back_as_it_was_promised(shop: Shop, channel: str, route: str) -> None:
    activity = "offers_by_phone" if channel == "phone" else "offers_on_consent"
    consent = shop.rules["consent", CHANNELS[channel]]
    back = withdrew(CHANNELS[channel], "2026-05-28", channel=channel, route=route)

    answer = shop.ask((*holder("FR"), *yes(channel), *back), activity, channel=channel)

    assert route in consent.withdrawn_by
    assert (answer.outcome, answer.data) == ("deny", ())
    assert {"basis.consent_refused AL-049", "channel.refused AL-049"} <= set(answer.because)


@pytest.mark.clause("AL-049")
def test_each_way_has_a_yes_of_its_own_that_nobody_ticked_before(shop: Shop) -> None:
    asked = [rule for rule in shop.clause("AL-049") if isinstance(rule, Consent)]

    assert {rule.name: rule.channel for rule in asked} == {
        name: (channel,) for channel, name in CHANNELS.items()
    }
    assert [dict(rule.asked)["ticked"] for rule in asked] == [False, False, False]


@pytest.mark.clause("AL-049")
def test_where_the_country_is_unknown_the_strictest_law_decides(shop: Shop) -> None:
    nowhere = (*holder("FR")[1:], *BOUGHT)

    assert shop.ask(nowhere, "offers_by_phone").outcome == "deny"
    assert shop.ask(
        (*nowhere, *gave_address("email", "2026-05-20", during="negotiation")),
        "offers_to_buyers",
        channel="email",
    ) == deny("channel.no_soft_opt_in AL-049")
