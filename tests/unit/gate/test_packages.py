"""A package in one locked archive, and the link by which it is fetched."""

from __future__ import annotations

import io
import zipfile

import pytest
import pyzipper  # type: ignore[import-untyped]  # it has no stubs
from pyzipper.zipfile_aes import WZ_AES_V2  # type: ignore[import-untyped]  # nor has this

from placket.gate.packages import (
    ALPHABET,
    LASTS,
    lock,
    make_passphrase,
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


def test_a_copy_waits_for_seven_days() -> None:
    assert LASTS == 7 * 24 * 60 * 60 * 1_000_000
