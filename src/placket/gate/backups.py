"""Sealed backups of ledger, keyring and wrapping key, each apart, and how each is put back."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from errno import ENOTDIR
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict

from placket.gate.ages import seal, unseal
from placket.sources.durable import put_in_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from placket.settings import Settings
    from placket.store.ledger import Progress

_SQLITE, _POSTGRES, _FILE = "sqlite", "postgres", "file"
_PAGES: Final = 2_048
_SCHEMAS: Final = {"ledger": "placket", "keyring": "placket_keyring"}


class What(StrEnum):
    """What is backed up: each apart from the others, since two of them together open it all."""

    LEDGER = "ledger"
    KEYRING = "keyring"
    KEY = "key"


class NotApart(Exception):
    """another part of the installation is backed up in this folder."""


class NothingToBackUp(Exception):
    """There is nothing here to back up."""


class BackupUnderWay(Exception):
    """another process is writing here; when it is done, try again."""


class RotationUnderWay(Exception):
    """the wrapping key is being changed; try again, or end it by `placket audit verify`."""


class AlreadyThere(Exception):
    """Something stands where this would be put back."""


class NotThisBackup(Exception):
    """The file is a backup of something else."""


class ToolFailed(Exception):
    """PostgreSQL's own program failed, or is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of an installation: what it is, its kind of store, and where it is."""

    what: What
    kind: str
    place: str

    @property
    def header(self) -> bytes:
        """Return the first line of its backup, within the seal."""
        return f"placket backup 1 {self.what} {self.kind}\n".encode()


def part_of(settings: Settings, what: What) -> Part:
    """Return the part as the settings name it."""
    written = {
        What.LEDGER: settings.ledger,
        What.KEYRING: settings.keyring,
        What.KEY: settings.key_file,
    }[what]
    place = settings.location(written)
    if what is What.KEY:
        return Part(what=what, kind=_FILE, place=place)
    if place.startswith(("postgresql://", "postgres://")):
        return Part(what=what, kind=_POSTGRES, place=place)
    return Part(what=what, kind=_SQLITE, place=place.removeprefix("sqlite:///"))


def back_up(
    part: Part, folder: Path, recipients: Sequence[str], *, now: int, progress: Progress
) -> Path:
    """Write a sealed backup into `folder`, made where it is absent, and return its path.

    It is of one moment, whoever writes meanwhile, and stands under its name only once it is
    whole and on the disk. recipients: of age, any one of whom can open it. progress: told the
    pages of a SQLite ledger. Raises NotApart, NothingToBackUp, BackupUnderWay,
    RotationUnderWay, ToolFailed and what `seal` does.
    """
    _make_folder(folder)
    others = [each for each in What if each is not part.what]
    if any(next(folder.glob(f"{_name(each)}*.age"), None) for each in others):
        raise NotApart(
            f"{folder.name} has backups of another part; keep ledger, keyring and key in a "
            "folder and under a recipient each"
        )
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now)
    target = folder / f"{_name(part.what)}{day:%Y%m%dT%H%M%SZ}.age"
    with _whole(target) as sealed, _read(part, progress) as plain:
        seal(cast("BinaryIO", _Headed(part.header, plain)), sealed, recipients)
    return target


def put_back(part: Part, file: Path, identity_file: Path) -> None:
    """Open a backup and put it where the settings say, where nothing stands yet.

    Raises AlreadyThere, BackupUnderWay, NotThisBackup, ToolFailed and what `unseal` does; then
    nothing is there.
    """
    with file.open("rb") as sealed:
        if part.kind == _POSTGRES:
            _into_postgres(part, sealed, identity_file)
        else:
            _into_file(part, sealed, identity_file)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        # A file, or a link that leads nowhere: that it exists would be no help to anybody.
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(folder)) from None


def _name(what: What) -> str:
    return f"placket-{what}-"


