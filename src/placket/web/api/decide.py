"""`POST /v1/decide` and `/v1/decide/batch`: is this act lawful for this person, and why."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from placket.decide.question import Question
from placket.gate.gate import NotAnIdentifier
from placket.gate.instants import rfc3339
from placket.web.api.messages import Asked, AskedInBatch, Batch, Decided, DecidedBatch
from placket.web.api.operations import Operation, instant
from placket.web.api.refusals import Refused, field_refused

if TYPE_CHECKING:
    from placket.decide.question import Decision
    from placket.gate.gate import Gate
    from placket.web.api.keys import Caller

VERB: Final = "decide"


def decide(gate: Gate, caller: Caller, asked: Asked) -> Decided:
    """Return the decision on one question."""
    expect_reach(caller, VERB, asked.activity)
    at = instant(gate, asked.at, "/at") if asked.at else None
    known_at = instant(gate, asked.known_at, "/known_at") if asked.known_at else None
    try:
        decision = gate.decide(asked.subject, question_of(asked), at=at, known_at=known_at)
    except NotAnIdentifier as fault:
        raise field_refused("/subject", str(fault)) from None
    return shown(decision)


def decide_batch(gate: Gate, caller: Caller, batch: Batch) -> DecidedBatch:
    """Return the decisions in the order of the questions, all at one instant."""
    at = instant(gate, batch.at, "/at")
    decisions: list[Decided] = []
    for index, asked in enumerate(batch.questions):
        expect_reach(caller, VERB, asked.activity)
        try:
            (decision,) = gate.decide_many([(asked.subject, question_of(asked))], at=at)
        except NotAnIdentifier as fault:
            raise field_refused(f"/questions/{index}/subject", str(fault)) from None
        decisions.append(shown(decision))
    return DecidedBatch(decisions=decisions)


def question_of(asked: Asked | AskedInBatch) -> Question:
    """Return the question without its subject."""
    return Question(
        activity=asked.activity,
        data=tuple(asked.data),
        channel=asked.channel,
        recipient=asked.recipient,
        sender=asked.sender,
        actor=asked.actor,
        case=asked.case,
        product=asked.product,
        occasion=asked.occasion,
    )


def shown(decision: Decision) -> Decided:
    """Return the decision as the outside contract shows it."""
    return Decided(
        outcome=decision.outcome,
        activity=decision.activity,
        data=decision.data,
        withheld=decision.withheld,
        at=moment(decision.at),
        because=decision.because,
    )


def moment(at: int) -> str:
    """Return the instant as RFC 3339: what `rfc3339` does, the second kept from last time."""
    second, micros = divmod(at, 1_000_000)
    whole = _second(second)
    # Beyond the calendar an instant is a word, `never`, and has no fraction.
    has_fraction = micros and whole.endswith("Z")
    return f"{whole[:-1]}.{micros:06d}Z" if has_fraction else whole


@lru_cache(maxsize=64)
def _second(second: int) -> str:
    return rfc3339(second * 1_000_000)


def expect_reach(caller: Caller, verb: str, activity: str) -> None:
    """Refuse an activity out of the key's reach, whether a clause names it or not."""
    if not caller.reaches(verb, activity):
        raise Refused("scope-missing", f"this key needs the scope `{verb}` for this activity")


OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/v1/decide",
        verb=VERB,
        summary="Say whether one act is lawful for one person, and why",
        takes=Asked,
        gives=Decided,
        run=decide,
    ),
    Operation(
        method="POST",
        path="/v1/decide/batch",
        verb=VERB,
        summary="Answer many questions, in their order",
        takes=Batch,
        gives=DecidedBatch,
        run=decide_batch,
        waits=True,
    ),
)
