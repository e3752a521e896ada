"""Pieces of SQL trees for a retailer's database: every name quoted, every value a literal."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, CursorResult, Engine

    from placket.catalogue.model import Condition, Scalar

NAME_BYTES: Final = 63
"""PostgreSQL cuts longer names, so that two tables would become one."""

_DIALECTS: Final = {
    "sqlite": "sqlite",
    "postgresql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "duckdb": "duckdb",
}
"""SQLAlchemy's name of a dialect -> the name under which trees are printed in it."""

_DIGEST_LETTERS: Final = 8
_STEM_LETTERS: Final = 40
_UNIX_EPOCH_JULIAN: Final = "2440587.5"
_DAY_MILLISECONDS: Final = "86400000.0"
_DAY_SECONDS: Final = 86_400
_TURNED: Final = rb"\3\2\1".hex()
_UUID_EPOCH: Final = 12_219_292_800_000_000
"""Microseconds from 15 October 1582, from which such ids count, to 1970."""


class UnsupportedDialect(Exception):
    """Purpose views are made in SQLite, PostgreSQL, MariaDB, MySQL and DuckDB."""


def own_name(*parts: str) -> str:
    """Return the name of a table or view of ours: `placket_` and the parts, short enough.

    Where it would be too long its end is a digest of the whole.
    """
    whole = "_".join(("placket", *parts))
    if len(whole.encode()) <= NAME_BYTES:
        return whole
    tail = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST_LETTERS]
    kept = whole.encode()[: NAME_BYTES - _DIGEST_LETTERS - 1].decode(errors="ignore")
    return f"{kept}_{tail}"


def state_stem(name: str) -> str:
    """Return the stem of a state's columns: legible, and no other state's.

    It depends on the name alone, so that a table grows by views without renaming.
    """
    legible = re.sub(r"[^a-z0-9]+", "_", name.lower())[:_STEM_LETTERS]
    return f"{legible}_{hashlib.sha256(name.encode()).hexdigest()[:_DIGEST_LETTERS]}"


def identifier(name: str) -> exp.Identifier:
    """Return a quoted name, whatever it holds."""
    return exp.Identifier(this=name, quoted=True)


def table(name: str, alias: str = "") -> exp.Table:
    """Return a table under its alias."""
    if not alias:
        return exp.Table(this=identifier(name))
    return exp.Table(this=identifier(name), alias=exp.TableAlias(this=identifier(alias)))


def column(name: str, of: str = "") -> exp.Column:
    """Return a column of the table with the alias `of`."""
    found = exp.Column(this=identifier(name))
    if of:
        found.set("table", identifier(of))
    return found


def literal(value: Scalar) -> exp.Expr:
    """Return a constant of the catalogue."""
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    return exp.Literal.number(value) if isinstance(value, int) else exp.Literal.string(value)


def every(parts: Iterable[exp.Expr]) -> exp.Expr:
    """Return that all of `parts` are true; true of none. The parts are taken, not copied."""
    return _joined(exp.And, list(parts)) or exp.true()


def some(parts: Iterable[exp.Expr]) -> exp.Expr:
    """Return that one of `parts` is true, in parentheses; false of none. They are not copied."""
    found = _joined(exp.Or, list(parts))
    return exp.Paren(this=found) if found is not None else exp.false()


def _joined(connector: type[exp.Connector], parts: list[exp.Expr]) -> exp.Expr | None:
    # As a balanced tree: SQLite refuses one that is a thousand deep.
    while len(parts) > 1:
        pairs = zip(parts[::2], parts[1::2], strict=False)
        joined: list[exp.Expr] = [connector(this=one, expression=two) for one, two in pairs]
        parts = [*joined, *(parts[-1:] if len(parts) % 2 else [])]
    return parts[0] if parts else None


def contrary(of: exp.Expr) -> exp.Expr:
    """Return that the expression is not true, which is not copied."""
    return exp.Not(this=of)


def equal(pairs: Iterable[tuple[exp.Expr, exp.Expr]]) -> exp.Expr:
    """Return that both expressions of each pair are equal."""
    return every(exp.EQ(this=left, expression=right) for left, right in pairs)


def is_null(of: exp.Expr) -> exp.Expr:
    """Return that the expression is null."""
    return exp.Is(this=of, expression=exp.null())


def meets(test: Condition, of: str) -> exp.Expr:
    """Return that a row meets `test`; never null, as in the reading of rows."""
    return _among(test, of, wanted=not test.negated)


def misses(test: Condition, of: str) -> exp.Expr:
    """Return that a row does not meet `test`; never null."""
    return _among(test, of, wanted=test.negated)


def _among(test: Condition, of: str, *, wanted: bool) -> exp.Expr:
    """Return that the column is among the test's values, or (`wanted` False) is not."""
    null = is_null(column(test.column, of))
    values = [literal(value) for value in test.any_of if value is not None]
    has_null = None in test.any_of
    if not values:
        return null if has_null is wanted else contrary(null)
    among = exp.In(this=column(test.column, of), expressions=values)
    found: exp.Expr = among if wanted else contrary(among)
    if has_null is wanted:
        return some([null, found])
    return exp.Paren(this=every([contrary(null), found]))


