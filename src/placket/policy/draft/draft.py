"""From a text to a drafted policy: read, split, recognised clause by clause, written, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from placket.policy.draft.clauses import Heading, entries_of
from placket.policy.draft.collecting import collected
from placket.policy.draft.contacts import companies_in, controller_in, days_in
from placket.policy.draft.drafted import Drafted, Names
from placket.policy.draft.entitled import complained, entitled
from placket.policy.draft.head import Head, read_head
from placket.policy.draft.lasting import held, retained, unclocked
from placket.policy.draft.lexicon import LANGUAGES, lexicon
from placket.policy.draft.page import is_page, read_page, without_tags
from placket.policy.draft.plain import read_plain
from placket.policy.draft.reading import read_passage
from placket.policy.draft.sharing import shared, transferred
from placket.policy.draft.source import MOST_CHARACTERS, Unreadable, too_large
from placket.policy.draft.telling import aged, answering, automatic, cookies, protected, told
from placket.policy.draft.titles import titled
from placket.policy.draft.using import names_basis, used
from placket.policy.draft.words import words_of
from placket.policy.draft.write import write_clause, write_heading, write_policy
from placket.policy.front import DRAFT_VERSION, FIRST_YEAR, Front
from placket.policy.parse import FENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from placket.policy.draft.lexicon import Lexicon
    from placket.policy.draft.piece import Piece
    from placket.policy.draft.reading import Reading

RECOGNISERS: Final[tuple[Callable[[Reading, Names], Iterator[Drafted]], ...]] = (
    answering,
    collected,
    used,
    automatic,
    shared,
    transferred,
    retained,
    held,
    cookies,
    entitled,
    complained,
    aged,
    protected,
    told,
)
"""Every recogniser, in the order in which a clause's rules are written."""

