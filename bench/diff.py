"""Tell for whom a policy differs: everybody folded anew and joined, beside folding alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bench.measure import LEAST, Row, Spread, Target, repeated
from bench.shop import fill
from placket.gate.concerned import concerned
from placket.gate.differing import persons_change
from placket.gate.folds import PolicyFold
from placket.law.calendar import Duration, date_of
from placket.policy.load import bind
from placket.policy.period import After
from placket.policy.rules import Retain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground
    from placket.gate.gate import Gate
    from placket.policy.compile import Policy
    from placket.policy.parse import Clause
    from placket.policy.rules import Rule

NAME: Final = "diff"
TARGET: Final = Target(sense=LEAST, bound=8_333)
"""One million persons in two minutes."""

A_SECOND: Final = "persons/s"


def measure(ground: Ground) -> Iterator[Row]:
    """Time the whole answer of `placket diff --url` on each engine, every clock shorter."""
    for engine in ground.engines:
        with ground.installation(engine) as gate:
            fill(gate, range(ground.size.persons))
            yield _row(ground, engine, gate)


def _row(ground: Ground, engine: str, gate: Gate) -> Row:
    persons = sum(1 for _ in gate.ledger.persons())
    new = shorter(gate)
    folding = repeated(lambda: _fold(gate, new), 1)
    whole = repeated(lambda: _differ(gate, new), ground.size.runs)
    built = repeated(lambda: _build(gate, new), 1)
    return Row(
        bench=NAME,
        job=f"a policy tried on everybody, {engine}",
        measured=Spread.of([persons / took for took in whole], A_SECOND),
        floor=Spread.of([persons / took for took in folding], A_SECOND),
        floor_name="everybody read and folded, nothing kept or asked",
        target=TARGET,
        note=f"{persons:,} persons; without the questions {persons / built[0]:,.0f} {A_SECOND}",
    )


def shorter(gate: Gate) -> Policy:
    """Return the policy in force with each period counted from an event made one month."""
    document = gate.policy.document
    changed = replace(
        document,
        front=replace(document.front, version="next"),
        clauses=tuple(_shorter(clause) for clause in document.clauses),
    )
    return bind(changed, on=date_of(gate.now(), document.front.timezone))


def _shorter(clause: Clause) -> Clause:
    return replace(clause, rules=tuple(_month(rule) for rule in clause.rules))


def _month(rule: Rule) -> Rule:
    if isinstance(rule, Retain) and isinstance(rule.period, After) and rule.period.duration:
        return replace(rule, period=replace(rule.period, duration=Duration(months=1), rounding=""))
    return rule


def _fold(gate: Gate, policy: Policy) -> None:
    fold = PolicyFold(policy=policy, keys=gate.keys)
    for history in gate.ledger.stream_histories():
        fold.fold(history.person, history.facts, history.connected)


def _build(gate: Gate, new: Policy) -> None:
    with concerned(gate, gate.policy, new):
        pass


def _differ(gate: Gate, new: Policy) -> None:
    with concerned(gate, gate.policy, new) as asked:
        persons_change(asked)
