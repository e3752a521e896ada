"""Conditions by which rows that may hold an identifier are looked for; Python then compares."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import and_, bindparam, func
from sqlalchemy.types import NullType

from placket.sources.rows import AT_ONCE, among, any_of, column_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement

    from placket.catalogue.schema import TableSchema

_FOREIGN: Final = re.compile(r"[^\x00-\x7f]+")
_BLANKS: Final = (" ", "\n", "\r\n", "\t")
_APART: Final = " -./()\u00a0"
"""What people write between the digits of a phone number."""
_START: Final = 2
"""Letters of an address by which its place in an index is narrowed."""
_LAST_DIGITS: Final = 7
"""Digits at its end that every way to write a phone number has in common."""


def holding(
    schema: TableSchema | None, column: str, kind: str, values: Sequence[str], *, dialect: str = ""
) -> ColumnElement[bool] | None:
    """Return the condition that a column may hold one of the identifiers; None for none.

    kind: of identifier, or empty for a plain key. values: in normal form. More rows may meet it
    than hold one, never fewer, for the ways to write an identifier that shops are full of.
    """
    if kind == "email":
        # Elsewhere the order of texts depends on the language, and a range says nothing sure.
        is_ranged = dialect == "sqlite" and schema is not None and schema.is_indexed(column)
        return any_of(_emails(column, values, is_ranged=is_ranged))
    if kind == "phone":
        return any_of(_phones(column, values))
    return any_of(among(schema, (column,), [(value,) for value in values]))


def _emails(
    column: str, values: Sequence[str], *, is_ranged: bool
) -> Iterator[ColumnElement[bool]]:
    """Yield conditions on addresses in any letter case, with a blank around them or without."""
    forms = list(dict.fromkeys(form for value in values for form in _spellings(value)))
    plain = [written for form in forms if form.isascii() for written in _blanked(form)]
    lower = func.lower(column_of(column))
    for start in range(0, len(plain), AT_ONCE):
        part = plain[start : start + AT_ONCE]
        ranges = _ranges(column, part) if is_ranged else None
        held = lower.in_(_list(part))
        yield held if ranges is None else and_(ranges, held)
    # A database may change the case of ASCII alone: each other letter is any letter here.
    for form in forms:
        if not form.isascii():
            pattern = _FOREIGN.sub("%", re.sub(r"([%_!])", r"!\1", form))
            yield lower.like(_one(f"%{pattern}%"), escape="!")


def _ranges(column: str, texts: Iterable[str]) -> ColumnElement[bool] | None:
    """Return where in an index texts like these stand in any letter case, so that few are read."""
    starts = {start for text in texts for start in _cased(text.lstrip()[:_START])}
    at = column_of(column)
    ranges = (at.between(_one(start), _one(f"{start}\U0010ffff")) for start in sorted(starts))
    # All that begins with a blank stands before the first sign that is none.
    return any_of((at < _one("!"), *ranges))


def _cased(start: str) -> Iterator[str]:
    """Yield a text with each of its letters small and large."""
    ways = ({letter.lower(), letter.upper()} for letter in start)
    yield from map("".join, product(*ways))


def _spellings(address: str) -> Iterator[str]:
    """Yield the address, and where its domain has letters beyond ASCII also in these."""
    yield address
    if "xn--" in address:
        try:
            found = validate_email(address, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            return
        yield f"{found.local_part}@{found.domain}".lower()


def _blanked(address: str) -> Iterator[str]:
    yield address
    for blank in _BLANKS:
        yield f"{address}{blank}"
        yield f"{blank}{address}"
    yield f" {address} "


def _phones(column: str, values: Iterable[str]) -> Iterator[ColumnElement[bool]]:
    digits: ColumnElement[Any] = column_of(column)
    for sign in _APART:
        digits = func.replace(digits, _one(sign), _one(""))
    for ending in dict.fromkeys(value[-_LAST_DIGITS:] for value in values):
        yield digits.like(_one(f"%{ending}%"))


def _one(value: str) -> ColumnElement[Any]:
    return bindparam(None, value, type_=NullType(), unique=True)


def _list(values: Sequence[str]) -> Any:
    return bindparam(None, list(values), type_=NullType(), expanding=True, unique=True)