_RESTING: Final = frozenset({"activity", "cookie"})
"""Kinds of rules that rest on a legal basis."""
_STRAY: Final = 3
_MOST_CLAUSES: Final = 2000
_SIGNED: Final = 8000
"""Within how many characters a policy says that it is one."""
_TOO_LONG: Final = "text is longer than 200,000 characters"
_SPOKEN: Final = 2000
_READ: Final = 0.12
"""The share of common words under which a text is in no language that the lexicons know."""
_COMMON: Final = {
    "en": frozenset(
        {
            "the",
            "of",
            "and",
            "to",
            "in",
            "we",
            "you",
            "your",
            "our",
            "is",
            "are",
            "for",
            "with",
            "that",
            "this",
            "or",
            "not",
            "by",
            "be",
            "will",
        }
    ),
    "fr": frozenset(
        {
            "le",
            "la",
            "les",
            "de",
            "des",
            "du",
            "et",
            "nous",
            "vous",
            "vos",
            "nos",
            "un",
            "une",
            "pour",
            "par",
            "que",
            "qui",
            "dans",
            "sur",
            "est",
        }
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the author says beside the text; what is empty is read from it.

    ids: what clause ids begin with. today: the day that a text without a date is given.
    """

    retailer: str = ""
    language: str = ""
    ids: str = "C"
    effective: date | None = None
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A drafted policy with what its summary tells.

    clauses: how many there are. plain: those of which nothing was understood. aimless: those
    that name a legal basis of which no rule tells, since its purpose was not understood. kinds:
    how many rules of each kind. unclocked: periods that name no event to count from. roleless:
    recipients of which the text says no role. lines: of each clause, where it begins in the text.
    """

    text: str
    language: str
    retailer: str
    clauses: int
    plain: tuple[str, ...]
    aimless: tuple[str, ...]
    unclocked: int
    roleless: int
    kinds: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def rules(self) -> int:
        """How many rules were drafted."""
        return sum(self.kinds.values())


def draft(text: str, wish: Wish) -> Draft | Unreadable:
    """Return the policy that `text` says, every rule marked as a draft, or why there is none.

    text: plain text or HTML. Deterministic; time follows the length, which is bounded.
    """
    if not is_page(text) and len(text) > MOST_CHARACTERS:
        return too_large(_TOO_LONG)
    head = read_head(text)
    if isinstance(head, Unreadable):
        return head
    if head.retailer and f"\n```{FENCE}\n" in head.body:
        return Unreadable(
            why="the file is a policy already, with rules under its clauses",
            mend="run `placket check` on it",
        )
    pieces = pieces_of(head.body)
    plain = "\n".join(piece.text for piece in pieces)
    if len(plain) > MOST_CHARACTERS:
        return too_large(_TOO_LONG)
    language = wish.language or head.language or language_of(plain)
    if refused := _refused(plain, language) or _contradicted(plain, wish, head):
        return refused
    wish = replace(
        wish,
        language=language,
        retailer=wish.retailer or head.retailer,
        effective=wish.effective or head.effective,
    )
    return _written(pieces, plain, wish)


def _contradicted(plain: str, wish: Wish, head: Head) -> Unreadable | None:
    reads = language_of(plain)
    if wish.language or not head.language or not reads or head.language == reads:
        return None
    return Unreadable(
        why=f"the front matter says language `{head.language}`, and the text reads as `{reads}`",
        mend="correct the front matter, or name the language with `--language`",
    )


def pieces_of(text: str) -> tuple[Piece, ...]:
    """Return the pieces of a text, read as the page or plain text that it is."""
    return read_page(text) if is_page(text) else read_plain(without_tags(text))


def language_of(text: str) -> str:
    """Return the language whose small words the text is full of; nothing when there is none."""
    words = [word.fold for word in words_of(text[: _SPOKEN * 10])][:_SPOKEN]
    shares = {
        name: sum(word in _COMMON[name] for word in words) / max(1, len(words))
        for name in LANGUAGES
    }
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _READ else ""


def _refused(plain: str, language: str) -> Unreadable | None:
    if not words_of(plain):
        return Unreadable(
            why="the file holds no text, perhaps only pictures of it",
            mend="save the text itself; of a scan it has to be recognised first",
        )
    if not language:
        return Unreadable(
            why="the text reads neither as English nor as French",
            mend="name its language with `--language`, or write the policy by hand",
        )
    if language not in LANGUAGES:
        return Unreadable(
            why=f"there is no lexicon for the language `{language}`",
            mend=f"the languages are {', '.join(LANGUAGES)}",
        )
    return None


@dataclass(slots=True)
class _Gathered:
    """What is written so far, and what is counted of it."""

    parts: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    lines: dict[str, int] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    aimless: list[str] = field(default_factory=list)
    unclocked: int = 0
    roleless: int = 0

    def add(self, clause_id: str, reading: Reading, rules: list[Drafted]) -> None:
        passage = reading.passage
        if not rules:
            self.plain.append(clause_id)
        elif names_basis(reading) and not any(rule.kind in _RESTING for rule in rules):
            self.aimless.append(clause_id)
        self.unclocked += unclocked(reading)
        self.roleless += sum(r.kind == "recipient" and "as" not in r.values for r in rules)
        self.kinds.update(rule.kind for rule in rules)
        self.lines[clause_id] = passage.line
        self.parts.append(write_clause(passage.title, clause_id, passage.prose(), rules))


def _written(pieces: Sequence[Piece], plain: str, wish: Wish) -> Draft | Unreadable:
    words, names, gathered = lexicon(wish.language), Names(), _Gathered()
    for entry in titled(entries_of(pieces, words), words):
        if isinstance(entry, Heading):
            gathered.parts.append(write_heading(entry.text, _level(gathered.parts)))
            continue
        reading = read_passage(entry, words)
        clause_id = f"{wish.ids}-{len(gathered.lines) + 1:03}"
        gathered.add(clause_id, reading, _recognised(reading, names))
        if len(gathered.lines) > _MOST_CLAUSES:
            return too_large("text has more than 2,000 clauses")
    if not _is_policy(plain, gathered.kinds, words):
        return Unreadable(
            why="the text does not read as a privacy policy: nothing in it says what is done "
            "with data about persons",
            mend="name the file with the policy in it",
        )
    return _drafted(gathered, _front(plain, wish, words))


def _drafted(gathered: _Gathered, front: Front) -> Draft:
    ordered = sorted(gathered.kinds.items(), key=lambda pair: (-pair[1], pair[0]))
    return Draft(
        text=write_policy(front, gathered.parts),
        language=front.language,
        retailer=front.retailer,
        clauses=len(gathered.lines),
        plain=tuple(gathered.plain),
        aimless=tuple(gathered.aimless),
        unclocked=gathered.unclocked,
        roleless=gathered.roleless,
        kinds=dict(ordered),
        lines=gathered.lines,
    )


def _recognised(reading: Reading, names: Names) -> list[Drafted]:
    found = [rule for recognise in RECOGNISERS for rule in recognise(reading, names)]
    distinct: list[Drafted] = []
    for rule in found:
        if rule not in distinct:
            distinct.append(rule)
    return distinct


def _level(before: Sequence[str]) -> int:
    """Return 1 for the heading that the text begins with, 2 for all below."""
    return 2 if before else 1


def _is_policy(plain: str, kinds: Counter[str], words: Lexicon) -> bool:
    signs = {m.first for m in words.matches(words_of(plain[:_SIGNED])) if m.kind == "sign"}
    rules = sum(kinds.values())
    return bool(rules) and (bool(signs) or rules >= _STRAY)


def _front(plain: str, wish: Wish, words: Lexicon) -> Front:
    named = controller_in(plain) or next(iter(companies_in(plain)), "")
    return Front(
        retailer=wish.retailer or named or "the retailer",
        version=DRAFT_VERSION,
        effective=wish.effective or _updated(plain, wish.today, words) or wish.today,
        language=wish.language,
        reason="drafted from the text; every block awaits a person's yes",
    )


def _updated(plain: str, today: date, words: Lexicon) -> date | None:
    """Return the day on which the text says that it was last changed."""
    for line in plain.split("\n"):
        day = next(days_in(line), None)
        if day is None or not day.year >= FIRST_YEAR or day > today:
            continue
        if any(m.term == "last_updated" for m in words.matches(words_of(line))):
            return day
    return None
