"""Ask a source how deep what was deleted there is gone, and say the least that is true."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, text

from placket.law.calendar import to_datetime
from placket.plan.certificate import Grounded, Grounding

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Engine

    from placket.law.calendar import Instant

_VACUUMED: Final = """
    SELECT count(*), count(*) FILTER (
        WHERE greatest(last_vacuum, last_autovacuum) >= %(since)s AND n_dead_tup = 0
            AND greatest(last_analyze, last_autoanalyze) >= %(since)s
    )
    FROM pg_stat_user_tables WHERE schemaname = current_schema() AND relname = ANY(%(tables)s)
"""
_OVERWRITTEN: Final = "deleted, and overwritten in the file"
_KEPT_IN_FILE: Final = "deleted; the file may hold it until a VACUUM"
_KEPT_IN_LOG: Final = "deleted; the write-ahead log beside the file may hold it until a checkpoint"
_KEPT_IN_JOURNAL: Final = (
    "deleted; the journal beside the file may hold it until it is written anew"
)
_CLEARED: Final = (
    "deleted, vacuumed and analysed since; the write-ahead log holds it until it is recycled"
)
_DEAD: Final = "deleted; tables and statistics may hold it until VACUUM ANALYZE"
_HISTORIES: Final = """
    SELECT count(*) FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'SYSTEM VERSIONED' AND table_name IN :tables
"""
_IN_HISTORY: Final = (
    "gone from the rows of today; the table's history holds it until DELETE HISTORY"
)
_UNASKED: Final = "deleted; this kind of database does not say what it still holds"
_UNLINKED: Final = "deleted; the disk may hold the blocks until they are written anew"


def grounding(
    name: str,
    source: Engine | Path,
    tables: Collection[str],
    *,
    since: Instant,
    overwrites: bool = False,
) -> Grounded:
    """Return the lowest grounding that is true of what was deleted from `tables` by `since`.

    overwrites: whether the connection that deleted had SQLite overwrite what it freed. Backups
    are not asked about: the caller knows when they expire.
    Raises what the driver raises when the database is away.
    """
    reached, says = Grounding.DELETED, _UNLINKED
    if not isinstance(source, Path):
        with source.connect() as connection:
            reached, says = _asked(connection, tables, since=since, overwrites=overwrites)
    return Grounded(source=name, reached=reached, says=says)


def _asked(
    connection: Connection, tables: Collection[str], *, since: Instant, overwrites: bool
) -> tuple[Grounding, str]:
    match connection.dialect.name:
        case "sqlite":
            left = _left_in_sqlite(connection, overwrites=overwrites)
            return (Grounding.DELETED, left) if left else (Grounding.VACUUMED, _OVERWRITTEN)
        case "postgresql":
            at = to_datetime(since, ZoneInfo("UTC"))
            asked = {"since": at, "tables": sorted(tables)}
            known, clear = connection.exec_driver_sql(_VACUUMED, asked).one()
            is_clear = known == clear == len(set(tables))
            return (Grounding.VACUUMED, _CLEARED) if is_clear else (Grounding.DELETED, _DEAD)
        case "mysql" | "mariadb" if _has_history(connection, tables):
            return Grounding.HIDDEN, _IN_HISTORY
        case _:
            return Grounding.DELETED, _UNASKED


def _has_history(connection: Connection, tables: Collection[str]) -> bool:
    """Say whether MariaDB keeps what was deleted from one of the tables as its history."""
    named = text(_HISTORIES).bindparams(bindparam("tables", expanding=True))
    return bool(connection.execute(named, {"tables": sorted(tables)}).scalar_one())


def _left_in_sqlite(connection: Connection, *, overwrites: bool) -> str:
    """Say where a SQLite database may still hold what was deleted; empty for nowhere."""
    secure_delete = connection.exec_driver_sql("PRAGMA secure_delete").scalar_one()
    # 2 is `FAST`, which overwrites only what costs nothing.
    if not overwrites and secure_delete != 1:
        return _KEPT_IN_FILE
    file = connection.exec_driver_sql("PRAGMA database_list").first()
    path = file[2] if file is not None else ""
    # Not `journal_mode`: a connection that was open before the mode changed tells the old one.
    if _has_bytes(f"{path}-wal"):
        return _KEPT_IN_LOG
    return _KEPT_IN_JOURNAL if _has_bytes(f"{path}-journal") else ""


def _has_bytes(path: str) -> bool:
    file = Path(path)
    return file.exists() and file.stat().st_size > 0
