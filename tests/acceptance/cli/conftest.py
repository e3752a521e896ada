"""A small shop in SQLite, the command, and an installation that has synced the shop."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.forked import run_forked

COMMAND = Path(sys.executable).with_name("placket")
SHOP = """
CREATE TABLE customer (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, first_name TEXT, birth_date DATE,
    country TEXT, created_at TIMESTAMP
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), guest_email TEXT,
    placed_at TIMESTAMP, delivered_at TIMESTAMP, total NUMERIC
);
CREATE TABLE product (id INTEGER PRIMARY KEY, title TEXT);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX orders_guest ON orders (guest_email);
INSERT INTO customer VALUES
    (1, 'ada@example.org', 'Ada', '1985-12-10', 'GB', '2026-01-05 10:00:00'),
    (2, 'bob@example.net', 'Bob', '1990-01-01', 'GB', '2026-02-05 10:00:00'),
    (3, 'cleo@example.com', 'Cleo', NULL, 'GB', '2026-03-05 10:00:00');
INSERT INTO orders VALUES
    (1, 1, NULL, '2026-03-01 10:00:00', NULL, 10),
    (2, NULL, 'gus@example.org', '2026-04-01 10:00:00', NULL, 12);
"""


@dataclass(frozen=True)
class Run:
    """What a run of the command left: exit code and the two streams."""

    code: int
    out: str
    err: str

    @property
    def plain(self) -> Any:
        """Return the JSON on standard output."""
        return json.loads(self.out)


def run_placket(
    folder: Path, *words: str, given: str = "", environ: dict[str, str] | None = None
) -> Run:
    """Run the command in `folder`, in a process of its own, with `given` on standard input."""
    done = run_forked(
        "placket.cli:main", *words, cwd=folder, given=given, environ=_ours() | (environ or {})
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Run(done.returncode, done.stdout, done.stderr)


def _ours() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("PLACKET_")}


def run_script(folder: Path, *words: str) -> Run:
    """Run the command as it is installed."""
    done = subprocess.run(
        [COMMAND, *words], cwd=folder, capture_output=True, text=True, check=False, env=_ours()
    )
    return Run(done.returncode, done.stdout, done.stderr)


Placket = Callable[..., Run]


def make_shop(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.executescript(SHOP)
    connection.close()


@pytest.fixture(scope="session")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the shop and an installation that has published and synced."""
    folder = tmp_path_factory.mktemp("synced")
    make_shop(folder / "shop.db")
    for words in (
        ("init", "--source", "sqlite:///shop.db", "--retailer", "Harbour Books"),
        ("policy", "publish", "policy.md"),
        ("sync", "--source", "shop"),
    ):
        done = run_script(folder, *words)
        assert done.code == 0, done.err
    return folder


@pytest.fixture
def folder(synced: Path, tmp_path: Path) -> Path:
    """Return a copy of the synced installation, the test's own."""
    return shutil.copytree(synced, tmp_path / "own")


@pytest.fixture
def placket(folder: Path) -> Placket:
    """Return the command, run in the test's own installation."""

    def run(*words: str, given: str = "", **environ: str) -> Run:
        return run_placket(folder, *words, given=given, environ=environ)

    return run
