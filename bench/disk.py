"""Floors of writing: the disk's own rate of syncs, hashing and bare rows."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.ground import SQLITE
from bench.measure import each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bench.ground import Ground

PAGE: Final = b"\0" * 4096


@contextmanager
def syncing(folder: Path) -> Iterator[Callable[[bytes], object]]:
    """Lend a function that appends bytes to a file and syncs it."""
    file = folder / "syncs"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def append(page: bytes) -> None:
        os.write(descriptor, page)
        os.fdatasync(descriptor)

    try:
        yield append
    finally:
        os.close(descriptor)
        file.unlink()


def bare_batches(ground: Ground, engine: str, batches: Sequence[Sequence[bytes]]) -> list[float]:
    """Return how many a second: bytes sealed, hashed, and written by the bare driver, synced."""
    with ground.database(engine) as url:
        return _sqlite(url, batches) if engine == SQLITE else _postgres(url, batches)


def _rows(bodies: Sequence[bytes], cipher: AESGCM) -> list[tuple[str, bytes, bytes]]:
    sealed = [cipher.encrypt(os.urandom(12), body, None) for body in bodies]
    hashed = [sha256(body).digest() for body in sealed]
    return [(leaf.hex(), leaf, body) for leaf, body in zip(hashed, sealed, strict=True)]


def _sqlite(url: str, batches: Sequence[Sequence[bytes]]) -> list[float]:
    cipher = AESGCM(os.urandom(32))
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as into:
        into.execute("PRAGMA journal_mode = wal")
        into.execute("PRAGMA synchronous = full")
        into.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, leaf BLOB, body BLOB)")

        def write(bodies: Sequence[bytes]) -> None:
            into.execute("BEGIN")
            into.executemany("INSERT INTO bare VALUES (?, ?, ?)", _rows(bodies, cipher))
            into.execute("COMMIT")

        return [len(b) / took for b, took in zip(batches, each(write, batches), strict=True)]


def _postgres(url: str, batches: Sequence[Sequence[bytes]]) -> list[float]:
    cipher = AESGCM(os.urandom(32))
    with psycopg.connect(url) as into:
        into.execute("CREATE TABLE bare (id text PRIMARY KEY, leaf bytea, body bytea)")
        into.commit()

        def write(bodies: Sequence[bytes]) -> None:
            with into.cursor().copy("COPY bare FROM STDIN") as copy:
                for row in _rows(bodies, cipher):
                    copy.write_row(row)
            into.commit()

        return [len(b) / took for b, took in zip(batches, each(write, batches), strict=True)]
