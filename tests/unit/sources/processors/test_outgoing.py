"""Calls to recipients: to the open network alone, to one address, in little time and room."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from placket.sources.processors.addresses import is_loopback, is_public, place_of
from placket.sources.processors.outgoing import Outgoing
from placket.sources.processors.refusals import (
    AddressRefused,
    AnswerRefused,
    AnswerTooLong,
    AnswerUnreadable,
    NotTold,
    RecipientUnreachable,
)
from tests.unit.sources.processors import fakes
from tests.unit.sources.processors.fakes import Recipient, Reply, outgoing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.sources.processors.conftest import Serve

INSIDE = (
    *("127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("0.0.0.0", "100.64.0.1", "192.0.0.8", "192.88.99.1", "198.18.0.1", "224.0.0.1"),  # noqa: S104  # refused
    *("240.0.0.1", "255.255.255.255", "203.0.113.1", "::", "::1", "fe80::1", "fe80::1%eth0"),
    *("fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8"),
    *("::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "3fff::1"),
    *("", "example.org", "1", "127.1"),
)
OUTSIDE = ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450::1")


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_of_the_open_network(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_of_the_open_network(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_is_known_by_its_plain_addresses(address: str) -> None:
    assert is_loopback(address)
    assert not is_loopback(f"::ffff:{address}")


def refused(url: str, *addresses: str, **more: Any) -> str:
    with pytest.raises(NotTold) as raised:
        place_of(url, lambda _host, _port: addresses, **more)
    return str(raised.value)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_called(address: str) -> None:
    assert refused("https://ferry.example/told", address) == (
        "the recipient's address leads into a network that is not open"
    )


def test_one_address_inside_among_others_is_enough_to_refuse() -> None:
    assert "not open" in refused("https://ferry.example/", "8.8.8.8", "10.0.0.1")
    assert "not open" in refused("https://ferry.example/", "127.0.0.1", "8.8.8.8", loopback=True)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://ferry.example/", "the recipient's address is not `https://`"),
        ("ftp://ferry.example/", "the recipient's address is not `https://`"),
        ("file:///etc/passwd", "the recipient's address is not `https://`"),
        ("https:///told", "the recipient's address is not `https://`"),
        ("ferry.example", "the recipient's address is not `https://`"),
        (
            "https://u:p@ferry.example/",
            "the recipient's address holds more than a host and a path",
        ),
        ("https://a\\@ferry.example/", "the recipient's address holds more than a host and a path"),
        (
            "https://ferry.example/#part",
            "the recipient's address holds more than a host and a path",
        ),
        ("https://ferry.example:99999/", "the recipient's address is no URL"),
        ("https://[::1/", "the recipient's address is no URL"),
        ("https://fähre.example/", "the recipient's address is no plain URL"),
        ("https://ferry.example/\r\nx: y", "the recipient's address is no plain URL"),
        (f"https://ferry.example/{'a' * 2048}", "the recipient's address is no plain URL"),
    ],
)
def test_an_address_that_is_no_plain_https_is_refused(url: str, why: str) -> None:
    assert refused(url, "8.8.8.8") == why


def test_this_machine_is_called_only_where_a_setting_lets_it() -> None:
    assert "not open" in refused("http://ferry.example/", "127.0.0.1")

    found = place_of("http://ferry.example/", lambda *_: ("127.0.0.1",), loopback=True)

    assert (found.address, found.port) == ("127.0.0.1", 80)


def test_a_name_without_an_address_is_not_reached() -> None:
    assert refused("https://ferry.example/") == "the recipient's name leads to no address"
    with pytest.raises(RecipientUnreachable):
        place_of("https://ferry.invalid/")


# One call


def test_a_call_brings_the_answer(serve: Serve) -> None:
    ferry = serve(lambda seen: Reply(201, seen.body[::-1], {"X-Told": "yes"}))

    found = outgoing().post(ferry.url + "?a=b", b"abc", {"x-by": "us"})

    assert (found.status, found.body, found.headers["x-told"]) == (201, b"cba", "yes")
    (seen,) = ferry.seen
    assert (seen.method, seen.path, seen.body) == ("POST", "/told?a=b", b"abc")
    assert seen.headers["host"] == f"127.0.0.1:{ferry.port}"
    assert seen.headers["x-by"] == "us"
    assert seen.headers["content-type"] == "application/json"


def test_the_name_is_asked_for_once_and_that_address_is_called(serve: Serve) -> None:
    ferry = serve(lambda _seen: Reply(200, b"{}"))
    # A name that leads elsewhere by the second time it is asked for.
    addresses = iter([["127.0.0.1"], ["127.0.0.2"]])
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return next(addresses)

    outgoing(resolve=resolve).get(f"http://ferry.example:{ferry.port}/", {})

    assert asked == [("ferry.example", ferry.port)]
    assert ferry.seen[0].headers["host"] == f"ferry.example:{ferry.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(serve: Serve, status: int) -> None:
    secret = serve(lambda _seen: Reply(200, b"inside"))
    ferry = serve(lambda _seen: Reply(status, b"", {"location": secret.url}))

    found = outgoing().post(ferry.url, b"{}", {})

    with pytest.raises(AnswerRefused) as raised:
        found.expected(200, 201, 202)
    assert str(raised.value) == f"the recipient answered with status {status}"
    assert secret.seen == []


@pytest.mark.parametrize(
    ("does", "failure"),
    [
        (fakes.hangs, RecipientUnreachable),
        (fakes.drips, RecipientUnreachable),
        (fakes.drips_body, RecipientUnreachable),
        (fakes.is_endless, AnswerTooLong),
        (fakes.hangs_up, AnswerUnreadable),
        (fakes.is_no_http, AnswerUnreadable),
    ],
)
def test_a_recipient_that_does_not_answer_well_is_left(
    serve: Serve, does: Callable[..., None], failure: type[NotTold]
) -> None:
    ferry = serve(lambda _seen: does)
    seconds = 5.0 if does in {fakes.is_endless, fakes.hangs_up, fakes.is_no_http} else 0.2
    began = monotonic()

    with pytest.raises(failure):
        outgoing(seconds).post(ferry.url, b"{}", {})

    assert monotonic() - began < 5


def test_an_answer_may_be_as_long_as_a_mebibyte_and_no_longer(serve: Serve) -> None:
    ferry = serve(lambda seen: Reply(200, b" " * int(seen.body)))

    assert len(outgoing().post(ferry.url, b"1048576", {}).body) == 1_048_576
    with pytest.raises(AnswerTooLong):
        outgoing().post(ferry.url, b"1048577", {})


def test_a_packed_answer_is_refused(serve: Serve) -> None:
    ferry = serve(lambda _seen: Reply(200, b"\x1f\x8b", {"content-encoding": "gzip"}))

    with pytest.raises(AnswerUnreadable):
        outgoing().post(ferry.url, b"{}", {})


def test_who_does_not_listen_is_not_reached() -> None:
    gone = Recipient(lambda _seen: Reply())
    gone.close()

    with pytest.raises(RecipientUnreachable) as raised:
        outgoing().post(gone.url, b"{}", {})

    assert str(raised.value) == "The recipient did not answer in time."


# Certificates


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the key and certificate of ferry.example."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ferry.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("ferry.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("certified") / "ferry.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    return file


def shows(certified: Path) -> ssl.SSLContext:
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(certified)
    return shown


def calls_at(ferry: Recipient, host: str, tls: ssl.SSLContext | None = None) -> bytes:
    trusting = tls or ssl.create_default_context()
    calls = Outgoing(loopback=True, resolve=lambda *_: ("127.0.0.1",), tls=trusting)
    return calls.get(f"https://{host}:{ferry.port}/", {}).body


def test_the_certificate_is_of_the_name_and_not_of_the_address(
    serve: Serve, certified: Path
) -> None:
    ferry = serve(lambda _seen: Reply(200, b"{}"), shows(certified))
    trusting = ssl.create_default_context(cafile=str(certified))

    assert calls_at(ferry, "ferry.example", trusting) == b"{}"
    with pytest.raises(RecipientUnreachable):
        calls_at(ferry, "other.example", trusting)


def test_a_certificate_that_nobody_vouches_for_is_refused(serve: Serve, certified: Path) -> None:
    ferry = serve(lambda _seen: Reply(200, b"{}"), shows(certified))

    with pytest.raises(RecipientUnreachable):
        calls_at(ferry, "ferry.example")
    assert ferry.seen == []


def test_what_is_refused_says_why_in_a_word() -> None:
    assert (AddressRefused.why, RecipientUnreachable.why) == ("address_refused", "unreachable")
