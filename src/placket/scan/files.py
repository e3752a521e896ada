"""Read every regular file of a folder, through no link, archives opened within limits."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import unquote

from placket.plan.scanned import Finding, Probe, Scanned, Unread, file_name
from placket.scan.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.scan.looking import Look

SCHEME: Final = "file:"
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

_NO_FOLDER: Final = "the folder cannot be read"
_LINK: Final = "a link that leads out of the folder"
_SPECIAL: Final = "no regular file"
_CHANGED: Final = "it changed while it was read"


class NoFolder(Exception):
    """The folder of a source is not there, or is no folder."""


def folder_of(url: str) -> Path:
    """Return the folder that a `file:` URL names."""
    path = url.removeprefix(SCHEME)
    return Path(unquote(path.removeprefix("//")))


def scan_folder(
    name: str, folder: Path, look: Look, *, progress: Callable[[str, int, int], None]
) -> Scanned:
    """Return what the files of a folder hold of the needles, their names included.

    Raises NoFolder.
    """
    if not folder.is_dir():
        raise NoFolder(f"the folder of source `{name}` is not there, or is no folder")
    seen = Seen(name, look)
    for number, (path, descriptor) in enumerate(_files(folder, seen), start=1):
        _read(path, descriptor, seen)
        progress(name, number, number)
    return seen.scanned()


@dataclass(slots=True)
class Seen:
    """What was seen of a folder or an object store so far."""

    source: str
    look: Look
    files: int = 0
    bytes: int = 0
    findings: list[Finding] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    def found(self, path: str, reading: Reading) -> None:
        """Take over what reading one file, or its name alone, gave."""
        at = file_name(path)
        self.findings += [
            Finding(source=self.source, table="", column=at, form=form, count=1)
            for form in sorted(reading.forms)
        ]
        self.unread += [
            Unread(where=f"{self.source}.{at}", why=why) for why in sorted(reading.unread)
        ]

    def scanned(self) -> Scanned:
        """Return all that was seen."""
        forms = self.look.needles.forms
        return Scanned(
            probes=(Probe(where=self.source, rows=self.files, bytes=self.bytes, forms=forms),),
            findings=tuple(self.findings),
            unread=tuple(self.unread),
        )

    def left(self, path: str, why: str) -> None:
        """Note that what stands at `path` was not read."""
        self.unread.append(Unread(where=f"{self.source}.{file_name(path)}", why=why))


def _files(folder: Path, seen: Seen) -> Iterator[tuple[str, int]]:
    """Yield the path within the folder and an open descriptor of every regular file."""

    def refused(fault: OSError) -> None:
        where = os.path.relpath(fault.filename, folder) if fault.filename else ""
        seen.left(where, _NO_FOLDER)

    for at, folders, files, above in os.fwalk(folder, onerror=refused, follow_symlinks=False):
        inner = os.path.relpath(at, folder)
        folders.sort()
        links = [each for each in folders if _is_link(each, above)]
        for each in sorted((*files, *links)):
            path = _joined(inner, each)
            opened = _opened(path, each, above, folder, seen)
            if opened is not None:
                yield path, opened
        for each in folders:
            _read_name(_joined(inner, each), each, seen)


def _joined(inner: str, name: str) -> str:
    return name if inner == os.curdir else f"{inner}/{name}"


def _is_link(name: str, above: int) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=above, follow_symlinks=False).st_mode)


def _opened(path: str, name: str, above: int, folder: Path, seen: Seen) -> int | None:
    """Return a descriptor of a regular file; None when it is none, or cannot be opened."""
    try:
        mode = os.stat(name, dir_fd=above, follow_symlinks=False).st_mode
        if stat.S_ISREG(mode):
            return os.open(name, _FLAGS, dir_fd=above)
    except OSError as fault:
        seen.left(path, f"the system refused to read it: {(fault.strerror or '').lower()}")
        return None
    _read_name(path, name, seen)
    if not stat.S_ISLNK(mode):
        seen.left(path, _SPECIAL)
    elif not _is_within(folder, path):
        seen.left(path, _LINK)
    return None


def _is_within(folder: Path, path: str) -> bool:
    """Say whether a link leads to what is read anyway."""
    try:
        return (folder / path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _read_name(path: str, name: str, seen: Seen) -> None:
    reading = Reading(seen.look)
    reading.name(name)
    seen.found(path, reading)


def _read(path: str, descriptor: int, seen: Seen) -> None:
    reading = Reading(seen.look)
    reading.name(path.rpartition("/")[2])
    with os.fdopen(descriptor, "rb") as stream:
        try:
            _read_whole(stream, reading)
        except OSError as fault:
            reading.unread.add(f"the system refused to read it: {(fault.strerror or '').lower()}")
    seen.files += 1
    seen.bytes += reading.read_bytes
    seen.found(path, reading)


def _read_whole(stream: IO[bytes], reading: Reading) -> None:
    before = os.fstat(stream.fileno())
    if not stat.S_ISREG(before.st_mode):
        reading.unread.add(_SPECIAL)
        return
    reading.file(stream, before.st_size)
    after = os.fstat(stream.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        reading.unread.add(_CHANGED)
