"""Rows of the table on basis, device and channel, each asked alone: its steps as whole values."""

from dataclasses import replace

import pytest

from placket.decide.condition import TRUE, All, AnyOf, Condition, Ended, Holds, Not
from placket.decide.steps.asking import Step, ground_of
from placket.decide.steps.basis import basis, channel, channel_yeses, device, needed_consents
from placket.law.grounds import Ground
from placket.policy.rules import Activity
from tests.unit.decide.by_hand import asking
from tests.unit.standing.telling import TWO_LAWS, shop

UNION, KINGDOM = 0, 1
TAILORED = """
activity: tailor
purpose: direct_marketing
uses: [email]
basis: consent
channel: [email, sms]
"""
NEEDS = TAILORED + "needs: [letters, texts, analysis]\n"
LETTERS = "consent: letters\nactivities: [tailor]\nchannel: [email, post]\nrecipients: [courier]"
TEXTS = "consent: texts\nactivities: [tailor]\nchannel: sms"
ABROAD = "consent: abroad\nactivities: [tailor]\nregions: [union]"
ANALYSIS = "cookie: analysis\nbasis: consent"
ASKED = shop(TAILORED, LETTERS, TEXTS, ABROAD, region=TWO_LAWS)
NEEDED = shop(NEEDS, LETTERS, TEXTS, ANALYSIS)


@pytest.mark.parametrize(
    ("place", "channel", "recipient", "expected"),
    [
        (UNION, "email", "", (("consent.letters.email", "consent.abroad"),)),
        (KINGDOM, "email", "", (("consent.letters.email",),)),
        (KINGDOM, "sms", "", (("consent.texts.sms",),)),
        (
            KINGDOM,
            "",
            "",
            (("consent.letters.email", "consent.letters.post", "consent.texts.sms"),),
        ),
        (UNION, "email", "courier", (("consent.letters.email", "consent.abroad"),)),
        (UNION, "email", "bank", (("consent.abroad",),)),
    ],
)
def test_of_the_consents_that_list_an_activity_one_is_needed(
    place: int, channel: str, recipient: str, expected: tuple[tuple[str, ...], ...]
) -> None:
    asked = asking(ASKED, "tailor", place=place, channel=channel, recipient=recipient)

    assert needed_consents(asked) == expected


@pytest.mark.parametrize(
    ("channel", "recipient", "expected"),
    [
        ("email", "", (("consent.letters.email",), ("consent.analysis",))),
        ("sms", "bank", (("consent.texts.sms",), ("consent.analysis",))),
        ("email", "bank", ((), ("consent.analysis",))),
    ],
)
def test_of_the_consents_that_an_activity_needs_each_of_the_channel_is(
    channel: str, recipient: str, expected: tuple[tuple[str, ...], ...]
) -> None:
    asked = asking(NEEDED, "tailor", channel=channel, recipient=recipient)

    assert needed_consents(asked) == expected


def lacking(code: str, denies: Condition, changes_when: str, *names: str) -> Step:
    return Step(
        code=f"basis.consent_{code}",
        denies=denies,
        clause="G-002",
        law="GDPR Art. 6(1)(a), 7",
        changes_when=changes_when,
        names=names,
    )


def test_why_a_consent_is_missing_is_told_by_its_own_clause() -> None:
    yes, other = "consent.letters.email", "consent.abroad"
    lacks = Not(AnyOf((Holds(yes), Holds(other))))
    refused = AnyOf((Holds(f"no.{yes}"), Holds(f"no.{other}")))
    waiting = AnyOf((Holds(f"unconfirmed.{yes}"), Holds(f"unconfirmed.{other}")))
    expired = AnyOf((Ended(yes), Ended(other)))

    steps = tuple(basis(asking(ASKED, "tailor", channel="email")))

    assert steps == (
        lacking(
            "refused",
            All((lacks, refused)),
            "the person later says yes",
            f"no.{yes}",
            f"no.{other}",
        ),
        lacking(
            "unconfirmed",
            All((lacks, waiting, Not(refused))),
            "the person confirms the yes",
            f"unconfirmed.{yes}",
            f"unconfirmed.{other}",
        ),
        lacking(
            "expired",
            All((lacks, expired, Not(refused), Not(waiting))),
            "the person says yes again",
            yes,
            other,
        ),
        lacking(
            "not_given",
            All((lacks, Not(refused), Not(waiting), Not(expired))),
            "the person says yes by a published wording",
        ),
    )


def test_a_consent_that_nobody_is_asked_for_is_missing_by_the_clause_of_the_activity() -> None:
    first, *_ = basis(asking(NEEDED, "tailor", channel="email", recipient="bank"))

    (not_given,) = [s for s in basis(asking(shop(TAILORED), "tailor")) if s.denies == TRUE]
    assert (first.clause, not_given.clause) == ("G-001", "G-001")


DUTY = """
activity: act
purpose: billing
uses: [email]
basis: legal_obligation
law: {uk: VAT Act 1994}
relation: [order, account]
"""


def test_a_duty_begins_with_any_of_its_relations() -> None:
    assert tuple(basis(asking(shop(DUTY), "act"))) == (
        Step(
            code="basis.no_trigger",
            denies=Not(AnyOf((Holds("had.order"), Holds("had.account")))),
            clause="G-001",
            law="UK GDPR Art. 6(1)(c)",
            changes_when="there is order or account with the person",
        ),
    )


