"""The counter: the desk for requests as the web has it, and how often a stranger may turn to it."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from placket.gate.requests.desk import Desk
from placket.gate.requests.register import LETTERS, REFERENCE_LETTERS, NoSuchRequest, Register
from placket.store.refusals import FactConflict
from placket.web.headers import is_loopback
from placket.web.look.rendering import style_sheet

if TYPE_CHECKING:
    from starlette.requests import Request

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case, Opening

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
BEHIND_A_PROXY: Final = 50
"""How many strangers stand behind an address of this machine: a proxy that hides who they are."""


def desk_of(gate: Gate) -> Desk:
    """Return the desk of the installation, with the address that its letters name."""
    web = gate.settings.web_address.rstrip("/")
    here = f"http://{gate.settings.host}:{gate.settings.port}"
    sheet = style_sheet()[0].decode()
    return Desk(register=Register(gate=gate, sheet=sheet), web=web or here)


def keyed(gate: Gate, *said: str) -> str:
    """Return a digest of what was said that nobody without the installation's key can make."""
    written = "\0".join(said).encode()
    return hmac.new(gate.keys.hmac_key, written, hashlib.sha256).hexdigest()


def reference_of(gate: Gate, sender: str, sent_id: str) -> str:
    """Return the reference of a request that came under an id of its sender's own.

    Always the same for the same, so that a request that is sent twice is opened once.
    """
    number = int(keyed(gate, "reference", sender, sent_id), 16)
    letters = []
    for _ in range(REFERENCE_LETTERS):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return "r_" + "".join(letters)


def open_once(desk: Desk, opening: Opening) -> Case:
    """Return the request of the reference that `opening` names, opened when there is none yet.

    What was cut short between the opening and its letters is ended.
    """
    case = _opened(desk, opening)
    if case is None:
        try:
            return desk.open(opening)
        except FactConflict:
            # Somebody else opened it at the same moment.
            case = _opened(desk, opening)
            if case is None:
                raise
    if case.request.acknowledged_at is None and case.request.is_open:
        return desk.acknowledge(case.request.id)
    return case


def _opened(desk: Desk, opening: Opening) -> Case | None:
    try:
        return desk.register.case(opening.reference)
    except NoSuchRequest:
        return None


def is_too_often(gate: Gate, what: str, who: str, *, most: int, within: int = DAY) -> bool:
    """Count one more of `what` by `who`, and say whether that is more than may be.

    who: never kept as it is written, only as its keyed digest.
    """
    name = f"{what}:{keyed(gate, what, who)[:24]}"
    return gate.ledger.tally(name, now=gate.now(), within=within) > most


def is_client_too_often(request: Request, what: str, *, most: int, within: int = DAY) -> bool:
    """Say the same of the machine that asks; of one behind a proxy it is not known which it is."""
    host = request.client.host if request.client is not None else ""
    shared = BEHIND_A_PROXY if is_loopback(host) else 1
    gate: Gate = request.app.state.gate
    return is_too_often(gate, f"client_{what}", host, most=most * shared, within=within)
