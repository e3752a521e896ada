"""Two tables of ours in a source: which worker may write for a request, and which plans are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from placket.plan.apply import TakenOver, TargetRefuses
from placket.sources.refused import is_passing
from placket.sources.trees import own_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from placket.plan.apply import Work

# Ids have no personal data in them; MariaDB wants a length for what is a key.
_ID: Final = sa.String(128)
_OURS: Final = sa.MetaData()
FENCE: Final = sa.Table(
    own_name("fence"),
    _OURS,
    sa.Column("request", _ID, primary_key=True),
    sa.Column("fence", sa.BigInteger, nullable=False),
)
DONE: Final = sa.Table(
    own_name("done"),
    _OURS,
    sa.Column("plan", _ID, primary_key=True),
    sa.Column("source", _ID, primary_key=True),
    sa.Column("request", _ID, nullable=False),
    sa.Column("fence", sa.BigInteger, nullable=False),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
)


def make_tables(connection: Connection, source: str) -> None:
    """Make what is missing of the two tables, in a transaction of their own.

    Raises TargetRefuses with the statements to run where the role may make none.
    """
    missing = _missing(connection)
    try:
        for table in missing:
            table.create(connection)
        connection.commit()
    except DBAPIError as fault:
        connection.rollback()
        if is_passing(fault):
            raise
        # Somebody else may have made them meanwhile.
        missing = _missing(connection)
        connection.rollback()
        if missing:
            raise TargetRefuses(_to_run(connection, source, missing)) from None


def _missing(connection: Connection) -> list[sa.Table]:
    inspector = sa.inspect(connection)
    return [table for table in (FENCE, DONE) if not inspector.has_table(table.name)]


def _to_run(connection: Connection, source: str, missing: list[sa.Table]) -> str:
    statements = (
        " ".join(str(CreateTable(table).compile(dialect=connection.dialect)).split())
        for table in missing
    )
    return f"the role may not make tables in `{source}`; run there: {'; '.join(statements)}"


def take_fence(connection: Connection, work: Work) -> None:
    """Hold the fence of the request until the transaction ends. Raises TakenOver.

    INVARIANT: this is the first that a transaction does. Whoever comes while another one's is
    under way, its COMMIT too, waits here, and then sees all that it did.
    """
    connection.execute(_unless_there(connection, work))
    held = sa.select(FENCE.c.fence).where(FENCE.c.request == work.request).with_for_update()
    if connection.execute(held).scalar_one() > work.fence:
        raise TakenOver(str(TakenOver.__doc__))
    connection.execute(
        sa.update(FENCE).where(FENCE.c.request == work.request).values(fence=work.fence)
    )


def _unless_there(connection: Connection, work: Work) -> Any:
    row = {"request": work.request, "fence": work.fence}
    if connection.dialect.name == "sqlite":
        return sqlite.insert(FENCE).values(row).on_conflict_do_nothing()
    if connection.dialect.name in {"postgresql", "duckdb"}:
        return postgresql.insert(FENCE).values(row).on_conflict_do_nothing()
    mine = mysql.insert(FENCE).values(row)
    return mine.on_duplicate_key_update(request=mine.inserted.request)


def is_done(connection: Connection, work: Work) -> bool:
    """Say whether all steps of the plan in this source are in."""
    found = sa.select(DONE.c.plan).where(DONE.c.plan == work.plan, DONE.c.source == work.source)
    # With a lock, since MariaDB would else look at the moment of its first read.
    return connection.execute(found.with_for_update()).first() is not None


def note_done(connection: Connection, work: Work) -> None:
    """Write that all steps of the plan in this source are in."""
    connection.execute(
        sa.insert(DONE).values(
            plan=work.plan,
            source=work.source,
            request=work.request,
            fence=work.fence,
            done_at=sa.func.current_timestamp(),
        )
    )
