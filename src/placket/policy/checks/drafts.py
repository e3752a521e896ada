"""What of a policy was drafted by the machine and awaits a person's yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy.checks.book import found
from placket.policy.rules import DRAFT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.problems import Problem

UNCONFIRMED: Final = "P242"
"""The code under which it is told."""


def unconfirmed(book: Book) -> Iterator[Problem]:
    """Tell, once, how many rules are drafts: a policy with one of them does not run."""
    drafts = [rule for rule in book.all_rules if rule.draft]
    if drafts:
        one = len(drafts) == 1
        yield found(
            UNCONFIRMED,
            drafts[0],
            DRAFT,
            f"{len(drafts)} rule{'' if one else 's'} in {len({r.clause for r in drafts})} "
            f"clause{'' if len({r.clause for r in drafts}) == 1 else 's'} "
            f"await{'s' if one else ''} confirmation",
            "read each against its text, put right what is wrong, and take `draft: true` out",
        )
