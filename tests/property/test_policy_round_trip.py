"""Theorems of the policy document: what is written reads back, and no text breaks the reader."""

from __future__ import annotations

import string
from dataclasses import fields
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from placket.law.calendar import Duration
from placket.policy import vocabulary
from placket.policy.check import check
from placket.policy.forms import (
    CONDITION,
    DURATION,
    FLAG,
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
)
from placket.policy.front import Front
from placket.policy.parse import Clause, Document, parse
from placket.policy.period import (
    INTERACTION,
    ROUNDINGS,
    After,
    Anchor,
    Latest,
    Period,
    UntilAsked,
    WhileHolds,
    WhileOpen,
    parse_condition,
    parse_period,
)
from placket.policy.render import render
from placket.policy.rules import KINDS, SAID, STANDINGS, Provenance, Rule, keys_of

HEAD = "---\nretailer: The Corner Shop\nversion: 1\neffective: 2026-01-31\n---\n"

letters = st.sampled_from(string.ascii_lowercase)
names = st.builds(
    str.__add__, letters, st.text(string.ascii_lowercase + string.digits + "_", max_size=8)
)
# Words as people write them, with what YAML and Markdown would take for their own.
words = (
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=20)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
durations = st.builds(
    Duration,
    years=st.integers(1, 999),
    **{unit: st.integers(0, 999) for unit in ("months", "weeks", "days", "hours")},
)
events = st.builds("{}.{}".format, names, names)
anchors = st.builds(
    Anchor,
    event=events | st.just(INTERACTION),
    by=st.lists(names, max_size=2).map(tuple),
    last=st.just(True),
)
bare_anchors = st.builds(Anchor, event=events, by=st.lists(names, max_size=2).map(tuple))
clocks = st.builds(
    After,
    anchor=anchors | bare_anchors,
    duration=durations,
    rounding=st.sampled_from(("", *ROUNDINGS)),
)
single_periods: st.SearchStrategy[Period] = st.one_of(
    st.just(UntilAsked()),
    clocks,
    st.builds(After, anchor=bare_anchors),
    st.builds(WhileHolds, status=names, then=st.none() | durations),
    st.builds(WhileOpen, relation=names, then=st.none() | durations),
)
periods = st.recursive(
    single_periods,
    lambda parts: st.builds(Latest, parts=st.lists(parts, min_size=1, max_size=3).map(tuple)),
    max_leaves=4,
)
scalars = st.one_of(words, st.booleans(), st.none(), st.integers(-(10**9), 10**9))
plain_values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(words, inner, max_size=3).map(lambda found: Pairs(found.items())),
    ),
    max_leaves=5,
)


def values(form: Form) -> st.SearchStrategy[Any]:
    """Return every value that the form can read."""
    match form:
        case ATerm(kind=kind, also=also):
            return st.sampled_from((*vocabulary.terms(kind), *also))
        case OneOf(words=closed):
            return st.sampled_from(closed)
        case ListOf(form=item, least=least):
            return st.lists(values(item), min_size=least, max_size=3).map(tuple)
        case MapOf(key=key, value=value):
            pairs = st.dictionaries(values(key), values(value), max_size=3)
            return pairs.map(lambda found: tuple(found.items()))
        case Either(mapping=mapping, other=other):
            return values(mapping) | values(other)
        case _:
            return SIMPLE[id(form)]


SIMPLE: dict[int, st.SearchStrategy[Any]] = {
    id(TEXT): words,
    id(NAMED): names,
    id(FLAG): st.booleans(),
    id(WHOLE): st.integers(-(10**9), 10**9),
    id(DURATION): durations,
    id(PERIOD): periods,
    id(CONDITION): periods,
    id(PLAIN): plain_values,
}

provenances = st.just(SAID) | st.builds(Provenance, word=st.sampled_from(STANDINGS[1:]), why=words)


