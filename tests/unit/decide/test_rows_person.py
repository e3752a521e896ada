"""Rows of the table on the person and on what is declared, each asked alone, as whole values."""

from dataclasses import replace

import pytest

from placket.decide.condition import TRUE, All, AnyOf, Condition, Holds, Not
from placket.decide.steps.asking import Step
from placket.decide.steps.declared import access, recipient, situation
from placket.decide.steps.person import age, automated, frequency, objection, preference, role
from placket.law.rules import AutomatedRule
from tests.unit.decide.by_hand import asking
from tests.unit.standing.telling import TWO_LAWS, shop

UNION, KINGDOM = 0, 1
ACTIVITIES = """
- activity: care
  purpose: customer_service
  about: [customer, guest]
  uses: [name, email]
  basis: legitimate_interest
- activity: survey
  purpose: market_research
  uses: [email]
  basis: public_task
- activity: offers
  purpose: direct_marketing
  uses: [email]
  basis: legitimate_interest
  channel: email
  topic: sale
- activity: credit
  purpose: customer_service
  uses: [email, name]
  basis: consent
- consent: score
  activities: [credit]
"""
SHOP = shop(ACTIVITIES)
AGREED = Not(Holds("guardian"))
OF_AGE = "a guardian agrees, or the person comes of age"


@pytest.mark.parametrize("activity", ["care", "survey"])
def test_an_objection_stops_an_interest_and_a_public_task(activity: str) -> None:
    (step,) = objection(asking(SHOP, activity))

    name = f"objected.interest.{activity}"
    assert step == Step(
        code="objection.legitimate_interest",
        denies=Holds(name, sparse=True),
        clause="G-001",
        law="UK GDPR Art. 21(1)",
        changes_when="the objection is withdrawn, or compelling grounds are decided and recorded",
        names=(name,),
    )


def test_an_objection_stops_marketing_by_its_channel_and_no_consent() -> None:
    (step,) = objection(asking(SHOP, "offers", channel="email"))

    assert step == Step(
        code="objection.direct_marketing",
        denies=Holds("objected.offers.email"),
        clause="G-001",
        law="UK GDPR Art. 21(2), 21(3)",
        changes_when="the person later says yes to this purpose on this channel",
        names=("objected.offers.email",),
    )
    assert tuple(objection(asking(SHOP, "credit"))) == ()


GUEST = "role: guest\nconfined_to: [offers, credit]"
PATRON = "role: patron\nconfined_to: [care]"


def test_an_act_is_about_its_roles_and_uses_no_data_of_a_confined_one() -> None:
    steps = tuple(role(asking(shop(ACTIVITIES, "role: customer", GUEST, PATRON), "care")))

    assert steps == (
        Step(
            code="role.not_concerned",
            denies=Not(AnyOf((Holds("role.customer"), Holds("role.guest")))),
            clause="G-001",
            changes_when="the person is met as customer or guest",
        ),
        *(
            Step(
                code="role.confined",
                denies=All(
                    (
                        Holds(f"role_bound.{datum}.guest", sparse=True),
                        Not(Holds(f"free.{datum}", sparse=True)),
                    )
                ),
                clause="G-003",
                changes_when="the person gives the data in another role",
                data=(datum,),
                names=(f"role_bound.{datum}.guest",),
            )
            for datum in ("name", "email")
        ),
    )


GATES = (
    "audience_age: 16\nactivities: [care]\nunknown_age: deny",
    "audience_age: 18\nactivities: [care, survey]",
    "audience_age: 21\nactivities: [care]\nregions: [union]",
)


def gate(young: Condition, years: int, clause: str) -> Step:
    return Step(
        code="age.audience",
        denies=All((young, AGREED)),
        clause=clause,
        changes_when=OF_AGE,
        names=(f"under.{years}",),
    )


