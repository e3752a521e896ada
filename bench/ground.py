"""What a benchmark stands on: its size, a folder of its own, PostgreSQL and MariaDB servers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, make_url

from placket.gate.opening import create_gate, publish
from placket.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.gate import Gate

SQLITE: Final = "SQLite"
POSTGRES: Final = "PostgreSQL"
MARIADB: Final = "MariaDB"
DUCKDB: Final = "DuckDB"
_FILES: Final = {SQLITE: "sqlite", DUCKDB: "duckdb"}
SMALL_SHOP: Final = Path(__file__).parent / "policy.md"
RETAILER: Final = Path(__file__).parents[1] / "policies" / "justelegance" / "policy.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much a run measures.

    policy: of everything but bulk eligibility. persons: with facts in a ledger; crowd: rows of
    bulk eligibility; calls: of what takes microseconds; commits: of what waits for the disk;
    batches: of 10,000 facts, or of `batch`; runs: of what takes long; seconds: of web load;
    growth: the persons of one ledger, size by size.
    """

    name: str
    policy: Path
    persons: int
    crowd: int
    calls: int
    commits: int
    batch: int
    batches: int
    passage: int
    runs: int
    seconds: int
    growth: tuple[int, ...]


TINY: Final = Size(
    name="tiny",
    policy=SMALL_SHOP,
    persons=20,
    crowd=500,
    calls=50,
    commits=3,
    batch=20,
    batches=1,
    passage=10,
    runs=1,
    seconds=1,
    growth=(5, 10),
)
SMALL: Final = Size(
    name="small",
    policy=RETAILER,
    persons=2_000,
    crowd=300_000,
    calls=5_000,
    commits=200,
    batch=10_000,
    batches=3,
    passage=1_000,
    runs=3,
    seconds=3,
    growth=(10_000, 100_000),
)
FULL: Final = Size(
    name="full",
    policy=RETAILER,
    persons=20_000,
    crowd=10_000_000,
    calls=20_000,
    commits=1_000,
    batch=10_000,
    batches=5,
    passage=1_000,
    runs=5,
    seconds=10,
    growth=(100_000, 1_000_000, 10_000_000),
)
SIZES: Final = {size.name: size for size in (TINY, SMALL, FULL)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where one run measures.

    server: the URL of a PostgreSQL server's maintenance database, empty where there is none.
    mariadb: the URL of a MariaDB server, empty where there is none.
    """

    folder: Path
    size: Size
    server: str = ""
    mariadb: str = ""
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def engines(self) -> tuple[str, ...]:
        """Return the engines to measure on."""
        return (SQLITE, POSTGRES) if self.server else (SQLITE,)

    @property
    def shops(self) -> tuple[str, ...]:
        """Return the engines on which a shop may stand."""
        servers = (*self.engines, MARIADB) if self.mariadb else self.engines
        return (*servers, DUCKDB)

    def new_folder(self) -> Path:
        """Return an empty folder, which goes with the run's own."""
        made = self.folder / str(next(self._numbers))
        made.mkdir()
        return made

    @contextmanager
    def database(self, engine: str) -> Iterator[str]:
        """Lend the URL of an empty database, dropped at the end."""
        if engine in _FILES:
            folder = self.new_folder()
            try:
                yield f"{_FILES[engine]}:///{folder / 'bench.db'}"
            finally:
                for file in folder.glob("*"):
                    file.unlink()
            return
        name = f"bench_{next(self._numbers)}_{self.folder.name.lower()}"
        if engine == MARIADB:
            named = f"`{name}`"
            self._run_mariadb(f"CREATE DATABASE {named} CHARACTER SET utf8mb4")
            try:
                url = make_url(self.mariadb).set(database=name)
                yield url.render_as_string(hide_password=False)
            finally:
                self._run_mariadb(f"DROP DATABASE {named}")
            return
        head = self.server.partition("?")[0].rpartition("/")[0]
        self._run("CREATE DATABASE {}", name)
        try:
            yield f"{head}/{name}"
        finally:
            self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: str, name: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))

    def _run_mariadb(self, statement: str) -> None:
        engine = create_engine(self.mariadb)
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    @contextmanager
    def installation(self, engine: str, policy: Path | None = None) -> Iterator[Gate]:
        """Lend a new installation on `engine`, its policy published."""
        folder = self.new_folder()
        with self.database(engine) as url:
            gate = create_gate(Settings(folder=folder, ledger=url))
            with gate:
                publish(gate, policy_text(policy or self.size.policy), "policy.md", by="bench")
                yield gate


@lru_cache
def policy_text(file: Path) -> str:
    """Return the text of a policy document."""
    return file.read_text(encoding="utf-8")
