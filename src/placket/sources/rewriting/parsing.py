"""A query by hand as one tree: read within limits, or refused with the place where it stops."""

from __future__ import annotations

import logging
import re
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError

from placket.sources.rewriting.refusing import Refusal

LONGEST: Final = 100_000
"""Letters of a query; its tree is some thousand parts by then."""

_ONE: Final = "write one query that starts with `SELECT` or `WITH`"
_PLACE: Final = re.compile(r"\b(\d+):(\d+)")

# What it logs is the text of the query, which may hold somebody's address.
_log: Final = logging.getLogger("sqlglot")
_log.addHandler(logging.NullHandler())
_log.propagate = False


def read_query(text: str, dialect: str) -> exp.Expr | Refusal:
    """Return the one statement of `text` as a tree without hints, or why it is refused."""
    if len(text) > LONGEST or "\0" in text or not _is_text(text):
        return Refusal(sentence="the query is too long, or is no text", mend=_ONE)
    try:
        found = _parsed(text, dialect)
    except RecursionError:
        return Refusal(sentence="the query is nested too deeply", mend="write it with `WITH`")
    except SqlglotError as fault:
        return _unread(fault)
    except Exception:  # noqa: BLE001 - the parser of a text from anywhere; nothing else runs here
        return _unread(None)
    if isinstance(found, Refusal):
        return found
    for select in found.find_all(exp.Select):
        select.set("hint", None)
    return found


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parsed(text: str, dialect: str) -> exp.Expr | Refusal:
    language = sqlglot.Dialect.get_or_raise(dialect)
    tokens = language.tokenize(text)
    if any(comment.lstrip("M").startswith("!") for token in tokens for comment in token.comments):
        # MySQL carries out what stands in such a comment.
        return Refusal(sentence="a comment holds SQL that the database would carry out", mend=_ONE)
    read = language.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, text)
    statements = [tree for tree in read if tree is not None and not isinstance(tree, exp.Semicolon)]
    if not statements:
        return Refusal(sentence="there is no query", mend=_ONE)
    if len(statements) > 1:
        return Refusal(sentence="there is more than one statement", mend=_ONE)
    if isinstance(statements[0], exp.Command):
        return Refusal(sentence="the statement is no query", mend=_ONE, line=1, column=1)
    return statements[0]


def _unread(fault: SqlglotError | None) -> Refusal:
    """Return the refusal of a text that is no SQL; its own words may hold a value."""
    line, column = 0, 0
    if isinstance(fault, ParseError) and fault.errors:
        line, column = int(fault.errors[0]["line"] or 0), int(fault.errors[0]["col"] or 0)
    elif fault is not None and (place := _PLACE.search(str(fault))):
        line, column = int(place[1]), int(place[2])
    return Refusal(
        sentence="the text cannot be read as SQL from here on", mend=_ONE, line=line, column=column
    )
