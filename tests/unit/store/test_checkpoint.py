"""Checkpoints: signed, read back, and refused with a sentence when anything was altered."""

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from placket.store.checkpoint import (
    BadCheckpoint,
    Checkpoint,
    key_hash,
    sign,
    signed_text,
    verify,
)

NAME = "shop.example.org/ledger"
CHECKPOINT = Checkpoint(origin=NAME, size=20852163, root=bytes(range(32)), at=1_764_000_000_000_001)


class Key:
    """A signer with a key made from one byte."""

    def __init__(self, seed: int) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public_key = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


KEY = Key(1)
TEXT = sign(CHECKPOINT, KEY)


def test_a_checkpoint_is_five_lines_and_a_signature() -> None:
    body = f"{NAME}\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\nat 1764000000000001\n"
    signed = key_hash(NAME, KEY.public_key) + KEY.sign(body.encode())

    assert f"{body}\n\u2014 {NAME} {b64encode(signed).decode()}\n" == TEXT


def test_what_was_signed_is_read_back() -> None:
    assert verify(TEXT, NAME, KEY.public_key) == CHECKPOINT


def test_the_note_of_the_go_library_verifies() -> None:
    name, public_key = "PeterNeumann", b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    said = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signature = (
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZIn"
        "NIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )

    assert key_hash(name, public_key).hex() == "c74f20a3"
    assert signed_text(f"{said}\n\u2014 {name} {signature}\n", name, public_key) == said


def test_a_witness_signature_and_a_foreign_extension_are_passed_over() -> None:
    body = f"{NAME}\n1\n{b64encode(bytes(32)).decode()}\nat 7\nwitnessed elsewhere\n"
    ours = b64encode(key_hash(NAME, KEY.public_key) + KEY.sign(body.encode())).decode()
    witness = b64encode(bytes(72)).decode()
    text = f"{body}\n\u2014 witness.example.net {witness}\n\u2014 {NAME} {ours}\n"

    assert verify(text, NAME, KEY.public_key) == Checkpoint(
        origin=NAME,
        size=1,
        root=bytes(32),
        at=7,
    )


@pytest.mark.parametrize("at", range(len(TEXT)))
def test_no_character_can_be_changed(at: int) -> None:
    altered = TEXT[:at] + chr(ord(TEXT[at]) ^ 1) + TEXT[at + 1 :]

    with pytest.raises(BadCheckpoint):
        verify(altered, NAME, KEY.public_key)


ALTERED = "the signature does not fit: text or signature was altered"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the checkpoint is cut short: no signature stands under it"),
        (TEXT[:-1], "the checkpoint is cut short: no signature stands under it"),
        (TEXT.replace("20852163", "20852164"), ALTERED),
        (TEXT.replace("at 1", "at 2"), ALTERED),
        (f"\ud800{TEXT}", ALTERED),
        (TEXT.replace("\u2014", "-"), "a line under the checkpoint is no signature"),
        (f"{TEXT}\u2014 {NAME}\n", "a line under the checkpoint is no signature"),
        (TEXT[:-2] + "\n", "a line of the checkpoint is not in base64"),
        (TEXT * 400, "the text is too long for a checkpoint"),
    ],
)
def test_an_altered_text_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(BadCheckpoint) as raised:
        verify(text, NAME, KEY.public_key)

    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            f"{NAME}\n",
            "the signed text is no checkpoint: origin, size and root were expected",
        ),
        (
            f"{NAME}\n01\n{b64encode(bytes(32)).decode()}\nat 7\n",
            "the signed text is no checkpoint: origin, size and root were expected",
        ),
        (
            f"{NAME}\n1\n{b64encode(bytes(31)).decode()}\nat 7\n",
            "the checkpoint's root is not a SHA-256 hash",
        ),
        (
            f"{NAME}\n1\n{b64encode(bytes(32)).decode()}\n",
            "the checkpoint does not say when it was made, in one line `at`",
        ),
        (
            f"{NAME}\n1\n{b64encode(bytes(32)).decode()}\nat 7\nat 8\n",
            "the checkpoint does not say when it was made, in one line `at`",
        ),
        (
            f"other.example.org\n1\n{b64encode(bytes(32)).decode()}\nat 7\n",
            "the checkpoint is of another ledger than `shop.example.org/ledger`",
        ),
    ],
)
def test_a_signed_text_that_is_no_checkpoint_is_refused(body: str, sentence: str) -> None:
    signed = b64encode(key_hash(NAME, KEY.public_key) + KEY.sign(body.encode())).decode()

    with pytest.raises(BadCheckpoint) as raised:
        verify(f"{body}\n\u2014 {NAME} {signed}\n", NAME, KEY.public_key)

    assert str(raised.value) == sentence


def test_another_key_of_the_same_name_is_not_the_signer() -> None:
    with pytest.raises(BadCheckpoint) as raised:
        verify(TEXT, NAME, Key(2).public_key)

    assert str(raised.value) == (
        "no signature of `shop.example.org/ledger` with this key stands under the checkpoint"
    )


@pytest.mark.parametrize("origin", ["", "our ledger", "a+b", "a\nb"])
def test_an_origin_that_is_no_key_name_is_not_signed(origin: str) -> None:
    with pytest.raises(ValueError, match="a checkpoint's origin has neither blanks nor `\\+`"):
        sign(Checkpoint(origin=origin, size=0, root=bytes(32), at=0), KEY)
