"""Requests beside a shop in DuckDB: a copy, an erasure with its certificate, and a refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from placket.gate.requests.carrying import carry_out
from placket.gate.requests.certifying import certify_whole, kept_certificate
from placket.gate.requests.planning import approve, make_plan
from placket.rights.right import Right
from placket.store.certifying import verify_certificate
from tests.contract.rights_shop import ADA, SCHEMA, Asked, asked_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.requests.carrying import Carried

WITHOUT_KEYS = re.sub(r" REFERENCES \w+ \(id\)", "", SCHEMA)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = asked_in(tmp_path, f"duckdb:///{tmp_path}/shop.duckdb", schema=WITHOUT_KEYS)
    yield made
    made.close()


def carried(asked: Asked, right: Right) -> Carried:
    reference = asked.strongly(ADA, right).request.id
    made = make_plan(asked.register, reference)
    assert made.plan.obstacles == ()
    asked.shop.clock.now += 1_000_000
    approve(asked.register, reference, made.plan.digest(), by="boss-1")
    return carry_out(asked.register, reference, holder="w1")


def test_an_erasure_goes_from_plan_to_certificate(asked: Asked) -> None:
    done = carried(asked, Right.ERASURE)

    made = certify_whole(asked.register, done.case.request.id)

    assert made is not None
    kept, text = kept_certificate(asked.register, done.case.request.id)
    assert kept == verify_certificate(text, asked.gate.keys.public_key)
    assert [row[0] for row in asked.rows("customer")] == [2, 3]
    assert [row[:2] for row in asked.rows("orders")] == [(5, None), (6, 2)]
    assert [row[0] for row in asked.rows("call")] == [8]


def test_a_copy_is_made_and_changes_no_row(asked: Asked) -> None:
    before = asked.rows("customer"), asked.rows("orders")

    done = carried(asked, Right.ACCESS)

    assert done.is_done
    assert (asked.rows("customer"), asked.rows("orders")) == before


def test_an_erasure_is_refused_when_planned_where_a_foreign_key_leads(tmp_path: Path) -> None:
    asked = asked_in(tmp_path, f"duckdb:///{tmp_path}/shop.duckdb")

    made = make_plan(asked.register, asked.strongly(ADA, Right.ERASURE).request.id)

    says = "DuckDB refuses to change a row to which `shop.call.customer_id` led when the plan began"
    assert says in {obstacle.says for obstacle in made.plan.obstacles}
    asked.close()