def _unnamed(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """Give a file that gets its name once all is written and on the disk."""
    part = _unnamed(target)
    with _own(part) as descriptor, os.fdopen(descriptor, "wb", closefd=False) as written:
        yield written
        written.flush()
        os.fsync(descriptor)
        put_in_place(part, target)


@contextmanager
def _own(path: Path) -> Iterator[int]:
    """Give an empty file that no other process writes to; it is gone in the end.

    The lock goes with the process, so what a killed one left is in nobody's way.
    """
    if path.is_symlink():
        path.unlink()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        _lock(descriptor, path)
        os.ftruncate(descriptor, 0)
        try:
            yield descriptor
        finally:
            _remove_own(descriptor, path)
    finally:
        os.close(descriptor)


def _remove_own(descriptor: int, path: Path) -> None:
    # Renamed by now, its name may be that of another's file already.
    with suppress(FileNotFoundError):
        if os.path.samestat(path.lstat(), os.fstat(descriptor)):
            path.unlink()


def _lock(descriptor: int, path: Path) -> None:
    """Raise BackupUnderWay unless the file is ours alone, and still the one of that name."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        named, held = path.lstat(), os.fstat(descriptor)
    except (BlockingIOError, FileNotFoundError):
        raise BackupUnderWay(str(BackupUnderWay.__doc__)) from None
    if not os.path.samestat(named, held) or held.st_nlink != 1:
        raise BackupUnderWay(str(BackupUnderWay.__doc__))
    os.fchmod(descriptor, 0o600)


class _Headed(RawIOBase):
    """A header, and then the rest of another stream."""

    def __init__(self, header: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._header, self._rest = header, rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return what is left of the header, or bytes of the rest."""
        if not self._header:
            return self._rest.read(size)
        taken = self._header if size < 0 else self._header[:size]
        self._header = self._header[len(taken) :]
        return taken


# What is read


@contextmanager
def _read(part: Part, progress: Progress) -> Iterator[BinaryIO]:
    """Give the bytes of a part as of one moment."""
    if part.kind == _POSTGRES:
        with _dumped(part) as dump:
            yield dump
        return
    path = Path(part.place)
    if not path.is_file():
        raise NothingToBackUp(f"there is no {part.what} at its place; see the settings")
    if part.kind == _FILE:
        yield BytesIO(_settled_key(path))
    elif part.what is What.KEYRING:
        # In memory, so that no wrap stands in one more file on this disk.
        with closing(_opened(path)) as source:
            yield BytesIO(source.serialize())
    else:
        with _copied(path, progress) as copy:
            yield copy


def _settled_key(path: Path) -> bytes:
    """Return the key file; while a rotation changes it, it may hold the old key or none."""
    following = _next_key(path)
    if following.exists():
        raise RotationUnderWay(str(RotationUnderWay.__doc__))
    key = path.read_bytes()
    if following.exists() or not key.strip(b"\0"):
        raise RotationUnderWay(str(RotationUnderWay.__doc__))
    return key


def _next_key(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)


@contextmanager
def _copied(path: Path, progress: Progress) -> Iterator[BinaryIO]:
    """Give a copy of the ledger that stands beside it while it is read: it may be large."""
    copy = path.with_name(f"{path.name}.copy")

    def told(_status: int, left: int, total: int) -> None:
        progress(total - left, total)

    with _own(copy):
        with closing(_opened(path)) as source, closing(sqlite3.connect(copy)) as target:
            # One read transaction: a backup that lets writers in between starts again each time.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(target, pages=_PAGES, progress=told, sleep=0)
        with copy.open("rb") as plain:
            yield plain


@contextmanager
def _dumped(part: Part) -> Iterator[BinaryIO]:
    words = ["pg_dump", "--format=custom", f"--schema={_SCHEMAS[part.what]}", "--no-owner"]
    with _program(words, part.place, stdout=subprocess.PIPE) as running:
        yield cast("BinaryIO", running.stdout)


@contextmanager
def _program(
    words: Sequence[str], url: str, *, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of PostgreSQL's; ToolFailed unless it ends well."""
    try:
        running = subprocess.Popen(  # noqa: S603 - our own words
            [*words, "--no-password"],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env={**os.environ, **_environment(url)},
        )
    except FileNotFoundError:
        raise ToolFailed(f"`{words[0]}` is not installed; it comes with PostgreSQL's client") from (
            None
        )
    try:
        yield running
    except BaseException:
        running.kill()
        running.communicate()
        raise
    _, said = running.communicate()
    if running.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise ToolFailed(f"`{words[0]}` failed: {lines[-1]}")


_VARIABLES: Final = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


def _environment(url: str) -> dict[str, str]:
    """Return the address as variables: a password among arguments is seen by everybody here."""
    told = conninfo_to_dict(url)
    return {_VARIABLES[k]: str(v) for k, v in told.items() if k in _VARIABLES and v is not None}


# What is put back


class _Checked(RawIOBase):
    """Takes bytes, sees that the header is the part's, and hands the rest on."""

    def __init__(self, part: Part, write: Callable[[bytes], object]) -> None:
        super().__init__()
        self._part, self._write, self._header = part, write, b""
        self.is_known = False

    def writable(self) -> bool:
        return True

    def write(self, taken: object, /) -> int:
        """Take some bytes. Raises NotThisBackup."""
        given = bytes(cast("bytes", taken))
        rest = given
        if not self.is_known:
            self._header += given
            wanted = self._part.header
            if not self._header.startswith(wanted[: len(self._header)]):
                raise NotThisBackup(self._sentence())
            self.is_known = len(self._header) >= len(wanted)
            rest = self._header[len(wanted) :] if self.is_known else b""
        if rest:
            self._write(rest)
        return len(given)

    def _sentence(self) -> str:
        first = self._header.split(b"\n")[0].decode(errors="replace")
        is_ours = first.startswith("placket backup 1 ")
        found = first.removeprefix("placket backup 1 ") if is_ours else "something else"
        wanted = f"{self._part.what} {self._part.kind}"
        return f"this is a backup of `{found}`, and the settings want `{wanted}` here"


def _into_file(part: Part, sealed: BinaryIO, identity_file: Path) -> None:
    path = Path(part.place)
    _expect_free(part, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _whole(path) as written:
        _unsealed(part, sealed, written.write, identity_file)
        written.flush()
        if part.kind == _SQLITE:
            _expect_sound(_unnamed(path))
        # Once more, now that nobody else puts something back here.
        _expect_free(part, path)


def _expect_free(part: Part, path: Path) -> None:
    """Raise AlreadyThere where a file stands, or what would be taken for a part of it."""
    ends = (".next",) if part.kind == _FILE else ("-wal", "-journal")
    for there in (path, *(path.with_name(f"{path.name}{end}") for end in ends)):
        if there.exists():
            raise AlreadyThere(f"{there.name} stands here already; move it away first")


def _expect_sound(copy: Path) -> None:
    """Raise NotThisBackup unless SQLite finds the file whole."""
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?immutable=1", uri=True)) as file:
        found: object = None
        with suppress(sqlite3.DatabaseError):
            found = file.execute("PRAGMA quick_check").fetchone()
        if found != ("ok",):
            raise NotThisBackup("the backup opens, but is no sound database; take another")


def _into_postgres(part: Part, sealed: BinaryIO, identity_file: Path) -> None:
    _expect_empty(part)
    words = ["pg_restore", "--single-transaction", "--exit-on-error", "--no-owner"]
    database = conninfo_to_dict(part.place).get("dbname") or ""
    words.append(f"--dbname={database}")
    with _program(words, part.place, stdin=subprocess.PIPE) as running:
        pipe, running.stdin = cast("BinaryIO", running.stdin), None  # closed here
        # What the program refuses it says itself when it ends.
        with suppress(BrokenPipeError), pipe:
            _unsealed(part, sealed, pipe.write, identity_file)


def _expect_empty(part: Part) -> None:
    schema = _SCHEMAS[part.what]
    try:
        with psycopg.connect(part.place) as server:
            found = server.execute("SELECT to_regnamespace(%s) IS NULL", (schema,)).fetchone()
    except psycopg.Error as refused:
        raise ToolFailed("the database does not let us in; is it up, and the URL right?") from (
            refused
        )
    if found != (True,):
        raise AlreadyThere(f"the database has a schema `{schema}` already; name an empty one")


def _unsealed(
    part: Part, sealed: BinaryIO, write: Callable[[bytes], object], identity_file: Path
) -> None:
    taken = _Checked(part, write)
    unseal(sealed, cast("BinaryIO", taken), identity_file)
    if not taken.is_known:
        raise NotThisBackup("the file opens, but is no backup of Placket's")
