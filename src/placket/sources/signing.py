"""Requests to an S3-compatible store, signed by AWS Signature Version 4."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who signs: the key's id, its secret, and the region of the store."""

    key: str
    secret: str = field(repr=False)
    region: str = "us-east-1"


def encoded(text: str, *, keeps: str = "") -> str:
    """Return the text as a URL of the store has it: all but letters, digits and `-._~` escaped."""
    return quote(text, safe=f"-._~{keeps}")


def query_of(parts: Mapping[str, str]) -> str:
    """Return the query as it is both sent and signed: sorted, escaped."""
    return "&".join(f"{encoded(k)}={encoded(v)}" for k, v in sorted(parts.items()))


def signed(  # noqa: PLR0913 - the parts of a request
    who: Credentials,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    *,
    body: bytes = b"",
    at: datetime,
) -> dict[str, str]:
    """Return `headers` with those that sign the request at the instant `at`, in UTC.

    path and query: escaped, as they are sent. headers: `host` among them, by small names.
    Source: Amazon S3 API Reference, Signature Calculations for the Authorization Header.
    """
    moment, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    digest = hashlib.sha256(body).hexdigest()
    sent = {**headers, "x-amz-content-sha256": digest, "x-amz-date": moment}
    names = ";".join(sorted(sent))
    lines = "".join(f"{name}:{sent[name].strip()}\n" for name in sorted(sent))
    request = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{digest}"
    scope = f"{day}/{who.region}/s3/aws4_request"
    words = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(_key(who, day), words.encode(), hashlib.sha256).hexdigest()
    said = f"Credential={who.key}/{scope},SignedHeaders={names},Signature={signature}"
    return {**sent, "authorization": f"{_ALGORITHM} {said}"}


def _key(who: Credentials, day: str) -> bytes:
    key = f"AWS4{who.secret}".encode()
    for part in (day, who.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
