"""What a scan looked at, what it found and what it could not read: never a personal value."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

_DIGEST_LETTERS: Final = 16


def file_name(path: str) -> str:
    """Return by what a file is told: the digest of its path in its source, which may be personal.

    The same comes from `printf %s PATH | sha256sum | cut -c -16`.
    """
    # As the system does: a path need not be Unicode.
    written = path.encode("utf-8", "surrogateescape")
    return hashlib.sha256(written).hexdigest()[:_DIGEST_LETTERS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One place that was read to its end.

    where: `source.table`, or the source alone for a folder; rows: rows or files; bytes: of their
    values; forms: what was looked for there, such as `email` or `sha256 of email`.
    """

    where: str
    rows: int
    bytes: int
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Values of one column, or one file, that hold an identifier in one form.

    table: empty for a file; column: of a file the digest of its path. form: what was found and
    how it was wrapped, such as `email in base64`. keys: of the rows, as far as they are numbers
    that no identifier stands in, and not more than some.
    """

    source: str
    table: str
    column: str
    form: str
    count: int
    keys: tuple[tuple[tuple[str, int], ...], ...] = ()

    @property
    def where(self) -> str:
        """Return the place in one word."""
        return ".".join(filter(None, (self.source, self.table, self.column)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A place that was not read, or not to its end; count: of values there, or 1."""

    where: str
    why: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """The result of one scan; a place that was not read makes it partial, never clean."""

    probes: tuple[Probe, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def rows(self) -> int:
        """Return how many rows and files were read."""
        return sum(probe.rows for probe in self.probes)

    @property
    def outcome(self) -> str:
        """Return `found`, `partial` or `clean`, the first that is true."""
        if self.findings:
            return "found"
        return "partial" if self.unread else "clean"
