"""What is a person's identifier in a value, however it is wrapped, and what is another's."""

import base64
import hashlib

import pytest

from placket.identity import Identifier, keyed_hash, parse_identifier
from placket.scan.looking import Look
from placket.scan.needles import needles_of
from tests.unit.scan.wrapping import BYTES, TEXT

KEY = b"k" * 32
WRITTEN = "email:Ada@Example.org"
ADDRESS = b"Ada@Example.org"
SUBJECTS = (
    WRITTEN,
    "email:zoë@bücher.example",
    "phone:+44 7700 900123",
    "device:Ab-12345-xyz",
    "customer:shop:7",
)


def identified(*subjects: str) -> list[Identifier]:
    found = [parse_identifier(subject) for subject in subjects]
    return [each for each in found if isinstance(each, Identifier)]


IDENTIFIERS = identified(*SUBJECTS)
LOOK = Look(needles_of(IDENTIFIERS, written=SUBJECTS, key=KEY))


def kinds(value: bytes) -> set[str]:
    """Return what was found, without how it was wrapped; the quick look agrees."""
    found = {form.partition(" in ")[0] for form in LOOK.forms_in(value)}
    assert LOOK.may_hold(b"\0".join((b"before", value, b"after"))) or not found
    return found


@pytest.mark.parametrize("name", [*TEXT, *BYTES])
def test_an_address_is_found_in_each_way_of_writing_it(name: str) -> None:
    value = {**TEXT, **BYTES}[name](ADDRESS)

    assert "email" in kinds(value)


@pytest.mark.parametrize("outer", BYTES)
@pytest.mark.parametrize("inner", TEXT)
def test_an_address_is_found_in_one_way_within_another(inner: str, outer: str) -> None:
    assert "email" in kinds(BYTES[outer](TEXT[inner](ADDRESS)))


@pytest.mark.parametrize("outer", BYTES)
@pytest.mark.parametrize("inner", TEXT)
@pytest.mark.parametrize("near", ["nada@example.org", "ada@example.org.uk"])
def test_a_longer_address_is_another_persons(near: str, inner: str, outer: str) -> None:
    assert kinds(BYTES[outer](TEXT[inner](near.encode()))) == set()


@pytest.mark.parametrize(
    "near",
    [
        "nada@example.org",
        "x.ada@example.org",
        "not-ada@example.org",
        "news+ada@example.org",
        "_ada@example.org",
        "ada@example.org.uk",
        "ada@example.organic",
        "ada@example.org-shop.com",
        "ada@sub.example.org",
    ],
)
def test_an_address_within_a_longer_one_is_no_finding(near: str) -> None:
    wrapped = [wrap(near.encode()) for wrap in (*TEXT.values(), *BYTES.values())]

    assert [kinds(value) for value in (near.encode(), *wrapped) if kinds(value)] == []


def test_letters_beyond_ascii_make_an_address_longer_too() -> None:
    assert kinds("éada@example.org".encode()) == set()
    assert kinds("ada@example.orgé".encode()) == set()
    assert kinds("«ada@example.org»".encode()) == {"email"}


@pytest.mark.parametrize(
    "text",
    [
        "<ada@example.org>",
        "'ADA@EXAMPLE.ORG'",
        "write to ada@example.org.",
        "- ada@example.org",
        "-ada@example.org",
        "(ada@example.org)",
        "mailto:ada@example.org?subject=x",
        "email=ada@example.org&x=1",
        "N'ada@example.org'",
        "name=Ada+Lovelace+ada%40example.org&x=1",
        "=?utf-8?Q?ada=40example=2Eorg?=",
        "ada@<wbr>example<b>.org</b>",
        "ada@example.org_backup",
        "1\tada@example.org\t2",
        r"a\nada@example.org\n",
    ],
)
def test_an_address_stands_alone_beside_any_mark_that_ends_it(text: str) -> None:
    assert "email" in kinds(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "zoë@bücher.example",
        "ZOË@BÜCHER.example",
        "zoë@xn--bcher-kva.example",
        "zoe\u0308@bücher.example",
    ],
)
def test_a_domain_is_found_in_its_letters_and_in_ascii(text: str) -> None:
    assert kinds(text.encode()) == {"email"}
    assert kinds(f"a{text}".encode()) == set()


