from typing import Any

import pytest

from placket.decide.question import Question, Reason
from placket.facts import Fact, Kind
from tests.unit.standing.telling import TWO_LAWS, asked, noes, shop, told, why

NEWS = """
- activity: news
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
  recipients: [marketing_company]
- recipient: marketing_company
  as: controller
- consent: letters
  activities: [news]
  channel: email
  confirm: double
  for: 10 days from consent.given
  recipients: [mailing_house]
"""
ASKED = Question(activity="news")


def said(kind: Kind, on: float, **parts: Any) -> Fact:
    return told(kind, on, **({"what": "letters", "channel": "email"} | parts))


YES, CONFIRMED = said(Kind.CONSENT_GIVEN, 95), said(Kind.CONSENT_CONFIRMED, 96)


def lacking(code: str, changes_when: str, fact: str = "") -> Reason:
    return why(f"basis.consent_{code}", changes_when, law="UK GDPR Art. 6(1)(a), 7", fact=fact)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), lacking("not_given", "the person says yes by a published wording")),
        ((YES,), lacking("unconfirmed", "the person confirms the yes", YES.id)),
        (
            (YES, CONFIRMED, said(Kind.CONSENT_REFUSED, 97)),
            lacking("refused", "the person later says yes", "consent_refused@97"),
        ),
        (
            (said(Kind.CONSENT_GIVEN, 1), said(Kind.CONSENT_CONFIRMED, 1)),
            lacking("expired", "the person says yes again", "consent_confirmed@1"),
        ),
    ],
)
def test_without_a_consent_that_holds_the_reason_says_what_became_of_it(
    facts: tuple[Fact, ...], expected: Reason
) -> None:
    decision = asked(shop(NEWS), ASKED, *facts)

    assert expected in decision.because
    assert len([c for c in decision.codes if c.startswith("basis.")]) == 1


def test_a_consent_that_holds_permits_and_is_named() -> None:
    decision = asked(shop(NEWS), ASKED, YES, CONFIRMED)

    assert [(r.code, r.clause, r.fact) for r in decision.because] == [
        ("permitted.consent", "G-001", ""),
        ("permitted.consent_given", "G-001", CONFIRMED.id),
    ]


def test_a_consent_covers_the_recipients_that_it_names() -> None:
    question = Question(activity="news", recipient="marketing_company")

    decision = asked(shop(NEWS), question, YES, CONFIRMED)

    assert decision.codes == ("basis.consent_not_given",)


NEEDS = """
- activity: tailor
  purpose: recommendations
  uses: [email]
  basis: consent
  needs: [letters, profile]
- consent: letters
  channel: [email, sms]
- consent: profile
"""


@pytest.mark.parametrize(
    ("answered", "codes"),
    [
        ((), ("basis.consent_not_given", "basis.consent_not_given")),
        (("letters",), ("basis.consent_not_given",)),
        (("letters", "profile"), ()),
    ],
)
def test_each_consent_that_an_activity_needs_is_needed(
    answered: tuple[str, ...], codes: tuple[str, ...]
) -> None:
    facts = (told(Kind.CONSENT_GIVEN, 1, id=n, what=n, channel="sms") for n in answered)

    decision = asked(shop(NEEDS), Question(activity="tailor"), *facts)

    assert tuple(reason.code for reason in noes(decision)) == codes


def activity(basis: str, *more: str) -> str:
    lines = ("activity: act", "purpose: customer_service", "uses: email", f"basis: {basis}", *more)
    return "\n".join(lines)


ACT = Question(activity="act")
ORDER = told(Kind.RELATION_OPENED, 0, what="order", thing="o1")
CLOSED = told(Kind.RELATION_CLOSED, 5, what="order", thing="o1")


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (
            activity("contract", "relation: [order, account]"),
            why(
                "basis.no_contract",
                "there is order or account with the person",
                law="UK GDPR Art. 6(1)(b)",
            ),
        ),
        (
            activity("contract"),
            why(
                "basis.no_contract",
                "there is a contract with the person",
                law="UK GDPR Art. 6(1)(b)",
            ),
        ),
        (
            activity("legal_obligation", "law: {eu: Directive 2006/112/EC}"),
            why(
                "basis.no_law",
                "a law of the person's country is named",
                law="UK GDPR Art. 6(3)",
            ),
        ),
        (
            activity("legal_obligation", "law: {uk: VAT Act 1994}", "relation: order"),
            why("basis.no_trigger", "there is order with the person", law="UK GDPR Art. 6(1)(c)"),
        ),
        (
            activity("vital_interest"),
            why(
                "basis.no_occasion",
                "the question names what has occurred",
                law="UK GDPR Art. 6(1)(d), (e)",
            ),
        ),
        (
            activity("public_task"),
            why(
                "basis.no_occasion",
                "the question names what has occurred",
                law="UK GDPR Art. 6(1)(d), (e)",
            ),
        ),
        (
            "activity: act\npurpose: customer_service\nuses: email",
            why("basis.none", "a clause names the legal basis", law="UK GDPR Art. 6(1)"),
        ),
    ],
)
def test_without_its_basis_an_act_is_denied(block: str, expected: Reason) -> None:
    assert noes(asked(shop(block), ACT)) == (expected,)


