"""Steps on single data: erased, kept, bound to their purpose, restricted, past their day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from placket.decide.condition import (
    TRUE,
    Condition,
    Holds,
    all_of,
    any_of,
    negated,
    none_of,
)
from placket.law.grounds import Ground, Prohibition
from placket.policy import vocabulary
from placket.policy.compile import retains_for
from placket.policy.rules import (
    Capture,
    Datum,
    Retain,
)
from placket.standing.standing import (
    retain_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.decide.steps.asking import Asking, Step


def erased(asking: Asking) -> Iterator[Step]:
    """Deny data that an erasure took and did not keep. Source: GDPR Art. 17(1)."""
    for datum in asking.data:
        kept = tuple(f"kept.{datum}.{ground}" for ground in Ground)
        gone = Holds(f"erased.{datum}", sparse=True)
        yield asking.step(
            "erased",
            all_of(gone, none_of(*kept, sparse=True)),
            "the person gives the data anew",
            law=asking.gdpr("17(1)"),
            data=(datum,),
            names=(f"erased.{datum}",),
        )


def locked(asking: Asking) -> Iterator[Step]:
    """Deny data that are kept on another ground. Source: GDPR Art. 17(3), 5(1)(b)."""
    if asking.passes(Prohibition.LOCK):
        return
    for datum in asking.data:
        own = f"kept.{datum}.{asking.ground}"
        others = tuple(f"kept.{datum}.{g}" for g in Ground if g is not asking.ground)
        yield asking.step(
            "lock.kept_after_erasure",
            all_of(
                Holds(f"erased.{datum}", sparse=True),
                any_of(*(Holds(name, sparse=True) for name in others)),
                none_of(own, sparse=True),
            ),
            "the activity serves the ground on which the data are kept",
            law=asking.law.source("passes.lock"),
            data=(datum,),
            names=(f"erased.{datum}",),
        )


def purpose(asking: Asking) -> Iterator[Step]:
    """Deny data whose collection did not show this purpose. Source: GDPR Art. 5(1)(b), 6(4)."""
    forms = [c for c in asking.policy.rules(Capture) if c.purposes_shown]
    for datum in asking.data:
        free = Holds(f"free.{datum}", sparse=True)
        guarding = _guarding(asking, datum)
        proof = "the source proves the person's permission"
        yield asking.step(
            "purpose.unproven_source",
            all_of(Holds(f"unproven.{datum}", sparse=True), negated(free)),
            proof if guarding else f"{proof}, or the person gives the data",
            clause=guarding,
            law=asking.gdpr("6(1), 14"),
            data=(datum,),
            names=(f"unproven.{datum}",),
        )
        closed = tuple(c for c in forms if not set(c.purposes_shown) & set(asking.activity.purpose))
        if closed:
            yield _not_shown(asking, datum, forms, closed)


def _guarding(asking: Asking, datum: str) -> str:
    """Return the clause by which the datum needs a permission, empty when none says so."""
    rules = (rule for rule in asking.policy.rules(Datum) if rule.needs_permission)
    return next((r.clause for r in rules if datum in vocabulary.members(r.what)), "")


def _not_shown(
    asking: Asking, datum: str, forms: list[Capture], closed: tuple[Capture, ...]
) -> Step:
    shown = tuple(f"confined.{datum}.{c.name}" for c in forms if c not in closed)
    hidden = tuple(f"confined.{datum}.{c.name}" for c in closed)
    admitted = tuple(f"admitted.{datum}.{p}" for p in asking.activity.purpose)
    step = asking.step(
        "purpose.not_shown",
        all_of(
            any_of(*(Holds(name, sparse=True) for name in hidden)),
            none_of(f"free.{datum}", *shown, *admitted, sparse=True),
        ),
        "the purpose is shown and the data are given again, or a compatibility decision is made",
        clause=closed[0].clause,
        law=asking.gdpr("5(1)(b), 6(4), 13(3)"),
        data=(datum,),
        names=hidden,
    )
    # Which of the forms took the datum is known of the person alone: its clause speaks.
    clauses = (form.clause for form in closed)
    return replace(step, clocks=tuple(zip(hidden, clauses, strict=True)))


def restricted(asking: Asking) -> Iterator[Step]:
    """Deny restricted data and restricted processing. Source: GDPR Art. 18(2)."""
    grounds = {asking.ground, Ground(asking.activity.under_restriction or asking.ground)}
    if any(asking.law.lets_pass(Prohibition.RESTRICTED, ground) for ground in grounds):
        return
    consents = asking.consents
    processing = f"activity.{asking.activity.name}"
    for what in (processing, *asking.data):
        released = tuple(f"released.{what}.{consent}" for consent in consents)
        held = f"restricted.{what}"
        yield asking.step(
            "restricted",
            all_of(Holds(held, sparse=True), none_of(*released, sparse=True)),
            "the restriction is lifted, or the person consents to this use by name",
            law=asking.law.source("passes.restricted"),
            data=() if what == processing else (what,),
            names=(held,),
        )


def special(asking: Asking) -> Iterator[Step]:
    """Deny special categories without a condition of Art. 9(2)."""
    touched = sensitive_data(asking)
    if not touched:
        return
    if not asking.activity.condition:
        yield asking.step(
            "special.no_condition",
            TRUE,
            "the clause names a condition of Art. 9(2)",
            law=asking.gdpr("9(2), 10"),
            data=touched,
        )
    elif asking.activity.condition == "a":
        names = asking.yeses
        yield asking.step(
            "special.no_explicit_consent",
            none_of(*names),
            "the person consents explicitly",
            law=asking.gdpr("9(2)(a)"),
            data=touched,
        )


def sensitive_data(asking: Asking) -> tuple[str, ...]:
    """Return what of the data in question is of a special category. Source: GDPR Art. 9, 10."""
    sensitive = {
        datum
        for rule in asking.policy.rules(Datum)
        if rule.special
        for datum in vocabulary.members(rule.what)
    }
    return tuple(datum for datum in asking.data if datum in sensitive)


def retention(asking: Asking) -> Iterator[Step]:
    """Deny data past the latest period that serves this activity. Source: GDPR Art. 5(1)(e)."""
    by_rules: dict[tuple[Retain, ...], list[str]] = {}
    for datum in asking.data:
        by_rules.setdefault(retains_for(asking.policy, datum, asking.place), []).append(datum)
    for rules, data in by_rules.items():
        yield from _retained(asking, rules, tuple(data))


def _retained(asking: Asking, rules: tuple[Retain, ...], data: tuple[str, ...]) -> Iterator[Step]:
    law = asking.gdpr("5(1)(e)")
    if not rules:
        yield asking.step(
            "retention.no_period",
            TRUE,
            "a clause says how long the data are kept",
            law=law,
            data=data,
        )
        return
    serves_all = asking.passes(Prohibition.LOCK)
    usable = [r for r in rules if serves_all or not r.ground or r.ground == asking.ground]
    over: Condition = none_of(*(retain_name(r) for r in usable))
    if serves_all:
        over = all_of(over, none_of("hold", sparse=True))
    locked = [r for r in rules if r not in usable]
    kept = any_of(*(Holds(retain_name(r)) for r in locked))
    yield _by_clock(
        asking.step(
            "retention.ended",
            all_of(over, negated(kept)),
            "the data are given anew",
            law=law,
            data=data,
        ),
        usable or list(rules),
    )
    if locked:
        yield _by_clock(
            asking.step(
                "lock.statutory",
                all_of(over, kept),
                "the activity serves the ground on which the data are kept",
                law=asking.law.source("passes.lock"),
                data=data,
            ),
            locked,
        )


def _by_clock(step: Step, rules: list[Retain]) -> Step:
    """Return the step told by the clocks of `rules`: of the first until one has run."""
    clocks = tuple((retain_name(rule), rule.clause) for rule in rules)
    names = tuple(name for name, _ in clocks)
    return replace(step, clause=rules[0].clause, names=names, clocks=clocks)
