"""What a recipient is told, what it answers, and all that a way to a recipient must do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from placket.rights.recipients import RECEIPT, STATE, State
from placket.sources.processors.refusals import NotTold

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.identity.identifier import Identifier
    from placket.law.calendar import Instant
    from placket.rights.recipients import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is right of one category, for a rectification."""

    category: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one recipient is told of one request.

    id: the same however often it is sent. whom: by what the recipient knows the person; data:
    the categories concerned, `all_held` for all. asked_at: when the person asked. attempt: which
    telling of it this is, from 1.
    """

    id: str
    request: str
    act: Act
    data: tuple[str, ...]
    whom: tuple[Identifier, ...]
    asked_at: Instant
    corrections: tuple[Correction, ...] = ()
    attempt: int = 1

    def values(self, kind: str) -> tuple[str, ...]:
        """Return the person's identifiers of `kind`, as the recipient knows them."""
        return tuple(known_as(each) for each in self.whom if each.kind == kind)


def known_as(identifier: Identifier) -> str:
    """Return how a recipient knows the identifier: a customer's key without our source's name."""
    is_of_source = identifier.kind == "customer"
    return identifier.value.partition(":")[2] if is_of_source else identifier.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a recipient said, as far as it may be believed.

    state: told (nothing was said yet), received, done, partial, refused or failed. signed: the
    parts that the recipient signed, which a sealed record keeps. reference: under which the
    recipient keeps it. until: when it means to be done. why: of a failure, a word of `refusals`.
    """

    state: State
    signed: tuple[bytes, ...] = field(default=(), repr=False)
    reference: str = ""
    until: Instant | None = None
    why: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        # INVARIANT: never done without a receipt.
        if self.state is State.DONE and not self.signed:
            raise ValueError("an answer without a receipt says that it is done")

    @property
    def receipt(self) -> str:
        """Return the digest of what was signed, empty when nothing was."""
        return receipt_of(*self.signed) if self.signed else ""

    @property
    def marks(self) -> tuple[str, ...]:
        """Return the marks of the `recipient_answered` fact that tells it."""
        receipt = (f"{RECEIPT}{self.receipt}",) if self.signed else ()
        return (f"{STATE}{self.state.value}", *receipt)


class Processor(Protocol):
    """A way to one recipient; both methods raise NotTold for what they cannot do."""

    def tell(self, message: Message) -> Answer:
        """Tell the recipient; telling the same message again changes nothing there."""
        ...

    def status(self, message: Message, reference: str) -> Answer:
        """Ask how far the recipient is with what it keeps under `reference`."""
        ...


def told(processor: Processor, message: Message) -> Answer:
    """Tell the recipient; what could not be done is a failed answer that says why."""
    return _answered(lambda: processor.tell(message))


def asked(processor: Processor, message: Message, reference: str) -> Answer:
    """Ask the recipient how far it is; what could not be done is a failed answer."""
    return _answered(lambda: processor.status(message, reference))


def _answered(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except NotTold as failure:
        return Answer(state=State.FAILED, why=failure.why)


def receipt_of(*signed: bytes) -> str:
    """Return the receipt of what a recipient signed: its SHA-256, in hex.

    Each part is counted with its length, so that no two lists of parts have one receipt.
    """
    digest = hashlib.sha256()
    for part in signed:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
