from typing import Any

import pytest

from placket.decide.question import Question
from placket.facts import Fact, Kind
from tests.unit.standing.telling import TWO_LAWS, asked, noes, shop, told, why

CARE = """
activity: care
purpose: customer_service
uses: [name, email]
basis: legitimate_interest
"""


def care(**more: str) -> str:
    return CARE + "".join(f"{key}: {value}\n" for key, value in more.items())


@pytest.mark.parametrize(
    ("more", "question", "code", "changes_when", "data"),
    [
        (
            {"channel": "[email, phone]"},
            {},
            "declared.channel_unnamed",
            "the question names one channel",
            (),
        ),
        (
            {"channel": "email"},
            {"channel": "sms"},
            "declared.channel",
            "a clause names this channel for the activity",
            (),
        ),
        (
            {},
            {"data": ("name", "mobile")},
            "declared.data",
            "a clause names these data for the activity",
            ("mobile",),
        ),
        (
            {"sender": "shop"},
            {"sender": "sister_brand"},
            "declared.sender",
            "a clause names this sender for the activity",
            (),
        ),
        (
            {"occasion": "a recall on record"},
            {},
            "declared.occasion",
            "there is a recall on record",
            (),
        ),
        ({"offered": "false"}, {}, "declared.not_offered", "the retailer offers this service", ()),
        (
            {"while": "case is open"},
            {},
            "situation.closed",
            "this holds: while case is open",
            (),
        ),
    ],
)
def test_what_no_clause_declares_is_denied(
    more: dict[str, str],
    question: dict[str, Any],
    code: str,
    changes_when: str,
    data: tuple[str, ...],
) -> None:
    decision = asked(shop(care(**more)), Question(activity="care", **question))

    assert decision.outcome == "deny"
    assert noes(decision) == (why(code, changes_when, data=data),)


@pytest.mark.parametrize(
    ("more", "question"),
    [
        ({"channel": "email"}, {}),
        ({"channel": "[email, phone]"}, {"channel": "phone"}),
        ({"sender": "shop"}, {"sender": "shop"}),
        ({"occasion": "a recall"}, {"occasion": "r1"}),
    ],
)
def test_what_a_clause_declares_passes(more: dict[str, str], question: dict[str, Any]) -> None:
    assert asked(shop(care(**more)), Question(activity="care", **question)).is_permitted


def test_an_activity_goes_on_while_its_condition_holds() -> None:
    policy = shop(care(**{"while": "latest of (while case is open, while order is open)"}))
    opened = told(Kind.RELATION_OPENED, 1, what="order", thing="o")

    assert asked(policy, Question(activity="care"), opened).is_permitted


RECIPIENT = """
recipient: courier
as: {controller: [care], processor: [returns]}
"""


def courier(**more: str) -> str:
    return RECIPIENT + "".join(f"{key}: {value}\n" for key, value in more.items())


HAND_OVER = Question(activity="care", recipient="courier")
SAFE = why(
    "recipient.no_safeguard",
    "a safeguard for the country is declared",
    clause="G-002",
    law="UK GDPR Art. 44 to 49",
)
NAMED = why("declared.recipient", "a clause names this recipient", law="UK GDPR Art. 13(1)(e)")
AGREED = why(
    "recipient.no_contract",
    "a contract or arrangement is on record",
    clause="G-002",
    law="UK GDPR Art. 26, 28(3)",
)


