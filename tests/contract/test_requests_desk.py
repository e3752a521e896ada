"""What staff do at the desk, and what its letters then tell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from placket.gate.requests.post import letters_of
from placket.gate.requests.register import MoveRefused
from placket.plan.asking import Correction
from placket.rights.letters import LetterKind
from placket.rights.right import Right
from tests.contract.rights_shop import ADA, Asked, asked_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.requests.register import Case


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = asked_in(tmp_path, f"sqlite:///{tmp_path}/shop.db")
    yield made
    made.close()


@pytest.fixture
def case(asked: Asked) -> Case:
    right = Correction(category="name", value="Ada Lovelace")
    return asked.strongly(ADA, Right.RECTIFICATION, corrections=(right,), data=("name",))


def test_a_question_tells_that_the_days_until_its_answer_do_not_count(
    asked: Asked, case: Case
) -> None:
    moved = asked.desk.clarify(case.request.id, ["With one t or with two?"])

    letter = letters_of(asked.register, moved)[-1].kept
    assert letter.kind == LetterKind.CLARIFICATION_ASKED
    assert moved.due is None
    assert "do not count" in letter.body
    assert "at the latest" not in letter.body


def test_a_first_request_costs_something_only_when_abusive_intent_was_shown(
    asked: Asked, case: Case
) -> None:
    fee = partial(
        asked.desk.ask_fee, case.request.id, amount="10 GBP", ground="excessive", by="sam"
    )

    with pytest.raises(MoveRefused, match="not excessive without abusive intent"):
        fee()
    told = [each.kept.kind for each in letters_of(asked.register, case)]
    paid = fee(abusive=True)

    assert LetterKind.FEE_ASKED not in told
    assert paid.request.fee is not None


def test_no_days_are_added_while_the_law_counts_none(asked: Asked, case: Case) -> None:
    asked.desk.clarify(case.request.id, ["With one t or with two?"])

    with pytest.raises(MoveRefused, match="the law counts no days now"):
        asked.desk.extend(case.request.id, ["complexity"], by="sam")

    assert asked.register.case(case.request.id).request.extended_at is None
