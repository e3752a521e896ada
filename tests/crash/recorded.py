"""What a process did to the files of a folder, in order, as strace wrote it down."""

from __future__ import annotations

import importlib
import os
import re
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.crash.traced import traced
from tests.forked import run_forked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST: Final = 1 << 24
"""The longest write that is written down whole, in bytes."""

SHARED_MEMORY: Final = "-shm"
"""SQLite's index of a WAL: read anew from the WAL when nobody has it open, so no state has it."""

_CALLS: Final = (
    "open,openat,creat,close,dup,dup2,dup3,lseek,write,pwrite64,writev,pwritev,pwritev2,ftruncate,"
    "truncate,fallocate,copy_file_range,sendfile,fsync,fdatasync,sync_file_range,rename,renameat,"
    "renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,mmap,sendto"
)
_LINE: Final = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(?:<[^>]*>)?(?: .*)?$")
_PLACE: Final = re.compile(r"(-?\w+)<([^>]*)>")
_BYTES: Final = re.compile(r"((?:\\x[0-9a-f]{2})*)")


class NotUnderstood(AssertionError):
    """a call touched the folder that the model of a disk does not know."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new file, empty."""

    path: str


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes put into a file at an offset."""

    path: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file made this long."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """A file, or the names in a folder, brought to the disk."""

    path: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A file given another name, over what had it."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A file whose name is gone."""

    path: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the process acknowledged."""

    text: str


Act = Made | Written | Cut | Synced | Renamed | Unlinked | Said


def recorded(work: str, folder: Path, trace: Path) -> list[Act]:
    """Run `module:function` on a folder under strace; return what it did below the folder.

    folder: empty before, without a link in its path. Raises NotUnderstood.
    """
    done = run_forked(f"{__name__}:program", work, str(folder), str(trace))
    if done.returncode:
        raise AssertionError(done.stderr)
    with trace.open(encoding="ascii") as lines:
        return list(acts(lines, folder))


def program() -> None:
    """Run the work that the command line names, traced into a file."""
    work, folder, trace = sys.argv[1:]
    module, _, function = work.partition(":")
    done = partial(getattr(importlib.import_module(module), function), Path(folder))
    options = ["-y", "-xx", "-s", str(LONGEST), "-e", f"trace={_CALLS}", "-o", trace]
    sys.exit(traced(done, options).code)


def acts(lines: Iterable[str], folder: Path) -> Iterator[Act]:
    """Yield what the lines of a trace did below `folder`."""
    read = _Reader(str(folder))
    for line in lines:
        yield from read.line(line)


class _Reader:
    """Knows which files are there and how far each descriptor has come."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._sizes: dict[str, int] = {}
        self._at: dict[str, int] = {}

    def line(self, line: str) -> Iterator[Act]:
        found = _LINE.match(line)
        if found is None:
            if "unfinished" in line or "resumed" in line:
                raise NotUnderstood(f"two threads at once: {line[:80]}")
            return
        call, given, answer = found[1], found[2].split(", "), int(found[3])
        if answer >= 0:
            yield from getattr(self, f"_{call}", self._other)(given, answer)

    def _inside(self, path: str) -> str | None:
        """Return a path as it begins in the folder, None for one outside or in shared memory."""
        if path != self._folder and not path.startswith(f"{self._folder}/"):
            return None
        within = path[len(self._folder) + 1 :]
        return None if within.endswith((SHARED_MEMORY, " (deleted)")) else within

    def _opened(self, given: str) -> tuple[str, str | None]:
        """Return a descriptor, and the path of its file where that is inside."""
        found = _PLACE.match(given)
        return (found[1], self._inside(_text(found[2]))) if found else (given, None)

    def _named(self, folder: str, given: str) -> str | None:
        found = _PLACE.match(folder)
        start = _text(found[2]) if found else str(Path.cwd())
        return self._inside(os.path.normpath(Path(start, _quoted(given).decode())))

    def _openat(self, given: list[str], answer: int) -> Iterator[Act]:
        path, flags = self._named(given[0], given[1]), given[2].split("|")
        self._at[str(answer)] = 0
        if path is None:
            return
        if "O_CREAT" in flags and path not in self._sizes:
            self._sizes[path] = 0
            yield Made(path)
        if "O_TRUNC" in flags:
            self._sizes[path] = 0
            yield Cut(path, 0)
        if "O_APPEND" in flags:
            raise NotUnderstood(f"{path} is opened to be appended to")

    def _lseek(self, given: list[str], answer: int) -> Iterator[Act]:
        self._at[self._opened(given[0])[0]] = answer
        yield from ()

    def _write(self, given: list[str], answer: int) -> Iterator[Act]:
        descriptor, path = self._opened(given[0])
        if path is not None:
            at = self._at[descriptor]
            self._at[descriptor] = at + answer
            yield self._written(path, at, _quoted(given[1])[:answer])

    def _pwrite64(self, given: list[str], answer: int) -> Iterator[Act]:
        _, path = self._opened(given[0])
        if path is not None:
            yield self._written(path, int(given[3]), _quoted(given[1])[:answer])

    def _written(self, path: str, at: int, data: bytes) -> Written:
        self._sizes[path] = max(self._sizes.get(path, 0), at + len(data))
        return Written(path, at, data)

    def _ftruncate(self, given: list[str], _answer: int) -> Iterator[Act]:
        _, path = self._opened(given[0])
        if path is not None:
            yield Cut(path, int(given[1]))

    def _fsync(self, given: list[str], _answer: int) -> Iterator[Act]:
        _, path = self._opened(given[0])
        if path is not None:
            yield Synced(path)

    _fdatasync = _fsync

    def _rename(self, given: list[str], _answer: int) -> Iterator[Act]:
        yield from self._renamed(self._named("", given[0]), self._named("", given[1]))

    def _renameat(self, given: list[str], _answer: int) -> Iterator[Act]:
        yield from self._renamed(self._named(*given[:2]), self._named(*given[2:4]))

    def _renamed(self, path: str | None, to: str | None) -> Iterator[Act]:
        if path is None and to is None:
            return
        if path is None or to is None:
            raise NotUnderstood("a file is moved into the folder or out of it")
        self._sizes[to] = self._sizes.pop(path)
        yield Renamed(path, to)

    def _unlink(self, given: list[str], _answer: int) -> Iterator[Act]:
        yield from self._gone(self._named("", given[0]))

    def _unlinkat(self, given: list[str], _answer: int) -> Iterator[Act]:
        yield from self._gone(self._named(*given[:2]))

    def _gone(self, path: str | None) -> Iterator[Act]:
        if path is not None:
            del self._sizes[path]
            yield Unlinked(path)

    def _mmap(self, given: list[str], _answer: int) -> Iterator[Act]:
        _, path = self._opened(given[4])
        if path is not None and "PROT_WRITE" in given[2] and "MAP_SHARED" in given[3]:
            raise NotUnderstood(f"{path} is written through memory")
        yield from ()

    def _sendto(self, given: list[str], answer: int) -> Iterator[Act]:
        yield Said(_quoted(given[1])[:answer].decode())

    def _close(self, given: list[str], _answer: int) -> Iterator[Act]:
        self._at.pop(self._opened(given[0])[0], None)
        yield from ()

    def _other(self, given: list[str], _answer: int) -> Iterator[Act]:
        if any(self._folder in _text(part) for part in given):
            raise NotUnderstood(f"no model of a call with {_text(', '.join(given))[:200]}")
        yield from ()


def _quoted(given: str) -> bytes:
    """Return the bytes of a string as strace writes it; one that it cut short is refused."""
    if not given.endswith('"'):
        raise NotUnderstood("a string is cut short in the trace")
    return bytes.fromhex(given.strip('"').replace("\\x", ""))


def _text(given: str) -> str:
    """Return a path, or a line of them, with its bytes read."""
    return re.sub(
        r"(?:\\x[0-9a-f]{2})+", lambda m: bytes.fromhex(m[0].replace("\\x", "")).decode(), given
    )
