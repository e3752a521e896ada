"""Outside the Union and the United Kingdom: what is told, by which route, and what was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.check import check_published
from placket.policy.rules import Capture, Controller, Limit, Notice, Right, as_dict

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

    from tests.acceptance.retailers import Shop


ELSEWHERE = ("other",)
TOPICS = (
    "What we collect, and where",
    "What our cookies do",
    "What we use your data for",
    "Who else gets your data",
    "Where your data are",
    "Your marketing choices",
    "Seeing and correcting what we hold",
    "How it is kept safe",
    "Other sites",
    "How this policy changes",
    "Where to ask",
)


def row(clause: str, *parts: object) -> ParameterSet:
    return pytest.param(clause, *parts, marks=pytest.mark.clause(clause), id=clause)


@pytest.fixture(scope="module")
def published(shop: Shop) -> set[tuple[str, str]]:
    """Return clause and code of all that is found in the text as it was published."""
    return {(p.clause, p.code) for p in check_published(shop.policy.document)}


def rights(shop: Shop, name: str) -> list[Right]:
    """Return the rules of a right that hold in the other regions, in order."""
    return [r for r in shop.policy.rules(Right) if r.name == name and r.regions == ELSEWHERE]


# What the second half says


@pytest.mark.clause("MU-160")
def test_the_eleven_topics_of_the_second_half_stand_in_order(shop: Shop) -> None:
    titles = [clause.title for clause in shop.policy.document.clauses]
    (told,) = shop.clause("MU-160")

    assert [titles.index(topic) for topic in TOPICS] == sorted(map(titles.index, TOPICS))
    assert titles.index(TOPICS[0]) > titles.index("If you live in any other region")
    assert len(told.shows) == len(TOPICS)


@pytest.mark.clause("MU-159")
def test_the_second_half_names_the_controller_and_its_address(shop: Shop) -> None:
    (rule,) = shop.clause("MU-159")

    assert isinstance(rule, Controller)
    assert (rule.name, rule.country, rule.regions) == ("THE MUSE/LVM", "PK", ELSEWHERE)
    assert rule.provenance.word == "added"


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        row("MU-161", "a certification by Cybertrust while its certificate is valid"),
        row("MU-174", "mark with the company they came from"),
        row("MU-176", "your home, shipping and billing addresses"),
        row("MU-177", "a token and its last digits"),
        row("MU-178", "what you like and your sizes"),
        row("MU-179", "under a mark that only the study can resolve"),
        row("MU-182", "go with all their copies when you ask for erasure"),
        row("MU-184", "as salted hashes, which nobody can read back"),
        row("MU-222", "the name or username that you chose for it"),
        row("MU-225", "an identifier made at random"),
        row("MU-226", "the language of your device"),
        row("MU-228", "at Instagram, Facebook, Twitter and Pinterest"),
        row("MU-234", "under a contract that lists the data"),
        row("MU-248", "the United States among them"),
        row("MU-278", "Such a link is marked, and nothing about you stands in it"),
        row("MU-279", "You use them at your own risk"),
        row("MU-280", "links the version in force with its date"),
        row("MU-281", "answer common questions about this policy"),
        row("MU-282", "go to our privacy officer by email, at customercare@museluxe.com"),
        row("MU-283", "reached by phone on +92 300 84 94 871"),
    ],
)
def test_the_notice_says_what_the_clause_promises(
    shop: Shop, notice: str, clause: str, said: str
) -> None:
    assert said in " ".join(shop.policy.clauses[clause].prose.split())
    assert said in notice


@pytest.mark.clause("MU-228", "MU-248", "MU-278", "MU-280")
def test_what_is_shown_elsewhere_is_shown_where_it_matters(shop: Shop) -> None:
    named = {r.name: r.at for r in shop.policy.rules(Notice) if r.regions == ELSEWHERE}

    assert named["two_policies"] == ("social page", "each export")
    assert named["governments_may_look"] == ("policy", "list of transfers")
    assert named["links_that_lead_away"] == ("every outbound link",)
    assert named["version_in_force"] == ("every form", "every page")


@pytest.mark.clause("MU-163", "MU-175", "MU-191")
def test_every_place_of_collection_tells_of_the_policy(shop: Shop) -> None:
    forms = [form for form in shop.policy.rules(Capture) if form.regions == ELSEWHERE]

    assert len(forms) == 19
    assert [form.name for form in forms if "notice" not in form.offers] == []


# Rights and their routes


@pytest.mark.clause("MU-158", "MU-261", "MU-262", "MU-263")
def test_a_copy_may_cost_something_elsewhere_and_nothing_in_the_union(shop: Shop) -> None:
    union = [r for r in shop.policy.rules(Right) if r.name == "access" and r.regions == ("eu",)]
    elsewhere = rights(shop, "access")

    assert {r.fee for r in union} - {""} == {"none"}
    assert {(r.fee, r.amount) for r in elsewhere} - {("", "")} == {("reasonable", "10 USD")}
    assert [channel for rule in elsewhere for channel in rule.by] == ["email"]


@pytest.mark.clause("MU-264", "MU-266", "MU-270")
def test_details_are_corrected_in_the_account_and_by_email(shop: Shop) -> None:
    routes = [(r.clause, r.by, r.account, r.evidence) for r in rights(shop, "rectification")]

    assert routes == [
        ("MU-264", ("account_settings",), "needed", ""),
        ("MU-266", ("account_settings",), "", ""),
        ("MU-270", ("email",), "not_needed", "may_be_asked"),
    ]


@pytest.mark.clause("MU-251", "MU-258", "MU-259")
def test_marketing_ends_in_the_account_and_through_customer_care(shop: Shop) -> None:
    routes = [(r.clause, r.by, r.at_any_time) for r in rights(shop, "marketing_opt_out")]

    assert routes == [
        ("MU-251", (), True),
        ("MU-258", ("account_settings",), False),
        ("MU-259", ("customer_care", "phone", "email"), False),
    ]


@pytest.mark.clause("MU-218", "MU-256")
def test_each_yes_is_taken_back_by_itself_at_any_time(shop: Shop) -> None:
    routes = [(r.clause, r.by, r.at_any_time) for r in rights(shop, "withdraw_consent")]

    assert routes == [
        ("MU-218", ("cookie_policy_page",), True),
        ("MU-256", ("account_settings",), True),
    ]


@pytest.mark.clause("MU-272", "MU-273")
def test_a_chat_is_asked_for_in_the_chat_and_later_by_email(shop: Shop) -> None:
    routes = [(rule.clause, rule.by) for rule in rights(shop, "chat_transcript")]

    assert routes == [("MU-272", ("live_chat",)), ("MU-273", ("email",))]


@pytest.mark.clause("MU-217", "MU-254", "MU-257", "MU-260")
def test_what_a_message_may_carry_is_written_down(shop: Shop) -> None:
    carried = {
        rule.clause: as_dict(rule.content)
        for rule in shop.policy.rules(Limit)
        if rule.content and rule.regions == ELSEWHERE
    }

    assert carried == {
        "MU-217": {"only": ("own_products", "third_party_products"), "marked": True},
        "MU-254": {"sender": ("muse_lvm", "group_company")},
        "MU-257": {"requires": ("how_to_unsubscribe",)},
        "MU-260": {"excludes": ("promotion",)},
    }


# What was wrong with the text


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        row("MU-159", "P420"),
        row("MU-161", "P507"),
        row("MU-173", "P474"),
        row("MU-175", "P432"),
        row("MU-183", "P234"),
        row("MU-185", "P452"),
        row("MU-187", "P407"),
        row("MU-193", "P221"),
        row("MU-202", "P473"),
        row("MU-207", "P223"),
        row("MU-208", "P234"),
        row("MU-221", "P441"),
        row("MU-231", "P450"),
        row("MU-233", "P221"),
        row("MU-236", "P451"),
        row("MU-237", "P476"),
        row("MU-246", "P454"),
        row("MU-247", "P482"),
        row("MU-254", "P410"),
        row("MU-263", "P470"),
    ],
)
def test_the_text_as_published_breaks_where_a_rule_was_added_or_narrowed(
    published: set[tuple[str, str]], clause: str, code: str
) -> None:
    assert (clause, code) in published
