from datetime import date

import pytest

from placket.policy.parse import parse
from placket.policy.rendering.lay import (
    capital,
    day_in_text,
    lay,
    lay_list,
    lay_period,
    moment_in_text,
    quoted,
    thousands,
)
from placket.policy.rendering.places import regions_in, where
from placket.policy.rendering.prose import as_html
from placket.policy.rendering.rule_words import KIND_WORDS, MARKS, words_of
from placket.policy.rules import KINDS, Region
from placket.web.look.reason_words import reason_words

HEAD = (
    "---\nretailer: Shop\nversion: 1\neffective: 2026-01-01\n---\n### A clause {#C-1}\n\nText.\n\n"
)


def said(block: str) -> str:
    """Return the words of the one rule in `block`."""
    document = parse(f"{HEAD}```placket\n{block}\n```\n").document
    assert document is not None
    (rule,) = document.rules()
    return words_of(rule)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (
            (
                "limit: calm\nactivities: [bag_reminder]\ndata: [name, email]\n"
                "allow: {at_most: 1, each: bag}"
            ),
            "Bag reminder: at most 1 for each bag. Bag reminder takes name and email alone.",
        ),
        (
            "capture: additions\nat: [survey]\ntakes: [territory]\nnotes: [author, reason]",
            "At survey we take territory. Beside each value we note author, reason.",
        ),
        (
            "retain: call_recording\nfor: 6 months from call.ended",
            "We keep call recording for 6 months from “call ended”. Then it is deleted.",
        ),
        (
            "retain: all\nfor: while account is open\nthen: anonymise",
            "We keep everything while account is open. Then it is made anonymous.",
        ),
        (
            "retain: all\nfor: latest of (while case is open, while refund is open)",
            "We keep everything while case is open or refund is open. Then it is deleted.",
        ),
        (
            (
                "activity: order_updates\npurpose: order_updates\nuses: [name, email]\n"
                "basis: contract\nchannel: [email, sms]"
            ),
            (
                "We use name and email for order updates. To do what you ordered or asked for."
                " By email or SMS."
            ),
        ),
        (
            (
                "activity: review_credit_line\npurpose: credit_management\n"
                "uses: [payment_history]\nbasis: contract\nevery: 1 month"
            ),
            (
                "We use payment history for credit management. To do what you ordered or asked"
                " for. Done anew in cycles of 1 month."
            ),
        ),
        (
            "recipient: courier\nnames: [A Post]\nas: controller\ngets: [name, delivery_address]",
            (
                "Courier get name and delivery address. At present: A Post."
                " They decide themselves what for."
            ),
        ),
        (
            "right: access\nby: [email]\nfee: none\nat_any_time: true",
            "To see what we hold: by email. At any time. Free of charge.",
        ),
        (
            "right: access\nby: [email]\nfee: reasonable\namount: 10 USD",
            "To see what we hold: by email. For a fee of 10 USD.",
        ),
        (
            "right: access\ntells: [a description of each category, or that nothing is held]",
            (
                "To see what we hold."
                " We tell you: a description of each category, or that nothing is held."
            ),
        ),
        (
            "notice: terms\nshows: [link to the terms]\nat: [every page, this policy]",
            "We show link to the terms. Where: every page, this policy.",
        ),
        (
            "audience_age: 16\nbefore: [registration]",
            (
                "Under 16 a guardian agrees first. That goes before registration."
                " Whose age is unknown is taken for old enough."
            ),
        ),
        (
            "region: near\ncountries: [EEA, GB]\nlaw: {EEA: eu, GB: uk}",
            "Holds in the EEA and the United Kingdom. By the law of the EU and the United Kingdom.",
        ),
        (
            "data: [phone, mobile]\nsource: data_subject\nprovision: voluntary",
            "We hold phone and mobile. It comes from you. You need not tell us.",
        ),
        (
            "controller: Shop Ltd\nemail: privacy@example.org",
            "Shop Ltd answers for all of this. privacy@example.org.",
        ),
    ],
)
def test_a_rule_reads_as_sentences(block: str, words: str) -> None:
    assert said(block) == words


def test_a_region_is_told_by_its_countries_or_by_its_name_when_they_are_many() -> None:
    near = Region(name="near", countries=("GB", "EEA"), law="uk")
    many = Region(name="far_away", countries=("CA", "JP", "CH", "NZ", "KR"), law="uk")

    regions = regions_in((near, many))

    assert regions == {"near": ("the United Kingdom", "the EEA"), "far_away": ("far away",)}
    assert where(("far_away", "near"), regions) == "far away, the United Kingdom and the EEA"
    assert where(("unknown",), regions) == "unknown"


def test_every_kind_of_rule_has_its_heading() -> None:
    assert set(KIND_WORDS) == set(KINDS)


def test_the_four_marks_are_explained() -> None:
    assert list(MARKS) == ["said", "inferred", "added", "narrowed"]


def test_a_known_reason_reads_as_a_sentence() -> None:
    assert reason_words("channel.refused") == "Refused this channel"


def test_a_new_reason_reads_as_its_code() -> None:
    assert reason_words("moon.is_full") == "Moon: is full"
    assert reason_words("eclipse") == "Eclipse"


def test_terms_lists_and_numbers_in_plain_words() -> None:
    assert lay("ip_address") == "IP address"
    assert lay("it_provider") == "IT provider"
    assert [lay_list([]), lay_list(["a"]), lay_list(["a", "b_c"]), lay_list(["a", "b", "c"])] == [
        "",
        "a",
        "a and b c",
        "a, b and c",
    ]
    assert thousands(1284) == "1,284"


def test_periods_name_their_events() -> None:
    assert lay_period("6 years from last interaction") == "6 years from last interaction"
    assert lay_period("latest of (30 days from visit.made, while case is open)") == (
        "the latest of: 30 days from “visit made”; while case is open"
    )


def test_days_and_moments_are_written_out() -> None:
    assert day_in_text(date(2026, 1, 9)) == "9 January 2026"
    assert moment_in_text(1_795_502_804_683_858) == "24 Nov 2026, 06:46:44 UTC"
    assert moment_in_text(2**63 - 1) == "never"
    assert moment_in_text(-(2**63)) == "always"


def test_an_address_keeps_its_small_letter() -> None:
    assert capital("ada writes") == "Ada writes"
    assert capital("ada@example.org writes") == "ada@example.org writes"
    assert capital("https://example.org") == "https://example.org"
    assert capital("") == ""


def test_code_in_a_sentence_is_quoted() -> None:
    assert quoted("write `kind:value` here") == "write “kind:value” here"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://evil.example/x.png)",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_hostile_prose_becomes_text(hostile: str) -> None:
    html = as_html(hostile)

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_prose_keeps_its_lists_and_emphasis() -> None:
    assert as_html("- *one*\n") == "<ul>\n<li><em>one</em></li>\n</ul>\n"
