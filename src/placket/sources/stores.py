"""Where files lie: what is asked of a folder or an object store, and the address of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from placket.sources.connect import NotADatabase

if TYPE_CHECKING:
    from collections.abc import Iterator


class StoreRefuses(Exception):
    """the store does not let its files be read or changed; check what the role there may do."""


class NotAFile(Exception):
    """what has that name in the store is no regular file, or lies outside of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file: its path from the store's root, its bytes, and when it was last changed.

    modified: ISO 8601 in UTC.
    """

    path: str
    size: int
    modified: str


class Store(Protocol):
    """A folder or an object store, rooted where its address says.

    Each raises SourceUnreachable when the store does not answer, StoreRefuses, and NotAFile.
    """

    def entries(self, start: str) -> Iterator[Entry]:
        """Yield the files whose path begins with `start`, by path; Placket's own are left out."""

    def entry(self, path: str) -> Entry | None:
        """Return a file as it is now, None when there is none of that name."""

    def read(self, path: str) -> Iterator[bytes]:
        """Yield what a file holds, piece by piece. Raises FileNotFoundError."""

    def delete(self, path: str) -> None:
        """Delete a file, every version of it; one that is not there changes nothing."""

    def put(self, path: str, body: bytes) -> None:
        """Write a small file whole, or not at all, in place of any that is there."""

    def own(self, start: str) -> Iterator[str]:
        """Yield the paths of Placket's own files that begin with `start`."""

    def close(self) -> None:
        """Let go of what is held open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A store's address: `file:///srv/recordings` or `s3://bucket/prefix`."""

    scheme: str
    bucket: str
    path: str


def parse_address(url: str) -> Address:
    """Return the parts of a store's address. Raises NotADatabase."""
    scheme, _, rest = url.partition(":")
    if scheme == "file":
        # Whatever a path holds beside, `?` and `#` too, is the name of a folder.
        path = rest.removeprefix("//localhost") if rest.startswith("//localhost/") else rest
        path = path.removeprefix("//") if path.startswith("///") else path
        if path.startswith("/") and not path.startswith("//"):
            return Address(scheme=scheme, bucket="", path=unquote(path))
    parts = urlsplit(url)
    if parts.scheme == "s3" and parts.netloc:
        return Address(scheme=parts.scheme, bucket=parts.netloc, path=unquote(parts.path))
    raise NotADatabase("a store of files is `file:///FOLDER` or `s3://BUCKET/PREFIX`")
