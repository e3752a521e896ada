"""Who asks: addresses on file, one-time codes, notices with a stop, all under limits."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from placket.facts import Kind
from placket.gate.requests.sealed import ADDRESS, CODE, LINK, Drawer
from placket.gate.sealing import IDENTIFIER, open_payloads
from placket.identity.identifier import Identifier, parse_identifier
from placket.law.calendar import DAY
from placket.rights.moves import PROOF, Move
from placket.rights.request import proof_at
from placket.rights.right import Proof

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case, Register
    from placket.store.ledger import PersonHistory
    from placket.store.register import Record

CODE_DIGITS: Final = 6
CODE_LASTS: Final = 10 * 60 * 1_000_000
CODE_TRIES: Final = 5
CODES_A_DAY: Final = 10
_REACHED: Final = frozenset({"email", "phone"})
_TOKEN_BYTES: Final = 24


class NotOnFile(Exception):
    """the shop has not held an address like that of the person for long enough."""


class TooManyCodes(Exception):
    """too many codes were asked for today; let staff confirm who asks, or wait a day."""


class WrongCode(Exception):
    """the code is wrong or no longer counts; ask for a new one."""


class TriedTooOften(WrongCode):
    """too many wrong codes; wait ten minutes, or let staff confirm who asks."""


class NoSuchToken(Exception):
    """the link was used, or no longer counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address on file. id: opaque; since: microseconds UTC."""

    id: str
    identifier: Identifier = field(repr=False)
    since: int


class _Code(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was sent: its keyed digest, where to, and until when it counts."""

    digest: bytes
    address: str
    until: int


class _Token(msgspec.Struct, frozen=True, kw_only=True):
    """What a link does to which request. person: whose copy of the link it is, by address."""

    does: str
    address: str
    until: int


def addresses_of(gate: Gate, case: Case) -> tuple[Address, ...]:
    """Return the addresses by which the person can be written to or called, oldest first.

    Of an erased person none is left, but those that a request of theirs kept for its answer.
    """
    known = known_by(gate, case.history) or kept_with(gate, case)
    return tuple(each for each in known if each.identifier.kind in _REACHED)


def known_by(gate: Gate, history: PersonHistory) -> tuple[Address, ...]:
    """Return every identifier of the person that the ledger can still open, oldest first."""
    facts = [fact for fact in history.facts if fact.kind is Kind.IDENTIFIED]
    opened = open_payloads(facts, gate.keys)
    found: dict[str, Address] = {}
    for fact in sorted(facts, key=lambda fact: (fact.occurred_at, fact.id)):
        private = opened.get(fact.id)
        identifier = parse_identifier(str(private[IDENTIFIER])) if private else None
        if isinstance(identifier, Identifier):
            name = gate.hash_of(identifier).hex()[:24]
            found.setdefault(name, Address(id=name, identifier=identifier, since=fact.occurred_at))
    return tuple(found.values())


def identifiers(gate: Gate, case: Case) -> Iterator[Record]:
    """Yield by what the person is known, to keep: an erasure is answered and scanned for."""
    drawer = _drawer(gate, case)
    for address in known_by(gate, case.history):
        written = f"{address.since} {address.identifier.kind}:{address.identifier.value}"
        yield drawer.record(ADDRESS, f"{case.request.id}:{address.id}", written.encode())


def given(gate: Gate, case: Case, identifier: Identifier) -> Iterator[Record]:
    """Yield the identifier by which an erased person asks, to keep: else nobody could answer.

    The ledger knows its keyed hash alone, and was told it by the last fact of its kind at latest.
    """
    told = [
        fact.occurred_at
        for fact in case.history.facts
        if fact.kind is Kind.IDENTIFIED and fact.what == identifier.kind
    ]
    if told and not known_by(gate, case.history):
        written = f"{max(told)} {identifier.kind}:{identifier.value}"
        name = f"{case.request.id}:{gate.hash_of(identifier).hex()[:24]}"
        yield _drawer(gate, case).record(ADDRESS, name, written.encode())


def kept_with(gate: Gate, case: Case) -> tuple[Address, ...]:
    """Return the identifiers that were kept with the request."""
    drawer = _drawer(gate, case)
    found = []
    for record in drawer.all(ADDRESS):
        body = drawer.open(record)
        since, _, written = (body or b"").decode().partition(" ")
        identifier = parse_identifier(written) if written else None
        if isinstance(identifier, Identifier):
            name = record.id.partition(":")[2]
            found.append(Address(id=name, identifier=identifier, since=int(since)))
    return tuple(sorted(found, key=lambda each: (each.since, each.id)))


def _drawer(gate: Gate, case: Case) -> Drawer:
    return Drawer(gate=gate, request=case.request.id, person=case.request.person)


# Codes