REPLAY = """
activity: replay
purpose: personalisation
uses: [email]
basis: legitimate_interest
device: stores
needs: [study, far, analysis, unheard]
"""
FAR = "cookie: far\nbasis: consent\nregions: [union]"
STUDY = "consent: study"


@pytest.mark.parametrize(
    ("place", "names", "clause"),
    [(UNION, ("far", "analysis"), "G-003"), (KINGDOM, ("analysis",), "G-002")],
)
def test_a_device_is_opened_by_a_cookie_of_the_place_alone(
    place: int, names: tuple[str, ...], clause: str
) -> None:
    policy = shop(REPLAY, ANALYSIS, FAR, STUDY, region=TWO_LAWS)

    (step,) = device(asking(policy, "replay", place=place))

    given = tuple(Holds(f"consent.{name}") for name in names)
    assert step == Step(
        code="device.no_consent",
        denies=Not(AnyOf(given)) if len(given) > 1 else Not(given[0]),
        clause=clause,
        law=policy.laws[policy.places[place].pack].device_law,
        changes_when="the person accepts this category on the device",
        names=tuple(f"no.consent.{name}" for name in names),
    )


def test_a_device_that_no_cookie_opens_is_closed_by_the_clause_of_the_activity() -> None:
    (step,) = device(asking(shop(REPLAY, STUDY), "replay"))

    assert (step.denies, step.clause, step.names) == (TRUE, "G-001", ())


OFFERS = """
activity: offers
purpose: direct_marketing
uses: [email, phone]
basis: legitimate_interest
soft_opt_in:
  {got_from: data_subject, by: this_retailer, similar: own_products,
   refusal_offered: [collection, every_message]}
channel: [email, post, phone]
"""
CARE = """
activity: care
purpose: customer_service
uses: [email]
basis: legitimate_interest
channel: [email, phone]
"""
NEWS = "consent: news\nactivities: [offers, care]\nchannel: [email, post, phone]"
MARKET = shop(OFFERS, CARE, NEWS, ABROAD.replace("tailor", "offers, care"), region=TWO_LAWS)


@pytest.mark.parametrize(
    ("activity", "place", "channel", "expected"),
    [
        ("offers", UNION, "email", ("consent.news.email", "consent.abroad")),
        ("offers", KINGDOM, "email", ("consent.news.email",)),
        ("offers", KINGDOM, "phone", ("consent.news.phone",)),
        ("offers", KINGDOM, "post", ()),
        ("care", KINGDOM, "email", ()),
        ("care", KINGDOM, "phone", ()),
    ],
)
def test_a_yes_opens_a_channel_of_marketing_where_one_is_asked_for(
    activity: str, place: int, channel: str, expected: tuple[str, ...]
) -> None:
    assert channel_yeses(asking(MARKET, activity, place=place, channel=channel)) == expected


def test_a_channel_is_closed_by_a_no_and_without_a_yes_or_a_sale() -> None:
    steps = tuple(channel(asking(MARKET, "offers", place=KINGDOM, channel="email")))

    assert steps == (
        Step(
            code="channel.refused",
            denies=Holds("refused.offers.email"),
            clause="G-001",
            law="PECR 2003 reg. 22; UK GDPR Art. 7(3)",
            changes_when="the person says yes to messages on this channel",
            names=("refused.offers.email",),
        ),
        Step(
            code="channel.no_soft_opt_in",
            denies=Not(AnyOf((Holds("consent.news.email"), Holds("soft.email")))),
            clause="G-001",
            law="PECR 2003 reg. 22(3)",
            changes_when="the person consents, or buys and is offered to refuse",
            names=("soft.email",),
        ),
    )


def test_what_is_asked_for_on_one_channel_or_in_one_place_is_no_yes_elsewhere() -> None:
    here = asking(ASKED, "tailor", place=KINGDOM, channel="sms")
    there = replace(here, place=ASKED.places[UNION], channel="email")

    assert (here.consents, there.consents) == (("texts",), ("letters", "abroad"))
    assert here.yeses == ("consent.texts.sms",)
    assert there.yeses == ("consent.letters.email", "consent.abroad")


@pytest.mark.parametrize(
    ("basis", "purpose", "ground", "expected"),
    [
        ("contract", "customer_service", "", Ground.CONTRACT),
        ("legal_obligation", "customer_service", "", Ground.DUTY),
        ("vital_interest", "customer_service", "", Ground.VITAL_INTEREST),
        ("legitimate_interest", "customer_service", "", Ground.NONE),
        ("contract", "legal_claims", "", Ground.CLAIMS),
        ("contract", "direct_marketing", "", Ground.NONE),
        ("legitimate_interest", "direct_marketing", "recall", Ground.RECALL),
    ],
)
def test_an_activity_rests_on_the_ground_of_its_basis_unless_it_names_one(
    basis: str, purpose: str, ground: str, expected: Ground
) -> None:
    activity = Activity(name="act", purpose=(purpose,), basis=basis, ground=ground)

    assert ground_of(activity) is expected


def test_what_a_step_does_not_say_is_empty() -> None:
    step = Step(code="code", denies=TRUE)

    assert (step.clause, step.law, step.changes_when) == ("", "", "")
    assert (step.data, step.names, step.clocks, step.laws) == ((), (), (), ())
    assert (step.is_vital, step.is_said, step.told) == (True, True, None)
