"""One request whole: its clock, who asks, the plan row by row, what was told, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from placket.gate.requests.carrying import Carried
from placket.gate.requests.planning import NoPlan, read_kept
from placket.gate.requests.post import letters_of
from placket.gate.requests.proof import addresses_of
from placket.gate.requests.register import CORRECTIONS, WORDS, NoSuchRequest
from placket.gate.requests.telling import tellings
from placket.gate.sealing import open_payloads
from placket.law.calendar import date_of
from placket.plan.plan import Action
from placket.plan.words import told_step
from placket.policy.rendering.lay import capital, without_code
from placket.rights.due import Do, Wait
from placket.rights.request import proof_at
from placket.web.centre.requests.own import life_of
from placket.web.console.requests.acts import ACTS, faults
from placket.web.console.requests.history import happened
from placket.web.console.requests.queue import days_left
from placket.web.console.requests.who import who
from placket.web.console.requests.words import (
    GROUPS,
    MOVES,
    PROOFS,
    STATES,
    TAGS,
    next_in_words,
    waits_in_words,
)
from placket.web.counter import desk_of
from placket.web.forms import LONG, form_of
from placket.web.look.rendering import page
from placket.web.mending import REFUSALS, Told, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from placket.gate.gate import Gate
    from placket.gate.requests.desk import Desk
    from placket.gate.requests.register import Case
    from placket.plan.plan import Plan, Step
    from placket.web.console.requests.acts import Act
    from placket.web.forms import Field

FIRST: Final[Mapping[Do, str]] = MappingProxyType(
    {
        Do.ACKNOWLEDGE: "acknowledge",
        Do.VERIFY: "code",
        Do.SEE_MANDATE: "mandate",
        Do.DECIDE: "accept",
        Do.PLAN: "plan",
        Do.APPROVE: "approve",
        Do.CARRY_OUT: "apply",
        Do.ANSWER: "answer",
        Do.REVIEW: "plan",
    }
)
"""The act that does what is next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A step of the plan, as a manager reads it."""

    action: str
    tag: str
    rows: int
    where: str
    says: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An act with its form as it is shown."""

    act: Act
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An act that was sent and did not succeed: its form kept, with what is to be mended."""

    act: str
    form: Mapping[str, str]
    errors: Mapping[str, str]
    refused: Told | None = None


async def one(request: Request) -> Response:
    """Answer with one request."""
    return await run_in_threadpool(_page, request, None)


async def act(request: Request) -> Response:
    """Do what a form of the page asks, or show the page with what stands against it."""
    name = request.path_params["act"]
    chosen = next((each for each in ACTS if each.name == name), None)
    if chosen is None:
        raise HTTPException(404)
    form = await form_of(request, most=LONG)
    return await run_in_threadpool(_done, request, chosen, form)


def _done(request: Request, chosen: Act, form: Mapping[str, str]) -> Response:
    desk, by = desk_of(request.app.state.gate), who(request)
    case = _case(desk, request)
    errors = faults(chosen, desk, case, form, by)
    if errors:
        return _page(request, Tried(act=chosen.name, form=form, errors=errors))
    try:
        done = chosen.run(desk, case, form, by)
    except REFUSALS as failure:
        refused = told(failure)
        if refused is None:
            raise
        return _page(request, Tried(act=chosen.name, form=form, errors={}, refused=refused))
    if isinstance(done, Carried) and done.left:
        return _page(request, Tried(act=chosen.name, form=form, errors={}, refused=_left(done)))
    return RedirectResponse(f"/console/requests/{case.request.id}", status_code=303)


def _left(done: Carried) -> Told:
    sources = "; ".join(f"{source}: {why}" for source, why in done.left.items())
    says = f"not every source is done: {sources}"
    return Told(kind="", says=says, mend="carry it out again when the source answers")


def _case(desk: Desk, request: Request) -> Case:
    try:
        return desk.register.case(request.path_params["reference"])
    except NoSuchRequest:
        raise HTTPException(404) from None


def _page(request: Request, tried: Tried | None) -> Response:
    gate: Gate = request.app.state.gate
    desk = desk_of(gate)
    case = _case(desk, request)
    offered = tuple(_offered(desk, case))
    first = _first(case)
    plan = _plan(gate, case)
    tag, state = STATES[case.request.state]
    return page(
        "console_request.html",
        status=_status(tried),
        front=gate.policy.front,
        by=who(request),
        case=case,
        tag=tag,
        state=state,
        left=days_left(case),
        received=date_of(case.request.received_at, case.terms.zone),
        life=life_of(case),
        next=next_in_words(case),
        waits=waits_in_words(case),
        proof=PROOFS[proof_at(case.request, case.at, case.terms.wait)],
        needed=PROOFS[case.request.need.proof],
        addresses=addresses_of(gate, case),
        said=_said(gate, case),
        plan=plan,
        groups=tuple(_groups(plan, case)) if plan is not None else (),
        sums=_sums(plan),
        first=[each for each in offered if each.act.name == first],
        others=[each for each in offered if each.act.name != first],
        tried=tried or Tried(act="", form={}, errors={}),
        history=tuple(happened(case)),
        letters=letters_of(desk.register, case),
        tellings=tellings(case),
        unheeded=tuple(_unheeded(case)),
        day=lambda at: date_of(at, case.terms.zone),
    )


def _first(case: Case) -> str:
    """Return the act that comes next; while a notice stands, what can be done meanwhile."""
    step = case.next
    if step is None:
        return ""
    if step.waits_for is Wait.NOTICE:
        return FIRST[Do.PLAN] if case.request.plan is None else ""
    return FIRST[step.do]


def _status(tried: Tried | None) -> int:
    if tried is None:
        return 200
    return 409 if tried.refused is not None else 422


def _offered(desk: Desk, case: Case) -> Iterator[Offered]:
    for each in ACTS:
        if each.offered(case):
            yield Offered(act=each, fields=each.fields(desk, case))


def _said(gate: Gate, case: Case) -> tuple[tuple[str, str], ...]:
    """Return what the person wrote, which only the keys of the installation open."""
    asked = [fact for fact in case.history.facts if fact.id == case.request.id]
    private = open_payloads(asked, gate.keys).get(case.request.id, {})
    words = (("", str(private[WORDS])),) if private.get(WORDS) else ()
    rows = private.get(CORRECTIONS) or ()
    return (*words, *((row["category"], str(row["value"])) for row in rows))


def _plan(gate: Gate, case: Case) -> Plan | None:
    try:
        return read_kept(gate, case)
    except NoPlan:
        return None


def _groups(plan: Plan, case: Case) -> Iterator[tuple[str, tuple[Row, ...]]]:
    for title, actions in GROUPS:
        rows = tuple(_row(step, case) for step in plan.steps if step.action in actions)
        if rows:
            yield title, rows


def _row(step: Step, case: Case) -> Row:
    return Row(
        action=step.action.value,
        tag=TAGS[step.action],
        rows=len(step.rows),
        where=f"{step.source} {step.table}",
        says=_linked(told_step(step, case.terms.zone), step.because.clause),
    )


def _linked(sentence: str, clause: str) -> Markup:
    """Return the sentence of a step, its clause as a link."""
    said = escape(capital(without_code(sentence)))
    link = Markup('<a href="/privacy/notice#{0}">{0}</a>').format(clause)
    return said.replace(f"clause {clause}", Markup("clause ") + link) if clause else said


def _sums(plan: Plan | None) -> tuple[tuple[str, str, int], ...]:
    """Return how many rows go, are changed and are kept: class, word and number."""
    if plan is None:
        return ()
    parts = (
        ("gone-ink", "deleted", {Action.DELETE}),
        ("change-ink", "changed", {Action.CUT, Action.SURROGATE, Action.BLANK, Action.WRITE}),
        ("keep-ink", "kept", {Action.KEEP, Action.RESTRICT}),
        ("change-ink", "waiting", {Action.WAIT, Action.HOLD}),
        ("keep-ink", "shown", {Action.SHOW}),
        ("change-ink", "left out", {Action.WITHHOLD}),
    )
    found = ((tag, word, _rows(plan, actions)) for tag, word, actions in parts)
    return tuple(each for each in found if each[2])


def _rows(plan: Plan, actions: Iterable[Action]) -> int:
    wanted = set(actions)
    steps = (step for step in plan.steps if step.action in wanted)
    return len({(step.source, step.table, key) for step in steps for key in step.rows})


def _unheeded(case: Case) -> Iterator[tuple[str, str]]:
    """Yield what counted for nothing, with the why."""
    whys = {each.fact: each.why for each in case.request.unheeded}
    for fact in case.history.facts:
        if fact.id in whys:
            words = {move.value: said for move, said in MOVES.items()}
            yield words.get(fact.what, fact.kind.value), whys[fact.id]
