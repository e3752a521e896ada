"""What somebody tried so as to break a request: each came through once, and does no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.gate.requests.carrying import carry_out
from placket.gate.requests.completing import complete
from placket.gate.requests.planning import approve, make_plan
from placket.rights.right import Right
from tests.contract.gates import SECOND
from tests.contract.rights_shop import BEN, Asked, asked_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.requests.register import Case


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = asked_in(tmp_path, f"sqlite:///{tmp_path}/shop.db")
    yield made
    made.close()


def approved(asked: Asked, subject: str, right: Right = Right.ERASURE) -> Case:
    case = asked.strongly(subject, right)
    made = make_plan(asked.register, case.request.id)
    return approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")


def test_a_rest_that_goes_beyond_what_was_approved_waits_for_a_person_however_often_it_is_tried(
    asked: Asked,
) -> None:
    reference = approved(asked, BEN).request.id
    carry_out(asked.register, reference, holder="w1")
    asked.run("INSERT INTO \"call\" VALUES (99, 2, '2026-12-01 10:00:00', 'new.wav')")
    asked.run("UPDATE orders SET closed_at = '2026-12-01 10:00:00' WHERE id = 6")
    asked.shop.clock.now += SECOND
    asked.sync()

    tried = [complete(asked.register, reference, holder="w1") for _ in range(3)]

    assert tried == [None, None, None]
    assert asked.register.case(reference).request.approvals == ()
    assert 99 in [row[0] for row in asked.rows("call")]
