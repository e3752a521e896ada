"""Periods and conditions: their grammar, read from and printed to short phrases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from placket.law.calendar import Duration, parse_duration

_WORD: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?|P[0-9TYMWDH]+|\d+|[(),+]|\S")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_EVENT: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_UNITS: Final = ("year", "month", "week", "day", "hour")
ROUNDINGS: Final = ("accounting_year", "calendar_year", "month")
INTERACTION: Final = "interaction"
LONGEST: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The event that starts a clock: the newest of its kind, over `by` channels if named."""

    event: str
    by: tuple[str, ...] = ()
    last: bool = False

    @property
    def is_of_one(self) -> bool:
        """Say whether one row, order or case starts the clock by itself, not the person."""
        return not (self.last or self.by or self.event == INTERACTION)

    def __str__(self) -> str:
        """Return the phrase of the anchor."""
        channels = f" by ({', '.join(self.by)})" if self.by else ""
        return f"{'last ' if self.last else ''}{self.event}{channels}"


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """A duration counted from an event, at the end of which it may be rounded up."""

    anchor: Anchor
    duration: Duration | None = None
    rounding: str = ""

    def __str__(self) -> str:
        """Return the phrase, such as `6 months from call.ended`."""
        if self.duration is None:
            return str(self.anchor)
        tail = f" to the end of the {self.rounding.replace('_', ' ')}" if self.rounding else ""
        return f"{self.duration} from {self.anchor}{tail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhileHolds:
    """The time while a status holds, and `then` after its end."""

    status: str
    then: Duration | None = None

    def __str__(self) -> str:
        """Return the phrase, such as `while customer then 7 years`."""
        return f"while {self.status}{f' then {self.then}' if self.then else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhileOpen:
    """The time while a relation (an order, a case, an account) is open, and `then` after it."""

    relation: str
    then: Duration | None = None

    def __str__(self) -> str:
        """Return the phrase, such as `while case is open`."""
        return f"while {self.relation} is open{f' then {self.then}' if self.then else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The latest end of several periods."""

    parts: tuple[Period, ...]

    def __str__(self) -> str:
        """Return the phrase, such as `latest of (a.done, b.done)`."""
        return f"latest of ({', '.join(str(part) for part in self.parts)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class UntilAsked:
    """No end but the person's own request."""

    def __str__(self) -> str:
        """Return the phrase."""
        return "until asked"


Period = After | WhileHolds | WhileOpen | Latest | UntilAsked


class NotAPeriod(ValueError):
    """The phrase is not a period; `at` is the offset of the first word that does not fit."""

    def __init__(self, at: int, length: int, expected: str) -> None:
        """Keep the place and what would have fitted."""
        super().__init__(expected)
        self.at, self.length, self.expected = at, length, expected


@dataclass(slots=True)
class _Reader:
    """A phrase as words, with the place of the next one."""

    text: str
    words: list[tuple[str, int]]
    index: int = 0

    def peek(self, ahead: int = 0) -> str:
        where = self.index + ahead
        return self.words[where][0] if where < len(self.words) else ""

    def take(self) -> str:
        word = self.peek()
        self.index += 1
        return word

    def accept(self, *words: str) -> bool:
        if tuple(self.peek(i) for i in range(len(words))) != words:
            return False
        self.index += len(words)
        return True

    def fail(self, expected: str) -> NotAPeriod:
        if self.index < len(self.words):
            word, at = self.words[self.index]
            return NotAPeriod(at, len(word), expected)
        return NotAPeriod(len(self.text), 1, expected)

    def expect(self, word: str, expected: str) -> None:
        if not self.accept(word):
            raise self.fail(expected)


def parse_period(text: str) -> Period:
    """Return the period that `text` says. Raises NotAPeriod with the place of the fault."""
    if len(text) > LONGEST:
        # Also bounds how deep one `latest of` may stand in another, which is read by recursion.
        raise NotAPeriod(LONGEST, 1, f"nothing more: a phrase has at most {LONGEST} characters")
    reader = _Reader(text, [(m.group(), m.start()) for m in _WORD.finditer(text)])
    period = _period(reader)
    if reader.peek():
        raise reader.fail("nothing more")
    return period


def parse_condition(text: str) -> Period:
    """Return what makes a status hold: a period, `NAME is open`, or another status's name."""
    match text.split():
        case [name, "is", "open"] if _NAME.fullmatch(name):
            return WhileOpen(relation=name)
        case [name] if _NAME.fullmatch(name):
            return WhileHolds(status=name)
        case _:
            return parse_period(text)


def _period(r: _Reader) -> Period:
    if r.accept("until", "asked"):
        return UntilAsked()
    if r.accept("while"):
        return _while(r)
    r.accept("until")
    if r.accept("latest", "of"):
        return Latest(parts=_list(r))
    return _after(r)


def _list(r: _Reader) -> tuple[Period, ...]:
    r.expect("(", "`(` and the periods, parted by commas")
    parts = [_period(r)]
    while r.accept(","):
        parts.append(_period(r))
    r.expect(")", "`,` or `)`")
    return tuple(parts)


def _while(r: _Reader) -> Period:
    name = _name(r, "the name of a status, or `NAME is open`")
    if r.accept("is", "open"):
        return WhileOpen(relation=name, then=_then(r))
    return WhileHolds(status=name, then=_then(r))


def _then(r: _Reader) -> Duration | None:
    return _duration(r) if r.accept("then") else None


def _after(r: _Reader) -> After:
    if _EVENT.fullmatch(r.peek()):
        anchor = _anchor(r)
        return After(anchor=anchor, duration=_duration(r) if r.accept("+") else None)
    duration = _duration(r)
    r.expect("from", "`from` and the event that starts the clock")
    return After(anchor=_anchor(r), duration=duration, rounding=_rounding(r))


def _duration(r: _Reader) -> Duration:
    start = r.index
    words = [r.take()]
    while r.peek().rstrip("s") in _UNITS or (len(words) > 1 and r.peek().isdigit()):
        words.append(r.take())
    duration = parse_duration(" ".join(words))
    if duration is None:
        r.index = start
        raise r.fail("a number from 1 to 999 and a unit, such as `6 years` or `30 days`")
    return duration


def _anchor(r: _Reader) -> Anchor:
    last = r.accept("last")
    word = r.peek()
    if not (_EVENT.fullmatch(word) or (word == INTERACTION and last)):
        raise r.fail("an event, such as `call.ended` or `last interaction`")
    event = r.take()
    by: tuple[str, ...] = ()
    if r.accept("by"):
        by = _channels(r)
    return Anchor(event=event, by=by, last=last)


def _channels(r: _Reader) -> tuple[str, ...]:
    r.expect("(", "`(` and the channels, parted by commas")
    names = [_name(r, "a channel")]
    while r.accept(","):
        names.append(_name(r, "a channel"))
    r.expect(")", "`,` or `)`")
    return tuple(names)


def _rounding(r: _Reader) -> str:
    if not r.accept("to", "the", "end", "of", "the"):
        return ""
    for rounding in ROUNDINGS:
        if r.accept(*rounding.split("_")):
            return rounding
    raise r.fail("`accounting year`, `calendar year` or `month`")


def _name(r: _Reader, expected: str) -> str:
    if not _NAME.fullmatch(r.peek()):
        raise r.fail(expected)
    return r.take()


def events_of(period: Period) -> frozenset[str]:
    """Return the events on which the period's clocks wait."""
    match period:
        case After(anchor=anchor):
            return frozenset({anchor.event})
        case Latest(parts=parts):
            return frozenset[str]().union(*(events_of(part) for part in parts))
        case _:
            return frozenset()
