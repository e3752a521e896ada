"""What the bundled packs say, and what a faulty pack is told."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from placket.law.bundled import PackFault, read_yaml
from placket.law.calendar import Duration
from placket.law.deadlines import (
    Clarification,
    Start,
    Waits,
    WorkingDays,
    acknowledge_due,
    answer_due,
)
from placket.law.grounds import Ground, Prohibition
from placket.law.packs import (
    Law,
    LawPack,
    NotInForce,
    country_sets,
    expand_countries,
    load_packs,
    pack_of,
    read_pack,
)
from placket.law.rules import (
    AutomatedRule,
    CallRule,
    ComplaintRule,
    ConsentKind,
    MailPixel,
    SoftOptIn,
)

PACKS = load_packs()
NOW = date(2026, 11, 24)
BEFORE = date(2026, 2, 4)
AFTER = date(2026, 2, 5)

WHOSE_OWN = frozenset(
    {Ground.DUTY, Ground.RECALL, Ground.CLAIMS, Ground.VITAL_INTEREST, Ground.OWN_REQUEST}
)
DELIVERY = frozenset({Ground.CONTRACT, Ground.DUTY, Ground.RECALL})


def law(pack: str, day: date = NOW) -> Law:
    return PACKS[pack].at(day)


def test_the_packs_are_the_union_the_kingdom_and_seven_states() -> None:
    parents = {pack.id: pack.extends for pack in PACKS.values()}

    assert parents == {
        "eu": None,
        "uk": None,
        **dict.fromkeys(("at", "de", "dk", "es", "fr", "ie", "it"), "eu"),
    }


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())
def test_every_pack_gives_whole_law_on_each_day_it_changes(pack: LawPack) -> None:
    laws = [pack.at(day) for day in pack.changes]

    assert all(found.source(path) for found in laws for path in found.facts)
    assert all(one.facts != next_one.facts for one, next_one in pairwise(laws))


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS.keys())
@pytest.mark.parametrize("years", [0, 4, 9])
def test_the_matrix_of_grounds_is_the_design_s(pack: LawPack, years: int) -> None:
    found = pack.at(date(2018 + years, 6, 1))

    assert found.passes == {
        Prohibition.LOCK: {Ground.CLAIMS, Ground.DUTY, Ground.RECALL},
        Prohibition.RESTRICTED: {
            *(Ground.STORAGE, Ground.CLAIMS, Ground.RIGHTS_OF_OTHERS, Ground.PUBLIC_INTEREST)
        },
        Prohibition.OBJECTION: {Ground.CLAIMS},
        Prohibition.ROLE: WHOSE_OWN,
        Prohibition.AGE: WHOSE_OWN,
        Prohibition.CHANNEL: DELIVERY,
        Prohibition.PREFERENCE: DELIVERY,
        Prohibition.FREQUENCY: DELIVERY,
    }


@pytest.mark.parametrize("prohibition", Prohibition)
def test_nothing_passes_on_no_ground(prohibition: Prohibition) -> None:
    assert not law("eu").lets_pass(prohibition, Ground.NONE)


def test_a_duty_passes_a_lock_but_no_restriction() -> None:
    found = law("uk")

    assert found.lets_pass(Prohibition.LOCK, Ground.DUTY)
    assert not found.lets_pass(Prohibition.RESTRICTED, Ground.DUTY)


@pytest.mark.parametrize(
    ("age", "countries"),
    [
        (13, "BE EE FI LV MT PT SE NO IS"),
        (14, "AT BG CY ES IT LT"),
        (15, "CZ DK FR GR SI"),
        (16, "DE HR HU IE LI LU NL PL RO SK"),
    ],
)
def test_children_consent_at_the_age_of_their_country(age: int, countries: str) -> None:
    found = {country: law("eu").consent_age(country) for country in countries.split()}

    assert found == dict.fromkeys(countries.split(), age)


def test_every_country_of_the_area_has_its_age() -> None:
    assert law("eu").consent_ages.keys() == expand_countries("EEA")


def test_denmark_raised_the_age_in_2024() -> None:
    days = (date(2023, 12, 31), date(2024, 1, 1))

    ages = [law("eu", day).consent_age("DK") for day in days]

    assert ages == [13, 15]
    assert law("dk").checked("consent_ages.DK")


@pytest.mark.parametrize("country", [None, "US", "GB", ""])
def test_an_unknown_country_has_the_strictest_age(country: str | None) -> None:
    assert law("fr").consent_age(country) == 16


def test_the_kingdom_s_age_is_thirteen_and_unchecked() -> None:
    found = law("uk")

    assert (found.consent_age("GB"), found.consent_age(None)) == (13, 13)
    assert not found.checked("consent_ages.GB")


def test_the_kingdom_counts_its_deadlines_anew_from_february_2026() -> None:
    before, after = law("uk", BEFORE), law("uk", AFTER)

    assert before.request_starts == {Start.RECEIPT, Start.IDENTITY}
    assert not before.clarification_excluded
    assert after.request_starts == {Start.RECEIPT, Start.IDENTITY, Start.FEE}
    assert after.clarification_excluded
    assert (after.request_months, after.extension_months) == (1, 2)
    assert after.holiday_calendar == WorkingDays(country="GB", subdivision="ENG")
    assert after.source("request_months") == (
        "UK GDPR Art. 12A (Data (Use and Access) Act 2025 s. 76)"
    )


def test_a_pack_gives_the_rule_by_which_an_answer_falls_due() -> None:
    received, asked = date(2026, 3, 2), date(2026, 3, 10)
    waits = Waits(clarifications=(Clarification(asked=asked, answered=date(2026, 3, 19)),))
    rules = (law("uk", BEFORE), law("uk", AFTER))

    dues = [
        answer_due(received, rule.answer_rule, rule.holiday_calendar, waits=waits) for rule in rules
    ]

    assert dues == [date(2026, 4, 2), date(2026, 4, 13)]


def test_a_pack_gives_the_rule_by_which_a_complaint_is_acknowledged() -> None:
    found = law("uk")
    assert found.complaint is not None

    due = acknowledge_due(date(2026, 7, 2), found.complaint.acknowledge, found.holiday_calendar)

    assert due == date(2026, 8, 3)


def test_the_kingdom_s_automated_decisions_need_safeguards_not_gateways() -> None:
    before, after = law("uk", BEFORE).automated, law("uk", AFTER).automated

    assert before == law("eu").automated
    assert after == AutomatedRule(
        gateways=frozenset(),
        safeguards=frozenset({"information", "representations", "human_intervention", "contest"}),
        special_categories=frozenset(
            {"explicit_consent", "contract_with_public_interest", "law_with_public_interest"}
        ),
    )


def test_complaints_are_acknowledged_in_the_kingdom_from_june_2026() -> None:
    rules = [law("uk", date(2026, 6, 18)).complaint, law("uk", date(2026, 6, 19)).complaint]

    assert rules == [None, ComplaintRule(acknowledge=Duration(days=30), electronic_form=True)]


@pytest.mark.parametrize(
    ("pack", "occasions"),
    [("eu", {"sale", "negotiation"}), ("uk", {"sale", "negotiation"}), ("de", {"sale"})],
)
def test_a_soft_opt_in_has_all_its_conditions(pack: str, occasions: set[str]) -> None:
    assert law(pack).soft_opt_in == SoftOptIn(
        channels=frozenset({"email", "sms"}),
        got_from="data_subject",
        by="this_retailer",
        occasions=frozenset(occasions),
        similar="own_products",
        refusal_offered=frozenset({"collection", "every_message"}),
    )


def test_france_wants_consent_to_calls_from_august_2026() -> None:
    rules = [law("fr", day).call_rule for day in (date(2026, 8, 10), date(2026, 8, 11))]

    assert rules == [
        CallRule(consent=False, registers=("Bloctel",), existing_contract=True),
        CallRule(consent=True, registers=(), existing_contract=True),
    ]


def test_a_country_without_a_pack_wants_consent_to_calls() -> None:
    assert law("eu").call_rule.consent
    assert not law("eu").checked("call_rule")


def test_france_asks_apart_for_pixels_in_mail() -> None:
    pixels = [law("fr", day).mail_pixel for day in (date(2026, 7, 13), date(2026, 7, 14))]

    assert pixels == [
        MailPixel(separate_consent=False, exempt=frozenset()),
        MailPixel(
            separate_consent=True,
            exempt=frozenset({"security", "deliverability_last_open_date", "transactional"}),
        ),
    ]


def test_only_france_sets_how_long_a_choice_is_kept() -> None:
    choices = {pack: law(pack).consent_lifetime[ConsentKind.COOKIE_CHOICE] for pack in PACKS}

    assert choices.pop("fr") == Duration(months=6)
    assert set(choices.values()) == {None}
    assert law("fr").consent_lifetime[ConsentKind.AUDIENCE_TRACER] == Duration(months=13)
    assert law("fr").consent_lifetime[ConsentKind.AUDIENCE_RECORDS] == Duration(months=25)


def test_a_double_opt_in_is_expected_in_germany_and_austria() -> None:
    assert {pack for pack in PACKS if law(pack).double_opt_in_expected} == {"de", "at"}


def test_a_duty_is_one_of_the_person_s_own_law() -> None:
    assert law("uk").duty_countries == {"GB"}
    assert law("fr").duty_countries == expand_countries("EEA")


def test_german_vouchers_are_kept_eight_years_since_2025() -> None:
    days = (date(2024, 12, 31), date(2025, 1, 1))

    periods = [law("de", day).retention_norms["accounting_vouchers"] for day in days]

    assert periods == [Duration(years=10), Duration(years=8)]


def test_a_day_before_the_law_is_refused() -> None:
    with pytest.raises(NotInForce) as raised:
        PACKS["fr"].at(date(2018, 5, 24))

    assert str(raised.value) == "the law pack `fr` says nothing about anything on 2018-05-24"


def test_days_between_two_changes_share_one_law() -> None:
    assert law("uk", NOW) is law("uk", NOW + timedelta(days=400))


def test_sets_of_countries_have_a_source() -> None:
    assert expand_countries("EEA") - expand_countries("EU") == {"IS", "LI", "NO"}
    assert expand_countries("GB") == {"GB"}
    assert all(fact.source for fact in country_sets().values())


@pytest.mark.parametrize("term", ["Europe", "gb", "", "EEA "])
def test_a_term_that_is_no_country_is_refused(term: str) -> None:
    with pytest.raises(ValueError, match="is not a country code of two capital letters"):
        expand_countries(term)


@pytest.mark.parametrize(
    ("country", "pack"), [("FR", "fr"), ("PL", "eu"), ("NO", "eu"), ("GB", "uk"), ("US", None)]
)
def test_the_closest_pack_speaks_for_a_country(country: str, pack: str | None) -> None:
    found = pack_of(country, PACKS)

    assert (found.id if found else None) == pack


GOOD = """
id: xx
name: Somewhere
countries: [GB]
extends: eu
facts:
  breach_hours: {value: 24, from: 2026-01-01, source: An Act s. 1, checked: true}
