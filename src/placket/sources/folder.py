"""A folder as a store of files: nothing outside of it is reached, no link is followed."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from placket.catalogue.filenames import OWN, is_inside
from placket.sources.connect import SourceUnreachable
from placket.sources.stores import Entry, NotAFile, StoreRefuses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_BELOW: Final = _FOLDER | os.O_NOFOLLOW
# Without waiting: to open a pipe would wait for its writer.
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
_PIECE: Final = 1 << 20
_LOOPED: Final = errno.ELOOP
"""What the system says of a link where none is followed."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The files below `root`.

    INVARIANT: each part of a path is opened from the one before it, and never through a link, so
    that whoever swaps a folder for a link meanwhile leads nowhere else.
    """

    root: Path

    def entries(self, start: str) -> Iterator[Entry]:
        """Yield the regular files whose path begins with `start`, by path."""
        at = start.rpartition("/")[0]
        for path in self._walk(at):
            if path.startswith(start) and (found := self.entry(path)) is not None:
                yield found

    def entry(self, path: str) -> Entry | None:
        """Return a regular file as it is now, None when there is none of that name."""
        try:
            with _told(), self._parent(path) as (folder, name):
                return _entry(path, os.stat(name, dir_fd=folder, follow_symlinks=False))
        except FileNotFoundError:
            return None

    def read(self, path: str) -> Iterator[bytes]:
        """Yield what a file holds. Raises FileNotFoundError and NotAFile."""
        with _told(), self._parent(path) as (folder, name):
            opened = os.open(name, _READ, dir_fd=folder)
            with open(opened, "rb") as file:  # noqa: PTH123 - of a descriptor, not of a path
                if not stat.S_ISREG(os.fstat(opened).st_mode):
                    raise NotAFile(str(NotAFile.__doc__))
                while piece := file.read(_PIECE):
                    yield piece

    def delete(self, path: str) -> None:
        """Delete a regular file for good; one that is not there changes nothing."""
        try:
            with _told(), self._parent(path) as (folder, name):
                if _entry(path, os.stat(name, dir_fd=folder, follow_symlinks=False)) is None:
                    raise NotAFile(str(NotAFile.__doc__))
                os.unlink(name, dir_fd=folder)
                os.fsync(folder)
        except FileNotFoundError:
            return

    def put(self, path: str, body: bytes) -> None:
        """Write a small file of Placket's own, whole or not at all."""
        with _told(), self._parent(path, is_made=True) as (folder, name):
            part = f".{name}.{os.getpid()}.part"
            opened = os.open(part, _WRITE, 0o600, dir_fd=folder)
            with open(opened, "wb") as file:  # noqa: PTH123 - of a descriptor, not of a path
                file.write(body)
                file.flush()
                os.fsync(opened)
            os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)

    def own(self, start: str) -> Iterator[str]:
        """Yield the paths of Placket's own files that begin with `start`."""
        at = start.rpartition("/")[0]
        yield from (path for path in self._walk(at, is_own=True) if path.startswith(start))

    def close(self) -> None:
        """Let go of nothing: no file stays open between two acts."""

    def _walk(self, at: str, *, is_own: bool = False) -> Iterator[str]:
        """Yield the paths of all regular files below a folder, by path."""
        try:
            with _told(), self._opened(at.split("/") if at else []) as folder:
                inner = _inner(folder)
        except FileNotFoundError:
            return
        for name, is_folder in inner:
            path = f"{at}/{name}" if at else name
            if not _is_text(name):
                raise SourceUnreachable(f"a file in {self.root} has a name that is not UTF-8")
            if at or is_own or not name.startswith(OWN):
                yield from self._walk(path, is_own=is_own) if is_folder else (path,)

    @contextmanager
    def _parent(self, path: str, *, is_made: bool = False) -> Iterator[tuple[int, str]]:
        """Lend the folder that a file lies in, opened, and the file's name there."""
        # Placket's own are named by Placket alone, after an id that holds no slash.
        if not is_inside(path.removeprefix(OWN)):
            raise NotAFile(str(NotAFile.__doc__))
        *parts, name = path.split("/")
        with self._opened(parts, is_made=is_made) as folder:
            yield folder, name

    def _root(self) -> int:
        # INVARIANT: a root that is not there is no empty one; it may be a disk that is not mounted.
        try:
            return os.open(self.root, _FOLDER)
        except (FileNotFoundError, NotADirectoryError):
            raise SourceUnreachable(f"there is no folder {self.root}; check its address") from None

    @contextmanager
    def _opened(self, parts: list[str], *, is_made: bool = False) -> Iterator[int]:
        folder = self._root()
        try:
            for part in parts:
                below = _below(folder, part, is_made=is_made)
                os.close(folder)
                folder = below
            yield folder
        finally:
            os.close(folder)


def _inner(folder: int) -> list[tuple[str, bool]]:
    """Return the names in a folder, sorted, each with whether it is a folder."""
    with os.scandir(folder) as found:
        return sorted((each.name, each.is_dir(follow_symlinks=False)) for each in found)


def _below(folder: int, part: str, *, is_made: bool) -> int:
    try:
        return os.open(part, _BELOW, dir_fd=folder)
    except FileNotFoundError:
        if not is_made:
            raise
        os.mkdir(part, 0o700, dir_fd=folder)
        os.fsync(folder)
        return os.open(part, _BELOW, dir_fd=folder)


def _entry(path: str, found: os.stat_result) -> Entry | None:
    if not stat.S_ISREG(found.st_mode):
        return None
    modified = datetime.fromtimestamp(found.st_mtime, UTC)
    return Entry(path=path, size=found.st_size, modified=modified.isoformat())


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _told() -> Iterator[None]:
    """Raise what a store raises in place of the system's error, whose words hold the path."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError from None
    except PermissionError:
        raise StoreRefuses(str(StoreRefuses.__doc__)) from None
    except OSError as fault:
        if fault.errno == _LOOPED:
            raise NotAFile(str(NotAFile.__doc__)) from None
        why = str(fault.strerror).lower()
        raise SourceUnreachable(f"the folder cannot be used: {why}") from None
