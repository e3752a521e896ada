"""What a letter cites: the law of the person's place, and the clause as plain text."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.rights.right import NEEDS, Refusal, Right

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.law.rules import Law
    from placket.policy.compile import Policy
    from placket.policy.parse import Document

LONGEST: Final = 700
_GDPR: Final = "GDPR "
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
_MARKED: Final = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_START: Final = re.compile(r"^(?:[-*+]|\d+[.)]|>|#+|\|)\s*", re.MULTILINE)

_LAWS: Final[Mapping[Refusal, str]] = MappingProxyType(
    {
        Refusal.UNFOUNDED: "GDPR Art. 12(5)",
        Refusal.EXCESSIVE: "GDPR Art. 12(5)",
        Refusal.UNIDENTIFIED: "GDPR Art. 11(2), 12(6)",
        Refusal.UNAUTHORISED: "GDPR Art. 12(6)",
        Refusal.EXEMPT: "GDPR Art. 23",
        Refusal.RIGHTS_OF_OTHERS: "GDPR Art. 15(4)",
        Refusal.DUTY: "GDPR Art. 17(3)(b)",
        Refusal.CLAIMS: "GDPR Art. 17(3)(e)",
        Refusal.PUBLIC_INTEREST: "GDPR Art. 17(3)(c), 17(3)(d)",
    }
)
_OF_RIGHT: Final[Mapping[tuple[Right, Refusal], str]] = MappingProxyType(
    {
        (Right.PORTABILITY, Refusal.RIGHTS_OF_OTHERS): "GDPR Art. 20(4)",
        (Right.OBJECTION, Refusal.CLAIMS): "GDPR Art. 21(1)",
    }
)


def law_of_refusal(right: Right, ground: str) -> str:
    """Return the law behind a refusal of the right on this ground, else that of the right."""
    if ground not in set(Refusal):
        return NEEDS[right].law
    refusal = Refusal(ground)
    return _OF_RIGHT.get((right, refusal)) or _LAWS.get(refusal, NEEDS[right].law)


def cited(law: str, place: Law) -> str:
    """Return a law as it is cited in one place: there the GDPR may have another name."""
    if not law.startswith(_GDPR):
        return law
    return f"{place.data_protection_law} {law.removeprefix(_GDPR)}"


def clause_text(policy: Policy, text: Document | None, clause: str) -> str:
    """Return the prose of a clause as plain text, a line a paragraph; empty where there is none.

    text: the document in the person's language. A long clause ends at a sentence, with `...`.
    """
    written = {c.id: c.prose for c in text.clauses if c.id} if text is not None else {}
    known = policy.clauses.get(clause)
    prose = written.get(clause) or (known.prose if known is not None else "")
    return _shortened(as_plain(prose))


@lru_cache(maxsize=256)
def as_plain(prose: str) -> str:
    """Return Markdown as plain text: without its marks, one line a paragraph or item."""
    found = []
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)", prose.strip()):
        bare = _LINK.sub(r"\1", " ".join(block.split()))
        found.append(_START.sub("", _MARKED.sub(r"\2", bare)))
    return "\n".join(line for line in found if line)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    end = max(text.rfind(mark, 0, LONGEST) for mark in (". ", ".\n"))
    return f"{text[: end + 1 if end > 0 else LONGEST]} ..."
