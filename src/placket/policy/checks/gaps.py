"""Notes on what a notice has to say and this policy does not say anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from placket.policy.checks.book import bend, told
from placket.policy.compile import is_marketing
from placket.policy.rules import Complaint, Controller, Right
from placket.problems import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.problems import Problem

RIGHTS: Final = (
    "access",
    "rectification",
    "erasure",
    "restriction",
    "portability",
    "objection",
)


def gaps(book: Book) -> Iterator[Problem]:
    """Note what every notice says and no block of this one does."""
    if not book.all_rules:
        return
    if not book.rules(Controller):
        what, mend = "who answers for the processing", "add a block `controller: NAME`"
        yield _gap(book, what, mend, "GDPR Art. 13(1)(a)")
    if not book.rules(Complaint):
        what, mend = "where a person may complain", "add a block `complaint: AUTHORITY`"
        yield _gap(book, what, mend, "GDPR Art. 13(2)(d)")
    granted = {right.name for right in book.rules(Right)}
    lacking = tuple(right for right in RIGHTS if right not in granted)
    if lacking:
        what = f"how these rights are used: {', '.join(lacking)}"
        yield _gap(book, what, rights_to_add(lacking), "GDPR Art. 13(2)(b), 15 to 21")
    markets = any(is_marketing(activity) for activity in book.activities)
    if markets and "marketing_opt_out" not in granted:
        what = "how marketing is switched off"
        yield _gap(book, what, rights_to_add(("marketing_opt_out",)), "GDPR Art. 21(2)")


def rights_to_add(names: tuple[str, ...]) -> str:
    """Return the mend for rights of which no block tells: all of them are to be added."""
    blocks = bend(tuple(f"right: {name}" for name in names))
    return f"add a block {blocks}" if len(names) == 1 else f"add a block for each of {blocks}"


def _gap(book: Book, what: str, mend: str, law: str) -> Problem:
    problem = told("P241", Place(at=book.head()), f"no block says {what}", mend)
    return replace(problem, source=law)
