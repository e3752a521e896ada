"""Gates of several processes on one installation: one policy in force, and nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from placket.decide.question import Question
from placket.gate.in_force import LOOK
from placket.law.calendar import to_instant
from placket.store.refusals import PolicyConflict, StandingStale
from tests.contract.gates import ADA, DAY, SECOND, Shop, known, no, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOURTH_OF_FEBRUARY = to_instant(datetime(2026, 2, 4, 12, tzinfo=UTC))
NEWS = Question(activity="newsletter", channel="email")
CALLS = Question(activity="care_quality")


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    at = "placket.db"
    if request.param == "postgres":
        at = request.getfixturevalue("postgres_database")
    made = shop_in(tmp_path, at)
    yield made
    made.close()


def test_what_one_gate_publishes_another_that_runs_decides_by(shop: Shop) -> None:
    first = shop.create(policy("v1"))
    second = shop.open()
    ada = known(second, ADA)
    second.record([yes(second, ada)])
    assert second.decide(ADA, CALLS).because[0].code == "declared.activity"

    shop.publish(first, policy("v2", calls=True))
    shop.clock.now += LOOK
    after = second.decide(ADA, CALLS)

    assert second.policy.front.version == "v2"
    assert "declared.activity" not in [reason.code for reason in after.because]
    assert second.decide(ADA, NEWS).is_permitted


def test_an_append_under_folds_that_went_is_made_again_under_those_that_came(shop: Shop) -> None:
    first = shop.create(policy("v1"))
    second = shop.open()
    ada = known(second, ADA)

    shop.publish(first, policy("v2", calls=True))
    new = second.record([yes(second, ada)])

    assert new == 1
    assert first.decide(ADA, NEWS).is_permitted
    assert first.ledger.active_folds() == (first.policy.fold_digest,)


def test_a_decision_by_a_standing_that_was_dropped_is_made_by_the_one_that_came(
    shop: Shop,
) -> None:
    first = shop.create(policy("v1"))
    second = shop.open()
    second.record([yes(second, known(second, ADA))])

    shop.publish(first, policy("v2", calls=True))
    decision = second.decide(ADA, NEWS)

    assert decision.is_permitted
    assert second.count(NEWS) == 1
    assert len(list(second.eligible(NEWS))) == 1


def test_a_version_that_is_taken_is_refused_before_anything_is_built(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    folds = gate.ledger.active_folds()

    with pytest.raises(PolicyConflict):
        shop.publish(gate, policy("v1", calls=True))

    assert gate.ledger.active_folds() == folds
    assert [kept.version for kept in gate.ledger.policies()] == ["v1"]


def test_a_policy_takes_over_by_itself_when_its_day_comes(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    other = shop.open()
    old = gate.policy.fold_digest
    gate.record([yes(gate, known(gate, ADA))])

    shop.publish(gate, policy("v2", "2026-11-26", calls=True))
    prepared = set(gate.ledger.active_folds())
    before = gate.policy.front.version, gate.count(NEWS)
    shop.clock.now += 2 * DAY
    after = gate.policy.front.version, gate.count(NEWS), other.count(NEWS)

    assert before == ("v1", 1)
    assert after == ("v2", 1, 1)
    assert prepared == {old, gate.policy.fold_digest}


def test_the_standing_before_goes_once_nobody_can_need_it(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    old = gate.policy.fold_digest
    shop.publish(gate, policy("v2", "2026-11-25", calls=True))

    shop.clock.now += 12 * 3600 * SECOND
    gate.in_force.catch_up()
    at_once = set(gate.ledger.active_folds())
    shop.clock.now += DAY
    gate.in_force.catch_up()
    later = set(gate.ledger.active_folds())

    assert at_once == {old, gate.policy.fold_digest}
    assert later == {gate.policy.fold_digest}


def test_standing_that_is_not_there_is_built_before_anything_is_decided(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    gate.record([yes(gate, known(gate, ADA))])
    gate.ledger.drop_fold(gate.policy.fold_digest)

    decision = gate.decide(ADA, NEWS)

    assert decision.is_permitted
    assert gate.ledger.active_folds() == (gate.policy.fold_digest,)


def test_a_law_that_changes_overnight_has_its_standing_before_anything_is_decided(
    shop: Shop,
) -> None:
    shop.clock.now = FOURTH_OF_FEBRUARY
    gate = shop.create(policy("v1"))
    gate.record([yes(gate, known(gate, ADA))])
    before = gate.policy.fold_digest
    prepared = set(gate.ledger.active_folds())

    shop.clock.now += 3 * DAY
    decision = gate.decide(ADA, NEWS)

    assert decision.is_permitted
    assert gate.policy.fold_digest != before
    assert prepared == {before, gate.policy.fold_digest}


def test_while_standing_is_being_built_nothing_is_decided(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    gate.record([yes(gate, known(gate, ADA))])
    gate.ledger.drop_fold(gate.policy.fold_digest)
    gate.in_force.reload()

    with gate.in_force.building, pytest.raises(StandingStale):
        gate.decide(ADA, NEWS)
    with gate.in_force.building, pytest.raises(StandingStale):
        gate.count(NEWS)

    assert gate.decide(ADA, NEWS).is_permitted


def test_while_another_process_loads_nothing_is_decided_nor_built(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    other = shop.open()

    with gate.in_force.loading():
        with pytest.raises(StandingStale):
            other.decide(ADA, NEWS)
        gate.append([yes(gate, known(gate, ADA))])
    shop.clock.now += LOOK

    assert other.decide(ADA, NEWS).is_permitted


def test_a_withdrawal_told_to_one_gate_is_seen_by_the_other_at_once(shop: Shop) -> None:
    first = shop.create(policy("v1"))
    second = shop.open()
    ada = known(first, ADA)
    first.record([yes(first, ada)])
    assert second.decide(ADA, NEWS).is_permitted

    shop.clock.now += SECOND
    first.record([no(first, ada)])

    assert not second.decide(ADA, NEWS).is_permitted
