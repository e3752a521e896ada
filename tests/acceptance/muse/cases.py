"""One row of a table of answers: a person, an act, and what the policy says to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

    from tests.acceptance.retailers import Answer, Told

ASKED: Final = ("who", "activity", "asked", "answer")


def case(clause: str, who: Told, activity: str, answer: Answer, **asked: Any) -> ParameterSet:
    """Return the row that `clause` makes true; `asked` is what else the question says."""
    return pytest.param(who, activity, asked, answer, id=clause)
