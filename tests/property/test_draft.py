"""Theorems of the draft: every value stands in its clause, the policy reads, nothing permits."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from placket.policy.check import check
from placket.policy.checks.walk import durations_in
from placket.policy.compile import compile_policy
from placket.policy.draft.clauses import sentences_of
from placket.policy.draft.draft import Draft, Wish, draft, pieces_of
from placket.policy.draft.lexicon import LANGUAGES, surfaces
from placket.policy.draft.periods import NUMBERS
from placket.policy.draft.source import Unreadable, read_source
from placket.policy.draft.words import words_of
from placket.policy.forms import FLAG, NAMED, TEXT, WHOLE, ATerm, Either, ListOf, OneOf
from placket.policy.parse import parse
from placket.policy.period import events_of
from placket.policy.rules import Rule, keys_of
from placket.problems import has_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.parse import Clause, Document

TEXTS = Path(__file__).parents[1] / "unit" / "policy" / "draft" / "texts"
DAY = date(2026, 11, 24)
KINDS = {"recipient": ("recipient", "company"), "legal_basis": ("basis", "basiscell")}
OF_KEY = {
    "basis": ("basis", "basiscell", "cookiebasis"),
    "as": ("role",),
    "fee": ("fee",),
    "format": ("format",),
    "profiling": ("profiling",),
    "needs": ("age",),
}
TWICE = re.compile(r"_\d+$")


def drafted(text: str, language: str = "") -> Draft:
    found = draft(text, Wish(today=DAY, language=language))
    assert isinstance(found, Draft), found
    return found


def document(text: str) -> Document:
    parsed = parse(text)
    assert parsed.problems == ()
    assert parsed.document is not None
    return parsed.document


@cache
def forms(language: str) -> dict[tuple[str, str], list[re.Pattern[str]]]:
    """Return a plain pattern for each form, written apart from the matcher that is tested."""
    return {
        key: [
            re.compile(
                " "
                + " ".join(re.escape(p) if p else r"(?:\S+ ){0,4}?" for p in form.parts).replace(
                    "? ", "?"
                )
                + " "
            )
            for form in found
        ]
        for key, found in surfaces(language).items()
    }


class Evidence:
    """The words of a clause, and what stands in them."""

    def __init__(self, clause: Clause, language: str) -> None:
        self.text = " ".join(f"{clause.title}. {clause.prose}".replace("\\", "").split())
        self.folded = " " + " ".join(word.fold for word in words_of(self.text)) + " "
        self.forms = forms(language)

    def says(self, term: str, *kinds: str) -> bool:
        if term == "email" and "@" in self.text:
            return True
        keys = [key for key in self.forms if key[1] == term and (not kinds or key[0] in kinds)]
        return any(p.search(self.folded) for key in keys for p in self.forms[key])

    def counts(self, amount: int) -> bool:
        numbers = {word for word, number in NUMBERS.items() if number == amount}
        return bool({str(amount), *numbers} & set(re.findall(r"[\w-]+", self.text.lower())))


def unsaid(rule: Rule, evidence: Evidence) -> Iterator[tuple[str, Any]]:
    """Yield each key and value of the rule that does not stand in its clause."""
    for key, keyed in keys_of(type(rule)).items():
        value, form = getattr(rule, keyed.name), keyed.metadata["form"]
        if value in ("", (), None, False) or value == keyed.default:
            continue
        for item in value if isinstance(form, ListOf) else (value,):
            if not stands(key, item, form.form if isinstance(form, ListOf) else form, evidence):
                yield key, item


def stands(  # noqa: C901, PLR0911 - a table of the forms
    key: str, value: Any, form: Any, evidence: Evidence
) -> bool:
    match form:
        case Either():
            return stands(key, value, form.other, evidence)
        case ATerm(kind=kind):
            kinds = KINDS.get(kind, (kind,))
            return value in {"all", "all_held"} or evidence.says(value, *kinds)
        case OneOf() if key == "then":
            ends = ("erase", "anonymise") if value == "erase_or_anonymise" else (value,)
            return all(evidence.says(end, "then") for end in ends)
        case OneOf() if key == "needs":
            return evidence.says("guardian", "age")
        case OneOf():
            return evidence.says(value, *OF_KEY[key])
        case _ if form is TEXT:
            return " ".join(str(value).split()) in evidence.text
        case _ if form is NAMED:
            return evidence.says(TWICE.sub("", value)) or evidence.says(value)
        case _ if form is FLAG:
            return evidence.says(key, *OF_KEY[key])
        case _ if form is WHOLE:
            return str(value) in evidence.text
        case _:
            return timed(value, evidence)


def timed(period: Any, evidence: Evidence) -> bool:
    spans = [(d.years, d.months, d.weeks, d.days, d.hours) for d in durations_in(period)]
    events = {e for event in events_of(period) for e in (event, f"last {event}")}
    begins = not events or any(evidence.says(event, "event", "clock") for event in events)
    return begins and all(evidence.counts(n) for span in spans for n in span if n)


def letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def all_unsaid(found: Draft) -> list[tuple[str, str, str, Any]]:
    return [
        (clause.id, rule.KIND, key, value)
        for clause in document(found.text).clauses
        for rule in clause.rules
        for key, value in unsaid(rule, Evidence(clause, found.language))
    ]


def texts() -> list[Path]:
    return sorted(path for path in TEXTS.iterdir() if path.suffix in {".txt", ".html"})


@st.composite
def sentences(draw: st.DrawFn, language: str) -> str:
    """Return a sentence of forms of the lexicon, small words and times, in any order."""
    forms_of = sorted((form for found in surfaces(language).values() for form in found), key=str)
    said = st.sampled_from(forms_of).map(lambda f: " ".join(p or "of the" for p in f.parts))
    small = st.sampled_from(["we", "your", "and", "to", "for", "the", "not", "nous", "vos", "with"])
    times = st.sampled_from(["6 months", "for two years", "30 days after", "within 10 days", "16"])
    parts = draw(st.lists(said | small | times, min_size=2, max_size=9))
    return " ".join(parts).capitalize() + draw(st.sampled_from([".", ":", ";", "?", ""]))


@st.composite
def policies(draw: st.DrawFn) -> tuple[str, str]:
    language = draw(st.sampled_from(LANGUAGES))
    lines = draw(st.lists(sentences(language), min_size=1, max_size=8))
    marks = draw(st.lists(st.sampled_from(["", "- ", "## ", "1. "]), min_size=8, max_size=8))
    gap = draw(st.sampled_from(["\n", "\n\n", "\t", " "]))
    return language, gap.join(f"{mark}{line}" for mark, line in zip(marks, lines, strict=False))


@settings(max_examples=40)
@given(policies())
def test_every_value_of_a_draft_stands_in_its_clause(policy: tuple[str, str]) -> None:
    language, text = policy

    found = draft(text, Wish(today=DAY, language=language))

    assert isinstance(found, Unreadable) or all_unsaid(found) == []


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_every_value_stands_in_its_clause_of_a_whole_text(path: Path) -> None:
    text = read_source(path.read_bytes())
    assert isinstance(text, str)

    found = drafted(text)

    assert all_unsaid(found) == []


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_no_word_of_a_text_is_lost(path: Path) -> None:
    text = read_source(path.read_bytes())
    assert isinstance(text, str)

    kept = letters(drafted(text).text)

    parts = [part for p in pieces_of(text) for part in [c for _, c in p.cells] or [p.text]]
    said = [sentence for part in parts for sentence in sentences_of(part)]
    assert [sentence for sentence in said if letters(sentence) not in kept] == []


@given(st.text(max_size=400) | st.binary(max_size=400))
def test_any_bytes_give_a_policy_that_reads_or_a_reason(raw: str | bytes) -> None:
    text = read_source(raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass"))

    found = draft(text, Wish(today=DAY, language="en")) if isinstance(text, str) else text

    if isinstance(found, Draft):
        document(found.text)
    else:
        assert found.why
        assert found.mend


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_a_draft_does_not_run_and_permits_nothing(path: Path) -> None:
    text = read_source(path.read_bytes())
    assert isinstance(text, str)

    read = document(drafted(text).text)
    compiled = compile_policy(read, {}, {}, {})

    assert all(rule.draft for rule in read.rules())
    assert has_errors(check(read))
    assert dict(compiled.activities) == {}


@settings(max_examples=40)
@given(policies())
def test_the_same_text_gives_the_same_draft(policy: tuple[str, str]) -> None:
    language, text = policy
    wish = Wish(today=DAY, language=language)

    assert draft(text, wish) == draft(text, wish)


@given(st.sampled_from(["name", "email address", "purchase history"]), st.booleans())
def test_what_is_denied_is_never_drafted_as_done(datum: str, is_denied: bool) -> None:
    word = "do not" if is_denied else "may"

    found = drafted(
        f"We collect your name by telephone. We {word} share your {datum} with our partners."
    )

    assert ("recipient" in found.kinds) is not is_denied
