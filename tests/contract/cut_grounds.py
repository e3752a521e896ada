"""A place where an installation is cut over and put back: its files, or databases of its own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psycopg
import sqlalchemy as sa
from psycopg import sql

from placket.gate.opening import open_gate
from placket.sources.connect import parse_url
from tests.contract.cut_rows import Rows, put_rows_back, rows_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from placket.gate.gate import Gate
    from tests.contract.gates import Shop

    Found = Mapping[str, list[tuple[object, ...]]]

HOME: Final = "home"
OURS: Final = "ours"
SHOP: Final = "shop"


@dataclass(slots=True)
class Ground:
    """Ledger, keyring and shop: as files of one folder, or in two PostgreSQL databases.

    server: the URL of the server's own database; empty where all are SQLite files.
    """

    at: Path
    server: str = ""
    shop: Shop = field(init=False)
    kept: dict[str, dict[str, Rows]] = field(default_factory=dict)
    _looks: sa.Engine = field(init=False)

    def __post_init__(self) -> None:
        self._looks = self.engine()

    @property
    def home(self) -> Path:
        """Return the installation's folder."""
        return self.at / "home"

    @property
    def url(self) -> str:
        """Return the URL of the shop's database."""
        return self._url(SHOP) if self.server else f"sqlite:///{self.home}/shop.db"

    @property
    def ledger(self) -> str:
        """Return where the ledger stands."""
        return self._url(OURS) if self.server else "placket.db"

    @property
    def keyring(self) -> str:
        """Return where the keyring stands."""
        return self._url(OURS) if self.server else "placket-keys.db"

    def begin(self) -> None:
        """Be empty."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        for part in self._parts:
            self._make(HOME, part, "template1")

    def keep(self, name: str) -> None:
        """Keep what stands here now."""
        shutil.rmtree(self.at / name, ignore_errors=True)
        shutil.copytree(self.home, self.at / name)
        self.kept[name] = {part: rows_in(self._url(part)) for part in self._parts}
        for part in self._parts:
            self._make(name, part, self._name(HOME, part))

    def put_back(self, name: str) -> None:
        """Put what was kept in place of what stands here."""
        shutil.rmtree(self.home)
        shutil.copytree(self.at / name, self.home)
        for part, rows in self.kept[name].items():
            if not put_rows_back(self._url(part), rows):
                self._make(HOME, part, self._name(name, part))

    def gate(self) -> Gate:
        """Return the installation, opened."""
        return open_gate(self.shop.settings, clock=self.shop.clock)

    def look(self) -> tuple[Found, Found]:
        """Return every row of each table of the shop and of each view, sorted."""
        with self._looks.connect() as connection:
            found = sa.inspect(connection)
            tables, views = sorted(found.get_table_names()), sorted(found.get_view_names())
            return (
                {name: _rows(connection, name) for name in tables},
                {name: _rows(connection, name) for name in views},
            )

    def engine(self) -> sa.Engine:
        """Return a way to the shop."""
        return sa.create_engine(parse_url(self.url), poolclass=sa.NullPool)

    def run(self, text: str) -> None:
        """Run statements, each after a `;`, where the ledger's tables stand."""
        url = self.ledger if self.server else f"sqlite:///{self.home}/{self.ledger}"
        self._statements(url, text)

    def run_in_shop(self, text: str) -> None:
        """Run statements, each after a `;`, in the shop."""
        self._statements(self.url, text)

    def _statements(self, url: str, text: str) -> None:
        engine = sa.create_engine(parse_url(url), poolclass=sa.NullPool)
        with engine.begin() as connection:
            for statement in filter(str.strip, text.split(";")):
                connection.exec_driver_sql(statement)
        engine.dispose()

    def close(self) -> None:
        """Let go of the databases and the files."""
        for name in (*self.kept, HOME):
            for part in self._parts:
                self._drop(name, part)
        shutil.rmtree(self.at, ignore_errors=True)

    @property
    def _parts(self) -> tuple[str, ...]:
        return (OURS, SHOP) if self.server else ()

    def _make(self, name: str, part: str, template: str) -> None:
        self._drop(name, part)
        self._run("CREATE DATABASE {} TEMPLATE {}", self._name(name, part), template)

    def _drop(self, name: str, part: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._name(name, part))

    def _name(self, name: str, part: str) -> str:
        return f"{self.at.name}_{name}_{part}"

    def _url(self, part: str) -> str:
        return f"{self.server.rpartition('/')[0]}/{self._name(HOME, part)}"

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _rows(connection: sa.Connection, table: str) -> list[tuple[object, ...]]:
    asked = sa.select(sa.text("*")).select_from(sa.table(table))
    return sorted(map(tuple, connection.execute(asked)), key=repr)


def files_of(folder: Path) -> Iterator[str]:
    """Yield the names of the files in a folder and below it, sorted."""
    yield from sorted(str(at.relative_to(folder)) for at in folder.rglob("*") if at.is_file())
