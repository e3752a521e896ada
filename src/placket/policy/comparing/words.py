"""What became of the text, clause by clause and word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from placket.policy.comparing.difference import Change, ClauseChange, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.parse import Clause, Document

_WORD: Final = re.compile(r"\S+\s*|\s+")
_SENTENCE: Final = re.compile(r"[^.!?\n]*(?:[.!?\n]+\s*|$)")
_MOST_WORDS: Final = 3_000
"""Above this a text is compared by sentences: comparing words takes the square of their number."""


def clause_changes(old: Document, new: Document) -> tuple[ClauseChange, ...]:
    """Return the clauses whose text changed, in order of the new text, those that went last."""
    before, after = _by_key(old), _by_key(new)
    changed = [_changed(key, before.get(key), clause) for key, clause in after.items()]
    gone = [_removed(clause) for key, clause in before.items() if key not in after]
    return tuple(change for change in (*changed, *gone) if change is not None)


def _by_key(document: Document) -> Mapping[str, Clause]:
    """Return the clauses by id; a heading without one by its title, the opening by nothing."""
    found: dict[str, Clause] = {}
    for clause in document.clauses:
        found.setdefault(clause.id or f"# {clause.title}", clause)
    return found


def _changed(key: str, before: Clause | None, after: Clause) -> ClauseChange | None:
    if before is None:
        return ClauseChange(
            clause=after.id,
            title=after.title,
            title_before="",
            changes=(Change.ADDED,),
            words=tuple(compared("", after.prose)),
        )
    changes = []
    if before.title != after.title:
        changes.append(Change.RETITLED)
    if _bare(before.prose) != _bare(after.prose):
        changes.append(Change.REWORDED)
    if not changes:
        return None
    words = tuple(compared(before.prose, after.prose)) if Change.REWORDED in changes else ()
    return ClauseChange(
        clause=after.id or key.removeprefix("# "),
        title=after.title,
        title_before=before.title,
        changes=tuple(changes),
        words=words,
    )


def _removed(clause: Clause) -> ClauseChange:
    return ClauseChange(
        clause=clause.id,
        title="",
        title_before=clause.title,
        changes=(Change.REMOVED,),
        words=tuple(compared(clause.prose, "")),
    )


def _bare(prose: str) -> str:
    """Return the prose without its line breaks: where a line ends says nothing."""
    return " ".join(prose.split())


def compared(before: str, after: str) -> Iterator[Piece]:
    """Yield the words that two texts share, those that went and those that came, in order.

    All that is `same` or `out` is the text before, all that is `same` or `in` the text after,
    but for white space.
    """
    old, new = _parts(before), _parts(after)
    if max(len(old), len(new)) > _MOST_WORDS:
        old, new = _SENTENCE.findall(before), _SENTENCE.findall(after)
    # White space between words says nothing.
    bare_old, bare_new = [part.strip() for part in old], [part.strip() for part in new]
    matcher = SequenceMatcher(None, bare_old, bare_new, autojunk=False)
    for tag, start, end, begin, stop in matcher.get_opcodes():
        if tag == "equal":
            yield Piece(what="same", text="".join(new[begin:stop]))
            continue
        if end > start:
            yield Piece(what="out", text="".join(old[start:end]))
        if stop > begin:
            yield Piece(what="in", text="".join(new[begin:stop]))


def _parts(text: str) -> list[str]:
    return _WORD.findall(text)
