"""Letters of a request: written with the step they tell, kept sealed, sent once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from placket.gate.requests.proof import Address, addresses_of
from placket.gate.requests.sealed import LETTER, Drawer
from placket.identity.identifier import Identifier, parse_identifier
from placket.rights.letters import NOTHING, Frame, Letter, LetterKind, letter
from placket.sources.mail import MailPutOff, MailRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from placket.gate.requests.register import Case, Register
    from placket.rights.letters import Particulars
    from placket.store.register import Record

TO_SEND: Final = "to_send"
BY_HAND: Final = "by_hand"
SENT: Final = "sent"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as it is kept. to: the identifier that it goes to, such as `email:...`."""

    to: str
    kind: str
    subject: str
    body: str
    language: str


class Mailer(Protocol):
    """All that sending asks of a way to send."""

    def send(self, *, to: str, subject: str, body: str, name: str, language: str) -> None:
        """Send a plain text to a mail address; a letter of one name is one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A letter of the register: where it stands, and what it says.

    state: to_send, by_hand where no machine reaches the address, or sent.
    """

    name: str
    state: str
    at: int
    kept: Kept = field(repr=False)


def post(  # noqa: PLR0913 - a letter: of which request, which step, to whom, with what
    register: Register,
    case: Case,
    kind: LetterKind,
    particulars: Particulars = NOTHING,
    *,
    to: Iterable[Address] | None = None,
    occasion: str = "",
    beside: Sequence[Record] = (),
) -> Letter:
    """Write one letter to each of `to`, and keep it to be sent; a second time changes nothing.

    to: the addresses that were shown to be the person's own, else all on file, when None.
    occasion: what tells this letter from another of its kind. beside: what is kept together with
    the letters, such as the link that they tell.
    """
    written = letter(kind, case.request, frame_of(case), particulars)
    drawer, ledger = _drawer(register, case), register.gate.ledger
    letters = []
    for address in _recipients(register, case) if to is None else to:
        name = f"{case.request.id}:{kind}:{address.id}:{occasion}"
        if ledger.record(LETTER, name) is None:
            state = TO_SEND if address.identifier.kind == "email" else BY_HAND
            letters.append(drawer.record(LETTER, name, _kept(written, address), state=state))
    if letters:
        ledger.put_records([*letters, *beside])
    return written


def frame_of(case: Case) -> Frame:
    """Return what all letters of the request have in common."""
    country = case.standing.country if case.standing is not None else ""
    return Frame(policy=case.policy, terms=case.terms, places=case.places, country=country)


def _recipients(register: Register, case: Case) -> tuple[Address, ...]:
    known = addresses_of(register.gate, case)
    own = tuple(address for address in known if address.id in case.request.addresses)
    return own or known


def _kept(written: Letter, address: Address) -> bytes:
    to = f"{address.identifier.kind}:{address.identifier.value}"
    return msgspec.json.encode(
        Kept(
            to=to,
            kind=written.kind.value,
            subject=written.subject,
            body=written.body,
            language=written.language,
        )
    )


def letters_of(register: Register, case: Case) -> tuple[Written, ...]:
    """Return the letters of a request, the earliest first; those whose key is gone are left out."""
    drawer = _drawer(register, case)
    return tuple(w for r in drawer.all(LETTER) if (w := _read(drawer, r)) is not None)


def _read(drawer: Drawer, record: Record) -> Written | None:
    body = drawer.open(record)
    if body is None:
        return None
    kept = msgspec.json.decode(body, type=Kept)
    return Written(name=record.id, state=record.state, at=record.at, kept=kept)


def deliver(register: Register, mailer: Mailer) -> Iterator[Written]:
    """Send every letter that waits, and yield each as it is sent.

    A kill between sending and keeping that sends it again, as the same message. One that the
    server does not take holds up no other: its refusal is raised once all have had their turn.
    """
    refused: MailPutOff | MailRefused | None = None
    for record in register.gate.ledger.records(LETTER, state=TO_SEND):
        drawer = Drawer(gate=register.gate, request=record.request, person=record.person)
        found = _read(drawer, record)
        address = parse_identifier(found.kept.to) if found is not None else None
        if found is None or not isinstance(address, Identifier):
            continue
        try:
            mailer.send(
                to=address.value,
                subject=found.kept.subject,
                body=found.kept.body,
                name=record.id,
                language=found.kept.language,
            )
        except (MailPutOff, MailRefused) as fault:
            refused = refused or fault
            continue
        register.gate.ledger.move_record(LETTER, record.id, before=TO_SEND, after=SENT)
        yield found
    if refused is not None:
        raise refused


def _drawer(register: Register, case: Case) -> Drawer:
    return Drawer(gate=register.gate, request=case.request.id, person=case.request.person)
