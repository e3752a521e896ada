"""The forms of values: what each reads, writes back, and says of what does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from placket.documents import read_yaml
from placket.law.calendar import Duration
from placket.policy.forms import (
    CONDITION,
    DURATION,
    FLAG,
    MISSING,
    NAMED,
    PERIOD,
    PLAIN,
    TEXT,
    WHOLE,
    ATerm,
    Either,
    Form,
    ListOf,
    MapOf,
    OneOf,
    Pairs,
    Reading,
)
from placket.policy.period import UntilAsked, WhileHolds
from placket.problems import Problem, Problems, Span

ROLE = Either(MapOf(NAMED, ListOf(NAMED)), OneOf(("processor",)))


def read(form: Form, text: str) -> tuple[Any, list[Problem]]:
    problems = Problems()
    node = read_yaml(text, Span(file="policy.md"), problems)
    assert node is not None
    return form.read(node, Reading(problems, "EX-1")), problems.found


@pytest.mark.parametrize(
    ("form", "text", "value", "written"),
    [
        (TEXT, "two  words", "two words", "two words"),
        (TEXT, "12", "12", "12"),
        (NAMED, "big_spender2", "big_spender2", "big_spender2"),
        (FLAG, "true", True, True),
        (WHOLE, "16", 16, 16),
        (DURATION, "P6Y", Duration(years=6), "6 years"),
        (PERIOD, "until asked", UntilAsked(), "until asked"),
        (CONDITION, "customer", WhileHolds(status="customer"), "customer"),
        (OneOf(("true", "false")), "true", "true", "true"),
        (ATerm("data", also=("all",)), "all", "all", "all"),
        (ListOf(NAMED), "one", ("one",), ["one"]),
        (ListOf(NAMED), "[one, two]", ("one", "two"), ["one", "two"]),
        (MapOf(NAMED, TEXT), "{a: b, c: d}", (("a", "b"), ("c", "d")), {"a": "b", "c": "d"}),
        (ROLE, "processor", "processor", "processor"),
        (ROLE, "{}", (), {}),
        (
            ROLE,
            "{processor: [returns]}",
            (("processor", ("returns",)),),
            {"processor": ["returns"]},
        ),
        (
            PLAIN,
            "{a: [1, {b: null}]}",
            Pairs([("a", (1, Pairs([("b", None)])))]),
            {"a": [1, {"b": None}]},
        ),
    ],
)
def test_a_form_reads_a_value_and_writes_it_back(
    form: Form, text: str, value: Any, written: Any
) -> None:
    found, problems = read(form, text)

    assert problems == []
    assert found == value
    assert form.write(found) == written


@pytest.mark.parametrize(
    ("form", "text", "code", "summary"),
    [
        (TEXT, "true", "P101", "`true` where a few words was expected"),
        (TEXT, "''", "P101", "`` where a few words was expected"),
        (TEXT, "[a]", "P101", "a list where a few words was expected"),
        (TEXT, "{a: b}", "P101", "a mapping where a few words was expected"),
        (TEXT, "null", "P101", "nothing where a few words was expected"),
        (FLAG, "yes", "P101", "`yes` where `true` or `false` was expected"),
        (WHOLE, "9" * 100, "P101", f"`{'9' * 80}...` where a whole number was expected"),
        (WHOLE, "true", "P101", "`true` where a whole number was expected"),
        (DURATION, "soon", "P104", "`soon` is not a duration"),
        (DURATION, "null", "P104", "nothing is not a duration"),
        (PERIOD, "null", "P104", "nothing is not a retention period"),
        (PERIOD, "[a]", "P104", "a list is not a retention period"),
        (CONDITION, "while x then", "P104", "`while x then` is not a condition"),
        (OneOf(("a", "b")), "c", "P103", "`c` is none of the words that fit here"),
        (OneOf(("a", "b")), "[a]", "P103", "a list is none of the words that fit here"),
        (ATerm("data"), "e_mail", "P102", "`e_mail` is no data of the vocabulary"),
        (ATerm("data"), "{a: b}", "P102", "a mapping is no data of the vocabulary"),
        (ListOf(NAMED), "[]", "P101", "an empty list"),
        (
            ListOf(NAMED),
            "[a, B]",
            "P101",
            "`B` where a name of small letters, digits and underscores was expected",
        ),
        (MapOf(NAMED, TEXT), "[a]", "P101", "a mapping was expected here"),
    ],
)
def test_what_does_not_fit_is_told_and_missing(
    form: Form, text: str, code: str, summary: str
) -> None:
    found, problems = read(form, text)

    assert found is MISSING
    assert [(p.code, p.summary) for p in problems] == [(code, summary)]
    assert problems[0].clause == "EX-1"


def test_a_fault_in_a_quoted_phrase_is_placed_at_the_value() -> None:
    _, problems = read(PERIOD, "while customer then soon")

    assert str(problems[0].at) == "policy.md:1:21"


def test_a_fault_in_a_folded_phrase_is_placed_at_its_start() -> None:
    _, problems = read(PERIOD, ">-\n  while customer\n  then soon")

    assert str(problems[0].at) == "policy.md:1:1"
