"""A place where an installation is cut over and put back: its files, and a database of its own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import psycopg
import sqlalchemy as sa
from psycopg import sql

from placket.gate.opening import open_gate
from placket.sources.connect import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.gate import Gate
    from tests.contract.gates import Shop


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
    kept: set[str] = field(default_factory=set)

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
            self._make(f"home_{part}", "template1")

    def keep(self, name: str) -> None:
        """Keep what stands here now."""
        shutil.rmtree(self.at / name, ignore_errors=True)
        shutil.copytree(self.home, self.at / name)
        self.kept.add(name)
        for part in self._parts:
            self._make(f"{name}_{part}", self._name(f"home_{part}"))

    def put_back(self, name: str) -> None:
        """Put what was kept in place of what stands here."""
        shutil.rmtree(self.home)
        shutil.copytree(self.at / name, self.home)
        for part in self._parts:
            self._make(f"home_{part}", self._name(f"{name}_{part}"))

    def gate(self) -> Gate:
        """Return the installation, opened."""
        return open_gate(self.shop.settings, clock=self.shop.clock)

    def rows(self, table: str) -> list[tuple[object, ...]]:
        """Return every row of a table or view of the shop, sorted."""
        engine = self.engine()
        with engine.connect() as connection:
            asked = sa.select(sa.text("*")).select_from(sa.table(table))
            found = sorted(map(tuple, connection.execute(asked)), key=repr)
        engine.dispose()
        return found

    def names(self) -> tuple[list[str], list[str]]:
        """Return the names of the shop's tables and of its views."""
        engine = self.engine()
        found = sa.inspect(engine)
        names = sorted(found.get_table_names()), sorted(found.get_view_names())
        engine.dispose()
        return names

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
        for name in (*self.kept, "home"):
            for part in self._parts:
                self._drop(f"{name}_{part}")
        shutil.rmtree(self.at, ignore_errors=True)

    @property
    def _parts(self) -> tuple[str, ...]:
        return (OURS, SHOP) if self.server else ()

    def _make(self, name: str, template: str) -> None:
        self._drop(name)
        self._run("CREATE DATABASE {} TEMPLATE {}", self._name(name), template)

    def _drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", self._name(name))

    def _name(self, name: str) -> str:
        return f"{self.at.name}_{name}"

    def _url(self, part: str) -> str:
        return f"{self.server.rpartition('/')[0]}/{self._name(f'home_{part}')}"

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def files_of(folder: Path) -> Iterator[str]:
    """Yield the names of the files in a folder and below it, sorted."""
    yield from sorted(str(at.relative_to(folder)) for at in folder.rglob("*") if at.is_file())
