"""What each sentence of a clause says: its terms in order, without those that it denies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from placket.policy.draft.contacts import EMAIL, addresses_at
from placket.policy.draft.piece import Shape
from placket.policy.draft.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.policy.draft.clauses import Part, Passage
    from placket.policy.draft.lexicon import Lexicon, Match
    from placket.policy.draft.words import Word

_GRAMMAR: Final = frozenset({"not", "but", "if", "notjust", "join", "act", "topic", "sign"})
"""Kinds of words that neither hide others nor are hidden by them."""
_NAMING: Final = frozenset(
    {
        "data",
        "recipient",
        "right",
        "company",
        "purpose",
        "channel",
        "security",
        "touchpoint",
        "basis",
        "transfer",
    }
)
"""Kinds of which the longer hides the shorter: in `marketing companies` no marketing is said."""
_SEGMENT: Final = re.compile(
    r",\s+(?:and|but|so|et|mais)\s+(?=(?:we|you|our|they|nous|vous|nos)\b)|(?<=\w);\s+(?=we\b|you\b)"
)
"""Where one sentence says a second thing of somebody else."""
_HIDEABLE: Final = _NAMING | {"notice", "fee", "role"}
_AND: Final = frozenset({"and", "so", "et"})
_SUBJECTS: Final = frozenset(
    {"the", "this", "that", "it", "there", "if", "when", "le", "la", "il", "elle", "ce"}
)
_EARLY: Final = 4
_NEAR: Final = 4
"""How many words may stand between two data of one list."""
_CLOSE: Final = 2
"""How many may stand between two rights: `access to or correction of`."""
_WITHOUT: Final = 3
"""How many words a `without` reaches."""


@dataclass(frozen=True, eq=False, slots=False)
class Sentence:
    """One sentence, item or cell with what it says.

    topics: what its heading, introduction or column is about. denied: what it says is not so.
    """

    text: str
    words: tuple[Word, ...]
    matches: tuple[Match, ...]
    denied: tuple[Match, ...]
    topics: frozenset[str]

    def of(self, *kinds: str) -> list[Match]:
        """Return what it says of the kinds, in order."""
        return [match for match in self.matches if match.kind in kinds]

    def terms(self, *kinds: str) -> tuple[str, ...]:
        """Return the terms of the kinds, in order, each once."""
        return tuple(dict.fromkeys(match.term for match in self.of(*kinds)))

    def channels(self) -> tuple[str, ...]:
        """Return the channels it names; an email address is one, also behind `write to`."""
        named = self.terms("channel")
        if EMAIL.search(self.text) is None:
            return named
        by_letter = any(
            m.term == "post" and EMAIL.match(self.text, self.words[m.end - 1].end + 1) is None
            for m in self.of("channel")
        )
        kept = tuple(c for c in named if c != "post" or by_letter)
        return tuple(dict.fromkeys((*kept, "email")))

    def has(self, kind: str, *terms: str) -> bool:
        """Say whether it says any of the terms."""
        return any(m.kind == kind and (not terms or m.term in terms) for m in self.matches)

    def words_at(self, match: Match) -> str:
        """Return the match as it stands in the text."""
        return self.text[self.words[match.first].start : self.words[match.end - 1].end]

    def leans(self) -> bool:
        """Say whether the sentence goes on with what stood before it."""
        return leans(self.matches)

    def encloses(self, match: Match) -> bool:
        """Say whether the match stands right behind an opening parenthesis."""
        return self.text[: self.words[match.first].start].endswith("(")

    def denies(self, kind: str, *terms: str) -> bool:
        """Say whether it denies any of the terms."""
        return any(m.kind == kind and (not terms or m.term in terms) for m in self.denied)


@dataclass(frozen=True, eq=False)
class Reading:
    """A clause with its sentences read. leads: how many of them lead to the rest."""

    passage: Passage
    sentences: tuple[Sentence, ...]
    leads: int = 0

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """Return what all its sentences say."""
        return tuple(match for sentence in self.sentences for match in sentence.matches)

    def terms(self, *kinds: str) -> tuple[str, ...]:
        """Return the terms of the kinds, in order, each once."""
        return tuple(dict.fromkeys(m.term for m in self.matches if m.kind in kinds))

    def has(self, kind: str, *terms: str) -> bool:
        """Say whether any of its sentences says one of the terms."""
        return any(sentence.has(kind, *terms) for sentence in self.sentences)

    @property
    def topics(self) -> frozenset[str]:
        """Return what it is about."""
        return frozenset[str]().union(*(sentence.topics for sentence in self.sentences))


def read_passage(passage: Passage, lexicon: Lexicon) -> Reading:
    """Return the clause with each of its sentences read."""
    about = topics_of(passage.heading, lexicon)
    leads = [text for text in (passage.title_said, passage.intro) if text]
    before = tuple(_sentence(text, about, lexicon) for text in leads)
    parts = [s for p in passage.parts for s in _part(p, passage.shape, about, lexicon)]
    return Reading(passage, (*before, *parts), len(before))


def _part(part: Part, shape: Shape, about: frozenset[str], lexicon: Lexicon) -> Iterator[Sentence]:
    lead = topics_of(part.lead, lexicon) if part.lead else frozenset[str]()
    # The head of a column says more closely what a cell is about than the heading above.
    topics = lead if lead and shape is Shape.ROW else lead | about
    for text in _SEGMENT.split(part.text):
        yield _sentence(text, topics, lexicon)


def leans(matches: Iterable[Match]) -> bool:
    """Say whether a sentence goes on with the one before: `this is`, `we have an interest in`."""
    return any(
        (m.kind == "join" and m.first == 0) or (m.kind == "interest" and m.first <= _EARLY)
        for m in matches
    )


def topics_of(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Return what a heading or introduction announces."""
    return frozenset(m.term for m in lexicon.matches(words_of(text)) if m.kind == "topic")


