"""A package in one locked archive, and the link by which it is fetched."""

from __future__ import annotations

import io
import zipfile
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
import pyzipper  # type: ignore[import-untyped]  # it has no stubs
from pyzipper.zipfile_aes import WZ_AES_V2  # type: ignore[import-untyped]  # nor has this

from placket.gate.packages import (
    ALPHABET,
    LASTS,
    LinkUnusable,
    lock,
    make_link,
    make_passphrase,
    open_link,
)
from placket.plan.package import Package

PACKAGE = Package(
    files={
        "index.html": b"<p>Ada</p>",
        "data.json": b"{}" * 500,
        "tables/shop.customer.csv": b"id\r\n1\r\n",
        "tables/shop.verdict.csv": b"id\r\n7\r\n",
    }
)
WORDS = "abcde-fghjk-mnpqr-stuvw-xyz23"
KEY = b"k" * 32
UNTIL = 1_000_000


def opened(archive: bytes, words: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(io.BytesIO(archive)) as read:
        read.setpassword(words.encode())
        return {name: read.read(name) for name in read.namelist()}


def test_the_archive_opens_with_its_passphrase_and_holds_every_file() -> None:
    found = opened(lock(PACKAGE, WORDS), WORDS)

    with zipfile.ZipFile(io.BytesIO(found.pop("tables.zip"))) as tables:
        found |= {name: tables.read(name) for name in tables.namelist()}
    assert found == dict(PACKAGE.files)


def test_without_the_passphrase_nothing_is_read_not_even_the_name_of_a_table() -> None:
    archive = lock(PACKAGE, WORDS)

    assert b"Ada" not in archive
    assert b"verdict" not in archive
    with pytest.raises(RuntimeError, match="Bad password"):
        opened(archive, "wrong")


def test_each_file_is_under_aes_256_and_carries_no_checksum_of_its_plain_text() -> None:
    with pyzipper.AESZipFile(io.BytesIO(lock(PACKAGE, WORDS))) as read:
        entries = read.infolist()

    assert {entry.wz_aes_strength for entry in entries} == {3}
    assert {entry.wz_aes_version for entry in entries} == {WZ_AES_V2}
    assert {entry.CRC for entry in entries} == {0}


def test_a_changed_byte_is_noticed() -> None:
    archive = bytearray(lock(Package(files={"a.txt": b"x" * 100}), WORDS))
    archive[70] ^= 1

    with pytest.raises((zipfile.BadZipFile, pyzipper.BadZipFile, RuntimeError)):
        opened(bytes(archive), WORDS)


def test_a_passphrase_is_new_each_time_and_can_be_told_by_telephone() -> None:
    found = {make_passphrase() for _ in range(50)}

    assert len(found) == 50
    assert all(len(words) == 29 and words.count("-") == 4 for words in found)
    assert not set("il1o0") & set(ALPHABET)
    assert set("".join(found)) <= {*ALPHABET, "-"}


def test_a_link_names_its_request_until_its_end() -> None:
    token = make_link("r-1", UNTIL, KEY)

    assert open_link(token, UNTIL - 1, KEY) == "r-1"
    with pytest.raises(LinkUnusable):
        open_link(token, UNTIL, KEY)


def test_a_link_lasts_seven_days() -> None:
    assert LASTS == 7 * 24 * 60 * 60 * 1_000_000


def test_a_link_of_another_key_or_with_any_bit_changed_opens_nothing() -> None:
    token = make_link("r-1", UNTIL, KEY)
    raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))

    for bit in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(LinkUnusable):
            open_link(urlsafe_b64encode(changed).rstrip(b"=").decode(), 0, KEY)
    with pytest.raises(LinkUnusable):
        open_link(token, 0, b"j" * 32)


@pytest.mark.parametrize("token", ["", "a", "====", "é", "x" * 401, "A" * 64, "A" * 400])
def test_what_is_no_token_opens_nothing(token: str) -> None:
    with pytest.raises(LinkUnusable) as raised:
        open_link(token, 0, KEY)

    assert str(raised.value) == "the link is not ours, or its time is over; ask for a new one."


def test_one_link_is_written_one_way() -> None:
    token = make_link("r-10", UNTIL, KEY)

    for other in (token + "=", token + "\n", f" {token}", token[:-1] + "\u0000"):
        with pytest.raises(LinkUnusable):
            open_link(other, 0, KEY)
