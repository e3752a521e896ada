"""Requests of Ada in a small shop, told move by move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from placket.facts import Fact, Kind
from placket.rights.fold import requests_of
from placket.rights.moves import Move
from placket.rights.terms import Settings, Terms, terms_of
from tests.unit.standing.telling import BRITAIN, shop, told

if TYPE_CHECKING:
    from placket.rights.request import Request
    from placket.rights.right import Right

CARE = """
activity: care
purpose: customer_service
uses: [email, name]
basis: legitimate_interest
"""
RIGHTS = """
- right: erasure
  meanwhile: stop_processing
- right: rectification
  evidence: may_be_asked
  meanwhile: freeze_field
"""
UNION = BRITAIN.replace("uk", "eu")
TOLD = ("complaint_told", "court_told")


def terms(
    *blocks: str, region: str = BRITAIN, rights: tuple[str, ...] = (RIGHTS,), **settings: Any
) -> Terms:
    """Return the terms of a small shop."""
    policy = shop(CARE, *rights, *blocks, region=region)
    return terms_of(policy, policy.places, Settings(**settings))


def asked_for(right: Right, on: float = 0, **parts: Any) -> Fact:
    """Return Ada's request of day `on`; its id is r."""
    return told(Kind.REQUESTED, on, **({"id": "r", "what": right.value, "by": "web"} | parts))


def move(which: Move, on: float, **parts: Any) -> Fact:
    """Return a move of request r on day `on`, recorded by Sam."""
    kinds = {Move.PLANNED: Kind.PLANNED, Move.CARRIED_OUT: Kind.STEP_CARRIED_OUT}
    kind = kinds.get(which, Kind.REQUEST_MOVED)
    given: dict[str, Any] = {"id": f"{which.value}@{on}", "about": "r", "by": "sam"}
    if kind is Kind.REQUEST_MOVED:
        given["what"] = which.value
    return told(kind, on, **(given | parts))


def verified(on: float, *ways: str, address: str = "mail") -> Fact:
    """Return that Ada showed on day `on` by `ways` that she is Ada."""
    marks = tuple(f"proof:{way}" for way in ways)
    return move(Move.IDENTITY_VERIFIED, on, marks=marks, thing=address)


def known_well(on: float) -> tuple[Fact, ...]:
    """Return what makes the proof strong on day `on`."""
    return (
        move(Move.NOTICE_SENT, on),
        verified(on, "session", "second_channel"),
    )


def planned(on: float, digest: str = "d1", *marks: str, steps: int = 1) -> Fact:
    """Return that a plan was made on day `on`."""
    return move(Move.PLANNED, on, thing=digest, marks=(f"steps:{steps}", *marks))


def approved(on: float, by: str = "mia", digest: str = "d1") -> Fact:
    """Return that `by` approved the plan on day `on`."""
    return move(Move.APPROVED, on, by=by, thing=digest, id=f"approved-{by}@{on}")


def carried_out(on: float, step: str, digest: str = "d1") -> Fact:
    """Return that one step of the plan was carried out on day `on`."""
    return move(Move.CARRIED_OUT, on, what=step, thing=digest, id=f"carried-{step}@{on}")


def request_of(*facts: Fact, under: Terms | None = None) -> Request:
    """Return the first of Ada's requests."""
    return requests_of(facts, under or terms())[0]


def why_not(request: Request) -> tuple[str, ...]:
    """Return the reasons of all facts that did not count."""
    return tuple(unheeded.why for unheeded in request.unheeded)