def _sentence(text: str, topics: frozenset[str], lexicon: Lexicon) -> Sentence:
    words = words_of(text)
    addresses = addresses_at(text)
    told = [m for m in lexicon.matches(words) if not _is_within(m, words, addresses)]
    shown = _plain(_unhidden(told), topics)
    denied = frozenset(_denied(shown, words, text))
    return Sentence(
        text=text,
        words=words,
        matches=tuple(match for match in shown if match not in denied),
        denied=tuple(match for match in shown if match in denied),
        topics=topics,
    )


def _is_within(match: Match, words: tuple[Word, ...], spans: list[tuple[int, int]]) -> bool:
    start, end = words[match.first].start, words[match.end - 1].end
    return any(begin < end and start < stop for begin, stop in spans)


def _unhidden(matches: Iterable[Match]) -> list[Match]:
    """Return the matches without those that stand inside a longer name of another thing."""
    longest: dict[int, Match] = {}
    found = list(matches)
    for match in found:
        if match.kind in _NAMING:
            for at in range(match.first, match.end):
                best = longest.get(at)
                if best is None or match.size > best.size:
                    longest[at] = match
    return [m for m in found if m.kind in _GRAMMAR or not _is_hidden(m, longest)]


def _is_hidden(match: Match, longest: dict[int, Match]) -> bool:
    if match.kind not in _HIDEABLE:
        return False
    over = {longest[at] for at in (match.first, match.end - 1) if at in longest}
    return any(_outweighs(other, match) for other in over if other.kind != match.kind)


def _outweighs(other: Match, match: Match) -> bool:
    """Say whether `other` is the longer name; where data only overlap, they are meant."""
    if match.kind == "basis" and other.kind == "purpose":
        return False
    if other.first <= match.first and match.end <= other.end and other.size > match.size:
        return True
    is_apart = match.first < other.first or other.end < match.end
    return other.kind == "data" and not other.weak and (is_apart or other.size > match.size)


def _plain(matches: list[Match], topics: frozenset[str]) -> list[Match]:
    """Return the matches with an everyday word only where it is plain that it is meant.

    `email` beside `name` is a datum, and otherwise a channel; `access` beside `erasure` is a
    right; `returns` is a purpose where the text tells of purposes.
    """
    uses = bool(topics & {"use", "basis"}) or any(
        m.kind == "basis" or (m.kind == "act" and m.term in {"use", "send"}) for m in matches
    )
    meant = {m for m in matches if m.weak and _is_meant(m, matches, topics, uses=uses)}
    places = {(m.first, m.end) for m in meant if m.kind == "data"}
    return [
        m
        for m in matches
        if (not m.weak or m in meant) and not (m.kind == "channel" and (m.first, m.end) in places)
    ]


def _is_meant(match: Match, matches: list[Match], topics: frozenset[str], *, uses: bool) -> bool:
    if match.kind not in {"data", "channel", "right"}:
        return uses
    if match.kind == "data" and match.first == 0 and topics & {"collect", "retain"}:
        return True
    is_right = match.kind == "right"
    reach = _CLOSE if is_right else _NEAR
    if match.kind == "data" and any(_is_object(match, m) for m in matches):
        return True
    beside = (m for m in matches if m.kind == match.kind and _is_near(m, match, reach))
    others = [m for m in beside if m.term not in {match.term, "all_held"}]
    is_listed = is_right or (match.kind == "data" and "collect" in topics)
    return any(is_listed or not other.weak for other in others)


def _is_object(match: Match, act: Match) -> bool:
    """Say whether a datum is what the act keeps: `we keep your invoices`."""
    return act.kind == "act" and act.term == "keep" and 0 <= match.first - act.end <= 1


def _is_near(one: Match, other: Match, reach: int) -> bool:
    return one.first - other.end <= reach and other.first - one.end <= reach


def _denied(matches: list[Match], words: tuple[Word, ...], text: str) -> Iterable[Match]:
    """Yield what a negation reaches: from it to `but`, or to the comma that ends an `if`."""
    reached = 0
    for negation in (m for m in matches if m.kind == "not" and _denies(m, matches)):
        if negation.end <= reached:
            continue
        end = _reach(negation, matches, words, text)
        reached = 0 if negation.term == "without" else end
        yield from (
            m
            for m in matches
            if negation.first < m.first < end and m.kind not in {"but", "if", "not", "notjust"}
        )


def _denies(negation: Match, matches: list[Match]) -> bool:
    return not any(m.kind == "notjust" and m.first <= negation.first < m.end for m in matches)


def _begins_anew(between: str, words: tuple[Word, ...]) -> bool:
    """Say whether a new statement begins behind a comma: `, and the basis is ...`."""
    folds = [word.fold for word in words]
    return "," in between and len(folds) > 1 and folds[0] in _AND and folds[1] in _SUBJECTS


def _reach(negation: Match, matches: list[Match], words: tuple[Word, ...], text: str) -> int:
    ends = [m.first for m in matches if m.kind == "but" and m.first >= negation.end]
    if negation.term == "without":
        ends.append(negation.end + _WITHOUT)
    before = [m.first for m in matches if m.kind == "if" and m.first < negation.first]
    marks = ",;:" if before else ";"
    for at in range(negation.end, len(words)):
        between = text[words[at - 1].end : words[at].start]
        if any(mark in between for mark in marks) or _begins_anew(between, words[at : at + 2]):
            ends.append(at)
            break
    return min([*ends, len(words)])