def test_the_young_are_kept_out_by_each_clause_that_holds_here() -> None:
    policy = shop(ACTIVITIES, *GATES, region=TWO_LAWS)

    eighteen = gate(Holds("under.18"), 18, "G-003")
    assert tuple(age(asking(policy, "care", place=KINGDOM))) == (
        gate(AnyOf((Holds("under.16"), Holds("age_unknown"))), 16, "G-002"),
        eighteen,
    )
    assert tuple(age(asking(policy, "survey", place=UNION))) == (eighteen,)
    assert tuple(age(asking(policy, "credit", place=UNION))) == (
        Step(
            code="age.consent",
            denies=All((Holds("minor"), AGREED)),
            clause="G-001",
            law="GDPR Art. 8(1)",
            changes_when=OF_AGE,
            names=("minor",),
        ),
    )


LAW = "GDPR Art. 22; CJEU C-634/21"
NO_GATEWAY = "the clause names a gateway for each decision"
CONSENTS = "the person consents explicitly"


def scored(code: str, denies: Condition, changes_when: str, clause: str = "G-002") -> Step:
    return Step(
        code=f"automated.{code}", denies=denies, clause=clause, law=LAW, changes_when=changes_when
    )


@pytest.mark.parametrize(
    ("gateway", "expected"),
    [
        ("{}", (scored("no_gateway", TRUE, NO_GATEWAY),)),
        ("{refuse: law}", ()),
        ("{refuse: law, lend: contract}", ()),
        (
            "{refuse: law, lend: contract, rate: consent}",
            (scored("no_explicit_consent", Not(Holds("consent.score")), CONSENTS),),
        ),
    ],
)
def test_a_machine_decides_through_gateways_that_the_law_knows(
    gateway: str, expected: tuple[Step, ...]
) -> None:
    scoring = f"automated: scoring\nactivities: [credit]\ngateway: {gateway}\nreview: 5 days"
    policy = shop(ACTIVITIES, scoring, region=TWO_LAWS)

    assert tuple(automated(asking(policy, "credit", place=UNION))) == expected


def test_each_machine_that_decides_here_is_asked_about() -> None:
    machines = (
        "automated: one\nactivities: [care]",
        "automated: two\nactivities: [credit]\nregions: [kingdom]",
        "automated: three\nactivities: [credit]\ngateway: {lend: contract}\nif_declined: {by: x}",
        "automated: four\nactivities: [credit]\ngateway: {lend: contract}",
    )
    policy = shop(ACTIVITIES, *machines, region=TWO_LAWS)
    review = "the clause offers review by a person"

    assert tuple(automated(asking(policy, "credit", place=UNION))) == (
        scored("no_review", TRUE, review, "G-004"),
        Step(
            code="automated.declined",
            denies=Holds("declined.three"),
            clause="G-004",
            changes_when="the person accepts such decisions again",
            names=("declined.three",),
        ),
        scored("no_review", TRUE, review, "G-005"),
    )


@pytest.mark.parametrize(
    ("words", "condition", "is_denied"),
    [
        (("explicit_consent", "substantial_public_interest"), "a", False),
        (("explicit_consent", "substantial_public_interest"), "g", False),
        (("explicit_consent", "substantial_public_interest"), "h", True),
        (("explicit_consent",), "a", False),
        (("explicit_consent",), "g", True),
        (("law_with_public_interest",), "a", True),
        (("law_with_public_interest",), "g", False),
        ((), "g", True),
    ],
)
def test_a_machine_decides_by_special_data_on_the_conditions_of_the_law(
    words: tuple[str, ...], condition: str, is_denied: bool
) -> None:
    scoring = "automated: scoring\nactivities: [credit]\nreview: 5 days"
    credit = ACTIVITIES.replace("basis: consent", f"basis: consent\n  condition: {condition}")
    asked = asking(shop(credit, scoring, "data: name\nspecial: health"), "credit")
    rule = AutomatedRule(
        gateways=frozenset(), safeguards=frozenset(), special_categories=frozenset(words)
    )

    steps = tuple(automated(replace(asked, law=replace(asked.law, automated=rule))))

    denied = Step(
        code="automated.special_data",
        denies=TRUE,
        clause="G-002",
        law="UK GDPR Art. 22A to 22D",
        changes_when="the clause names a condition on which a machine may decide by these data",
        data=("name",),
    )
    assert steps == ((denied,) if is_denied else ())


