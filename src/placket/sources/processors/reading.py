"""Answers read strictly: a known form, known words, and times with a zone."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from placket.law.calendar import to_datetime, to_instant
from placket.sources.processors.refusals import AnswerUnreadable

if TYPE_CHECKING:
    from placket.law.calendar import Instant

Read = TypeVar("Read")
_REFERENCE: Final = re.compile("[!-~]{0,200}")
_UTC: Final = ZoneInfo("UTC")


def read_json(body: bytes, form: type[Read]) -> Read:
    """Return `body` in its form. Raises AnswerUnreadable, which says nothing of what it holds."""
    try:
        return msgspec.json.decode(body, type=form)
    # A validation error would quote the answer; so it is not chained.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        raise AnswerUnreadable from None


def write_json(value: Any) -> bytes:
    """Return `value` as canonical JSON, so that a message that is sent again is the same bytes."""
    return msgspec.json.encode(value, order="deterministic")


def read_reference(text: str) -> str:
    """Return a reference that can stand in a fact and a URL. Raises AnswerUnreadable."""
    if not _REFERENCE.fullmatch(text):
        raise AnswerUnreadable("the recipient's reference is not plain characters")
    return text


def read_time(text: str) -> Instant:
    """Return the instant of an RFC 3339 time. Raises AnswerUnreadable."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise AnswerUnreadable("the recipient's time has no zone")
        return to_instant(moment)
    except (ValueError, OverflowError):
        raise AnswerUnreadable("the recipient's time is no RFC 3339 time") from None


def write_time(at: Instant) -> str:
    """Return the instant as RFC 3339, to the second."""
    return to_datetime(at, _UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
