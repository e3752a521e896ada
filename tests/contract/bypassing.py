"""A reader of purpose views who wants more: with a login of their own, and whatever it may try."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa

from placket.sources.views import apply_views

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from tests.contract.viewed import Small

DECADE_SECONDS = 10 * 365 * 24 * 3600
VIEW = "placket_newsletter_customer"
HIDDEN = ("cy@example.org", "Cy")
"""What nobody reads who reads the newsletter's views: of the person who said nothing."""


@dataclass(slots=True)
class Learned:
    """What reached the reader: the rows of the last statement, refusals, and every notice."""

    rows: list[tuple[Any, ...]]
    refused: str
    told: str

    @property
    def hidden(self) -> list[str]:
        """Return which hidden values stand in anything that reached the reader."""
        return [value for value in HIDDEN if value in f"{self.rows} {self.told}"]


@dataclass(frozen=True, slots=True)
class PostgresReader:
    """The reader's login on PostgreSQL."""

    url: str

    def connect(self) -> psycopg.Connection[Any]:
        """Return a connection in which each statement is a transaction."""
        return psycopg.connect(self.url, autocommit=True)

    def tries(self, *statements: str) -> Learned:
        """Carry out all, whatever is refused; return what reached the reader."""
        learned = Learned([], "", "")
        with self.connect() as connection:
            connection.add_notice_handler(lambda said: _hear(learned, said.message_primary))
            for statement in statements:
                self._try(connection, statement, learned)
        return learned

    def tries_each(self, statements: Iterable[str]) -> dict[str, Learned]:
        """Carry out each in one connection; return what each brought."""
        found = {}
        with self.connect() as connection:
            for statement in statements:
                found[statement] = Learned([], "", "")
                self._try(connection, statement, found[statement])
        return found

    def _try(self, connection: psycopg.Connection[Any], statement: str, into: Learned) -> None:
        try:
            found = connection.execute(statement.replace("<view>", VIEW).encode())
            into.rows = found.fetchall() if found.description else []
        except psycopg.Error as refusal:
            into.refused = refusal.sqlstate or ""
            into.rows = []
            _hear(into, str(refusal))


@dataclass(frozen=True, slots=True)
class MariadbReader:
    """The reader's login on MariaDB."""

    engine: sa.Engine

    def tries(self, *statements: str) -> Learned:
        """Carry out all, whatever is refused; return what reached the reader."""
        learned = Learned([], "", "")
        with self.engine.connect() as connection:
            for statement in statements:
                self._try(connection, statement.replace("<view>", VIEW), learned)
        return learned

    def tries_each(self, statements: Iterable[str]) -> dict[str, Learned]:
        """Carry out each in one connection; return what each brought."""
        found = {}
        with self.engine.connect() as connection:
            for statement in statements:
                found[statement] = Learned([], "", "")
                self._try(connection, statement.replace("<view>", VIEW), found[statement])
        return found

    def _try(self, connection: sa.Connection, statement: str, into: Learned) -> None:
        plain = {"no_parameters": True}
        try:
            found = connection.exec_driver_sql(statement, execution_options=plain)
            into.rows = [tuple(row) for row in found] if found.returns_rows else []
        except sa.exc.DBAPIError as refusal:
            into.refused = str(refusal.orig.args[0]) if refusal.orig else ""
            into.rows = []
            _hear(into, str(refusal.orig))
        _hear(into, str(list(connection.exec_driver_sql("SHOW WARNINGS"))))


def let_through(tried: Mapping[str, Learned], refusals: Collection[str]) -> dict[str, Learned]:
    """Return those statements that were not refused so, or brought anything all the same."""
    return {
        statement: learned
        for statement, learned in tried.items()
        if learned.refused not in refusals or learned.rows or learned.hidden
    }


def _hear(into: Learned, said: str | None) -> None:
    into.told += f"{said}\n"


@dataclass(frozen=True, slots=True)
class Watched:
    """The small shop, whose newsletter views a reader may read."""

    shop: Small
    role: str
    reader: Any

    @property
    def database(self) -> str:
        """Return the name of the shop's database."""
        return str(self.shop.engine.url.database)

    def make(self) -> None:
        """Make the views, fresh for long, and grant them to the reader."""
        self.fill()
        self.make_for(self.role)

    def make_for(self, role: str) -> None:
        """Make the views, granted to `role` alone."""
        [views] = self.shop.views("newsletter")
        with self.shop.engine.begin() as connection:
            apply_views(connection, views, role=role)

    def fill(self, **more: Any) -> None:
        """Fill the replica, good for ten years unless it is said otherwise."""
        given = {"good_for_seconds": DECADE_SECONDS} | more
        self.shop.replicate(self.shop.plan("newsletter"), **given)

    def does(self, *statements: str) -> None:
        """Carry out what the shop's own administrator does."""
        with self.shop.engine.begin() as connection:
            for statement in statements:
                plain = {"no_parameters": True}
                whole = statement.replace("<view>", VIEW).replace("<db>", self.database)
                connection.exec_driver_sql(whole, execution_options=plain)

    @contextmanager
    def stale(self) -> Iterator[None]:
        """Let the views be stale for a while."""
        self.fill(now=0, good_for_seconds=1)
        yield
        self.fill()