@pytest.mark.parametrize(
    ("block", "question", "facts"),
    [
        (activity("contract", "relation: order"), ACT, (ORDER, CLOSED)),
        (activity("legal_obligation", "law: {uk: VAT Act}", "relation: order"), ACT, (ORDER,)),
        (activity("vital_interest"), Question(activity="act", occasion="x"), ()),
        (activity("public_task"), Question(activity="act", occasion="x"), ()),
        (activity("recognised_legitimate_interest"), ACT, ()),
    ],
)
def test_with_its_basis_an_act_is_permitted(
    block: str, question: Question, facts: tuple[Fact, ...]
) -> None:
    assert asked(shop(block), question, *facts).is_permitted


REPLAY = activity("legitimate_interest", "device: stores", "needs: analysis")
COOKIE = "cookie: analysis\nbasis: consent"


def test_what_reads_a_device_needs_a_yes_there() -> None:
    no = told(Kind.CONSENT_REFUSED, 1, what="analysis")
    yes = told(Kind.CONSENT_GIVEN, 2, what="analysis")
    expected = why(
        "device.no_consent",
        "the person accepts this category on the device",
        clause="G-002",
        law="PECR 2003 reg. 6",
        fact=no.id,
    )

    assert noes(asked(shop(REPLAY, COOKIE), ACT, no)) == (expected,)
    assert asked(shop(REPLAY, COOKIE), ACT, no, yes).is_permitted


def test_a_no_to_all_marketing_is_none_to_a_cookie() -> None:
    yes = told(Kind.CONSENT_GIVEN, 1, what="analysis")

    assert asked(shop(REPLAY, COOKIE), ACT, yes, told(Kind.CONSENT_WITHDRAWN, 2)).is_permitted


def test_what_needs_no_cookie_category_has_no_consent_to_rest_on() -> None:
    decision = asked(shop(REPLAY.replace("\nneeds: analysis", "")), ACT)

    assert decision.codes == ("device.no_consent",)


OFFERS = """
activity: offers
purpose: direct_marketing
uses: [email, phone]
basis: legitimate_interest
soft_opt_in:
  {got_from: data_subject, by: this_retailer, similar: own_products,
   refusal_offered: [collection, every_message]}
channel: [email, phone, push, post]
"""
BY_MAIL = Question(activity="offers", channel="email")
BY_PHONE = Question(activity="offers", channel="phone")
SOLD = told(
    Kind.CONTACT_OBTAINED,
    1,
    channel="email",
    marks=("got_from:data_subject", "by:this_retailer", "refusal_offered", "in:sale"),
)
NO_SOFT = why(
    "channel.no_soft_opt_in",
    "the person consents, or buys and is offered to refuse",
    law="PECR 2003 reg. 22(3)",
)
REFUSED = why(
    "channel.refused",
    "the person says yes to messages on this channel",
    law="PECR 2003 reg. 22; UK GDPR Art. 7(3)",
    fact="consent_withdrawn@2",
)


@pytest.mark.parametrize(
    ("block", "facts", "question", "expected"),
    [
        (OFFERS, (), BY_MAIL, (NO_SOFT,)),
        (OFFERS, (SOLD,), BY_MAIL, ()),
        (OFFERS, (SOLD, told(Kind.CONSENT_WITHDRAWN, 2, channel="email")), BY_MAIL, (REFUSED,)),
        (OFFERS, (SOLD,), Question(activity="offers", channel="post"), ()),
        (OFFERS, (SOLD,), Question(activity="offers", channel="push"), (NO_SOFT,)),
        (OFFERS.replace("[collection, every_message]", "collection"), (), BY_MAIL, (NO_SOFT,)),
        (OFFERS.replace("own_products", "any_products"), (), BY_MAIL, (NO_SOFT,)),
        (OFFERS + "ground: contract\n", (), BY_MAIL, ()),
        (OFFERS, (), BY_PHONE, ()),
    ],
)
def test_marketing_by_mail_rests_on_every_condition_of_the_soft_opt_in(
    block: str, facts: tuple[Fact, ...], question: Question, expected: tuple[Reason, ...]
) -> None:
    assert noes(asked(shop(block), question, *facts)) == expected


