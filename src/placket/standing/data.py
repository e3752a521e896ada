"""What became of single data: erased, kept on a ground, restricted, bound to their form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.policy import vocabulary
from placket.policy.compile import ALL, Policy
from placket.policy.rules import Capture, Datum, Role
from placket.standing.standing import Interval, starts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.standing.history import History

KEPT: Final = "kept:"
ROLE: Final = "role:"
PERMITTED: Final = frozenset({"permission", "notice"})
"""What makes data of a third party usable: its permission to share, or the Art. 14 notice."""


def named_data(policy: Policy, data: tuple[str, ...]) -> tuple[str, ...]:
    """Return the data that a fact names: groups as members, `all_held` as all of the policy's."""
    return policy.data if set(data) & set(ALL) else vocabulary.members(data)


def fold_erasures(history: History, policy: Policy) -> Iterator[tuple[str, Interval]]:
    """Yield what was erased, until collected anew, and what an erasure kept on which ground."""
    for fact in history.of(Kind.DATA_ERASED):
        for datum in named_data(policy, fact.data):
            again = _collected_after(history, policy, datum, fact.occurred_at)
            yield f"erased.{datum}", (fact.occurred_at, again, fact.id)
        yield from _kept(fact)


def _collected_after(history: History, policy: Policy, datum: str, at: int) -> int:
    later = (
        f.occurred_at
        for f in history.of(Kind.DATA_COLLECTED)
        if f.occurred_at > at and datum in named_data(policy, f.data)
    )
    return min(later, default=OPEN)


def _kept(fact: Fact) -> Iterator[tuple[str, Interval]]:
    # A mark reads `kept:DATUM:GROUND:UNTIL`, the end in microseconds or empty.
    for mark in fact.marks:
        if mark.startswith(KEPT):
            datum, ground, until = mark.removeprefix(KEPT).split(":")
            end = int(until) if until else OPEN
            yield f"kept.{datum}.{ground}", (fact.occurred_at, end, fact.id)


def fold_restrictions(history: History, policy: Policy) -> Iterator[tuple[str, Interval]]:
    """Yield the restricted data and activities until lifted, and the yes given since to each."""
    lifted = {f.about: f.occurred_at for f in history.of(Kind.RESTRICTION_LIFTED)}
    for fact in history.of(Kind.RESTRICTED):
        until = lifted.get(fact.id, OPEN)
        if fact.activity:
            yield f"restricted.activity.{fact.activity}", (fact.occurred_at, until, fact.id)
        for datum in named_data(policy, fact.data):
            free = _collected_after(history, policy, datum, fact.occurred_at)
            yield f"restricted.{datum}", (fact.occurred_at, min(until, free), fact.id)
            yield from _released(history, policy, fact, datum)


def _released(
    history: History, policy: Policy, restriction: Fact, datum: str
) -> Iterator[tuple[str, Interval]]:
    for yes in history.of(Kind.CONSENT_GIVEN):
        names_it = bool(yes.data) and datum in named_data(policy, yes.data)
        if names_it and yes.occurred_at > restriction.occurred_at:
            yield f"released.{datum}.{yes.what}", (yes.occurred_at, _ended(history, yes), yes.id)


def _ended(history: History, yes: Fact) -> int:
    noes = (
        no.occurred_at
        for no in history.of(Kind.CONSENT_WITHDRAWN, Kind.CONSENT_REFUSED)
        if no.what in {"", yes.what} and no.occurred_at >= yes.occurred_at
    )
    return min(noes, default=OPEN)


def fold_sources(history: History, policy: Policy) -> Iterator[tuple[str, Interval]]:
    """Yield data that came by a form, role or third party that confines their use.

    `confined.DATUM.FORM`: taken by a form that showed its own purposes; `role_bound.DATUM.ROLE`:
    taken in a confined role; `unproven.DATUM`: from a third party without permission or notice;
    `free.DATUM`: also taken without any of these, so that nothing confines it.
    """
    forms = {c.name for c in policy.rules(Capture) if c.purposes_shown}
    roles = {r.name for r in policy.rules(Role) if r.confined_to}
    guarded = {d for rule in policy.rules(Datum) if rule.needs_permission for d in rule.what}
    confined: set[str] = set()
    free: dict[str, Interval] = {}
    for fact in history.of(Kind.DATA_COLLECTED):
        for datum in named_data(policy, fact.data):
            name = _confinement(fact, datum, forms, roles, guarded)
            if name:
                confined.add(datum)
                yield name, starts(fact.occurred_at, fact.id)
            else:
                free.setdefault(datum, starts(fact.occurred_at, fact.id))
    # What nothing confines needs no word that it is free: nearly everything of everybody.
    yield from ((f"free.{datum}", free[datum]) for datum in sorted(confined & free.keys()))
    for fact in history.of(Kind.PURPOSE_ADMITTED):
        for datum in named_data(policy, fact.data):
            yield f"admitted.{datum}.{fact.what}", starts(fact.occurred_at, fact.id)


def _confinement(
    fact: Fact, datum: str, forms: set[str], roles: set[str], guarded: set[str]
) -> str:
    if "source:third_party" in fact.marks and not PERMITTED & set(fact.marks):
        return f"unproven.{datum}"
    if datum in guarded and not PERMITTED & set(fact.marks):
        return f"unproven.{datum}"
    role = next((m.removeprefix(ROLE) for m in fact.marks if m.startswith(ROLE)), "")
    if role in roles:
        return f"role_bound.{datum}.{role}"
    return f"confined.{datum}.{fact.what}" if fact.what in forms else ""
