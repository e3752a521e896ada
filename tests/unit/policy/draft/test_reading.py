"""What a sentence says and what it denies; spellings, times and addresses in a text."""

from __future__ import annotations

from datetime import date

import pytest

from placket.policy import vocabulary
from placket.policy.draft.clauses import Part, Passage
from placket.policy.draft.contacts import (
    address_in,
    companies_in,
    controller_in,
    days_in,
    emails_in,
    phones_in,
    urls_in,
)
from placket.policy.draft.lexicon import LANGUAGES, lexicon, surfaces
from placket.policy.draft.periods import durations_in, periods_in
from placket.policy.draft.piece import Shape
from placket.policy.draft.reading import Sentence, read_passage
from placket.policy.draft.words import folded, words_of
from placket.policy.period import parse_condition
from placket.policy.rules import BASES

OF_VOCABULARY = {
    **dict.fromkeys(("data", "source", "touchpoint", "purpose", "recipient"), ""),
    **dict.fromkeys(("transfer", "channel", "right", "security"), ""),
    "company": "recipient",
}


def sentence(text: str, *, heading: str = "", language: str = "en") -> Sentence:
    passage = Passage(heading=heading, parts=(Part(text=text),), shape=Shape.PARAGRAPH)
    return read_passage(passage, lexicon(language)).sentences[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("organisation", "organizations"),
        ("personalized", "Personalised"),
        ("colours", "color"),
        ("fulfil", "fulfill"),
        ("categories", "category"),
        ("addresses", "ADDRESS"),
        ("données", "DONNEES"),
        ("analyze", "analyse"),
    ],
)
def test_spellings_numbers_and_accents_fold_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize("word", ["news", "business", "address", "sms", "vous"])
def test_a_word_that_only_looks_like_a_plural_stays(word: str) -> None:
    assert folded(word) == word


