"""A union of denials in few words: what decides alone, without the reasons told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.decide.condition import (
    FALSE,
    All,
    AnyOf,
    Condition,
    Ended,
    Holds,
    Known,
    Not,
    all_of,
    any_of,
    negated,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FEW: Final = "consent."
"""States that only some persons have: a yes. Nearly all customers have their role or region."""

Terms = frozenset[Condition]
"""Conditions all of which must be true for one denial."""


def shortened(denials: Iterable[Condition], places: Iterable[str] = ()) -> tuple[Condition, ...]:
    """Return conditions of which one is true exactly when one of `denials` is.

    `decide` tells reasons apart: refused, else expired, else not given. Who only asks whether
    any holds needs less, and a table then needs fewer columns. places: states of which a
    permitted person has one at least; what is denied in each of them is denied everywhere.
    """
    found = dict.fromkeys(Terms(_terms(denial)) for denial in denials if denial != FALSE)
    found = _everywhere(found, tuple(dict.fromkeys(places)))
    while (merged := _resolved(found)) != found:
        found = merged
    kept = [terms for terms in found if not any(other < terms for other in found)]
    return tuple(sorted((all_of(*_in_order(terms)) for terms in kept), key=_is_common))


def _is_common(denial: Condition) -> bool:
    """Say whether few are denied: who has given no yes is asked for nothing else then."""
    return not (isinstance(denial, Not) and isinstance(denial.of, Holds) and _is_yes(denial.of))


def _is_yes(leaf: Holds) -> bool:
    return leaf.name.startswith(FEW)


def _in_order(terms: Terms) -> list[Condition]:
    return sorted(terms, key=repr)


def _terms(condition: Condition) -> Iterator[Condition]:
    """Yield the conditions of which `condition` is the conjunction."""
    match condition:
        case All(of=parts):
            for part in parts:
                yield from _terms(part)
        case AnyOf(of=parts):
            yield any_of(*(all_of(*_in_order(Terms(_terms(part)))) for part in parts))
        case Not(of=contrary):
            yield from _contrary_terms(contrary)
        case Holds() | Ended() | Known():
            yield condition


def _contrary_terms(condition: Condition) -> Iterator[Condition]:
    """Yield the conditions of which the contrary of `condition` is the conjunction."""
    match condition:
        case AnyOf(of=parts):
            for part in parts:
                yield from _contrary_terms(part)
        case All(of=parts):
            yield from _terms(any_of(*(negated(part) for part in parts)))
        case Not(of=part):
            yield from _terms(part)
        case Holds() | Ended() | Known():
            yield Not(condition)


def _everywhere(found: dict[Terms, None], places: tuple[str, ...]) -> dict[Terms, None]:
    """Return the denials with those of several places made one."""
    here = {Holds(place) for place in places}
    by_rest: dict[Terms, set[Condition]] = {}
    for terms in found:
        bound = terms & here
        # A denial that is bound to two places at once is left as it is.
        rest = terms - bound if len(bound) == 1 else terms
        by_rest.setdefault(rest, set()).update(bound if len(bound) == 1 else {Holds("")})
    made: dict[Terms, None] = {}
    for rest, bound_to in by_rest.items():
        if Holds("") in bound_to or bound_to == here:
            made[rest] = None
        else:
            made[rest | {any_of(*_in_order(frozenset(bound_to)))}] = None
    return made


def _resolved(found: dict[Terms, None]) -> dict[Terms, None]:
    """Return the denials, and of each two that differ in one term and its contrary the rest."""
    made = dict(found)
    for terms in found:
        for term in _in_order(terms):
            rest = terms - {term}
            contrary = rest | frozenset(_terms(negated(term)))
            if contrary in made and contrary != terms:
                made[rest] = None
    return made
