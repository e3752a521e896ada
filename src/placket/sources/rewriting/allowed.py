"""What a query by hand may be made of: its parts, functions and types; all else is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from placket.sources.rewriting.refusing import Refusal, refused_at, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_QUERY: Final = (
    *(exp.Select, exp.From, exp.Join, exp.Where, exp.Group, exp.Having, exp.Qualify, exp.Order),
    *(exp.Ordered, exp.Limit, exp.Offset, exp.Fetch, exp.LimitOptions, exp.Distinct, exp.With),
    *(exp.CTE, exp.TableAlias, exp.Table, exp.Subquery, exp.Union, exp.Except, exp.Intersect),
    *(exp.Lateral, exp.Values, exp.Cube, exp.Rollup, exp.GroupingSets, exp.Hint),
    *(exp.Column, exp.Identifier, exp.Star, exp.Alias, exp.Tuple, exp.Paren, exp.Var),
)
_VALUES: Final = (
    *(exp.Literal, exp.Null, exp.Boolean, exp.Interval, exp.DataType, exp.DataTypeParam),
    *(exp.Array, exp.Window, exp.WindowSpec, exp.Filter, exp.WithinGroup, exp.AtTimeZone),
)
_OPERATORS: Final = (
    *(exp.And, exp.Or, exp.Not, exp.Xor, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
    *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.Is, exp.Like, exp.ILike, exp.Glob, exp.Escape),
    *(exp.Between, exp.In, exp.Exists, exp.Any, exp.All, exp.RegexpLike, exp.RegexpILike),
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Neg, exp.DPipe),
)
_FUNCTIONS: Final = (
    *(exp.Count, exp.CountIf, exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Median, exp.ApproxDistinct),
    *(exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop, exp.GroupConcat),
    *(exp.ArrayAgg, exp.LogicalAnd, exp.LogicalOr, exp.PercentileCont, exp.PercentileDisc),
    *(exp.Grouping, exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist),
    *(exp.Ntile, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue),
    *(exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Cast, exp.TryCast),
    *(exp.Abs, exp.Ceil, exp.Floor, exp.Round, exp.Sign, exp.Sqrt, exp.Pow, exp.Exp, exp.Ln),
    *(exp.Log, exp.Lower, exp.Upper, exp.Initcap, exp.Trim, exp.Length, exp.Substring, exp.Left),
    *(exp.Right, exp.Replace, exp.Concat, exp.ConcatWs, exp.StrPosition, exp.SplitPart),
    *(exp.CurrentDate, exp.CurrentTime, exp.CurrentTimestamp, exp.Date, exp.DateAdd, exp.DateSub),
    *(exp.DateDiff, exp.DateTrunc, exp.TimestampTrunc, exp.TimestampDiff, exp.Extract, exp.Year),
    *(exp.Quarter, exp.Month, exp.Week, exp.Day, exp.DayOfWeek, exp.DayOfMonth, exp.DayOfYear),
    *(exp.TimeToStr, exp.StrToTime, exp.StrToDate, exp.ToChar, exp.LastDay, exp.AddMonths),
    *(exp.MonthsBetween, exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.TsOrDsAdd),
    *(exp.TimeStrToTime, exp.TsOrDsDiff),
)
PARTS: Final = frozenset({*_QUERY, *_VALUES, *_OPERATORS, *_FUNCTIONS})
"""Every kind of part that a query may have; none reads a file, the network or another table."""

OTHERS: Final[Mapping[str, frozenset[str]]] = {
    "sqlite": frozenset(
        {"date", "time", "datetime", "julianday", "unixepoch", "total", "strftime"}
    ),
    "postgres": frozenset({"age", "make_date", "btrim"}),
    "mysql": frozenset({"now", "dayname", "monthname"}),
    "duckdb": frozenset({"age", "make_date"}),
    "spark": frozenset({"date_part", "make_date"}),
}
"""Functions that the parser knows no more of than the name, for each dialect."""

_UNITS: Final = frozenset(
    {
        *("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND"),
        *("DOW", "DOY", "ISODOW", "ISOYEAR", "EPOCH", "DECADE", "CENTURY", "ISOWEEK"),
    }
)
_TYPES: Final = frozenset(
    {
        *("TEXT", "VARCHAR", "CHAR", "NCHAR", "NVARCHAR", "BOOLEAN", "DATE", "TIME", "TIMESTAMP"),
        *("TIMESTAMPTZ", "TIMESTAMPLTZ", "TIMESTAMPNTZ", "DATETIME", "INTERVAL", "DECIMAL"),
        *("INT", "BIGINT", "SMALLINT", "TINYINT", "UINT", "UBIGINT", "FLOAT", "DOUBLE", "UUID"),
    }
)
_ARGUMENTS: Final[Mapping[type[exp.Expr], frozenset[str]]] = {
    exp.Select: frozenset(
        {
            *("with_", "hint", "distinct", "expressions", "from_", "joins", "where", "group"),
            *("having", "qualify", "windows", "order", "limit", "offset"),
        }
    ),
    exp.SetOperation: frozenset(
        {"with_", "this", "expression", "distinct", "order", "limit", "offset"}
    ),
    exp.Subquery: frozenset({"with_", "this", "alias", "order", "limit", "offset"}),
    exp.Table: frozenset({"this", "alias", "db"}),
    exp.Join: frozenset({"this", "on", "side", "kind", "using", "method"}),
    exp.With: frozenset({"expressions", "recursive"}),
    exp.CTE: frozenset({"this", "alias", "materialized"}),
    exp.TableAlias: frozenset({"this", "columns"}),
    exp.Lateral: frozenset({"this", "alias"}),
    exp.Values: frozenset({"expressions", "alias"}),
    exp.Column: frozenset({"this", "table", "db"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Star: frozenset(),
    exp.DataType: frozenset({"this", "expressions", "nested"}),
    exp.In: frozenset({"this", "expressions", "query"}),
}
"""What of the parts that name or shape something may be set; `None` and `False` are not set."""

_JOINS: Final = frozenset({"", "INNER", "OUTER", "CROSS"})
_SIDES: Final = frozenset({"", "LEFT", "RIGHT", "FULL"})


def parts_refused(tree: exp.Expr, dialect: str) -> Iterator[Refusal]:
    """Yield why each part of `tree` is refused that is not known to be harmless, in order.

    A part within one that is refused is not looked at.
    """
    refused: set[int] = set()

    def below(node: exp.Expr) -> bool:
        return id(node) in refused

    for node in tree.walk(bfs=False, prune=below):
        why = _why(node, dialect)
        if why is not None:
            refused.add(id(node))
            yield refused_at(node, *why)


def _why(node: exp.Expr, dialect: str) -> tuple[str, str] | None:
    """Return why a part is refused and the mend, None where it may stand."""
    if type(node) not in PARTS:
        is_known = isinstance(node, exp.Anonymous) and _is_known(node, dialect)
        return None if is_known else _of_unknown(node)
    match node:
        case exp.Table() if not isinstance(node.this, exp.Identifier):
            return _table_function(node.this)
        case exp.Var() if node.name.upper() not in _UNITS:
            return f"{shown(node.name, 'a word')} is no unit of time", _PLAIN
        case exp.DataType() if not _is_plain(node):
            return "a type is not among the plain ones", _PLAIN_TYPE
        case exp.Literal() if "\\" in node.name and node.is_string and dialect == "postgres":
            # Whether a backslash escapes hangs on a setting of the server.
            return "a text holds a backslash", "compare without it"
        case _:
            return _of_join(node) if isinstance(node, exp.Join) else _of_arguments(node)


_PLAIN: Final = "write it with the plain words of SQL"
_PLAIN_TYPE: Final = "cast to one such as `text`, `integer`, `numeric` or `date`"
_ONE_READING: Final = "write one query that only reads, starting with `SELECT` or `WITH`"


_UNKNOWN: Final[tuple[tuple[tuple[type[exp.Expr], ...], tuple[str, str]], ...]] = (
    (
        (exp.Placeholder, exp.Parameter, exp.SessionParameter),
        ("a parameter or variable stands where a value should", "write the value itself"),
    ),
    ((exp.Dot,), ("a name has more parts than table and column", "write `table.column`")),
    ((exp.Lock,), ("the query locks rows", "leave the lock out")),
    ((exp.Into,), ("the query writes its rows into a table", _ONE_READING)),
    ((exp.DML, exp.DDL), ("a part of the query writes", _ONE_READING)),
)


def _is_known(node: exp.Anonymous, dialect: str) -> bool:
    name = node.this
    return isinstance(name, str) and name.lower() in OTHERS.get(dialect, frozenset())


def _of_unknown(node: exp.Expr) -> tuple[str, str]:
    for kinds, words in _UNKNOWN:
        if isinstance(node, kinds):
            return words
    if isinstance(node, exp.Func):
        is_named = isinstance(node, exp.Anonymous | exp.AnonymousAggFunc | exp.CombinedAggFunc)
        return _function(node.name if is_named else node.sql_name())
    return f"`{node.key}` is nothing that a query here may hold", _PLAIN


def _function(name: str) -> tuple[str, str]:
    return (
        f"the function {shown(name.lower(), 'of that name')} is not known to be harmless",
        "leave it out, or work on the rows afterwards",
    )


def _table_function(node: exp.Expr) -> tuple[str, str]:
    name = node.sql_name() if isinstance(node, exp.Func) else node.name
    if isinstance(node, exp.Anonymous):
        name = str(node.this)
    return (
        f"the function {shown(name.lower(), 'of that name')} stands where a table should",
        "read from tables alone",
    )


def _is_plain(node: exp.DataType) -> bool:
    return (
        isinstance(node.this, exp.DataType.Type)
        and node.this.name in _TYPES
        and _of_arguments(node) is None
    )


def _of_join(node: exp.Join) -> tuple[str, str] | None:
    if node.method == "NATURAL":
        return (
            "a natural join compares whatever columns two tables share",
            "name the columns after `ON`",
        )
    if node.method or node.kind not in _JOINS or node.side not in _SIDES:
        return "that kind of join is not known here", "join with `JOIN ... ON`"
    return _of_arguments(node)


def _of_arguments(node: exp.Expr) -> tuple[str, str] | None:
    allowed = next((_ARGUMENTS[k] for k in type(node).__mro__ if k in _ARGUMENTS), None)
    if allowed is None:
        return None
    if isinstance(node, exp.Table) and node.args.get("joins"):
        return "joins stand in parentheses", "join the tables one after the other"
    surplus = [name for name, value in node.args.items() if value and name not in allowed]
    if not surplus:
        return None
    if "locks" in surplus or "into" in surplus:
        # The part itself is refused beside, in its own words.
        return None
    return f"`{surplus[0].strip('_')}` is nothing that a query here may say of `{node.key}`", _PLAIN
