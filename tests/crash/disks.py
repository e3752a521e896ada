"""What may stand on a disk after the power went: all that was synced, and some of the rest.

Assumed is what SQLite assumes of a disk and POSIX of a system, and no more.

- What `fsync` or `fdatasync` returned from is there, with the length of the file. A name, new,
  changed or gone, is there once its folder was synced; syncing the file itself does not help it.
- Every other change is there or not, whatever came before or after it, and in any mixture.
- Of a write that is there, any sectors of 512 bytes may be missing; a sector is whole, old or new.
- Bytes that a file has by its length alone, never written, are zero.
- A rename is whole or not at all; a sync that failed is nobody's here.
- Bytes beside those that were written are not harmed (SQLite's "powersafe overwrite").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from tests.crash.recorded import Cut, Made, Renamed, Said, Synced, Unlinked, Written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from random import Random

    from tests.crash.recorded import Act

SECTOR: Final = 512

Change = Written | Cut
Naming = Made | Renamed | Unlinked


@dataclass(frozen=True, slots=True)
class Left:
    """A state of the disk: its files, after how many acts, and what was acknowledged by then."""

    after: int
    files: Mapping[str, bytes]
    said: Sequence[str]
    how: str

    @property
    def digest(self) -> bytes:
        """Return 32 bytes that are another's only if its files are the same."""
        each = (
            f"{path}\0{len(body)}\0".encode() + body for path, body in sorted(self.files.items())
        )
        return sha256(b"".join(each)).digest()

    def put(self, folder: Path) -> None:
        """Write the files into an empty folder."""
        for path, body in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).touch(mode=0o600)
            (folder / path).write_bytes(body)


@dataclass(frozen=True, slots=True)
class _Unsynced:
    """A change that may be there or not: of the file with this number, or of a name."""

    file: int
    what: Change | Naming


@dataclass(slots=True)
class Disk:
    """What is surely on the disk, and what may be.

    seen: which file has which name for the programs that run; names: on the disk.
    """

    seen: dict[str, int] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    bodies: dict[int, bytes] = field(default_factory=dict)
    unsynced: list[_Unsynced] = field(default_factory=list)

    def do(self, act: Act) -> None:
        """Take over one act of a program."""
        match act:
            case Said():
                return
            case Synced(path):
                self._sync(path)
            case Written(path) | Cut(path):
                self.unsynced.append(_Unsynced(self.seen[path], act))
            case Made(path):
                number = len(self.bodies)
                self.bodies[number] = b""
                self._name(_Unsynced(number, act))
            case Renamed(path) | Unlinked(path):
                self._name(_Unsynced(self.seen[path], act))

    def _name(self, change: _Unsynced) -> None:
        _rename(self.seen, change)
        self.unsynced.append(change)

    def _sync(self, path: str) -> None:
        number = self.seen.get(path)
        mine = [u for u in self.unsynced if _belongs(u, number, path)]
        self.unsynced = [u for u in self.unsynced if not _belongs(u, number, path)]
        for each in mine:
            if isinstance(each.what, Change):
                self.bodies[each.file] = _changed(self.bodies[each.file], [each.what])
            else:
                _rename(self.names, each)

    def left(self, kept: Sequence[Sequence[Change | Naming]]) -> dict[str, bytes]:
        """Return the files by path when of each unsynced change these parts are there."""
        names, parts = dict(self.names), dict[int, list[Change]]()
        for change, there in zip(self.unsynced, kept, strict=True):
            for part in there:
                if isinstance(part, Change):
                    parts.setdefault(change.file, []).append(part)
                else:
                    _rename(names, change)
        return {
            path: _changed(self.bodies[number], parts.get(number, ()))
            for path, number in names.items()
        }


def _belongs(change: _Unsynced, number: int | None, path: str) -> bool:
    """Say whether syncing the file with this number, or the folder of this path, brings it."""
    if isinstance(change.what, Change):
        return change.file == number
    return number is None and change.what.path.rpartition("/")[0] == path


def _rename(names: dict[str, int], change: _Unsynced) -> None:
    match change.what:
        case Made(path):
            names[path] = change.file
        case Renamed(path, to):
            names.pop(path, None)
            names[to] = change.file
        case Unlinked(path):
            names.pop(path, None)
        case Written() | Cut():
            raise AssertionError("bytes have no name")


def _changed(body: bytes, changes: Iterable[Change]) -> bytes:
    made = bytearray(body)
    for change in changes:
        if isinstance(change, Cut):
            del made[change.size :]
            made.extend(bytes(change.size - len(made)))
        else:
            made.extend(bytes(max(0, change.offset + len(change.data) - len(made))))
            made[change.offset : change.offset + len(change.data)] = change.data
    return bytes(made)


def states(acts: Sequence[Act], random: Random, often: float) -> Iterator[Left]:
    """Yield states that the power may leave, at every point of `acts`.

    often: how many random mixtures a point has, on average. After each acknowledgement comes
    the state without anything unsynced, and after each act that with all of it.
    """
    disk, said = Disk(), list[str]()
    for after, act in enumerate(acts, start=1):
        disk.do(act)
        if isinstance(act, Said):
            said.append(act.text)
            yield Left(after, disk.left([()] * len(disk.unsynced)), tuple(said), "lost")
        for _ in range(int(often + random.random())):
            how = random.choice(_MIXTURES)
            kept = how(disk.unsynced, random)
            yield Left(after, disk.left(kept), tuple(said), how.__name__.strip("_"))


Kept = list[Sequence[Change | Naming]]


def _lost(unsynced: Sequence[_Unsynced], _random: Random) -> Kept:
    return [()] * len(unsynced)


def _whole(unsynced: Sequence[_Unsynced], _random: Random) -> Kept:
    return [(each.what,) for each in unsynced]


def _last_torn(unsynced: Sequence[_Unsynced], random: Random) -> Kept:
    kept = _whole(unsynced, random)
    if unsynced:
        kept[-1] = _torn(unsynced[-1].what, random)
    return kept


def _mixed(unsynced: Sequence[_Unsynced], random: Random) -> Kept:
    share = random.choice((0.1, 0.5, 0.9))
    return [(each.what,) if random.random() < share else () for each in unsynced]


def _mixed_and_torn(unsynced: Sequence[_Unsynced], random: Random) -> Kept:
    share = random.choice((0.1, 0.5, 0.9))
    return [_torn(u.what, random) if random.random() < share else () for u in unsynced]


_MIXTURES: Final = (_lost, _whole, _last_torn, _mixed, _mixed_and_torn)


def _torn(what: Change | Naming, random: Random) -> Sequence[Change | Naming]:
    """Return the parts of a write that are there: a run of its sectors, or any of them."""
    if not isinstance(what, Written):
        return (what,)
    sectors = list(_sectors(what))
    at, how = random.randrange(len(sectors) + 1), random.randrange(3)
    if how == 0:
        return sectors[:at]
    return sectors[at:] if how == 1 else [s for s in sectors if random.random() < 0.5]


def _sectors(what: Written) -> Iterator[Written]:
    """Yield a write in pieces that end where sectors of the disk do."""
    start, end = what.offset, what.offset + len(what.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield Written(what.path, start, what.data[start - what.offset : stop - what.offset])
        start = stop