def test_what_was_switched_off_is_the_channel_or_the_topic() -> None:
    channel = Step(
        code="preference.channel",
        denies=Holds("off.channel.email"),
        clause="G-001",
        changes_when="the person switches the channel on",
        names=("off.channel.email",),
    )
    topic = Step(
        code="preference.topic",
        denies=Holds("off.topic.sale"),
        clause="G-001",
        changes_when="the person switches the topic on",
        names=("off.topic.sale",),
    )

    assert tuple(preference(asking(SHOP, "offers", channel="email"))) == (channel, topic)
    assert tuple(preference(asking(SHOP, "offers"))) == (topic,)
    assert tuple(preference(asking(SHOP, "survey", channel="email"))) == (channel,)


REGISTRY = """
activity: gifts
purpose: customer_service
uses: [email]
basis: contract
relation: [gift_registry]
"""


@pytest.mark.parametrize(
    ("allow", "changes_when"),
    [
        ("{at_most: 1, each: week}", "the time between messages has passed"),
        ("{at_most: 1}", "the time between messages has passed"),
        ("{at_most: 1, each: gift_registry}", "another gift registry begins"),
        ("{at_most: 1, each: unheard_of}", "the time between messages has passed"),
    ],
)
def test_a_contact_rule_says_when_the_next_message_may_be_sent(
    allow: str, changes_when: str
) -> None:
    rate = f"limit: calm\nactivities: [care]\nallow: {allow}"

    (step,) = frequency(asking(shop(ACTIVITIES, rate, REGISTRY), "care"))

    assert step == Step(
        code="frequency",
        denies=Holds("rate.calm"),
        clause="G-002",
        changes_when=changes_when,
        names=("rate.calm",),
    )


ACCESS = """
- access: care
  sees: [name, email]
  while: case is open
- access: care
  sees: [email]
  while: latest of (while order is open, while customer)
- access: care
  sees: [mobile]
- access: care
  sees: [mobile, postal_address]
  while: case is open
"""


def test_staff_see_while_any_of_the_rules_that_show_it_is_met() -> None:
    policy = shop(ACTIVITIES, ACCESS, "role: customer")
    data = ("landline", "name", "mobile", "phone", "email")

    steps = tuple(access(asking(policy, "care", actor="care", case="c7", data=data)))

    def unseen(datum: str) -> Step:
        return Step(
            code="access.data",
            denies=TRUE,
            clause="G-002",
            changes_when="a clause shows these data to the role",
            data=(datum,),
        )

    def closed(datum: str, changes_when: str, *names: str) -> Step:
        held = tuple(Holds(name) for name in names)
        return Step(
            code="access.no_open_case",
            denies=Not(AnyOf(held)) if len(held) > 1 else Not(held[0]),
            clause="G-002",
            changes_when=f"{changes_when} and is named",
            data=(datum,),
            names=names,
        )

    case, either = "while case is open", "latest of (while order is open, while customer)"
    assert steps == (
        unseen("landline"),
        closed("name", case, "open.case"),
        unseen("phone"),
        closed("email", f"{case} or {either}", "open.case", "open.order", "status.customer"),
    )


def test_an_activity_is_closed_outside_the_time_of_its_clause() -> None:
    care = ACTIVITIES.replace("about: [customer, guest]", "while: case is open")

    assert tuple(situation(asking(shop(care), "care"))) == (
        Step(
            code="situation.closed",
            denies=Not(Holds("open.case")),
            clause="G-001",
            changes_when="this holds: while case is open",
            names=("open.case",),
        ),
    )


@pytest.mark.parametrize(
    ("place", "country", "is_safe"),
    [
        (UNION, "GB", True),
        (KINGDOM, "GB", True),
        (UNION, "FR", True),
        (KINGDOM, "EEA", True),
        (KINGDOM, "US", False),
    ],
)
def test_near_countries_need_no_safeguard(place: int, country: str, is_safe: bool) -> None:
    courier = f"recipient: courier\nas: controller\ncountry: [{country}]"
    care = ACTIVITIES.replace("about: [customer, guest]", "recipients: [courier]")
    policy = shop(care, courier, region=TWO_LAWS)

    steps = tuple(recipient(asking(policy, "care", place=place, recipient="courier")))

    assert [step.code for step in steps] == ([] if is_safe else ["recipient.no_safeguard"])