@st.composite
def rules(draw: st.DrawFn, clause: str) -> Rule:
    kind = draw(st.sampled_from(tuple(KINDS.values())))
    keyed = keys_of(kind).values()
    needed = {f.name for f in keyed if f.default is f.default_factory}
    chosen = [f for f in keyed if f.name in needed or draw(st.booleans())]
    said = {f.name: draw(values(f.metadata["form"])) for f in chosen}
    return kind(clause=clause, provenance=draw(provenances), draft=draw(st.booleans()), **said)


@st.composite
def clauses(draw: st.DrawFn, clause: str) -> Clause:
    held = draw(st.lists(rules(clause), max_size=3))
    blocks = [(1, False)] * len(held) if draw(st.booleans()) else [(len(held), True)]
    prose = draw(st.sampled_from(("", "We keep it.", "One line.\n\nAnd after a gap another.")))
    return Clause(
        title=draw(names),
        level=draw(st.integers(1, 6)),
        id=clause,
        prose=prose,
        rules=tuple(held),
        blocks=tuple(blocks) if held else (),
    )


@st.composite
def documents(draw: st.DrawFn) -> Document:
    front = Front(
        retailer=draw(words),
        version=draw(words),
        effective=draw(st.dates(date(1990, 1, 1), date(2199, 12, 31))),
        zone=draw(st.sampled_from(("UTC", "Europe/London", "Asia/Karachi"))),
        year_end=draw(st.sampled_from(((12, 31), (3, 31), (2, 28)))),
        reason=draw(st.just("") | words),
    )
    found = [draw(clauses(f"EX-{number}")) for number in range(draw(st.integers(0, 3)))]
    return Document(front=front, clauses=tuple(found))


@given(documents())
def test_a_rendered_document_reads_as_the_same_document(document: Document) -> None:
    parsed = parse(render(document))

    assert parsed.problems == ()
    assert parsed.document == document


@given(documents())
def test_rendering_a_second_time_changes_nothing(document: Document) -> None:
    once = render(document)
    again = parse(once).document

    assert again is not None
    assert render(again) == once


@given(periods)
def test_a_period_reads_as_it_prints(period: Period) -> None:
    assert parse_period(str(period)) == period


@given(periods)
def test_a_condition_reads_as_it_is_written(period: Period) -> None:
    assert parse_condition(CONDITION.write(period)) == period


@given(documents())
def test_no_document_breaks_the_checks(document: Document) -> None:
    found = check(document)

    assert all(p.summary and p.mend and p.code.startswith("P") for p in found)
    assert found == check(document)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    parsed = parse(text)

    assert parsed.document is not None or parsed.problems


@given(st.binary())
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    for text in (raw.decode("latin-1"), raw.decode("utf-8", "surrogateescape")):
        parse(text)
        parse(f"{HEAD}### Title {{#EX-1}}\n\n```placket\n{text}\n```\n")


@given(st.text("[]{},:-&*!|>'\"%@`#?\n\t abcon~", max_size=60))
def test_no_block_breaks_the_reader(block: str) -> None:
    parsed = parse(f"{HEAD}### Title {{#EX-1}}\n\n```placket\n{block}\n```\n")

    assert parsed.document is not None
    check(parsed.document)


@given(st.lists(st.sampled_from((*KINDS, "for", "uses", "about", "extends", "law")), max_size=5))
@settings(max_examples=50)
def test_wrong_values_are_told_and_not_raised(keys: list[str]) -> None:
    block = "\n".join(f"{key}: {{a: [1, {{b: null}}]}}" for key in dict.fromkeys(keys))

    parsed = parse(f"{HEAD}### Title {{#EX-1}}\n\n```placket\n{block}\n```\n")

    assert parsed.problems
    assert all("'" not in p.summary and "None" not in p.summary for p in parsed.problems)


def test_every_field_of_the_front_matter_is_generated() -> None:
    generated = {"retailer", "version", "effective", "zone", "year_end", "reason"}

    assert {f.name for f in fields(Front)} - generated == {"language"}
