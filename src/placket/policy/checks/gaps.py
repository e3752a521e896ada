"""Notes on what a notice has to say and this policy does not say anywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from placket.policy.checks.book import told
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
        yield _gap(book, "who answers for the processing", "controller: NAME", "GDPR Art. 13(1)(a)")
    if not book.rules(Complaint):
        what = "where a person may complain"
        yield _gap(book, what, "complaint: AUTHORITY", "GDPR Art. 13(2)(d)")
    granted = {right.name for right in book.rules(Right)}
    lacking = tuple(right for right in RIGHTS if right not in granted)
    if lacking:
        what = f"how these rights are used: {', '.join(lacking)}"
        yield _gap(book, what, f"right: {lacking[0]}", "GDPR Art. 13(2)(b), 15 to 21")
    markets = any(is_marketing(activity) for activity in book.activities)
    if markets and "marketing_opt_out" not in granted:
        what = "how marketing is switched off"
        yield _gap(book, what, "right: marketing_opt_out", "GDPR Art. 21(2)")


def _gap(book: Book, what: str, block: str, law: str) -> Problem:
    place = Place(at=book.head())
    problem = told("P241", place, f"no block says {what}", f"add a block `{block}`")
    return replace(problem, source=law)
