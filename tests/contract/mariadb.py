"""How the tables of tests are made in MariaDB, where a text that is a key has a length."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, LargeBinary, String
from sqlalchemy.ext.compiler import compiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


@compiles(String, "mysql")
def _text(kind: String, compiler: Any, **more: Any) -> str:
    if type(kind) is not String or kind.length is not None:
        return str(getattr(compiler, f"visit_{kind.__visit_name__}")(kind, **more))
    return "VARCHAR(190)"


@compiles(DateTime, "mysql")
def _time(_kind: DateTime, _compiler: Any, **_more: Any) -> str:
    return "DATETIME(6)"


@compiles(LargeBinary, "mysql")
def _bytes(_kind: LargeBinary, _compiler: Any, **_more: Any) -> str:
    return "VARBINARY(190)"


@contextmanager
def plain_sql(engine: Engine) -> Iterator[Connection]:
    """Lend a transaction in which names stand in double quotes, on MariaDB too."""
    with engine.begin() as connection:
        if engine.dialect.name != "mysql":
            yield connection
            return
        before = connection.exec_driver_sql("SELECT @@sql_mode").scalar_one()
        connection.exec_driver_sql("SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')")
        yield connection
        connection.exec_driver_sql(f"SET sql_mode = '{before}'")
