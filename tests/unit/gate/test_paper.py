"""A copy on paper: one PDF that can be read aloud, made without fetching anything."""

from __future__ import annotations

import re
import socket
import sys
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from placket.gate.paper import PDF, PdfMissing, as_pdf, with_pdf
from placket.rights.right import Right
from tests.unit.plan.test_package import COPY, made

if TYPE_CHECKING:
    from pathlib import Path

try:
    import weasyprint as _  # type: ignore[import-untyped]  # noqa: F401 - is it there
except (ImportError, OSError):
    pytest.skip("WeasyPrint or Pango is not installed", allow_module_level=True)


def test_a_copy_gets_its_page_as_a_pdf_that_can_be_read_aloud() -> None:
    found = with_pdf(COPY)

    assert {**found.files, PDF: b""} == {**COPY.files, PDF: b""}
    assert found.files[PDF].startswith(b"%PDF-")
    assert b"/MarkInfo" in opened(found.files[PDF])


def opened(pdf: bytes) -> bytes:
    """Return the PDF with its streams unpacked."""
    streams = re.findall(rb"stream\r?\n(.*?)\nendstream", pdf, re.DOTALL)
    return pdf + b"".join(map(_unpacked, streams))


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def test_what_has_no_page_has_no_pdf() -> None:
    portable = made(Right.PORTABILITY)

    assert with_pdf(portable) is portable


@pytest.mark.parametrize("where", ["file://{file}", "data:image/svg+xml,{svg}", "//x.example/y"])
def test_nothing_is_fetched_from_anywhere(where: str, tmp_path: Path) -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9'/></svg>"
    file = tmp_path / "secret.svg"
    file.write_text(svg)
    address = where.format(file=file, svg=quote(svg))
    page = "<!doctype html><title>x</title><style></style><p>x</p>"

    found = as_pdf(f'{page}<img src="{address}">')

    assert len(found) == len(as_pdf(f"{page}<img>"))


def test_no_server_is_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        page = f"<style></style><img src='http://127.0.0.1:{server.getsockname()[1]}/x.png'>"

        as_pdf(page)

        with pytest.raises(BlockingIOError):
            server.accept()


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    with pytest.raises(PdfMissing, match=r"install `placket\[pdf\]`"):
        with_pdf(COPY)
