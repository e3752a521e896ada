"""OpenDSR 2: a request by POST, its status by GET, each answer signed by the processor's key."""

from __future__ import annotations

import base64
import binascii
import hashlib
import uuid
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from placket.rights.recipients import Act, State
from placket.sources.processors.message import Answer, Message, known_as
from placket.sources.processors.reading import (
    read_json,
    read_time,
    write_json,
    write_time,
)
from placket.sources.processors.refusals import (
    AnswerOfAnother,
    RecipientUnset,
    SignatureWrong,
    Unable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.sources.processors.outgoing import Outgoing, Reply

VERSION: Final = "2.0"
_TYPES: Final[Mapping[Act, str]] = MappingProxyType({Act.ERASE: "erasure", Act.ACCESS: "access"})
_IDENTITIES: Final[Mapping[str, str]] = MappingProxyType(
    {"email": "email", "customer": "controller_customer_id"}
)
_STATES: Final[Mapping[str, State]] = MappingProxyType(
    {
        "pending": State.RECEIVED,
        "in_progress": State.RECEIVED,
        "completed": State.DONE,
        "cancelled": State.REFUSED,
    }
)
_NOT_OPENED: Final = frozenset({400, 409})
"""What a processor may answer to a request that it has already."""

_SIGNATURES: Final = ("x-opendsr-signature", "x-opengdpr-signature")
"""The header that carries a signature, and its name from before the protocol was renamed."""


class Received(msgspec.Struct, frozen=True):
    """The form of an answer to a request.

    encoded_request holds the whole request: it is compared, and neither kept nor shown.
    """

    subject_request_id: str
    encoded_request: str
    expected_completion_time: str
    received_time: str
    controller_id: str


class Status(msgspec.Struct, frozen=True):
    """The form of a status."""

    subject_request_id: str
    request_status: Literal["pending", "in_progress", "completed", "cancelled"]
    expected_completion_time: str
    controller_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDSR:
    """A processor that speaks OpenDSR 2, or OpenGDPR as it was called before.

    url: its address with the version, such as `https://processor.example/v2`. certificate: the
    processor's own, in PEM: it is set here, not fetched from whoever answers. token: sent as
    bearer when there is one. legacy: whether its paths have the old name.
    """

    url: str
    certificate: bytes = field(repr=False)
    calls: Outgoing
    token: str = field(default="", repr=False)
    legacy: bool = False

    def __post_init__(self) -> None:
        """Refuse a certificate that could verify nothing. Raises RecipientUnset."""
        _key(self.certificate)

    def tell(self, message: Message) -> Answer:
        """Open the request; one that the processor has already is asked about instead."""
        body = write_json(_request(message))
        reply = self.calls.post(self._address, body, self._headers)
        if reply.status in _NOT_OPENED:
            return self.status(message, request_uuid(message))
        self._verify(reply.expected(200, 201, 202))
        said = read_json(reply.body, Received)
        if said.subject_request_id != request_uuid(message) or _decoded(said) != body:
            raise AnswerOfAnother
        return Answer(
            state=State.RECEIVED,
            reference=said.subject_request_id,
            until=read_time(said.expected_completion_time),
        )

    def status(self, message: Message, reference: str) -> Answer:  # noqa: ARG002  # ours is known
        """Ask how far the processor is."""
        name = request_uuid(message)
        reply = self.calls.get(f"{self._address}/{name}", self._headers).expected(200)
        signature = self._verify(reply)
        said = read_json(reply.body, Status)
        if said.subject_request_id != name:
            raise AnswerOfAnother
        return Answer(
            state=_STATES[said.request_status],
            signed=(signature, reply.body),
            reference=name,
            until=read_time(said.expected_completion_time),
        )

    @property
    def _address(self) -> str:
        return f"{self.url.rstrip('/')}/{'opengdpr_requests' if self.legacy else 'requests'}"

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.token}"} if self.token else {}

    def _verify(self, reply: Reply) -> bytes:
        """Return the signature of the raw body, verified before anything is parsed."""
        written = next((reply.headers[n] for n in _SIGNATURES if n in reply.headers), "")
        try:
            signature = base64.b64decode("".join(written.split()), validate=True)
            _key(self.certificate).verify(signature, reply.body, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            raise SignatureWrong from None
        return signature


def request_uuid(message: Message) -> str:
    """Return the UUID of the message, in the form of version 4: the same for each sending."""
    digest = hashlib.sha256(f"opendsr\0{message.id}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _request(message: Message) -> Mapping[str, object]:
    identities = [
        {
            "identity_type": _IDENTITIES[each.kind],
            "identity_value": known_as(each),
            "identity_format": "raw",
        }
        for each in message.whom
        if each.kind in _IDENTITIES
    ]
    if message.act not in _TYPES or not identities:
        raise Unable
    return {
        "regulation": "gdpr",
        "subject_request_id": request_uuid(message),
        "subject_request_type": _TYPES[message.act],
        "subject_identities": identities,
        "submitted_time": write_time(message.asked_at),
        "api_version": VERSION,
    }


def _decoded(said: Received) -> bytes:
    try:
        return base64.b64decode(said.encoded_request, validate=True)
    except (binascii.Error, ValueError):
        return b""


def _key(certificate: bytes) -> RSAPublicKey:
    try:
        key = load_pem_x509_certificate(certificate).public_key()
    except ValueError:
        raise RecipientUnset("the certificate is no certificate in PEM") from None
    if not isinstance(key, RSAPublicKey):
        raise RecipientUnset("the certificate holds no RSA key")
    return key
