"""The queue: every request by its last day, with its owner, its next step and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.law.calendar import date_of
from placket.web.console.requests.who import who
from placket.web.console.requests.words import STATES, next_in_words, waits_in_words
from placket.web.counter import desk_of
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from datetime import date

    from starlette.requests import Request
    from starlette.responses import Response

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A request in the queue; nothing of it says who asks. left: days to the last one."""

    reference: str
    right: str
    tag: str
    state: str
    due: date | None
    left: int | None
    owner: str
    next: str
    waits: str
    is_open: bool


def queue(request: Request) -> Response:
    """Answer with the open requests, or all, the next due first."""
    gate: Gate = request.app.state.gate
    every = request.query_params.get("show") == "all"
    cases = sorted(desk_of(gate).register.cases(is_open=None if every else True), key=by_due)
    after = _number(request.query_params.get("after", ""))
    most = gate.settings.page_rows
    return page(
        "console_requests.html",
        front=gate.policy.front,
        by=who(request),
        every=every,
        whole=len(cases),
        rows=[_row(case) for case in cases[after : after + most]],
        first=after + 1,
        more=after + most if after + most < len(cases) else None,
    )


def by_due(case: Case) -> tuple[bool, bool, str, int]:
    """Return what orders the queue: open before closed, then by the last day."""
    request = case.request
    return (not request.is_open, case.due is None, str(case.due or ""), request.received_at)


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 8 else 0  # noqa: PLR2004 - digits of a number of rows


def _row(case: Case) -> Row:
    tag, state = STATES[case.request.state]
    step = case.next
    return Row(
        reference=case.request.id,
        right=case.request.right.value,
        tag=tag,
        state=state,
        due=case.due if case.request.is_open else None,
        left=days_left(case),
        owner=step.owner if step is not None else "",
        next=next_in_words(case),
        waits=waits_in_words(case),
        is_open=case.request.is_open,
    )


def days_left(case: Case) -> int | None:
    """Return how many days there are to the last one, negative once it is over."""
    if case.due is None or not case.request.is_open:
        return None
    return (case.due - date_of(case.at, case.terms.zone)).days
