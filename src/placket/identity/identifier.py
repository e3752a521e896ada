"""Read, normalise and hash what identifies a person: email, phone, a shop's own key."""

import hmac
import re
import unicodedata
from typing import Final, Literal, TypeGuard, get_args

import msgspec
import phonenumbers
from email_validator import EmailNotValidError, validate_email

Kind = Literal["email", "phone", "customer", "order", "device", "other"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

# The plain email: nothing in it that the full reading would change but letter case. No `--`
# (it may be Punycode), no special-use ending, and short enough for every length limit.
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+]+(?:[.\-][a-z0-9_+]+)*@"
    r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+"
    r"(?!(?:arpa|invalid|local|localhost|onion)\Z)[a-z]{2,24}",
    re.ASCII | re.IGNORECASE,
)
_PLAIN_EMAIL_LENGTH = 64

# E.164 numbers of the numbering plans whose lengths are fixed and that never begin with
# their own national prefix; every other number takes the full reading.
_PLAIN_PHONE = re.compile(
    r"\+(?:44[1237][0-9]{9}|33[1-9][0-9]{8}|34[5-9][0-9]{8}|1[2-9][0-9]{9})",
)

_SOURCE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,126}")
_KEY_LENGTH = 512
_PHONE_LENGTH = 64

_HASH_DOMAIN = b"placket identifier 1\x00"

_NO_KIND = f"no kind is named; write `kind:value`, where kind is one of {', '.join(KINDS)}"
_UNKNOWN_KIND = f"the kind is not known; write one of {', '.join(KINDS)} before the colon"
_NO_EMAIL = "the value is no email address; write one such as `email:ada@example.org`"
_NO_PHONE = (
    "the value is no phone number; write it with its country code, such as `phone:+44 7700 900123`"
)
_NO_COUNTRY = (
    "the number has no country code; write it as in `phone:+44 7700 900123`, or name the country"
)
_NO_KEY = f"the value is no key; write 1 to {_KEY_LENGTH} printable characters"
_NO_SOURCE = "no source is named; write `customer:SOURCE:KEY` with the source's name"


class Identifier(msgspec.Struct, frozen=True, order=True):
    """One identifier in its normal form: two spellings of one address are equal."""

    kind: Kind
    value: str

    def __repr__(self) -> str:
        """Name the kind alone: the value is personal and a repr ends up in logs."""
        return f"Identifier({self.kind})"


def parse_identifier(text: str, *, country: str | None = None) -> Identifier | str:
    """Read `email:Ada@Example.org`; a string that comes back says what to mend.

    country: two letters, for phone numbers written without a country code.
    The string is one lower-case sentence and never holds any of `text`.
    """
    kind, colon, value = text.partition(":")
    if not colon:
        return _NO_KIND
    kind = kind.strip().lower()
    return normalise(kind, value, country=country) if _is_kind(kind) else _UNKNOWN_KIND


def normalise(kind: Kind, value: str, *, country: str | None = None) -> Identifier | str:
    """Return `value` as an identifier of `kind` in normal form, or what to mend.

    A customer's value is `SOURCE:KEY`; keys keep their letter case.
    """
    if kind == "email":
        return _email(value)
    if kind == "phone":
        return _phone(value, country)
    if kind == "customer":
        return _customer(value)
    return _key(kind, value)


def keyed_hash(identifier: Identifier, key: bytes) -> bytes:
    """Return the 32 bytes under which an identifier is found without being stored.

    HMAC-SHA256; the kind is hashed too, so equal values of two kinds differ. Whoever holds
    `key` can test guesses: the hash stays personal data for as long as the key lives.
    """
    named = f"{identifier.kind}\x00{identifier.value}".encode()
    return hmac.digest(key, _HASH_DOMAIN + named, "sha256")


def _is_kind(text: str) -> TypeGuard[Kind]:
    return text in KINDS


def _email(value: str) -> Identifier | str:
    if len(value) <= _PLAIN_EMAIL_LENGTH and _PLAIN_EMAIL.fullmatch(value):
        return Identifier("email", value.lower())
    return full_email(value)


def full_email(value: str) -> Identifier | str:
    """Read any email address: the local part lower-cased, the domain in its ASCII form.

    Domains reserved for tests and documents are accepted; nothing is looked up.
    """
    try:
        # `test_environment` is an argument of this call alone: it lets `.test` pass.
        found = validate_email(value.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return _NO_EMAIL
    local = unicodedata.normalize("NFC", found.local_part.lower())
    return Identifier("email", f"{local}@{found.ascii_domain.lower()}")


def _phone(value: str, country: str | None) -> Identifier | str:
    if _PLAIN_PHONE.fullmatch(value):
        return Identifier("phone", value)
    return full_phone(value, country)


def full_phone(value: str, country: str | None) -> Identifier | str:
    """Read any phone number as E.164; possible is enough, assigned is not asked."""
    if len(value) > _PHONE_LENGTH:
        return _NO_PHONE
    try:
        found = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException as refused:
        foreign = refused.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return _NO_COUNTRY if foreign else _NO_PHONE
    if found.extension or not phonenumbers.is_possible_number(found):
        return _NO_PHONE
    written = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    # Of several zeros after the country's code one goes at each reading.
    return Identifier("phone", written) if written == value else full_phone(written, None)


def _customer(value: str) -> Identifier | str:
    source, colon, key = value.strip().partition(":")
    if not colon or not _SOURCE.fullmatch(source):
        return _NO_SOURCE
    found = _key("customer", key)
    return found if isinstance(found, str) else Identifier("customer", f"{source}:{found.value}")


def _key(kind: Kind, value: str) -> Identifier | str:
    key = unicodedata.normalize("NFC", value.strip())
    if not key or len(key) > _KEY_LENGTH or not key.isprintable():
        return _NO_KEY
    return Identifier(kind, key)
