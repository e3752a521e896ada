"""A certificate is verified offline, and any changed byte is seen."""

from __future__ import annotations

import msgspec
import pytest

from placket.plan.certificate import Certificate, Grounded, Grounding, write_certificate
from placket.plan.scanned import Probe
from placket.store.certifying import HEAD, BadCertificate, sign_certificate, verify_certificate
from placket.store.checkpoint import Checkpoint, sign, sign_text
from tests.unit.store.test_checkpoint import KEY, NAME, Key

CHECKPOINT = sign(Checkpoint(origin=NAME, size=7, root=bytes(32), at=5), KEY)
CERTIFICATE = Certificate(
    ledger=NAME,
    request="r_1",
    right="erasure",
    person="p_1",
    policy="a" * 64,
    plan="b" * 64,
    made_at=5,
    groundings=(Grounded(source="shop", reached=Grounding.VACUUMED),),
    probes=(Probe(where="shop.t", rows=1, bytes=2, forms=("email",)),),
)
TEXT = sign_certificate(CERTIFICATE, CHECKPOINT, KEY)


def test_a_certificate_is_verified_from_its_text_and_the_key() -> None:
    assert verify_certificate(TEXT, KEY.public_key) == msgspec.structs.replace(
        CERTIFICATE, checkpoint=CHECKPOINT
    )


def test_any_changed_letter_is_seen() -> None:
    for at, letter in enumerate(TEXT):
        for other in {chr(ord(letter) ^ 1), chr(ord(letter) ^ 32), " ", "\n", ""} - {letter}:
            with pytest.raises(BadCertificate):
                verify_certificate(TEXT[:at] + other + TEXT[at + 1 :], KEY.public_key)


@pytest.mark.parametrize("end", ["\n", " ", "\u2014 other AAAA\n", "\n\u2014 other AAAA\n"])
def test_nothing_may_stand_after_the_signature(end: str) -> None:
    with pytest.raises(BadCertificate):
        verify_certificate(TEXT + end, KEY.public_key)


@pytest.mark.parametrize("length", range(0, 900, 90))
def test_a_text_that_is_cut_short_is_refused(length: int) -> None:
    with pytest.raises(BadCertificate):
        verify_certificate(TEXT[:length], KEY.public_key)


def test_a_name_that_is_no_whole_text_is_refused() -> None:
    with pytest.raises(BadCertificate, match="no signature stands under the text"):
        verify_certificate("a\n\n\u2014 led\udcff AAAAAAAA\n", bytes(32))


def test_another_key_verifies_nothing() -> None:
    with pytest.raises(BadCertificate, match="another key signed it"):
        verify_certificate(TEXT, Key(2).public_key)


def test_a_checkpoint_of_another_ledger_or_key_is_refused() -> None:
    elsewhere = sign(Checkpoint(origin="other", size=7, root=bytes(32), at=5), KEY)
    forged = sign(Checkpoint(origin=NAME, size=7, root=bytes(32), at=5), Key(2))

    for checkpoint in (elsewhere, forged, ""):
        with pytest.raises(BadCertificate):
            verify_certificate(sign_certificate(CERTIFICATE, checkpoint, KEY), KEY.public_key)


def test_a_certificate_in_the_name_of_another_ledger_is_refused() -> None:
    body = write_certificate(msgspec.structs.replace(CERTIFICATE, checkpoint=CHECKPOINT))
    claimed = body.replace(f'"ledger":"{NAME}"'.encode(), b'"ledger":"other"').decode()

    with pytest.raises(BadCertificate, match="of another ledger"):
        verify_certificate(sign_text(f"{HEAD}\n{claimed}\n", NAME, KEY), KEY.public_key)


@pytest.mark.parametrize("body", ["{}", "[]", "not json", '{"ledger": 1}'])
def test_a_signed_text_that_is_no_certificate_is_refused(body: str) -> None:
    with pytest.raises(BadCertificate, match="no certificate"):
        verify_certificate(sign_text(f"{HEAD}\n{body}\n", NAME, KEY), KEY.public_key)


def test_a_certificate_has_one_spelling() -> None:
    body = write_certificate(msgspec.structs.replace(CERTIFICATE, checkpoint=CHECKPOINT)).decode()

    with pytest.raises(BadCertificate, match="no certificate"):
        verify_certificate(sign_text(f"{HEAD}\n {body}\n", NAME, KEY), KEY.public_key)
