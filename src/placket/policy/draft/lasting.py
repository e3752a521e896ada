"""Recognising how long data are kept, and what makes a person a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.policy.draft.collecting import data_of
from placket.policy.draft.drafted import Drafted, Names, drafted
from placket.policy.draft.periods import periods_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.draft.periods import Clocked
    from placket.policy.draft.reading import Reading, Sentence

_ALL = "all"
_NO_CLOCK = "the text names no clock; this one follows from what is kept"


def retained(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield how long each datum is kept, one rule for each period of a sentence."""
    for sentence in () if reading.has("status") else reading.sentences:
        if not keeps(sentence):
            continue
        periods, _ = periods_in(sentence, _implied(reading))
        for at, period in enumerate(periods):
            data = _kept(sentence, reading, periods, at)
            if data == [_ALL] and period.is_implied:
                continue
            if data == [_ALL] and sentence.has("basis", "consent") and not _is_asked(period):
                yield from _current(reading, names, period)
                continue
            yield drafted(
                "retain",
                data,
                for_=period.phrase,
                then=_then(sentence),
                inferred=_NO_CLOCK if period.is_implied else "",
            )


def _is_asked(period: Clocked) -> bool:
    return period.phrase == "until asked"


def _current(reading: Reading, names: Names, period: Clocked) -> Iterator[Drafted]:
    """Yield how long a consent is current, where the clause says to what."""
    for purpose in reading.terms("purpose")[:1]:
        yield drafted("consent", names.new("consent", purpose), for_=period.phrase)


def unclocked(reading: Reading) -> int:
    """Return how many periods of the clause name no clock: they stay prose."""
    kept = [s for s in reading.sentences if keeps(s)]
    return sum(_unsaid(sentence, reading) for sentence in kept)


def _unsaid(sentence: Sentence, reading: Reading) -> int:
    """Return how many periods of a sentence have no clock, or no data that one follows from."""
    periods, loose = periods_in(sentence, _implied(reading))
    kept = (_kept(sentence, reading, periods, at) for at in range(len(periods)))
    return loose + sum(
        period.is_implied and data == [_ALL] for period, data in zip(periods, kept, strict=True)
    )


def _implied(reading: Reading) -> str:
    """Return the event that a row of a table implies by what it is about."""
    return next(iter(reading.terms("clock")), "") if reading.passage.shape == "row" else ""


def keeps(sentence: Sentence) -> bool:
    """Say whether the sentence is about how long something is kept."""
    if sentence.has("act", "tell") or sentence.has("status"):
        return False
    if sentence.has("cookie") and "retain" not in sentence.topics:
        return False
    return sentence.has("act", "keep") or sentence.has("then") or "retain" in sentence.topics


def _kept(sentence: Sentence, reading: Reading, periods: tuple[Clocked, ...], at: int) -> list[str]:
    """Return the data that a period is for: those named since the one before, else all named."""
    since = periods[at - 1].end if at else 0
    named = [
        match
        for match in sentence.of("data")
        if since <= sentence.words[match.first].start < periods[at].start
    ]
    data = list(dict.fromkeys(m.term for m in named if m.term != "all_held"))
    if not data and at == 0:
        data = data_of(sentence) or _of_row(reading)
    return data or [_ALL]


def _of_row(reading: Reading) -> list[str]:
    is_row = reading.passage.shape == "row"
    return [d for s in reading.sentences for d in data_of(s)] if is_row else []


def _then(sentence: Sentence) -> str:
    ends = sentence.terms("then")
    if {"erase", "anonymise"} <= set(ends):
        return "erase_or_anonymise"
    return ends[0] if ends else ""


def held(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield the status that a clause defines by times and open cases."""
    named = reading.terms("status")
    if not named:
        return
    conditions: list[str] = []
    for sentence in reading.sentences:
        periods, _ = periods_in(sentence)
        conditions += [p.phrase.removeprefix("while ") for p in periods if " then " not in p.phrase]
    if conditions:
        name = names.new("status", named[0])
        yield drafted("status", name, holds_while=list(dict.fromkeys(conditions)))
