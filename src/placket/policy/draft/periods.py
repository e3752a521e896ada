"""Times in a text: durations in figures and words, and the clocks that start them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.law.calendar import Duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.draft.lexicon import Match
    from placket.policy.draft.reading import Sentence

NUMBERS: Final = {
    word: number
    for number, words in {
        1: "one a an un une",
        2: "two deux",
        3: "three trois",
        4: "four quatre",
        5: "five cinq",
        6: "six",
        7: "seven sept",
        8: "eight huit",
        9: "nine neuf",
        10: "ten dix",
        11: "eleven onze",
        12: "twelve douze",
        13: "thirteen treize",
        14: "fourteen quatorze",
        15: "fifteen quinze",
        16: "sixteen seize",
        18: "eighteen dix-huit",
        20: "twenty vingt",
        24: "twenty-four vingt-quatre",
        25: "twenty-five vingt-cinq",
        26: "twenty-six vingt-six",
        30: "thirty trente",
        36: "thirty-six trente-six",
        45: "forty-five quarante-cinq",
        48: "forty-eight quarante-huit",
        60: "sixty soixante",
        72: "seventy-two soixante-douze",
        90: "ninety quatre-vingt-dix",
    }.items()
    for word in words.split()
}
UNITS: Final = {
    **dict.fromkeys(
        ("year", "years", "yr", "yrs", "an", "ans", "annee", "annees", "année", "années"), "years"
    ),
    **dict.fromkeys(("month", "months", "mois"), "months"),
    **dict.fromkeys(("week", "weeks", "semaine", "semaines"), "weeks"),
    **dict.fromkeys(("day", "days", "jour", "jours"), "days"),
    **dict.fromkeys(("hour", "hours", "heure", "heures"), "hours"),
}
_AMOUNT: Final = "|".join(sorted(map(re.escape, NUMBERS), key=len, reverse=True))
_UNIT: Final = "|".join(sorted(UNITS, key=len, reverse=True))
DURATION: Final = re.compile(
    rf"(?i)(?<![\w.,])(?P<amount>[1-9]\d{{0,2}}|{_AMOUNT})(?:[ \u00a0]{{0,2}}\(\s?\w{{1,12}}\s?\))?"
    rf"[ \u00a0-]{{0,2}}"
    rf"(?:(?:full|calendar|complete|further|more|additional|consecutive|working) )?"
    rf"(?P<unit>{_UNIT})(?!\w)"
)
_NO_PERIOD_BEFORE: Final = re.compile(
    r"(?i)(?:once|twice|times|every|each|per|under|over|aged?|moins de|plus de \d*|par|chaque|"
    r"last updated|at least once)\s$"
)
_WITHIN: Final = re.compile(r"(?i)(?:within|sous|dans les)\s$")
_NO_PERIOD_AFTER: Final = re.compile(r"(?i)^\s?(?:old|of age|d'âge|révolus)\b")
_BEFORE: Final = 14


@dataclass(frozen=True, slots=True)
class Timed:
    """A duration with its place in the sentence."""

    duration: Duration
    start: int
    end: int


def durations_in(text: str, *, within: bool = False) -> Iterator[Timed]:
    """Yield the durations in a sentence that may be periods: no ages, rates or answer times.

    within: whether `within 30 days` is one.
    """
    for match in DURATION.finditer(text):
        amount = match["amount"].lower()
        number = NUMBERS.get(amount) or int(amount)
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        if not within and _WITHIN.search(before):
            continue
        if _NO_PERIOD_BEFORE.search(before) or _NO_PERIOD_AFTER.match(text[match.end() :][:12]):
            continue
        unit = UNITS[match["unit"].lower()]
        yield Timed(Duration(**{unit: number}), match.start(), match.end())


@dataclass(frozen=True, slots=True)
class Clocked:
    """A period in the words of the policy language, and whether its clock is only implied."""

    phrase: str
    start: int
    end: int
    is_implied: bool = False


def periods_in(sentence: Sentence, implied: str = "") -> tuple[tuple[Clocked, ...], int]:
    """Return the periods of a sentence, and how many durations name no clock.

    implied: the event that what is kept implies, where the sentence itself does not say.
    """
    found: list[Clocked] = []
    unclocked = 0
    erases = sentence.has("then") and sentence.has("event") and sentence.has("data")
    timed = list(durations_in(sentence.text, within=erases))
    stops = [*(time.start for time in timed[1:]), len(sentence.text)]
    for time, stop in zip(timed, stops, strict=False):
        clocked = _clocked(sentence, time, stop, is_only=len(timed) == 1)
        if clocked is None and implied:
            phrase = f"{time.duration} from {implied}"
            clocked = Clocked(phrase, time.start, time.end, is_implied=True)
        if clocked is None:
            unclocked += 1
        else:
            found.append(clocked)
    if not timed:
        found += _untimed(sentence)
    return tuple(found), unclocked


def _clocked(sentence: Sentence, time: Timed, stop: int, *, is_only: bool) -> Clocked | None:
    """Return the period: after a state, from an event, or from what its datum implies."""
    state = next((m for m in sentence.of("while") if _start(sentence, m) < time.start), None)
    event = _event(sentence, time, stop, is_only=is_only)
    rounding = next((f" to the end of the {m.term}" for m in sentence.of("rounding")), "")
    if state is not None and is_only:
        return Clocked(f"while {state.term} then {time.duration}", time.start, time.end)
    if event is not None:
        return Clocked(f"{time.duration} from {event.term}{rounding}", time.start, time.end)
    clock = _nearest_before(sentence, "clock", time.start)
    if clock is None:
        return None
    phrase = f"{time.duration} from {clock.term}{rounding}"
    return Clocked(phrase, time.start, time.end, is_implied=True)


def _start(sentence: Sentence, match: Match) -> int:
    return sentence.words[match.first].start


def _event(sentence: Sentence, time: Timed, stop: int, *, is_only: bool) -> Match | None:
    """Return the event that starts the clock: behind the duration, else the only one before."""
    events = sentence.of("event")
    behind = [m for m in events if time.end <= _start(sentence, m) < stop]
    if behind:
        return behind[0]
    before = [m for m in events if _start(sentence, m) < time.start]
    return before[-1] if before and is_only else None


def _nearest_before(sentence: Sentence, kind: str, at: int) -> Match | None:
    matches = sentence.of(kind)
    before = [m for m in matches if _start(sentence, m) < at]
    return before[-1] if before else next(iter(matches), None)


def _untimed(sentence: Sentence) -> Iterator[Clocked]:
    """Yield the periods without a duration: until asked, while a state holds."""
    for match in sentence.of("asked", "while")[:1]:
        phrase = match.term if match.kind == "asked" else f"while {match.term}"
        start, end = sentence.words[match.first].start, sentence.words[match.end - 1].end
        yield Clocked(phrase, start, end)