def clock(dialect: str) -> exp.Expr:
    """Return the database's own clock, microseconds UTC.

    The clocks of SQLite and DuckDB have whole milliseconds. Raises UnsupportedDialect.
    """
    match dialect:
        case "sqlite":
            return _sqlite_clock()
        case "postgres":
            seconds = exp.Extract(this=exp.var("EPOCH"), expression=_call("CLOCK_TIMESTAMP"))
            return as_bigint(exp.Mul(this=seconds, expression=exp.Literal.number(10**6)))
        case "mysql":
            return _mysql_clock()
        case "duckdb":
            # Its own `now()` stands still in a transaction; the time of a new id does not.
            made = _call("UUID_EXTRACT_TIMESTAMP", _call("UUIDV7"))
            return as_bigint(_call("EPOCH_US", made))
        case _:
            raise UnsupportedDialect(str(UnsupportedDialect.__doc__))


def as_bigint(of: exp.Expr) -> exp.Cast:
    """Return the expression as a whole number of 64 bits."""
    return exp.Cast(this=of, to=exp.DataType(this=exp.DataType.Type.BIGINT))


def _sqlite_clock() -> exp.Expr:
    days = exp.paren(
        exp.Sub(
            this=_call("JULIANDAY", exp.Literal.string("now")),
            expression=exp.Literal.number(_UNIX_EPOCH_JULIAN),
        )
    )
    whole = exp.Mul(this=days, expression=exp.Literal.number(_DAY_MILLISECONDS))
    milliseconds = as_bigint(exp.Round(this=whole))
    return exp.Mul(this=milliseconds, expression=exp.Literal.number(1000))


def _mysql_clock() -> exp.Expr:
    """Return MariaDB's clock, null where it cannot be told, so that nothing is later than it.

    A reader may SET its own time zone, which UTC_TIMESTAMP does not heed, and its own TIMESTAMP,
    which SYSDATE does not: what lies between NOW and SYSDATE is added, and is less than a day.
    In a zone that was put back between the two an hour of it is missing. So the time of a new id,
    which nothing of a reader's moves, counts where it is later.
    """
    now, real = (_call(name, exp.Literal.number(6)) for name in ("NOW", "SYSDATE"))
    begun = _call("UTC_TIMESTAMP", exp.Literal.number(6))
    epoch = exp.Literal.string("1970-01-01 00:00:00")
    gone = exp.Between(
        this=_between("SECOND", now, real),
        low=exp.Literal.number(0),
        high=exp.Literal.number(_DAY_SECONDS),
    )
    at = exp.Add(
        this=_between("MICROSECOND", epoch, begun), expression=_between("MICROSECOND", now, real)
    )
    return exp.Case(ifs=[exp.If(this=gone, true=_call("GREATEST", at, _time_of_an_id()))])


def _time_of_an_id() -> exp.Expr:
    """Return the instant in a new UUID of version 1; a very early one where MySQL reads it not."""
    shape = exp.Literal.string("^(.{8})-(.{4})-.(.{3}).*$")
    # Its three parts in order, as MariaDB names them; as hex, since a backslash is not always one.
    turned = _call("REGEXP_REPLACE", _call("UUID"), shape, exp.HexString(this=_TURNED))
    sixteen, ten = exp.Literal.number(16), exp.Literal.number(10)
    ticks = exp.Cast(
        this=_call("CONV", turned, sixteen, ten),
        to=exp.DataType(this=exp.DataType.Type.BIGINT),
    )
    whole = exp.IntDiv(this=ticks, expression=ten.copy())
    return exp.Paren(this=exp.Sub(this=whole, expression=exp.Literal.number(_UUID_EPOCH)))


def _between(unit: str, begin: exp.Expr, end: exp.Expr) -> exp.Expr:
    return _call("TIMESTAMPDIFF", exp.var(unit), begin.copy(), end.copy())


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def dialect_of(engine: Engine | Connection) -> str:
    """Return the dialect's name as trees are printed in it. Raises UnsupportedDialect."""
    found = _DIALECTS.get(engine.dialect.name)
    if found is None:
        raise UnsupportedDialect(str(UnsupportedDialect.__doc__))
    return found


def printed(tree: exp.Expr, dialect: str, *, pretty: bool = False) -> str:
    """Return the tree as SQL with every name quoted; it is not used again."""
    if dialect == "mysql":
        for among in list(tree.find_all(exp.In)):
            among.replace(_exactly(among))
    return tree.sql(dialect=dialect, identify=True, pretty=pretty, copy=False)


def _exactly(among: exp.In) -> exp.Expr:
    """Return the test of a column's values as Python makes it of what the driver reads.

    MariaDB finds `Guest` equal to `guest` where the column's collation folds, any word equal to
    0, and spaces at the end equal to none. A row would count in the view and not in the sync.
    """
    of, values = among.this, among.expressions
    texts = [value for value in values if value.is_string]
    others = [value for value in values if not value.is_string]
    # The charset of all that the driver does not give as a text.
    charset, binary = _call("CHARSET", of.copy()), exp.Literal.string("binary")
    found: list[exp.Expr] = []
    if texts:
        utf8 = exp.DataType(this=exp.DataType.Type.CHARACTER_SET, kind=exp.var("utf8mb4"))
        letters = exp.Cast(this=of.copy(), to=utf8)
        read = exp.Cast(this=letters, to=exp.DataType(this=exp.DataType.Type.BINARY))
        written = [exp.HexString(this=value.name.encode().hex()) for value in texts]
        same = exp.In(this=read, expressions=written)
        found.append(every([exp.NEQ(this=charset, expression=binary), same]))
    if others:
        same = exp.In(this=of.copy(), expressions=others)
        found.append(every([exp.EQ(this=charset.copy(), expression=binary.copy()), same]))
    # Never null: a caller asks for null beside it.
    return some(found)


def run(connection: Connection, tree: exp.Expr) -> CursorResult[Any]:
    """Carry out a tree without parameters; a `%` in a name stays a `%`."""
    statement = printed(tree, dialect_of(connection))
    return connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