def test_a_short_not_is_a_word_of_its_own() -> None:
    assert [word.fold for word in words_of("We don't, won\u2019t")] == [
        "we",
        "don",
        "not",
        "won",
        "not",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terms_of_the_lexicon_are_those_of_the_vocabulary(language: str) -> None:
    unknown = [
        (kind, term)
        for kind, term in surfaces(language)
        if kind in OF_VOCABULARY and term not in vocabulary.terms(OF_VOCABULARY[kind] or kind)
    ]

    assert unknown == []
    assert {term for kind, term in surfaces(language) if kind.startswith("basis")} <= set(BASES)


def test_the_longer_name_is_meant() -> None:
    told = sentence("We share it with marketing companies and credit reference agencies.")

    assert told.terms("recipient") == ("marketing_company", "credit_reference_agency")
    assert told.terms("purpose") == ()


def test_one_form_may_name_two_data() -> None:
    told = sentence("We collect your billing and delivery address.")

    assert told.terms("data") == ("billing_address", "delivery_address")


@pytest.mark.parametrize(
    ("text", "data", "channels"),
    [
        ("We collect your name and email.", ("name", "email"), ()),
        ("We tell you about it by email.", (), ("email",)),
    ],
)
def test_an_everyday_word_is_read_by_its_neighbours(
    text: str, data: tuple[str, ...], channels: tuple[str, ...]
) -> None:
    told = sentence(text)

    assert (told.terms("data"), told.terms("channel")) == (data, channels)


@pytest.mark.parametrize(
    ("text", "rights"),
    [
        ("You may ask for access to or correction of it.", ("access", "rectification")),
        ("You may correct, delete or restrict it.", ("rectification", "erasure", "restriction")),
        ("You may access your account and delete cookies.", ()),
    ],
)
def test_an_everyday_word_is_a_right_beside_another(text: str, rights: tuple[str, ...]) -> None:
    assert sentence(text).terms("right") == rights


def test_contractual_clauses_for_a_transfer_are_no_contract_with_the_person() -> None:
    told = sentence("We transfer it under standard contractual clauses.")

    assert told.terms("transfer", "basis") == ("standard_contractual_clauses",)


@pytest.mark.parametrize(
    ("text", "is_shared"),
    [
        ("We share it with partners.", True),
        ("We do not share it with partners.", False),
        ("We will never sell, rent or share it with partners.", False),
        ("We don\u2019t share it.", False),
        ("We do not keep it, but we share it with partners.", True),
        ("We do not keep it; we share it with partners.", True),
        ("If you do not object, we share it with partners.", True),
        ("We not only keep it, we share it with partners.", True),
        ("We share it no later than Monday.", True),
        ("Nous partageons vos données.", True),
        ("Nous ne partageons pas, et ne vendons jamais vos données.", False),
    ],
)
def test_what_is_denied_is_not_said(text: str, is_shared: bool) -> None:
    language = "fr" if text.startswith("Nous") else "en"
    told = read_passage(
        Passage(heading="", parts=(Part(text=text),), shape=Shape.PARAGRAPH), lexicon(language)
    )

    assert told.has("act", "share") is is_shared


def test_the_words_of_an_address_say_nothing() -> None:
    told = sentence("See https://example.org/cookies/newsletter or write to privacy@example.org.")

    assert told.terms("cookie", "purpose") == ()
    assert told.channels() == ("email",)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kept for six (6) months", ["6 months"]),
        ("kept for 2 years, then 90 days", ["2 years", "90 days"]),
        ("a 13-month period", ["13 months"]),
        ("pendant dix ans", ["10 years"]),
        ("conservées trente jours", ["30 days"]),
        ("children under 16 years", []),
        ("at least 18 years old", []),
        ("twice a year", []),
        ("we answer within one month", []),
        ("1234 years, 0 days, 1.5 years", []),
    ],
)
def test_durations_are_read_in_figures_and_words(text: str, found: list[str]) -> None:
    assert [str(timed.duration) for timed in durations_in(text)] == found


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("We keep orders for 7 years after your purchase.", ["7 years from order.placed"]),
        ("We keep it for 2 years from your last purchase.", ["2 years from last order.placed"]),
        ("We keep it for six years after your last contact.", ["6 years from last interaction"]),
        ("When your account is closed we keep it for 1 year.", ["1 year from account.closed"]),
        (
            "We keep it for as long as you have an account and 2 years thereafter.",
            ["while account is open then 2 years"],
        ),
        ("We keep it while you are a customer.", ["while customer"]),
        ("We keep it until you unsubscribe.", ["until asked"]),
        (
            "We keep invoices for 7 years until the end of the accounting year.",
            ["7 years from invoice.dated to the end of the accounting year"],
        ),
        ("Call recordings are kept for six months.", ["6 months from call.ended"]),
        (
            "Chat conversations are kept for 13 months and call recordings for 6 months.",
            ["13 months from chat.ended", "6 months from call.ended"],
        ),
    ],
)
def test_a_period_has_the_clock_that_the_text_names(text: str, phrases: list[str]) -> None:
    found, loose = periods_in(sentence(text))

    assert [period.phrase for period in found] == phrases
    assert [str(parse_condition(phrase)) for phrase in phrases] == phrases
    assert loose == 0


def test_a_period_without_a_clock_is_counted_and_not_made_up() -> None:
    assert periods_in(sentence("We keep your personal data for three years.")) == ((), 1)


def test_addresses_are_found_as_they_are_written() -> None:
    text = (
        "The controller is The Corner Shop Ltd, 1 Example Street, Leeds, LS1 1AA; write to "
        "privacy@example.org, ring +44 20 7946 0123 or see https://example.org/privacy."
    )

    assert controller_in(text) == "The Corner Shop Ltd"
    assert companies_in(text) == ["The Corner Shop Ltd"]
    assert address_in(text) == "1 Example Street, Leeds, LS1 1AA"
    assert emails_in(text) == ["privacy@example.org"]
    assert phones_in(text) == ["+44 20 7946 0123"]
    assert urls_in(text) == ["https://example.org/privacy"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Last updated: March 3, 2026", date(2026, 3, 3)),
        ("on 3rd of March 2026", date(2026, 3, 3)),
        ("le 3 février 2026", date(2026, 2, 3)),
        ("2026-03-03", date(2026, 3, 3)),
    ],
)
def test_days_are_read_as_they_are_written(text: str, day: date) -> None:
    assert list(days_in(text)) == [day]


def test_a_day_that_no_calendar_has_is_none() -> None:
    assert list(days_in("on 31 February 2026, of 2026-13-01")) == []