@pytest.mark.parametrize(
    ("term", "other"),
    [
        ("[collection, every_message]", "collection"),
        ("own_products", "any_products"),
        ("data_subject", "other_person"),
        ("this_retailer", "sister_brand"),
    ],
)
def test_a_clause_that_does_not_say_every_condition_opens_nothing(term: str, other: str) -> None:
    decision = asked(shop(OFFERS.replace(term, other)), BY_MAIL, SOLD)

    assert decision.codes == ("channel.no_soft_opt_in",)


def test_a_permission_on_the_soft_opt_in_names_the_contact() -> None:
    decision = asked(shop(OFFERS), BY_MAIL, SOLD)

    assert [(r.code, r.fact) for r in decision.because] == [
        ("permitted.legitimate_interest", ""),
        ("permitted.soft_opt_in", SOLD.id),
    ]


LISTED = told(Kind.REGISTER_LISTED, 1, channel="phone", what="TPS")
CALLS = "consent: calls\nactivities: offers\nchannel: phone"
AGREED = told(Kind.CONSENT_GIVEN, 2, what="calls", channel="phone")
FRENCH = told(Kind.LOCATED, 0, region="FR")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), ()),
        (
            (LISTED,),
            (
                why(
                    "channel.register",
                    "the number leaves the register, or the person consents to calls",
                    law="PECR 2003 reg. 21",
                    fact=LISTED.id,
                ),
            ),
        ),
        ((LISTED, AGREED), ()),
        (
            (FRENCH,),
            (
                why(
                    "channel.call_needs_consent",
                    "the person consents to calls",
                    law="ePrivacy Directive 2002/58/EC Art. 13(3)",
                ),
            ),
        ),
        ((FRENCH, AGREED), ()),
    ],
)
def test_a_call_needs_what_the_law_of_the_country_asks(
    facts: tuple[Fact, ...], expected: tuple[Reason, ...]
) -> None:
    decision = asked(shop(OFFERS, CALLS, region=TWO_LAWS), BY_PHONE, *facts)

    assert noes(decision) == expected


@pytest.mark.parametrize("country", ["GB", "FR"])
def test_a_permission_to_call_names_the_yes_to_calls(country: str) -> None:
    here = told(Kind.LOCATED, 0, region=country)

    decision = asked(shop(OFFERS, CALLS, region=TWO_LAWS), BY_PHONE, here, AGREED)

    assert [(r.code, r.clause, r.fact) for r in decision.because] == [
        ("permitted.legitimate_interest", "G-001", ""),
        ("permitted.consent_given", "G-002", AGREED.id),
    ]


BY_REGION = """
- consent: news
  activities: [offers]
  channel: email
  regions: [union]
- consent: texts
  activities: [offers]
  channel: email
  regions: [kingdom]
- activity: offers
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
"""


@pytest.mark.parametrize(("country", "consent"), [("FR", "news"), ("GB", "texts")])
def test_a_yes_counts_where_its_rule_holds(country: str, consent: str) -> None:
    policy, here = shop(BY_REGION, region=TWO_LAWS), told(Kind.LOCATED, 0, region=country)
    objects = told(Kind.OBJECTED, 1)

    for name in ("news", "texts"):
        yes = told(Kind.CONSENT_GIVEN, 2, what=name, channel="email")
        decision = asked(policy, BY_MAIL, here, objects, yes)

        assert decision.is_permitted == (name == consent)
        assert ("objection.direct_marketing" in decision.codes) == (name != consent)


def test_where_nobody_is_asked_what_is_needed_there_is_no_yes() -> None:
    needs = BY_REGION + "  needs: [news]\n"
    both = [
        told(Kind.CONSENT_GIVEN, 2, what=what, channel="email", id=what)
        for what in ("news", "texts")
    ]

    decision = asked(shop(needs, region=TWO_LAWS), BY_MAIL, *both)

    assert decision.codes == ("basis.consent_not_given",)
