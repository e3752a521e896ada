"""A bucket of an S3-compatible store as a store of files."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus, urlsplit

import httpcore

from placket.catalogue.filenames import OWN, is_inside
from placket.sources.connect import SourceUnreachable
from placket.sources.signing import encoded, query_of, signed
from placket.sources.stores import Entry, NotAFile, StoreRefuses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from placket.sources.signing import Credentials

_TIMES: Final = {"connect": 10.0, "read": 30.0, "write": 30.0, "pool": 10.0}
_LONGEST: Final = 8 << 20
"""The bytes of a listing at most; a thousand names of a thousand bytes are one."""
_REFUSED: Final = frozenset({401, 403})
_MISSING: Final = 404
_UNKNOWN: Final = 501
_FAULT: Final = 300


class _NotOffered(SourceUnreachable):
    """the store does not know the request."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The objects of a bucket below a prefix.

    endpoint: the store's address, `https://s3.eu-west-1.amazonaws.com`; the bucket stands in the
    path. prefix: empty, or with a slash at its end. now: the clock, which a signature names.
    """

    endpoint: str
    name: str
    who: Credentials
    prefix: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    pool: httpcore.ConnectionPool = field(default_factory=httpcore.ConnectionPool, repr=False)

    def entries(self, start: str) -> Iterator[Entry]:
        """Yield the objects whose path begins with `start`, by path."""
        for entry in self._listed(start):
            if is_inside(entry.path):
                yield entry

    def entry(self, path: str) -> Entry | None:
        """Return an object as it is now, None when there is none of that name."""
        return next((each for each in self._listed(path) if each.path == path), None)

    def read(self, path: str) -> Iterator[bytes]:
        """Yield what an object holds. Raises FileNotFoundError."""
        with self._asked("GET", self._key(path)) as answer:
            yield from answer.iter_stream()

    def delete(self, path: str) -> None:
        """Delete every version of an object; one that is not there changes nothing.

        Without versions the store names one, `null`. One that cannot list versions keeps none.
        """
        key = self._key(path)
        for version in self._versions(key):
            self._done("DELETE", key, {"versionId": version} if version else {})

    def put(self, path: str, body: bytes) -> None:
        """Write a small object, whole or not at all."""
        self._done("PUT", self._key(path), body=body)

    def own(self, start: str) -> Iterator[str]:
        """Yield the paths of Placket's own objects that begin with `start`."""
        yield from (entry.path for entry in self._listed(start))

    def close(self) -> None:
        """Let go of the connections."""
        self.pool.close()

    def _key(self, path: str) -> str:
        # Placket's own are named by Placket alone, after an id that holds no slash.
        if not is_inside(path.removeprefix(OWN)):
            raise NotAFile(str(NotAFile.__doc__))
        return self.prefix + path

    def _listed(self, start: str) -> Iterator[Entry]:
        asked = {"list-type": "2", "encoding-type": "url", "prefix": self.prefix + start}
        while True:
            text = self._text(asked)
            for part in _parts(text, "Contents"):
                path = unquote_plus(_said(part, "Key")).removeprefix(self.prefix)
                modified = datetime.fromisoformat(_said(part, "LastModified")).astimezone(UTC)
                size = int(_said(part, "Size"))
                yield Entry(path=path, size=size, modified=modified.isoformat())
            if _said(text, "IsTruncated") != "true":
                return
            asked["continuation-token"] = _said(text, "NextContinuationToken")

    def _versions(self, key: str) -> list[str]:
        """Return the ids of all versions of an object; one empty id where none can be listed."""
        asked = {"versions": "", "encoding-type": "url", "prefix": key}
        found: list[str] = []
        while True:
            try:
                text = self._text(asked)
            except _NotOffered:
                return [""]
            every = (*_parts(text, "Version"), *_parts(text, "DeleteMarker"))
            mine = (part for part in every if unquote_plus(_said(part, "Key")) == key)
            found += [_said(part, "VersionId") for part in mine]
            if _said(text, "IsTruncated") != "true":
                return found
            asked["key-marker"] = unquote_plus(_said(text, "NextKeyMarker"))
            asked["version-id-marker"] = _said(text, "NextVersionIdMarker")

    def _text(self, query: Mapping[str, str]) -> str:
        body = b""
        try:
            with self._asked("GET", "", query) as answer:
                for piece in answer.iter_stream():
                    body += piece
                    if len(body) > _LONGEST:
                        raise SourceUnreachable(f"the store of `{self.name}` answers too much")
        except FileNotFoundError:
            raise SourceUnreachable(f"there is no bucket `{self.name}` there") from None
        return body.decode()

    def _done(
        self, method: str, key: str, query: Mapping[str, str] | None = None, body: bytes = b""
    ) -> None:
        try:
            with self._asked(method, key, query or {}, body) as answer:
                answer.read()
        except FileNotFoundError:
            if method != "DELETE":
                raise

    @contextmanager
    def _asked(
        self, method: str, key: str, query: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Iterator[httpcore.Response]:
        """Lend the answer to a signed request. No redirect is followed."""
        base = urlsplit(self.endpoint)
        path = f"{base.path.rstrip('/')}/{self.name}/{encoded(key, keeps='/')}"
        asked = query_of(query or {})
        headers = signed(
            self.who, method, path, asked, {"host": base.netloc}, body=body, at=self.now()
        )
        headers["content-length"] = str(len(body))
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        url = f"{base.scheme}://{base.netloc}{path}{'?' if asked else ''}{asked}"
        try:
            with self.pool.stream(
                method, url, headers=sent, content=body, extensions={"timeout": _TIMES}
            ) as answer:
                self._judged(answer.status)
                yield answer
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as fault:
            why = type(fault).__name__
            raise SourceUnreachable(
                f"the store of `{self.name}` did not answer ({why}); check its address"
            ) from None

    def _judged(self, status: int) -> None:
        """Raise where an answer is none; the words of the store may hold a key."""
        if status in _REFUSED:
            raise StoreRefuses(str(StoreRefuses.__doc__))
        if status == _MISSING:
            raise FileNotFoundError
        if status == _UNKNOWN:
            raise _NotOffered(f"the store of `{self.name}` does not offer what is asked")
        if status >= _FAULT:
            raise SourceUnreachable(f"the store of `{self.name}` answered with {status}")


def _parts(text: str, name: str) -> list[str]:
    """Return what stands in each element of that name; the store escapes all else in a key."""
    return re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)


def _said(text: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]*)</{name}>", text)
    return unescape(found[1]) if found else ""
