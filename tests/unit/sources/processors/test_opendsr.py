"""OpenDSR 2, told to a processor that signs, one that does not, and one that knows it already."""

from __future__ import annotations

import base64
import json
import logging
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from placket.rights.recipients import Act, State
from placket.sources.processors.message import Answer, asked
from placket.sources.processors.message import told as tell
from placket.sources.processors.opendsr import OpenDSR, request_uuid
from placket.sources.processors.refusals import RecipientUnset
from tests.unit.sources.processors.fakes import Reply, Seen, message, outgoing

if TYPE_CHECKING:
    from tests.unit.sources.processors.conftest import Serve

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def certificate_of(key: Key) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ferry.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name,
        name,
        key.public_key(),
        x509.random_serial_number(),
        now - timedelta(days=1),
        now + timedelta(days=1),
    )
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


OWN = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ANOTHERS = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CERTIFICATE = certificate_of(OWN)
TOKEN = "a-token-of-ours"  # noqa: S105  # invented


@dataclass
class Processor:
    """A processor that keeps requests by their id. status: how far it says that it is."""

    status: str = "pending"
    key: rsa.RSAPrivateKey = OWN
    header: str = "X-OpenDSR-Signature"
    changes: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, seen: Seen) -> Reply:
        if seen.method == "POST":
            return self.receives(seen)
        name = seen.path.rpartition("/")[2]
        if name not in self.kept:
            return Reply(404)
        return self.signs(200, {"subject_request_id": name, "request_status": self.status})

    def receives(self, seen: Seen) -> Reply:
        name = seen.said["subject_request_id"]
        if name in self.kept:
            return Reply(400, b'{"error":{"code":400}}')
        self.kept[name] = seen.body
        encoded = base64.b64encode(seen.body).decode()
        said = {"subject_request_id": name, "encoded_request": encoded}
        return self.signs(201, {**said, "received_time": "2026-01-01T00:00:00Z"})

    def signs(self, status: int, said: dict[str, Any]) -> Reply:
        usual = {"controller_id": "shop-1", "expected_completion_time": "2026-01-31T00:00:00Z"}
        body = json.dumps({**usual, **said, **self.changes}).encode()
        signature = base64.b64encode(self.key.sign(body, PKCS1v15(), SHA256())).decode()
        return Reply(status, body, {self.header: signature})


def opendsr(url: str, **more: Any) -> OpenDSR:
    base = url.removesuffix("/told") + "/v2/"
    return OpenDSR(url=base, certificate=CERTIFICATE, calls=outgoing(), **more)


def failed(why: str) -> Answer:
    return Answer(state=State.FAILED, why=why)


END_OF_JANUARY = int(datetime(2026, 1, 31, tzinfo=UTC).timestamp()) * 1_000_000


def test_a_request_says_what_the_protocol_asks_for(serve: Serve) -> None:
    ferry = serve(Processor())

    found = tell(opendsr(ferry.url, token=TOKEN), message())

    (seen,) = ferry.seen
    assert (seen.method, seen.path) == ("POST", "/v2/requests")
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.said == {
        "regulation": "gdpr",
        "subject_request_id": request_uuid(message()),
        "subject_request_type": "erasure",
        "subject_identities": [
            {
                "identity_type": "email",
                "identity_value": "ada@example.org",
                "identity_format": "raw",
            },
            {
                "identity_type": "controller_customer_id",
                "identity_value": "7",
                "identity_format": "raw",
            },
        ],
        "submitted_time": "2023-11-14T22:13:20Z",
        "api_version": "2.0",
    }
    assert found == Answer(
        state=State.RECEIVED, reference=request_uuid(message()), until=END_OF_JANUARY
    )


def test_the_id_of_a_request_is_a_uuid_of_version_4_and_always_the_same() -> None:
    found = uuid.UUID(request_uuid(message()))

    assert (found.version, found.variant) == (4, uuid.RFC_4122)
    assert request_uuid(message()) == request_uuid(message(attempt=2))
    assert request_uuid(message()) != request_uuid(message(id="m_2"))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", State.RECEIVED),
        ("in_progress", State.RECEIVED),
        ("completed", State.DONE),
        ("cancelled", State.REFUSED),
    ],
)
def test_a_status_is_read(serve: Serve, status: str, state: State) -> None:
    processor = Processor(status=status)
    ferry = serve(processor)
    way = opendsr(ferry.url)
    tell(way, message())

    found = asked(way, message(), request_uuid(message()))

    assert (found.state, found.until) == (state, END_OF_JANUARY)
    assert ferry.seen[1].path == f"/v2/requests/{request_uuid(message())}"
    assert len(found.receipt) == 64


