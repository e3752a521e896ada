"""Identifiers: what is read, in which normal form, and what a refusal says."""

import hashlib
import hmac

import pytest

from placket.identity import KINDS, Identifier, keyed_hash, normalise, parse_identifier

NO_KIND = (
    "no kind is named; write `kind:value`, where kind is one of "
    "email, phone, customer, order, device, other"
)
UNKNOWN_KIND = (
    "the kind is not known; write one of "
    "email, phone, customer, order, device, other before the colon"
)
NO_COUNTRY = (
    "the number has no country code; write it as in `phone:+44 7700 900123`, or name the country"
)
NO_KEY = "the value is no key; write 1 to 512 printable characters"
NO_EMAIL = "the value is no email address; write one such as `email:ada@example.org`"
NO_PHONE = (
    "the value is no phone number; write it with its country code, such as `phone:+44 7700 900123`"
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("email:ada@example.org", "ada@example.org"),
        ("email:Ada@Example.ORG", "ada@example.org"),
        ("email:  ada@example.org ", "ada@example.org"),
        ("EMAIL:ada@example.org", "ada@example.org"),
        ("email:ada+bags@example.org", "ada+bags@example.org"),
        ("email:o'hara@example.org", "o'hara@example.org"),
        ("email:info@xn--bcher-kva.example", "info@xn--bcher-kva.example"),
        ("email:Info@BÜCHER.example", "info@xn--bcher-kva.example"),
        ("email:ADÉLE@example.org", "adéle@example.org"),
        ("email:ade\u0301le@example.org", "adéle@example.org"),
        ("email:ada@shop.test", "ada@shop.test"),
        ("email:ada@shop.example", "ada@shop.example"),
    ],
)
def test_two_spellings_of_one_email_are_equal(text: str, value: str) -> None:
    assert parse_identifier(text) == Identifier("email", value)


@pytest.mark.parametrize(
    ("text", "country", "value"),
    [
        ("phone:+447700900123", None, "+447700900123"),
        ("phone:+44 7700 900123", None, "+447700900123"),
        ("phone:+44 (0)7700 900-123", None, "+447700900123"),
        ("phone:0044 7700 900123", "GB", "+447700900123"),
        ("phone:+46 00 79 46 00 00", None, "+4679460000"),
        ("phone:07700 900123", "GB", "+447700900123"),
        ("phone:020 7946 0018", "GB", "+442079460018"),
        ("phone:+44 20 7946 0018", "FR", "+442079460018"),
    ],
)
def test_a_phone_number_becomes_e164(text: str, country: str | None, value: str) -> None:
    assert parse_identifier(text, country=country) == Identifier("phone", value)


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("customer:shop:C-17", Identifier("customer", "shop:C-17")),
        ("customer: shop:a:b ", Identifier("customer", "shop:a:b")),
        ("order:10017", Identifier("order", "10017")),
        ("device:3f0c", Identifier("device", "3f0c")),
        ("other:cafe\u0301", Identifier("other", "caf\u00e9")),
    ],
)
def test_a_key_keeps_its_case_and_loses_its_margins(text: str, identifier: Identifier) -> None:
    assert parse_identifier(text) == identifier


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        (
            "ada@example.org",
            NO_KIND,
        ),
        (
            "fax:020 7946 0018",
            UNKNOWN_KIND,
        ),
        ("email:", NO_EMAIL),
        ("email:ada", NO_EMAIL),
        ("email:ada@localhost", NO_EMAIL),
        ("email:ada@shop.local", NO_EMAIL),
        ("email:ada@@example.org", NO_EMAIL),
        ("email:Ada <ada@example.org>", NO_EMAIL),
        ("email:ada@example.org\nbcc: b@example.org", NO_EMAIL),
        (f"email:{'a' * 250}@example.org", NO_EMAIL),
        ("phone:", NO_PHONE),
        ("phone:+44 12", NO_PHONE),
        ("phone:+44 7700 900123 ext. 4", NO_PHONE),
        (f"phone:+44{'7' * 200}", NO_PHONE),
        (
            "phone:07700 900123",
            NO_COUNTRY,
        ),
        (
            "customer:C-17",
            "no source is named; write `customer:SOURCE:KEY` with the source's name",
        ),
        ("customer:shop: ", NO_KEY),
        ("order:", NO_KEY),
        ("order:a\x00b", NO_KEY),
        ("order:\ud800", NO_KEY),
        (f"device:{'d' * 513}", NO_KEY),
    ],
)
def test_what_is_no_identifier_is_refused_with_a_mend(text: str, mend: str) -> None:
    assert parse_identifier(text) == mend


def test_a_refusal_never_repeats_the_value() -> None:
    values = [f"zanzibar-{kind}" for kind in KINDS]

    told = [
        parse_identifier(f"{kind}:{value}\x00") for kind, value in zip(KINDS, values, strict=True)
    ]

    assert all(isinstance(text, str) and "zanzibar" not in text for text in told)


def test_a_repr_names_the_kind_alone() -> None:
    assert repr(Identifier("email", "ada@example.org")) == "Identifier(email)"


def test_the_keyed_hash_is_hmac_over_kind_and_value() -> None:
    key = bytes(range(32))

    hashed = keyed_hash(Identifier("email", "ada@example.org"), key)

    said = b"placket identifier 1\x00email\x00ada@example.org"
    assert hashed == hmac.new(key, said, hashlib.sha256).digest()


def test_equal_values_of_two_kinds_hash_apart() -> None:
    key = bytes(32)

    hashes = {keyed_hash(Identifier(kind, "17"), key) for kind in KINDS}

    assert len(hashes) == len(KINDS)


def test_a_bare_value_is_normalised_like_a_written_one() -> None:
    assert normalise("email", "Ada@Example.org") == parse_identifier("email:Ada@Example.org")
