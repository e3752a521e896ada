"""A letter to a recipient without an interface: it answers by a link, or staff record it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.rights.recipients import Act, State
from placket.sources.mail import MailNotSent, MailRefused
from placket.sources.processors.message import Answer, Message, known_as
from placket.sources.processors.reading import write_json, write_time
from placket.sources.processors.refusals import AddressRefused, RecipientUnreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.law.calendar import Instant
    from placket.sources.mail import Post

SAYABLE: Final = frozenset({State.RECEIVED, State.DONE, State.PARTIAL, State.REFUSED})
"""What a recipient may say by the link, and staff may record of its reply."""

_TOKEN_BYTES: Final = 20
_SUBJECTS: Final[Mapping[Act, str]] = MappingProxyType(
    {
        Act.ERASE: "Please erase data that you received from us",
        Act.RECTIFY: "Please correct data that you received from us",
        Act.RESTRICT: "Please restrict data that you received from us",
        Act.ACCESS: "Please send us the data that you hold for us",
    }
)
_ASKS: Final[Mapping[Act, str]] = MappingProxyType(
    {
        Act.ERASE: "A person has had their data erased here. You received some of them from us.\n"
        "Please erase these too, with every copy and every link to them (GDPR Art. 17 and 19).",
        Act.RECTIFY: "Data about a person were wrong. You received them from us.\n"
        "Please put right what you hold (GDPR Art. 16 and 19).",
        Act.RESTRICT: "A person has restricted the use of their data. You received them from us.\n"
        "Please keep them, and use them for nothing else (GDPR Art. 18 and 19).",
        Act.ACCESS: "A person has asked for a copy of their data. You hold some of them for us.\n"
        "Please send us what you hold (GDPR Art. 15 and 28).",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMail:
    """A recipient that is written to. link: where a reply is given, empty when by mail alone."""

    address: str
    post: Post
    link: str = ""
    secret: bytes = field(default=b"", repr=False)

    def tell(self, message: Message) -> Answer:
        """Write to the recipient; each attempt is a letter of its own, sent again the same one."""
        try:
            self.post.send(
                to=self.address,
                subject=_SUBJECTS[message.act],
                body=self.text(message),
                name=f"{message.id}.{message.attempt}",
            )
        except MailNotSent:
            raise RecipientUnreachable from None
        except MailRefused:
            raise AddressRefused from None
        return Answer(state=State.TOLD)

    def status(self, message: Message, reference: str) -> Answer:  # noqa: ARG002  # it stands there
        """Write again."""
        return self.tell(message)

    def text(self, message: Message) -> str:
        """Return the letter: what to do, for whom, with which data, and how to answer."""
        known = [f"  {each.kind}: {known_as(each)}" for each in message.whom]
        right = [f"  {each.category}: {each.value}" for each in message.corrections]
        again = ["We wrote to you before and have no answer.", ""] if message.attempt > 1 else []
        parts = (
            *again,
            _ASKS[message.act],
            "",
            "The person, as you know them:",
            *known,
            "",
            f"The data: {', '.join(message.data)}",
            *(["", "What is right:", *right] if right else []),
            "",
            *self._how_to_answer(message),
            "",
            f"Reference: {message.id}",
            f"Asked for on: {write_time(message.asked_at)}",
        )
        return "\n".join(parts) + "\n"

    def _how_to_answer(self, message: Message) -> tuple[str, ...]:
        asks = "Please tell us whether you did it, did a part of it, or do not do it and why"
        if not self.link:
            return (f"{asks}: answer this letter and keep the reference below.",)
        link = f"{self.link.rstrip('/')}/{message.id}/{reply_token(self.secret, message.id)}"
        return (f"{asks}:", f"  {link}")


def reply_token(secret: bytes, message_id: str) -> str:
    """Return the token by which the recipient of a letter answers it."""
    text = f"recipient reply\0{message_id}".encode()
    return hmac.digest(secret, text, "sha256")[:_TOKEN_BYTES].hex()


def is_reply(secret: bytes, message_id: str, token: str) -> bool:
    """Say whether the token is that of the letter; of no secret there is none."""
    return bool(secret) and hmac.compare_digest(
        reply_token(secret, message_id).encode(), token.encode()
    )


def replied(message_id: str, state: State, at: Instant) -> Answer:
    """Return what a recipient said by the link of its letter; its receipt is that statement."""
    statement = write_json({"id": message_id, "state": state.value, "at": write_time(at)})
    return recorded(message_id, state, statement)


def recorded(message_id: str, state: State, reply: bytes) -> Answer:
    """Return what a reply says that staff have read; its receipt is of the reply itself."""
    if state not in SAYABLE:
        raise ValueError("a recipient does not say that of itself")
    return Answer(state=state, signed=(message_id.encode(), reply) if reply else ())