def test_telling_again_asks_how_far_it_is(serve: Serve) -> None:
    ferry = serve(Processor(status="completed"))
    way = opendsr(ferry.url)

    states = [tell(way, message()).state for _ in range(2)]

    assert states == [State.RECEIVED, State.DONE]
    assert [seen.method for seen in ferry.seen] == ["POST", "POST", "GET"]


def test_the_old_names_are_honoured(serve: Serve) -> None:
    ferry = serve(Processor(status="completed", header="X-OpenGDPR-Signature"))
    way = opendsr(ferry.url, legacy=True)

    assert tell(way, message()).state == State.RECEIVED
    assert asked(way, message(), "").state == State.DONE
    assert [seen.path.split("/")[2] for seen in ferry.seen] == ["opengdpr_requests"] * 2


# What is not believed


def test_an_answer_signed_by_another_is_not_believed(serve: Serve) -> None:
    ferry = serve(Processor(key=ANOTHERS))

    assert tell(opendsr(ferry.url), message()) == failed("unsigned")


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64!", "é"])
def test_an_answer_without_a_signature_is_not_believed(serve: Serve, signature: str) -> None:
    ferry = serve(lambda _seen: Reply(201, b"{}", {"X-OpenDSR-Signature": signature}))

    assert tell(opendsr(ferry.url), message()) == failed("unsigned")


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_request_id": "a7551968-d5d6-44b2-9831-815ac9017798"},
        {"encoded_request": base64.b64encode(b"{}").decode()},
        {"encoded_request": "not base64!"},
    ],
)
def test_an_answer_to_another_request_counts_for_nothing(
    serve: Serve, changes: dict[str, Any]
) -> None:
    ferry = serve(Processor(changes=changes))

    assert tell(opendsr(ferry.url), message()) == failed("of_another")


def test_a_status_of_another_request_counts_for_nothing(serve: Serve) -> None:
    processor = Processor(status="completed", kept={request_uuid(message()): b""})
    processor.changes = {"subject_request_id": request_uuid(message(id="m_2"))}
    ferry = serve(processor)

    assert asked(opendsr(ferry.url), message(), "") == failed("of_another")


@pytest.mark.parametrize(
    "changes",
    [
        {"request_status": "finished"},
        {"request_status": None},
        {"expected_completion_time": "soon"},
        {"expected_completion_time": "2026-01-31T00:00:00"},
        {"controller_id": 1},
    ],
)
def test_a_status_of_another_form_is_not_read(serve: Serve, changes: dict[str, Any]) -> None:
    ferry = serve(Processor(changes=changes, kept={request_uuid(message()): b""}))

    assert asked(opendsr(ferry.url), message(), "") == failed("unreadable")


def test_a_status_of_what_it_never_got_is_a_failure(serve: Serve) -> None:
    ferry = serve(Processor())

    assert asked(opendsr(ferry.url), message(), "") == failed("bad_status")


@pytest.mark.parametrize("parts", [{"act": Act.RECTIFY}, {"act": Act.RESTRICT}, {"whom": ()}])
def test_what_the_protocol_cannot_say_goes_to_a_person(serve: Serve, parts: Any) -> None:
    ferry = serve(Processor())

    assert tell(opendsr(ferry.url), message(**parts)) == failed("unable")
    assert ferry.seen == []


def test_the_encoded_request_is_neither_logged_nor_kept(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    ferry = serve(Processor(changes={"controller_id": "x" * 10}))
    caplog.set_level(logging.DEBUG)

    found = tell(opendsr(ferry.url, token=TOKEN), message())

    encoded = base64.b64encode(ferry.seen[0].body).decode()
    everything = caplog.text + repr(found) + repr(opendsr(ferry.url)) + repr(found.signed)
    assert found.signed == ()
    for secret in (encoded, "ada@example.org", TOKEN):
        assert secret not in everything


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        (b"", "the certificate is no certificate in PEM"),
        (b"-----BEGIN CERTIFICATE-----\n", "the certificate is no certificate in PEM"),
        (
            certificate_of(ec.generate_private_key(ec.SECP256R1())),
            "the certificate holds no RSA key",
        ),
    ],
)
def test_a_certificate_that_verifies_nothing_is_refused(certificate: bytes, why: str) -> None:
    with pytest.raises(RecipientUnset) as raised:
        OpenDSR(url="https://ferry.example/v2", certificate=certificate, calls=outgoing())

    assert str(raised.value) == why