"""


def read(text: str) -> LawPack:
    return read_pack(read_yaml("packs/xx.yaml", text), "packs/xx.yaml", PACKS)


def test_a_pack_states_only_what_differs() -> None:
    pack = read(GOOD)

    assert pack.at(date(2025, 12, 31)).breach_hours == 72
    assert pack.at(date(2026, 1, 1)).breach_hours == 24
    assert pack.at(date(2026, 1, 1)).source("breach_hours") == "An Act s. 1"


def test_a_pack_that_leaves_a_fact_out_says_so_when_asked() -> None:
    pack = read(GOOD.replace("extends: eu\n", ""))

    with pytest.raises(NotInForce) as raised:
        pack.at(NOW)

    assert str(raised.value) == (
        "the law pack `xx` says nothing about audience_matching_consent on 2026-01-01"
    )


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("name: Some", "nmae: Some", "`nmae`: a law pack has no such key"),
        ("name: Somewhere\n", "", "`name`: this key is missing"),
        ("id: xx", "id: yy", "`id`: `yy` is not the name of the file"),
        ("extends: eu", "extends: zz", "`extends`: there is no pack `zz`"),
        ("breach_hours", "breach_days", "`facts.breach_days`: a law pack states no such fact"),
        (", source: An Act s. 1", "", "`breach_hours.source`: this key is missing"),
        ("source: An Act s. 1", "source: ' '", "`breach_hours`: ` ` says nothing"),
        ("checked: true", "cheked: true", "`breach_hours.cheked`: a fact has no such key"),
        ("checked: true", "checked: yes", "`breach_hours`: `yes` is neither `true` nor `false`"),
        ("value: 24", "value: many", "`breach_hours`: `many` is not a whole number above 0"),
        ("value: 24", "value: true", "`breach_hours`: `True` is not a whole number above 0"),
        ("from: 2026-01-01", "from: 2026", "`breach_hours`: `2026` is not a date such as"),
        (
            "from: 2026-01-01",
            "from: 2026-01-01, until: 2026-01-01",
            "`breach_hours`: the state from 2026-01-01 does not end in time",
        ),
        (
            "from: 2026-01-01, source: An Act s. 1, checked: true}",
            "from: 2026-01-01, source: An Act s. 1, checked: true, until: 2025-12-31}",
            "`breach_hours`: the state from 2026-01-01 does not end in time",
        ),
        ("value: 24", "value: 0", "`breach_hours`: `0` is not a whole number above 0"),
        ("[GB]", "[Britain]", "`id, name, countries`: `Britain` is not a country code"),
        (
            "breach_hours: {value: 24",
            "consent_ages: {value: 24",
            "`consent_ages.value`: `value` is not a country code",
        ),
        (
            "breach_hours: {value: 24",
            "request_starts: {value: [receipt, birth]",
            "`request_starts`: `birth` is none of receipt, identity, prompt_identity, fee",
        ),
        (
            "breach_hours: {value: 24",
            "suggested_cookie_choice: {value: long",
            "`suggested_cookie_choice`: `long` is not a period such as `6 months`",
        ),
        (
            "breach_hours: {value: 24",
            "call_rule: {value: {consent: true}",
            "`call_rule`: the keys are consent, registers, existing_contract, no more and no fewer",
        ),
        (
            "breach_hours: {value: 24",
            "authority: {value: CNIL",
            "`authority`: `CNIL` is not a list",
        ),
        (
            "breach_hours: {value: 24",
            "holiday_calendar: {value: {land: GB}",
            "`holiday_calendar`: a calendar of holidays has a `country` and a `subdivision`",
        ),
    ],
)
def test_a_faulty_pack_is_told_its_file_and_key(good: str, bad: str, fault: str) -> None:
    with pytest.raises(PackFault) as raised:
        read(GOOD.replace(good, bad))

    assert str(raised.value).startswith(f"packs/xx.yaml: {fault}")


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        ("facts: 1", "`facts`: the facts are a mapping"),
        ("facts: {passes: 1}", "`passes`: this fact is a mapping of facts"),
        ("facts: {passes: {all: 1}}", "`passes.all`: `all` is none of lock, restricted"),
        ("facts: {passes: {lock: 1}}", "`passes.lock`: a fact has `value`, `from`, `source` and"),
    ],
)
def test_facts_that_are_no_mapping_are_refused(facts: str, fault: str) -> None:
    with pytest.raises(PackFault) as raised:
        read(GOOD[: GOOD.index("facts:")] + facts)

    assert str(raised.value).startswith(f"packs/xx.yaml: {fault}")


def test_two_states_on_one_day_are_refused() -> None:
    first = "{value: 24, from: 2026-01-01, source: An Act s. 1, checked: true}"
    second = first.replace("2026", "2027")

    with pytest.raises(PackFault, match="the state from 2026-01-01 does not end in time"):
        read(GOOD.replace(first, f"[{second}, {first}]"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a: [", "this is no YAML: while parsing a flow node"),
        ("- a", "the file holds no mapping"),
        ("", "the file holds no mapping"),
    ],
)
def test_a_file_that_holds_no_mapping_is_refused(text: str, fault: str) -> None:
    with pytest.raises(PackFault) as raised:
        read_yaml("packs/xx.yaml", text)

    assert str(raised.value).splitlines()[0] == f"packs/xx.yaml: ``: {fault}"


def test_a_number_of_one_is_enough_and_a_state_ends_on_its_last_day() -> None:
    ends = "value: 1, until: 2026-07-01"

    pack = read(GOOD.replace("value: 24", ends))

    assert pack.at(date(2026, 6, 30)).breach_hours == 1
    assert pack.at(date(2026, 7, 1)).breach_hours == 72


def test_grounds_and_prohibitions_are_written_by_their_names() -> None:
    kinds = [*Ground, *Prohibition]

    assert [kind.value for kind in kinds] == [kind.name.lower() for kind in kinds]
