"""A request as a terminal shows it: a row of the list, the whole, its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import msgspec

from placket.cli.outcome import write_json
from placket.gate.instants import rfc3339
from placket.gate.requests.planning import NoPlan, read_kept
from placket.gate.requests.proof import addresses_of
from placket.gate.requests.telling import tellings
from placket.gate.words import folded
from placket.law.calendar import date_of
from placket.plan.words import lines
from placket.rights.request import proof_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.gate.requests.post import Written
    from placket.gate.requests.register import Case, Register
    from placket.plan.plan import Plan


def plain(case: Case) -> dict[str, Any]:
    """Return a request as JSON shows it; nothing that names the person but their opaque id."""
    request, step = case.request, case.next
    return {
        "reference": request.id,
        "person": request.person,
        "right": request.right.value,
        "state": request.state.value,
        "route": request.route,
        "asked_by": request.asker.value,
        "received": rfc3339(request.received_at),
        "due": case.due.isoformat() if case.due else None,
        "owner": step.owner if step else None,
        "next": step.do.value if step else None,
        "waits_for": step.waits_for.value if step and step.waits_for else None,
        "proof": proof_at(request, case.at, case.terms.wait).name.lower(),
        "data": list(request.data),
        "plan": msgspec.to_builtins(request.plan) if request.plan else None,
        "approved_by": list(request.approvals),
        "left": request.remaining,
        "refused": [refused.ground.value for refused in request.refusals],
        "unheeded": [{"fact": each.fact, "why": each.why} for each in request.unheeded],
    }


def tell_row(case: Case) -> None:
    """Write one line of the list."""
    request, step = case.request, case.next
    last = f"by {case.due.isoformat()}" if case.due else "no last day"
    doing = "closed" if step is None else _doing(case)
    click.echo(f"{request.id}  {last:<13}  {request.right.value:<17} {request.state:<15} {doing}")


def _doing(case: Case) -> str:
    step = case.next
    if step is None:
        return ""
    waits = f", waits for {step.waits_for.replace('_', ' ')}" if step.waits_for else ""
    return f"{step.owner}: {step.do.replace('_', ' ')}{waits}"


def tell_case(
    register: Register, case: Case, letters: Iterable[Written], *, whole: bool = False
) -> None:
    """Write a request as it stands. whole: with every letter in full."""
    for line in _lines(register, case):
        click.echo(line)
    for written in letters:
        day = date_of(written.at, case.terms.zone)
        click.echo(f"letter    {day.isoformat()}  {written.kept.subject} ({written.state})")
        if whole:
            click.echo(f"\n{written.kept.body}")


def _lines(register: Register, case: Case) -> Iterator[str]:
    request = case.request
    yield f"{request.id}  {request.right.value.replace('_', ' ')}"
    yield f"state     {request.state.replace('_', ' ')}"
    received = date_of(request.received_at, case.terms.zone)
    yield f"received  {received.isoformat()} by {request.route.replace('_', ' ')}"
    if request.is_open:
        yield f"due       {case.due.isoformat() if case.due else 'the law counts no days now'}"
        yield f"next      {_doing(case)}"
    proof = proof_at(request, case.at, case.terms.wait).name.lower()
    yield f"who asks  {proof}, {request.need.proof.name.lower()} is needed"
    for address in addresses_of(register.gate, case):
        own = ", shown to be their own" if address.id in request.addresses else ""
        since = date_of(address.since, case.terms.zone).isoformat()
        yield f"address   {address.id}  {address.identifier.kind} on file since {since}{own}"
    for refused in request.refusals:
        of = f" for {', '.join(refused.data)}" if refused.data else ""
        yield f"refused   {refused.ground.replace('_', ' ')}{of}"
    for waiting in request.deferred:
        until = date_of(waiting.until, case.terms.zone).isoformat()
        yield f"waits     {waiting.thing.replace('_', ' ')}; looked at again on {until}"
    for telling in tellings(case):
        yield f"told      {telling.recipient.replace('_', ' ')}: {telling.state.replace('_', ' ')}"
    yield from _of_plan(register, case)


def _of_plan(register: Register, case: Case) -> Iterator[str]:
    if case.request.plan is None:
        return
    approved = ", ".join(case.request.approvals) or "nobody yet"
    yield f"approved  by {approved}"
    try:
        plan = read_kept(register.gate, case)
    except NoPlan:
        yield "plan      its key was destroyed"
        return
    yield "plan"
    yield from (folded(line, "  ") for line in lines(plan, case.terms.zone))


def tell_plan(plan: Plan, case: Case, *, as_json: bool) -> None:
    """Write a plan that was made: each row's fate in words, and its digest."""
    if as_json:
        write_json({**msgspec.to_builtins(plan), "digest": plan.digest()})
        return
    for line in lines(plan, case.terms.zone):
        click.echo(folded(line))