@pytest.mark.parametrize(
    ("activity", "recipient", "expected"),
    [
        (care(), courier(), (NAMED,)),
        (care(recipients="banks"), courier(), (NAMED,)),
        (care(recipients="courier"), "", (NAMED,)),
        (care(recipients="courier"), courier(regions="[elsewhere]"), (NAMED,)),
        (care(recipients="courier"), courier(), ()),
        (care(shares="{to: courier}"), courier(), ()),
        (care(shares="{to: [banks, courier]}"), courier(), ()),
        (
            care(recipients="courier"),
            RECIPIENT.replace("processor: [returns]", "joint: [customer_service]"),
            (AGREED,),
        ),
        (care(recipients="courier"), "recipient: courier\nas: processor", (AGREED,)),
        (care(recipients="courier"), "recipient: courier\nas: {processor: [other]}", (AGREED,)),
        (
            care(recipients="courier"),
            "recipient: courier\nas: processor\ncontract: c-1\ncountry: [FR, GB, EEA]",
            (),
        ),
        (care(recipients="courier"), courier(country="[US]"), (SAFE,)),
        (
            care(recipients="courier"),
            courier(country="[US]", safeguard="standard_contractual_clauses"),
            (),
        ),
        (care(recipients="courier"), courier(gets="all_held"), ()),
        (
            care(recipients="courier", requires="[name]"),
            courier(gets="name"),
            (
                why(
                    "recipient.data",
                    "a clause names these data for the recipient",
                    clause="G-002",
                    data=("email",),
                ),
            ),
        ),
    ],
)
def test_a_hand_over_is_declared_agreed_and_safeguarded(
    activity: str, recipient: str, expected: tuple[Any, ...]
) -> None:
    decision = asked(shop(activity, recipient), HAND_OVER)

    assert noes(decision) == expected


ACCESS = """
- access: care_staff
  sees: [name, email]
  while: case is open
- access: privacy
  sees: all_held
- access: cashier
  sees: name
"""
LOCKED = {
    "changes_when": "while case is open and is named",
    "clause": "G-002",
}
OPENED = told(Kind.RELATION_OPENED, 1, what="case", thing="c7")


@pytest.mark.parametrize(
    ("question", "facts", "expected"),
    [
        ({"actor": "privacy"}, (), ()),
        (
            {"actor": "stranger"},
            (),
            (why("access.role", "a clause gives this role access"),),
        ),
        (
            {"actor": "cashier"},
            (),
            (
                why(
                    "access.data",
                    "a clause shows these data to the role",
                    clause="G-002",
                    data=("email",),
                ),
            ),
        ),
        ({"actor": "care_staff", "case": "c7"}, (OPENED,), ()),
        (
            {"actor": "care_staff", "case": "c7"},
            (),
            tuple(why("access.no_open_case", **LOCKED, data=(d,)) for d in ("name", "email")),
        ),
        (
            {"actor": "care_staff"},
            (OPENED,),
            tuple(
                why("access.no_open_case", **LOCKED, data=(d,), fact=OPENED.id)
                for d in ("name", "email")
            ),
        ),
    ],
)
def test_staff_see_what_their_role_sees_and_with_a_case_where_one_is_asked(
    question: dict[str, Any], facts: tuple[Fact, ...], expected: tuple[Any, ...]
) -> None:
    decision = asked(shop(CARE, ACCESS), Question(activity="care", **question), *facts)

    assert noes(decision) == expected


def test_staff_see_in_a_region_what_its_own_rules_show_them() -> None:
    access = """
- access: cashier
  sees: all_held
  regions: [union]
- access: cashier
  sees: name
  regions: [kingdom]
"""

    decision = asked(
        shop(CARE, access, region=TWO_LAWS), Question(activity="care", actor="cashier")
    )

    changes = "a clause shows these data to the role"
    assert noes(decision) == (why("access.data", changes, clause="G-002", data=("email",)),)


def test_what_another_regions_rule_requires_denies_nothing_here() -> None:
    activities = """
- activity: care
  purpose: customer_service
  uses: [mobile]
  basis: legitimate_interest
  regions: [union]
- activity: care
  purpose: customer_service
  uses: [email]
  basis: legitimate_interest
  regions: [kingdom]
"""

    decision = asked(shop(activities, region=TWO_LAWS), Question(activity="care"))

    assert (decision.outcome, decision.data, decision.withheld) == ("permit", ("email",), ())
    assert [reason.code for reason in decision.because] == ["permitted.legitimate_interest"]


def test_an_activity_of_another_region_is_declared_in_none_here() -> None:
    policy = shop(care(regions="[union]"), region=TWO_LAWS)

    decision = asked(policy, Question(activity="care"))

    assert decision.codes == ("declared.region",)


def test_a_country_of_no_region_is_nowhere() -> None:
    policy = shop(CARE, region=TWO_LAWS)
    moved = told(Kind.LOCATED, 1, region="US")

    decision = asked(policy, Question(activity="care"), moved)

    assert decision.codes == ("declared.country",)
