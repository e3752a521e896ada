"""A request as a terminal shows it: a row of the list, the whole, its plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from placket.cli.outcome import write_json
from placket.gate.instants import rfc3339
from placket.gate.requests.completing import COMPLETION
from placket.gate.requests.planning import NoPlan, read_kept
from placket.gate.requests.post import BY_HAND
from placket.gate.requests.proof import addresses_of
from placket.gate.requests.telling import tellings
from placket.gate.words import filled, folded
from placket.law.calendar import date_of
from placket.plan.words import lines
from placket.rights.letters import LetterKind
from placket.rights.request import proof_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.gate.requests.post import Written
    from placket.gate.requests.register import Case, Register
    from placket.plan.plan import Plan
    from placket.rights.request import Request


_UNDER: Final = " " * 10
"""The columns that the name of a line takes."""

_SCANNED: Final = {"found": "found again:", "unread": "could not be read again:"}
_SECRET: Final = frozenset({LetterKind.CODE.value, LetterKind.NOTICE.value})
"""Letters of which whoever reads them could prove themselves, or stop the request."""


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
    """Write a request of the list: a line, and below it what is to be done."""
    request = case.request
    last = f"by {case.due.isoformat()}" if case.due else "no last day"
    state = request.state.value.replace("_", " ")
    click.echo(f"{request.id}  {last:<13}  {state:<15}  {request.right.value.replace('_', ' ')}")
    if case.next is not None:
        click.echo(folded(_doing(case), _UNDER))


def _doing(case: Case) -> str:
    step = case.next
    if step is None:
        return ""
    waits = f", waits for {step.waits_for.replace('_', ' ')}" if step.waits_for else ""
    return f"{step.owner}: {step.do.replace('_', ' ')}{waits}"


def tell_case(
    register: Register, case: Case, letters: Iterable[Written], *, whole: bool = False
) -> None:
    """Write a request as it stands, with its plan and letters. whole: each letter in full."""
    tell_state(register, case)
    for line in _of_plan(register, case):
        click.echo(line)
    for written in letters:
        day, state = date_of(written.at, case.terms.zone), written.state.replace("_", " ")
        click.echo(_named("letter", f"{day.isoformat()}  {written.kept.subject} ({state})"))
        if whole:
            click.echo(f"\n{_body(written)}")


def _body(written: Written) -> str:
    """Return what a letter says, unless that opens something: staff prove nobody by it."""
    is_secret = written.kept.kind in _SECRET and written.state != BY_HAND
    return (
        "(what it says opens something, so it is not shown)\n" if is_secret else written.kept.body
    )


def tell_state(register: Register, case: Case) -> None:
    """Write where a request stands, without its plan and letters."""
    for line in _lines(register, case):
        click.echo(line)


def _named(name: str, text: str) -> str:
    """Return a line that begins with its name, folded under its text."""
    return "\n".join(filled(text, indent=_UNDER, first=f"{name:<{len(_UNDER)}}"))


def _lines(register: Register, case: Case) -> Iterator[str]:
    request = case.request
    yield f"{request.id}  {request.right.value.replace('_', ' ')}"
    yield f"state     {request.state.replace('_', ' ')}"
    received = date_of(request.received_at, case.terms.zone)
    yield f"received  {received.isoformat()} by {request.route.replace('_', ' ')}"
    if request.is_open:
        yield f"due       {case.due.isoformat() if case.due else 'the law counts no days now'}"
        yield _named("next", _doing(case))
    proof = proof_at(request, case.at, case.terms.wait).name.lower()
    yield f"who asks  {proof}, {request.need.proof.name.lower()} is needed"
    for address in addresses_of(register.gate, case):
        own = ", their own" if address.id in request.addresses else ""
        since = date_of(address.since, case.terms.zone).isoformat()
        yield f"address   {address.id}  {address.identifier.kind} since {since}{own}"
    for refused in request.refusals:
        of = f" for {', '.join(refused.data)}" if refused.data else ""
        yield _named("refused", f"{refused.ground.replace('_', ' ')}{of}")
    for waiting in request.deferred:
        until = date_of(waiting.until, case.terms.zone).isoformat()
        yield _named("waits", f"{_waiting(waiting.thing)}; looked at again on {until}")
    for telling in tellings(case):
        said = f"{telling.recipient.replace('_', ' ')}: {telling.state.replace('_', ' ')}"
        yield _named("told", said)
    if request.plan is not None:
        approved = ", ".join(map(_approver, request.approvals)) or "nobody yet"
        second = ", a second person is to approve it too" if _wants_second(request) else ""
        yield _named("approved", f"by {approved}{second}")


def _wants_second(request: Request) -> bool:
    is_large = request.plan is not None and request.plan.second_person
    return is_large and request.is_open and not request.is_approved


def _waiting(thing: str) -> str:
    """Return the name of what waits, in words where a scan made it."""
    why, _, what = thing.partition(":")
    if why in _SCANNED:
        form, _, where = what.partition(":")
        return f"{_SCANNED[why]} {where or form}{f', {form}' if where else ''}"
    return thing.replace("_", " ")


def _approver(by: str) -> str:
    return "whoever approved the plan before it" if by.startswith(COMPLETION) else by


def _of_plan(register: Register, case: Case) -> Iterator[str]:
    if case.request.plan is None:
        return
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
