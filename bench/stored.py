"""A ledger's database by the bare driver, for floors and for rows made in bulk."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placket.gate.gate import Gate


def bodies_of(gate: Gate) -> list[bytes]:
    """Return the stored bytes of every fact, in order."""
    rows = rows_of(gate.settings.ledger, "SELECT body FROM fact ORDER BY seq")
    return [bytes(row[0]) for row in rows]


def rows_of(url: str, statement: str) -> Sequence[tuple[Any, ...]]:
    """Return the rows of a statement of ours."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return connection.execute(statement).fetchall()
    with psycopg.connect(url, options="-c search_path=placket") as connection:
        return connection.cursor(binary=True).execute(statement.encode()).fetchall()


def run_on(url: str, statement: str) -> Sequence[tuple[Any, ...]]:
    """Carry out a statement of ours outside a transaction; return its rows if it has any."""
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            return connection.execute(statement).fetchall()
    with psycopg.connect(url, options="-c search_path=placket", autocommit=True) as connection:
        cursor = connection.cursor(binary=True).execute(statement.encode())
        return cursor.fetchall() if cursor.description else []
