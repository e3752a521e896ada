"""Bytes of a file: every usual encoding gives the same text, and what is no text is named."""

from __future__ import annotations

import pytest

from placket.policy.draft.source import MOST_BYTES, Unreadable, read_source

TEXT = "Vos données sont conservées « deux ans » après l\u2019achat.\n"
TOO_LONG = "and no privacy policy is that long"
LATIN = "Vos données sont conservées deux ans après l'achat.\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_a_text_reads_the_same_in_every_usual_encoding(encoding: str) -> None:
    assert read_source(TEXT.encode(encoding)) == TEXT


def test_latin_1_reads_with_its_accents() -> None:
    assert read_source(LATIN.encode("latin-1")) == LATIN


def test_the_charset_that_a_page_declares_is_tried() -> None:
    page = '<html><head><meta charset="iso-8859-15"></head><p>10 €</p></html>'

    assert read_source(page.encode("iso-8859-15")) == page


def test_line_ends_are_those_of_unix_and_marks_of_direction_go() -> None:
    raw = "one\r\ntwo\rthree \u202eeerht\u202c\n".encode()

    assert read_source(raw) == "one\ntwo\nthree eerht\n"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "the file holds no text"),
        (b" \n\t\n", "the file holds no text"),
        (b"\x00" * 500, "the file is not text"),
        (bytes(range(32)) * 20, "the file is not text"),
        (b"%PDF-1.4", "the file is a PDF, not text"),
        (b"\xff\xd8\xff\xe0", "the file is a picture, not text"),
        (b"\xd0\xcf\x11\xe0", "the file is an office document, not text"),
        (b"{\\rtf1}", "the file is rich text, not text"),
        (b"\x1f\x8b\x08", "the file is compressed, not text"),
        (
            b"a" * (MOST_BYTES + 1),
            "the file is larger than 4 MiB, and no privacy policy is that long",
        ),
    ],
)
def test_what_is_no_text_is_named(raw: bytes, why: str) -> None:
    found = read_source(raw)

    assert isinstance(found, Unreadable)
    assert found.why == why


def test_a_few_stray_marks_are_left_out() -> None:
    assert read_source(b"We keep\x08 it.\x0c" + b"Really. " * 100) == (
        "We keep it.\n" + "Really. " * 100
    )