@pytest.mark.parametrize(
    "text",
    [
        "+447700900123",
        "447700900123",
        "00447700900123",
        "0044 7700 900 123",
        "+44 (0)7700 900123",
        "+44\u00a07700\u2011900\u2011123",
        "07700 900123",
        "(07700) 900-123",
        "07700.900.123",
        "7700900123",
        "7700900123.0",
        "order 12 07700 900123, 3 items",
        '{"phone": 447700900123}',
    ],
)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert kinds(text.encode()) == {"phone"}


@pytest.mark.parametrize(
    "near",
    [
        "077009001234",
        "+447700900124",
        "+1 7700 900123",
        "0017700900123",
        "17700900123",
        "7700 900 12",
        "+33 7700900123",
    ],
)
def test_another_number_is_no_finding(near: str) -> None:
    assert kinds(near.encode()) == set()


@pytest.mark.parametrize("spelt", [b"Ada@Example.org", b"ada@example.org"])
@pytest.mark.parametrize("name", ["md5", "sha1", "sha256"])
def test_a_hash_is_found_in_hex_base64_and_bytes(name: str, spelt: bytes) -> None:
    digest = hashlib.new(name, spelt, usedforsecurity=False).digest()
    written = (
        digest.hex().encode(),
        b"h:" + digest.hex().upper().encode(),
        base64.b64encode(digest),
        base64.urlsafe_b64encode(digest).rstrip(b"="),
        digest,
        b"\\x" + digest.hex().encode(),
    )

    assert [kinds(value) for value in written] == [{f"{name} of email"}] * len(written)


def test_the_installations_keyed_hash_is_found_and_anothers_is_not() -> None:
    ada, other = IDENTIFIERS[0], Identifier("email", "nada@example.org")

    assert kinds(keyed_hash(ada, KEY).hex().encode()) == {"keyed hash of email"}
    assert kinds(keyed_hash(other, KEY).hex().encode()) == set()


def test_the_hash_of_a_number_is_found_in_the_spellings_that_recipients_take() -> None:
    spelt = ("+447700900123", "447700900123", "07700900123")

    found = [kinds(hashlib.sha256(text.encode()).hexdigest().encode()) for text in spelt]

    assert found == [{"sha256 of phone"}] * 3


def test_a_key_is_found_as_a_word_and_a_short_one_is_left_out() -> None:
    assert kinds(b"seen ab-12345-XYZ, twice") == {"device"}
    assert kinds(b"seen ab-12345-xyz9") == set()
    assert LOOK.needles.left_out == 1


def test_nothing_that_shows_a_needle_shows_its_value() -> None:
    shown = repr(LOOK.needles).lower()

    assert [word for word in ("ada", "7700", "12345", "bücher") if word in shown] == []


def test_more_packed_than_the_limits_allow_may_hold_anything() -> None:
    bomb = BYTES["gzip"](bytes(200 * 1024 * 1024))

    assert LOOK.may_hold(bomb)


def test_what_stands_before_damage_in_packed_bytes_is_found() -> None:
    whole = BYTES["gzip"]((ADDRESS + b" ") * 3 + bytes(range(256)) * 40)

    assert kinds(whole[:-8] + b"\xff" * 8) == {"email"}
    assert kinds(whole[: len(whole) // 2] + b"\xff" * 400) == {"email"}


@pytest.mark.parametrize("before", [b"X", b"XX", b"\x8c", b"\x8c\x8c", b"q\x58"])
def test_the_mark_of_a_text_is_seen_beside_its_like(before: bytes) -> None:
    address = TEXT["html, every letter"](ADDRESS)
    long = before + b"X" + len(address).to_bytes(4, "little") + address + b"q\x02"
    short = before + b"\x8c" + bytes([len(address)]) + address + b"q"

    assert kinds(long) == {"email"}
    assert kinds(short) == {"email"}