def issue_code(register: Register, reference: str, address_id: str) -> tuple[Address, str]:
    """Return a fresh code and the address to send it to; a code before it no longer counts.

    Raises NotOnFile unless the shop has held the address for long enough before the request
    came, and TooManyCodes.
    """
    gate, case = register.gate, register.case(reference)
    address = _on_file(register, case, address_id)
    # The count stands whatever happens next: a new code keeps it.
    if gate.ledger.tally(f"codes:{address.id}", now=case.at, within=DAY) > CODES_A_DAY:
        raise TooManyCodes(TooManyCodes.__doc__)
    written = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    body = _Code(
        digest=_digest(gate, reference, written), address=address.id, until=case.at + CODE_LASTS
    )
    _drawer(gate, case).put(CODE, reference, msgspec.msgpack.encode(body), state="sent")
    if case.request.is_open and case.request.identity is None and _may_ask(case, register):
        register.move(reference, Move.IDENTITY_ASKED)
    return address, written


def _may_ask(case: Case, register: Register) -> bool:
    needs = case.request.need.proof
    known = proof_at(case.request, case.at, case.terms.wait)
    return needs > Proof.NONE and known < needs and register.settings.attempts > 0


def _on_file(register: Register, case: Case, address_id: str) -> Address:
    held = register.gate.settings.request_address_days * DAY
    for address in addresses_of(register.gate, case):
        if address.id == address_id and address.since <= case.request.received_at - held:
            return address
    raise NotOnFile(NotOnFile.__doc__)


def check_code(register: Register, reference: str, written: str) -> Case:
    """Return the request, proven when the code is right. A try counts always.

    Raises WrongCode, TriedTooOften.
    """
    gate, case = register.gate, register.case(reference)
    tries = gate.ledger.tally(f"tries:{reference}", now=case.at, within=CODE_LASTS)
    is_heard = tries <= CODE_TRIES
    address = _right_code(gate, case, written.strip()) if is_heard else None
    # Once: of two at the same moment one alone finds it unused.
    if address is None or not gate.ledger.move_record(CODE, reference, before="sent", after="used"):
        if case.request.is_open:
            register.move(reference, Move.IDENTITY_FAILED, thing=f"try:{tries}")
        raise WrongCode(WrongCode.__doc__) if is_heard else TriedTooOften(TriedTooOften.__doc__)
    # A closed request moves no more; whoever asked may still read how it was answered.
    if not case.request.is_open:
        return case
    return register.move(reference, Move.IDENTITY_VERIFIED, thing=address, marks=(f"{PROOF}code",))


def _right_code(gate: Gate, case: Case, written: str) -> str | None:
    """Return the address to which a code that is right was sent, None for any other."""
    body = _drawer(gate, case).get(CODE, case.request.id)
    code = msgspec.msgpack.decode(body, type=_Code) if body else None
    if code is None or case.at >= code.until:
        return None
    is_right = hmac.compare_digest(code.digest, _digest(gate, case.request.id, written))
    return code.address if is_right else None


def _digest(gate: Gate, reference: str, written: str) -> bytes:
    said = f"code\0{reference}\0{written}".encode()
    return hmac.new(gate.keys.hmac_key, said, hashlib.sha256).digest()


# Links


def issue_token(register: Register, case: Case, *, does: str, address: str, until: int) -> str:
    """Return the secret of a link that does one thing to one request, once, until then."""
    token, record = make_token(register, case, does=does, address=address, until=until)
    register.gate.ledger.put_records([record])
    return token


def make_token(
    register: Register, case: Case, *, does: str, address: str, until: int
) -> tuple[str, Record]:
    """Return the secret of such a link, and what is to be kept for it to count."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    body = msgspec.msgpack.encode(_Token(does=does, address=address, until=until))
    drawer = _drawer(register.gate, case)
    return token, drawer.record(LINK, _name(token), body, state="live", until=until)


def use_token(register: Register, token: str, *, does: str) -> tuple[Case, str]:
    """Return the request that the link is for, and through which address it came; once.

    Raises NoSuchToken.
    """
    case, address = read_token(register, token, does=does)
    if not register.gate.ledger.move_record(LINK, _name(token), before="live", after="used"):
        raise NoSuchToken(NoSuchToken.__doc__)
    return case, address


def read_token(register: Register, token: str, *, does: str) -> tuple[Case, str]:
    """Return what `use_token` would, and leave the link as it is: a GET changes nothing."""
    record = register.gate.ledger.record(LINK, _name(token))
    if record is None or record.state != "live":
        raise NoSuchToken(NoSuchToken.__doc__)
    case = register.case(record.request)
    body = _drawer(register.gate, case).open(record)
    found = msgspec.msgpack.decode(body, type=_Token) if body else None
    if found is None or found.does != does or found.until <= case.at:
        raise NoSuchToken(NoSuchToken.__doc__)
    return case, found.address


def _name(token: str) -> str:
    # The ledger keeps a digest: who reads it cannot use the link.
    return hashlib.sha256(token.encode()).hexdigest()
