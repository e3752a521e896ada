"""What an operation is: its address, its scope, what it takes and gives, and the doing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from placket.gate.instants import NotAnInstant, parse_instant
from placket.web.api.refusals import field_refused

if TYPE_CHECKING:
    from placket.gate.gate import Gate

JSON: Final = "application/json"
LINES: Final = "application/x-ndjson"
TEXT: Final = "text/plain; charset=utf-8"

Answer = msgspec.Struct | str | Iterator[bytes]
"""A message, a note as text, or chunks of lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address with its method.

    path: may have one `{part}`. verb: the scope that it needs. takes: the message in the body of
    a POST, else in the query and the path; the part of a POST's path is named to `run`. gives:
    the message answered, or that of each line. media: of the answer. waits: it writes, or reads
    much, so it gets a thread. keyed: the header `Idempotency-Key` stands for the field `id`.
    """

    method: Literal["GET", "POST"]
    path: str
    verb: str
    summary: str
    takes: type[Any]
    gives: type[Any]
    run: Callable[..., Answer]
    media: str = JSON
    waits: bool = False
    keyed: bool = False

    @property
    def stem(self) -> str:
        """Return the path up to its parameter, the whole when it has none."""
        return self.path.partition("{")[0]

    @property
    def part(self) -> str:
        """Return the name of the parameter in the path, empty when there is none."""
        return self.path.partition("{")[2].partition("}")[0]

    @property
    def tail(self) -> str:
        """Return the path after its parameter."""
        return self.path.partition("}")[2]


def instant(gate: Gate, text: str, pointer: str) -> int | None:
    """Return the instant written at `pointer`, None for empty. Raises Refused."""
    if not text:
        return None
    try:
        return parse_instant(text, gate.policy.front.timezone)
    except (NotAnInstant, OverflowError):
        raise field_refused(
            pointer, "write an instant as `2026-11-24T12:00:00Z`, or a day as `2026-11-24`"
        ) from None
