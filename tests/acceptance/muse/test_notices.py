"""What persons are told, and what the check finds in the text as it was published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from placket.policy.check import check, check_published
from placket.policy.rules import Activity, Complaint, Controller, Notice
from placket.problems import Severity
from tests.acceptance.retailers import read, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from placket.problems import Problem
    from tests.acceptance.retailers import Shop

Found = set[tuple[str, str]]

FINDINGS = {
    ("P401", "MU-263"),  # a copy is free of charge in one half and costs a fee in the other
    ("P445", "MU-263"),  # and nobody says how much
    ("P402", "MU-048"),  # couriers are processors in a list and controllers by name
    ("P403", "MU-066"),  # a limited time against `until you ask`
    ("P403", "MU-067"),
    ("P404", "MU-146"),  # what reads a device rests on an interest beside consent to cookies
    ("P404", "MU-155"),
    ("P405", "MU-130"),  # the number of an order serves to sell
    ("P405", "MU-149"),
    ("P406", "MU-162"),  # an age that a birthday without its year does not tell
    ("P410", "MU-254"),  # messages of our own alone, and those of partners
    ("P421", "MU-005"),  # from outside the Union and represented nowhere in it
    ("P440", "MU-149"),  # matched at a platform, and nobody says who answers together
    ("P443", "MU-139"),  # a birthday for nothing
    ("P453", "MU-065"),  # fewer messages, and not how many
    ("P471", "MU-039"),  # reasons asked of who objects to marketing
    ("P476", "MU-149"),  # addresses go to a platform on an interest
    ("P480", "MU-124"),  # emails that promote rest on a contract
    ("P482", "MU-247"),  # a transfer on an agreement that nobody was asked for
}


@pytest.fixture(scope="module")
def text() -> str:
    return text_of("muse")


@pytest.fixture(scope="module")
def running(shop: Shop) -> Found:
    return named(check(shop.policy.document))


@pytest.fixture(scope="module")
def published(shop: Shop) -> Found:
    return named(check_published(shop.policy.document))


def named(problems: Iterable[Problem]) -> Found:
    return {(problem.code, problem.clause) for problem in problems}


# What the page says


@pytest.mark.clause("MU-001")
def test_the_notice_says_each_clause_of_both_halves(shop: Shop, notice: str) -> None:
    titles = [clause.title for clause in shop.policy.clauses.values()]

    assert shop.rule("MU-001", Notice).at == ("policy", "every form")
    assert len(titles) == 283
    assert [title for title in titles if title not in notice] == []


@pytest.mark.clause("MU-003", "MU-005", "MU-094", "MU-105")
@pytest.mark.parametrize(
    "said",
    [
        "customercare@museluxe.com",
        "+92 300 84 94 871",
        "29 Main Industrial Area Kot Lakhpat, Lahore, 54770",
        "27 November 2018",
    ],
)
def test_the_notice_says_who_answers_and_since_when_it_holds(notice: str, said: str) -> None:
    assert said in notice


@pytest.mark.clause("MU-005")
def test_the_controller_stands_outside_the_union_and_is_represented_in_it(shop: Shop) -> None:
    controller, representatives = shop.clause("MU-005")

    assert isinstance(controller, Controller)
    assert (controller.name, controller.country) == ("THE MUSE/LVM", "PK")
    assert isinstance(representatives, Notice)
    assert representatives.provenance.word == "added"


@pytest.mark.clause("MU-101", "MU-102", "MU-103")
def test_the_country_names_the_authority_to_complain_to(shop: Shop) -> None:
    rules = [r for r in shop.policy.rules(Complaint) if "eu" in r.regions]
    authorities = [(r.clause, r.country, r.to) for r in rules if r.to != "us, the controller"]

    assert authorities == [
        ("MU-101", "", "the authority for data protection of your country"),
        ("MU-102", "GB", "ICO"),
        ("MU-103", "IT", "Garante Privacy"),
    ]


@pytest.mark.clause("MU-031")
def test_each_use_rests_on_one_of_the_reasons_that_are_named(shop: Shop) -> None:
    (reasons,) = shop.clause("MU-031")
    here = [a for v in shop.policy.activities.values() for a in v if "eu" in a.regions]

    assert {activity.basis for activity in here} == set(reasons.shows)


@pytest.mark.clause("MU-148")
def test_what_is_called_profiling_profiles(shop: Shop) -> None:
    (told,) = shop.clause("MU-148")
    named = [name for name in told.shows if name in shop.policy.activities]

    assert len(named) == 5
    assert all(shop.policy.activities[name][0].profiling for name in named)


# What the check finds


def test_the_policy_that_runs_has_no_fault(shop: Shop) -> None:
    problems = check(shop.policy.document)

    assert [problem for problem in problems if problem.severity is not Severity.NOTE] == []


def test_each_finding_on_the_published_text_is_made(published: Found) -> None:
    assert FINDINGS - published == set()


@pytest.mark.clause("MU-001", "MU-059")
def test_without_any_period_the_policy_is_refused(text: str) -> None:
    whole = re.sub(r"```placket\nretain:.*?```", "", text, flags=re.DOTALL)
    without = re.sub(r"(?m)^- retain:.*\n(?:  .*\n)*", "", whole)
    without = re.sub(r"```placket\n```", "", without)

    assert "P235" in {code for code, _ in named(check(read(without)))}


@pytest.mark.clause("MU-037")
def test_an_interest_that_nobody_weighed_is_told(shop: Shop, text: str, running: Found) -> None:
    weighed = [
        activity.assessment
        for variants in shop.policy.activities.values()
        for activity in variants
        if activity.basis == "legitimate_interest"
    ]

    assert all(weighed)
    unweighed = named(check(read(text.replace("assessment: li-002\n", ""))))
    assert unweighed - running == {("P225", "MU-029")}


@pytest.mark.clause("MU-006")
def test_an_act_that_does_not_exist_stands_in_the_published_text_alone(shop: Shop) -> None:
    (rule,) = [r for r in shop.clause("MU-006") if isinstance(r, Notice)]

    assert not any("Pakistan" in shown for shown in rule.shows)
    assert rule.provenance.word == "narrowed"
    assert "Pakistan Data Protection Act 2018" in dict(rule.published or ())["shows"]


def test_every_activity_is_named_once_for_each_half(shop: Shop) -> None:
    rules = [r for r in shop.policy.document.rules() if isinstance(r, Activity)]

    assert len({(r.name, r.regions) for r in rules}) == len(rules)
