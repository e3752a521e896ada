"""A clause's title: its own label, its heading, or its first words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from placket.policy.draft.clauses import Heading, Passage
from placket.policy.draft.telling import AGE
from placket.policy.draft.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from placket.policy.draft.clauses import Entry
    from placket.policy.draft.lexicon import Lexicon

_LABEL: Final = re.compile(r"^([A-Z\u00c0-\u00dd][^.:;!?]{2,60}?)(?: [-\u2013\u2014] |: )")
_WORDS: Final = 12
_LEAST: Final = 3
"""Between how many words a title is cut where a phrase ends."""
_JOINTS: Final = frozenset(
    word
    for words in (
        "about after although and as at because before between but by during for from if in into",
        "of on or so such than that through to under unless until when where whether which while",
        "who with without",
        "afin après au aux avant avec car chez comme dans de depuis des du en entre et lorsque",
        "mais ou par parce pendant pour quand que qui sans selon si sous sur vers à",
    )
    for word in words.split()
)
"""Words that begin a phrase: a title may end before one."""
_WEAK: Final = _JOINTS | {
    word
    for words in (
        "a an any are be can have is it its may our the their this us we will you your",
        "la le les nos nous un une vos vous",
    )
    for word in words.split()
}
"""Words that end no title."""
_AIM: Final = re.compile(r"(?i)^(?:to|for|pour)\b")
_BESIDE: Final = 2
_BEHIND: Final = re.compile(r"\([^()]{3,60}\)$")
_MARKS: Final = re.compile(r"[#{}`<>\[\]|*_\\]")


def titled(entries: Sequence[Entry], lexicon: Lexicon) -> Iterator[Entry]:
    """Yield the entries, each clause with its title.

    A heading that says something for the clauses under it, such as their legal basis in
    parentheses, becomes the title of each and a part of its text.
    """
    lead: Heading | None = None
    count, is_about_data = 0, False
    for entry in entries:
        if isinstance(entry, Heading):
            # A title of nothing stays a heading, so that no word of the text is lost.
            yield from _bare(lead, count)
            is_about_data = _names_data(entry.text, lexicon)
            lead, count = (entry if is_about_data or _says(entry.text, lexicon) else None), 0
            if lead is None:
                yield entry
            continue
        if lead and is_about_data and _moves_on(entry, lexicon):
            yield from _bare(lead, count)
            lead = None
        count += 1
        yield _under(entry, lead.text if lead else "", count)
    yield from _bare(lead, count)


def _bare(lead: Heading | None, count: int) -> Iterator[Heading]:
    if lead is not None and not count:
        yield lead


def _under(passage: Passage, heading: str, count: int) -> Passage:
    own = f"{heading}, {count}" if heading and count > 1 else heading
    return replace(passage, title=_clean(own or _title(passage)), title_said=heading)


def _says(heading: str, lexicon: Lexicon) -> bool:
    matches = lexicon.matches(words_of(heading))
    if AGE.search(heading):
        return True
    if heading.endswith("?"):
        return False
    aims = bool(_AIM.match(heading)) and any(m.kind == "purpose" for m in matches)
    behind = _BEHIND.search(heading)
    named = lexicon.matches(words_of(behind[0])) if behind else ()
    return aims or any(m.kind in {"basis", "basiscell"} for m in named)


def _names_data(heading: str, lexicon: Lexicon) -> bool:
    """Say whether the heading, such as `Your payment details`, names data and nothing else."""
    matches = lexicon.matches(words_of(heading))
    held = sum(m.size for m in matches if m.kind == "data" and m.term != "all_held")
    return held > 0 and len(words_of(heading)) <= held + _BESIDE


def _moves_on(passage: Passage, lexicon: Lexicon) -> bool:
    """Say whether a clause is no longer about what the data under a heading are used for."""
    matches = lexicon.matches(words_of(passage.prose()))
    is_use = any(m.kind == "purpose" for m in matches)
    return not is_use and any(
        m.kind in {"right", "authority"} or (m.kind == "act" and m.term in {"share", "keep"})
        for m in matches
    )


def _title(passage: Passage) -> str:
    text = passage.intro or passage.parts[0].text
    label = _LABEL.match(text)
    if label:
        return label[1]
    words = text.split()
    if len(words) <= _WORDS:
        return text.rstrip(" .,;:")
    kept = words[: _phrase(words)]
    while len(kept) > 1 and _bare_word(kept[-1]) in _WEAK:
        kept.pop()
    return " ".join(kept).rstrip(" .,;:(\u2013-")


def _phrase(words: Sequence[str]) -> int:
    """Return how many words stand before the last end of a phrase that a title has room for."""
    return next((at for at in range(_WORDS, _LEAST - 1, -1) if _is_end(words, at)), _WORDS)


def _is_end(words: Sequence[str], at: int) -> bool:
    kept, after = " ".join(words[:at]), words[at]
    is_marked = kept.endswith((",", ";", ":", ")")) or after.startswith("(")
    is_closed = kept.count("(") == kept.count(")")
    return is_closed and (is_marked or _bare_word(after) in _JOINTS)


def _bare_word(word: str) -> str:
    return word.lower().strip(",;:()")


def _clean(title: str) -> str:
    return " ".join(_MARKS.sub(" ", title).split()) or "Clause"
