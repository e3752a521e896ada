"""What is wrong with a policy that reads well: dangling words, impossible periods, two bases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from placket.policy.parse import Document
    from placket.problems import Problem


def check(document: Document) -> tuple[Problem, ...]:
    """Return the problems of the document's content."""
    del document
    return ()
