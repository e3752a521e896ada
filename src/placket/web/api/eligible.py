"""`GET /v1/eligible`: the persons for whom an activity is lawful, streamed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from placket.decide.question import Question
from placket.policy import vocabulary
from placket.web.api.decide import expect_reach
from placket.web.api.messages import Person, Whom
from placket.web.api.operations import LINES, Operation, instant
from placket.web.api.refusals import field_refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.gate import Gate
    from placket.web.api.keys import Caller

_CHUNK: Final = 4096
"""Lines sent at once: large enough to be quick, small enough to keep memory flat."""


def eligible(gate: Gate, caller: Caller, whom: Whom) -> Iterator[bytes]:
    """Return chunks of lines, one person each; ids of the ledger, no identifiers."""
    expect_reach(caller, "eligible", whom.activity)
    if whom.activity not in gate.policy.activities:
        raise field_refused("/query/activity", "no clause names this activity")
    if whom.channel and whom.channel not in vocabulary.terms("channel"):
        raise field_refused("/query/channel", "this is no channel of the vocabulary")
    at = instant(gate, whom.at, "/query/at")
    question = Question(activity=whom.activity, channel=whom.channel)
    return in_chunks(gate.eligible(question, at=at))


def in_chunks(persons: Iterator[str]) -> Iterator[bytes]:
    """Yield the lines of many persons at once; an id holds nothing that JSON escapes."""
    while chunk := list(islice(persons, _CHUNK)):
        yield "".join(f'{{"person":"{person}"}}\n' for person in chunk).encode()


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/eligible",
        verb="eligible",
        summary="List whom an activity may address, one person a line",
        takes=Whom,
        gives=Person,
        run=eligible,
        media=LINES,
        waits=True,
    ),
)
