"""Marketing beyond the scenarios: channels, personal emails, what may be in a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.compile import is_direct_marketing
from placket.policy.rules import Right, as_dict
from tests.acceptance.justelegance.persons import HOLDER, PRIYA
from tests.acceptance.retailers import (
    agreed,
    deny,
    gave_address,
    objected,
    on_consent,
    on_soft_opt_in,
    permit,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

FOR_BUYERS = ("name", "email", "username", "purchase_history", "marketing_preferences")
BUYER = (*PRIYA, *gave_address("email", "2026-05-20"))
PERSONAL = agreed("personalised_email", "2026-05-21", wording="personal-1", channel="email")
EXPERIENCE = agreed("experience", "2026-05-21")
ON_SOCIAL_MEDIA = agreed(
    "social_media_marketing", "2026-05-21", wording="social-1", channel="social_media"
)


# Emails made for a person


@pytest.mark.clause("JE-048")
def test_a_personal_email_needs_a_yes_to_it_and_to_the_cookies(shop: Shop) -> None:
    assert shop.ask((*HOLDER, *PERSONAL, *EXPERIENCE), "personalised_emails") == permit(
        *on_consent("JE-048", "JE-048", "JE-049"),
        data=("email", "name", "device_info", "account_profile", "partner_supplied_data"),
    )
    cookies_alone = shop.ask((*HOLDER, *EXPERIENCE), "personalised_emails")
    assert (cookies_alone.outcome, cookies_alone.because[0]) == (
        "deny",
        "basis.consent_not_given JE-048",
    )
    assert shop.ask((*HOLDER, *PERSONAL), "personalised_emails") == deny(
        "basis.consent_not_given JE-049", "device.no_consent JE-049"
    )


@pytest.mark.clause("JE-048")
def test_having_bought_is_no_yes_to_a_personal_email(shop: Shop) -> None:
    answer = shop.ask((*BUYER, *EXPERIENCE), "personalised_emails")

    assert (answer.outcome, answer.because[0]) == ("deny", "basis.consent_not_given JE-048")


@pytest.mark.clause("JE-048")
def test_a_yes_to_personal_emails_is_taken_back_by_the_link_in_one(shop: Shop) -> None:
    said = (*HOLDER, *PERSONAL, *EXPERIENCE)
    back = withdrew("personalised_email", "2026-05-25", channel="email", route="unsubscribe_link")

    assert "unsubscribe_link" in shop.rules["consent", "personalised_email"].withdrawn_by
    answer = shop.ask((*said, *back), "personalised_emails")
    assert (answer.outcome, answer.because[:2]) == (
        "deny",
        ("basis.consent_refused JE-048", "channel.refused JE-048"),
    )


@pytest.mark.clause("JE-048", "JE-066")
def test_a_yes_to_cookies_lifts_no_objection_to_marketing(shop: Shop) -> None:
    objects = (*HOLDER, *PERSONAL, *objected("direct_marketing", "2026-05-25"))
    accepts_cookies = (*objects, *agreed("experience", "2026-05-28"))

    answer = shop.ask(accepts_cookies, "personalised_emails")

    assert (answer.outcome, answer.because[0]) == ("deny", "objection.direct_marketing JE-048")


@pytest.mark.clause("JE-030", "JE-048", "JE-052", "JE-080")
@pytest.mark.parametrize(
    ("consent", "channel", "wordings", "activity"),
    [
        ("email_marketing", "email", ("news-1", "news-2"), "newsletter"),
        ("personalised_email", "email", ("personal-1",), "personalised_emails"),
        ("quotation", "social_media", ("quote-1",), "post_on_social_media"),
        ("social_media_marketing", "social_media", ("social-1",), "offers_to_buyers"),
    ],
)
def test_a_yes_counts_by_the_words_that_were_published(
    shop: Shop, consent: str, channel: str, wordings: tuple[str, ...], activity: str
) -> None:
    def asked(wording: str) -> str:
        yes = agreed(consent, "2026-05-21", wording=wording, channel=channel)
        return shop.ask((*PRIYA, *EXPERIENCE, *yes), activity, channel=channel).outcome

    assert shop.rules["consent", consent].wordings == wordings
    assert [asked(wording) for wording in wordings] == ["permit"] * len(wordings)
    assert asked("other-1") == "deny"


# Where marketing may reach a person


@pytest.mark.clause("JE-080")
def test_every_marketing_message_goes_by_email_or_social_media(shop: Shop) -> None:
    (limit, _) = shop.clause("JE-080")
    channels = {
        channel
        for variants in shop.policy.activities.values()
        for variant in variants
        if is_direct_marketing(variant)
        for channel in variant.channel
    }

    assert (limit.purpose, set(limit.channels)) == (("direct_marketing",), channels)


@pytest.mark.clause("JE-080")
@pytest.mark.parametrize("channel", ["sms", "post", "phone", "push"])
def test_no_other_channel_is_open_to_marketing(shop: Shop, channel: str) -> None:
    answer = shop.ask(
        (*BUYER, *gave_address(channel, "2026-05-20")), "offers_to_buyers", channel=channel
    )

    assert (answer.outcome, answer.because[0]) == ("deny", "declared.channel JE-031")


@pytest.mark.clause("JE-080")
def test_a_message_on_social_media_waits_for_a_yes_of_its_own(shop: Shop) -> None:
    obtained = (*BUYER, *gave_address("social_media", "2026-05-20"))
    asked = (*BUYER, *ON_SOCIAL_MEDIA)
    back = (*asked, *withdrew("social_media_marketing", "2026-05-25", route="email"))

    on_social_media = shop.ask(asked, "offers_to_buyers", channel="social_media")
    assert (on_social_media.outcome, on_social_media.data) == ("permit", FOR_BUYERS)
    assert shop.ask(obtained, "offers_to_buyers", channel="social_media") == deny(
        "channel.no_soft_opt_in JE-031"
    )
    assert shop.ask(back, "offers_to_buyers", channel="social_media") == deny(
        "channel.refused JE-031", "channel.no_soft_opt_in JE-031"
    )


@pytest.mark.clause("JE-080")
def test_a_message_on_social_media_names_the_yes_it_rests_on(shop: Shop) -> None:
    answer = shop.ask((*BUYER, *ON_SOCIAL_MEDIA), "offers_to_buyers", channel="social_media")

    assert answer == permit(
        "permitted.legitimate_interest JE-031",
        "permitted.consent_given JE-080",
        data=FOR_BUYERS,
    )


@pytest.mark.clause("JE-080")
def test_no_marketing_goes_to_another_company(shop: Shop) -> None:
    handed_on = [
        (variant.name, variant.recipients)
        for variants in shop.policy.activities.values()
        for variant in variants
        if is_direct_marketing(variant) and (variant.recipients or variant.shares)
    ]

    assert handed_on == []
    assert shop.ask(
        BUYER, "offers_to_buyers", channel="email", recipient="social_media_platform"
    ) == deny("declared.recipient JE-031")


# What is in a message


@pytest.mark.clause("JE-082")
def test_marketing_tells_of_our_own_products_alone(shop: Shop) -> None:
    (limit,) = shop.clause("JE-082")
    (offers,) = shop.policy.activities["offers_to_buyers"]

    assert (limit.purpose, as_dict(limit.content)) == (
        ("direct_marketing",),
        {"only": "own_products"},
    )
    assert as_dict(offers.soft_opt_in)["similar"] == "own_products"
    assert shop.ask(BUYER, "offers_to_buyers", channel="email") == permit(
        *on_soft_opt_in("JE-031"),
        data=FOR_BUYERS,
    )


# The way to say no, beside the scenarios


@pytest.mark.clause("JE-033", "JE-083")
def test_marketing_is_refused_in_the_account_and_on_each_form_at_any_time(shop: Shop) -> None:
    ways = [rule for rule in shop.policy.rules(Right) if rule.name == "marketing_opt_out"]

    assert [(rule.clause, rule.by, rule.at_any_time) for rule in ways] == [
        ("JE-033", ("account_settings",), True),
        ("JE-083", ("web_form",), True),
    ]
