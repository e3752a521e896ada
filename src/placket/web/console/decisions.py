"""One decision explained; the person's identifier comes in a form and never in an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from placket.decide.question import Question
from placket.gate.gate import NotAnIdentifier
from placket.gate.instants import NotAnInstant, parse_instant
from placket.policy.rendering.lay import capital, quoted
from placket.web.forms import form_of
from placket.web.look.reason_words import reason_words
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from placket.decide.question import Decision
    from placket.facts import Fact
    from placket.gate.gate import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The form as it was filled in; kept when something in it is to be mended."""

    subject: str = ""
    activity: str = ""
    channel: str = ""
    at: str = ""
    known_at: str = ""


async def explain(request: Request) -> Response:
    """Answer with the form, and with the decision once it was sent."""
    gate: Gate = request.app.state.gate
    if request.method != "POST":
        # An address may name the activity, as a link from its page does; never the person.
        query = request.query_params
        return _page(
            gate, Filled(activity=query.get("activity", ""), channel=query.get("channel", ""))
        )
    filled = _filled(await form_of(request))
    errors = errors_of(gate, filled)
    if errors:
        return _page(gate, filled, errors=errors)
    decision = await run_in_threadpool(_decision, gate, filled)
    return _page(gate, filled, decision=decision)


def _filled(form: Mapping[str, str]) -> Filled:
    names = ("subject", "activity", "channel", "at", "known_at")
    return Filled(**{name: form.get(name, "").strip() for name in names})


def errors_of(gate: Gate, filled: Filled) -> dict[str, str]:
    """Return what is to be mended, by field, in whole sentences without what was written."""
    errors: dict[str, str] = {}
    try:
        gate.identifier(filled.subject)
    except NotAnIdentifier as fault:
        errors["subject"] = f"{capital(quoted(str(fault)))}."
    if filled.activity not in gate.policy.activities:
        errors["activity"] = "Choose an activity."
    for name in ("at", "known_at"):
        try:
            _instant(gate, getattr(filled, name))
        except (NotAnInstant, OverflowError):
            errors[name] = "Write a day as 2026-11-24, or an instant as 2026-11-24T12:00:00Z."
    return errors


def _instant(gate: Gate, written: str) -> int | None:
    return parse_instant(written, gate.policy.front.timezone) if written else None


def _decision(gate: Gate, filled: Filled) -> Decision:
    question = Question(activity=filled.activity, channel=filled.channel)
    return gate.decide(
        filled.subject,
        question,
        at=_instant(gate, filled.at),
        known_at=_instant(gate, filled.known_at),
    )


def _facts(gate: Gate, decision: Decision | None) -> dict[str, Fact]:
    """Return the facts that the reasons rest on, by id."""
    named = {reason.fact for reason in decision.because if reason.fact} if decision else set()
    found = ((fact_id, gate.fact(fact_id)) for fact_id in named)
    return {fact_id: fact for fact_id, fact in found if fact is not None}


def _page(
    gate: Gate,
    filled: Filled,
    *,
    errors: Mapping[str, str] | None = None,
    decision: Decision | None = None,
) -> Response:
    policy = gate.policy
    channels = {c: None for found in policy.activities.values() for v in found for c in v.channel}
    return page(
        "decisions.html",
        status=422 if errors else 200,
        front=policy.front,
        filled=filled,
        errors=errors or {},
        decision=decision,
        activities=sorted(policy.activities),
        channels=sorted(channels),
        titles={clause.id: clause.title for clause in policy.document.clauses if clause.id},
        words=reason_words,
        facts=_facts(gate, decision),
    )
