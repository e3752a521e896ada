"""A copy on paper: the page of a package as a PDF, with the extra `pdf`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from placket.plan.package import PAGE, Package

if TYPE_CHECKING:
    from collections.abc import Callable

PDF: Final = "copy.pdf"
_STYLE: Final = re.compile(r"<style>.*?</style>", re.DOTALL)


class PdfMissing(Exception):
    """a PDF needs the package `weasyprint` and the library Pango; install `placket[pdf]`."""


def with_pdf(package: Package) -> Package:
    """Return the package with its page as a PDF beside it; one without a page as it is.

    The PDF is tagged, so that it can be read aloud (PDF/UA-1). Raises PdfMissing.
    """
    page = package.files.get(PAGE)
    if page is None:
        return package
    return Package(files=MappingProxyType({**package.files, PDF: as_pdf(page.decode())}))


def as_pdf(page: str) -> bytes:
    """Return a page of ours as a PDF; nothing is fetched, not even from the disk."""
    page_of, fetcher_of = _weasyprint()
    styled = _STYLE.sub(lambda _: f"<style>{_sheet()}</style>", page, count=1)
    document = page_of(string=styled, url_fetcher=fetcher_of(allowed_protocols=()))
    found: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return found


@cache
def _sheet() -> str:
    return files(__package__).joinpath("paper.css").read_text(encoding="utf-8")


def _weasyprint() -> tuple[Callable[..., Any], Callable[..., Any]]:
    try:
        from weasyprint import HTML  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
        from weasyprint.urls import (  # type: ignore[import-untyped]  # noqa: PLC0415 - as above
            URLFetcher,
        )
    except (ImportError, OSError) as missing:  # OSError: Pango is not there
        raise PdfMissing(PdfMissing.__doc__) from missing
    return HTML, URLFetcher
