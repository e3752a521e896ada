"""A signed webhook: told by a POST, answered in kind, and nothing believed that is not signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from placket.rights.recipients import State
from placket.sources.processors.message import Answer, Message, known_as
from placket.sources.processors.reading import (
    read_json,
    read_reference,
    read_time,
    write_json,
    write_time,
)
from placket.sources.processors.refusals import AnswerOfAnother
from placket.sources.processors.signing import ID, SIGNATURE, TIMESTAMP, signed, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from placket.law.calendar import Instant
    from placket.sources.processors.outgoing import Outgoing

SECOND: Final = 1_000_000
TOLD: Final = "recipient.told"
ASKED: Final = "recipient.asked"


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form of an answer. until: when it means to be done, RFC 3339."""

    type: Literal["recipient.answered"]
    id: str
    state: Literal["received", "done", "partial", "refused"]
    reference: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A recipient that takes signed webhooks. clock: microseconds UTC."""

    url: str
    secret: bytes = field(repr=False)
    calls: Outgoing
    clock: Callable[[], Instant]

    def tell(self, message: Message) -> Answer:
        """Tell the recipient; telling the same message again changes nothing there."""
        return self._post(message, {"type": TOLD, "request": message.request, **said_of(message)})

    def status(self, message: Message, reference: str) -> Answer:
        """Ask how far the recipient is with what it keeps under `reference`."""
        return self._post(message, {"type": ASKED, "id": message.id, "reference": reference})

    def _post(self, message: Message, said: Mapping[str, Any]) -> Answer:
        body = write_json(said)
        seconds = self.clock() // SECOND
        headers = signed(self.secret, message.id, body, seconds)
        reply = self.calls.post(self.url, body, headers).expected(200, 201, 202)
        return read_answer(
            self.secret, message.id, reply.headers, reply.body, self.clock() // SECOND
        )


def said_of(message: Message) -> Mapping[str, Any]:
    """Return what every JSON message says of the person, the act and the data."""
    return {
        "id": message.id,
        "act": message.act.value,
        "data": message.data,
        "whom": [{"kind": each.kind, "value": known_as(each)} for each in message.whom],
        "corrections": [
            {"category": each.category, "value": each.value} for each in message.corrections
        ],
        "asked_at": write_time(message.asked_at),
    }


def read_answer(
    secret: bytes, message_id: str, headers: Mapping[str, str], body: bytes, seconds: int
) -> Answer:
    """Return what a signed answer says of the message; it may come as a call of its own as well.

    headers: their names in lower case; seconds: now, since 1970. Raises NotTold.
    """
    verify(secret, message_id, headers, body, seconds)
    said = read_json(body, Said)
    if said.id != message_id:
        raise AnswerOfAnother
    parts = (headers[ID], headers[TIMESTAMP], headers[SIGNATURE])
    return Answer(
        state=State(said.state),
        signed=(*(part.encode() for part in parts), body),
        reference=read_reference(said.reference),
        until=read_time(said.until) if said.until else None,
    )
