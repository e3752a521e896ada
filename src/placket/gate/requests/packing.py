"""The copy of an access or portability request: made, kept sealed, fetched once or locked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from placket.gate.packages import LASTS, lock, make_passphrase, zipped
from placket.gate.requests.proof import issue_token, use_token
from placket.gate.requests.sealed import PACKAGE, Drawer
from placket.plan.explaining import explained
from placket.plan.package import Package, package

if TYPE_CHECKING:
    from placket.gate.requests.register import Case, Register
    from placket.plan.asking import Asking
    from placket.plan.plan import Plan

DOWNLOAD: Final = "download"
READY: Final = "ready"
CHECKPOINT: Final = "checkpoint.txt"
"""The ledger's newest checkpoint, so that whoever has the copy witnesses what stood then."""


class NoPackage(Exception):
    """no copy waits for this request; it was not made yet, or its seven days are over."""


def pack(register: Register, case: Case, plan: Plan, asking: Asking) -> None:
    """Make the copy that the plan shows, and keep it under the request's own key for a week.

    asking: the rows that it shows. Made again it takes the place of the one before.
    """
    made = package(
        asking,
        plan,
        explained(asking, case.history.facts),
        sheet=register.sheet,
        facts=case.history.facts,
        country=asking.standing.country,
    )
    witness = (register.gate.checkpoint() or "").encode()
    body = msgspec.msgpack.encode({**made.files, CHECKPOINT: witness})
    _drawer(register, case).put(PACKAGE, case.request.id, body, state=READY, until=case.at + LASTS)


def link_to(register: Register, case: Case, *, address: str, web: str) -> str:
    """Return a link by which whoever reads the address fetches the copy, once, within a week."""
    until = case.at + LASTS
    token = issue_token(register, case, does=DOWNLOAD, address=address, until=until)
    return f"{web}/privacy/requests/copy/{token}"


def fetch(register: Register, token: str) -> tuple[Case, bytes]:
    """Return the copy as an archive, for a link that is then used up.

    Raises NoSuchToken, NoPackage.
    """
    case, _ = use_token(register, token, does=DOWNLOAD)
    return case, archive_of(register, case)


def archive_of(register: Register, case: Case) -> bytes:
    """Return the copy as a plain archive, for a way that is locked itself. Raises NoPackage."""
    return zipped(_package(register, case))


def locked(register: Register, reference: str) -> tuple[bytes, str]:
    """Return the copy in a locked archive, and its passphrase to be told by another channel.

    Raises NoSuchRequest, NoPackage.
    """
    passphrase = make_passphrase()
    return lock(_package(register, register.case(reference)), passphrase), passphrase


def _package(register: Register, case: Case) -> Package:
    # Somebody at the person's own address said that it was not they, or they took it back.
    if case.request.stopped_at is not None or case.request.ended_at is not None:
        raise NoPackage(NoPackage.__doc__)
    record = register.gate.ledger.record(PACKAGE, case.request.id)
    if record is None or record.until is None or record.until <= case.at:
        raise NoPackage(NoPackage.__doc__)
    body = _drawer(register, case).open(record)
    if body is None:
        raise NoPackage(NoPackage.__doc__)
    return Package(files=msgspec.msgpack.decode(body, type=dict[str, bytes]))


def drop_old(register: Register) -> int:
    """Drop the copies whose week is over; return how many."""
    ledger = register.gate.ledger
    old = [record.id for record in ledger.due_records(PACKAGE, register.gate.now(), 1_000)]
    if old:
        ledger.drop_records(PACKAGE, old)
    return len(old)


def _drawer(register: Register, case: Case) -> Drawer:
    return Drawer(gate=register.gate, request=case.request.id, person=case.request.person)
