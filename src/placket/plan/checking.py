"""Whether a row meets a CHECK of its database: yes, no, or not to be known here."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlglot.expressions import Expr

    from placket.catalogue.schema import Check

_DIALECTS: Final = {"postgresql": "postgres", "mariadb": "mysql"}


class _Unknown(Enum):
    """A value that only the database knows: of a function, a collation, a column not read."""

    UNKNOWN = "unknown"


UNKNOWN: Final = _Unknown.UNKNOWN


def meets(check: Check, values: Mapping[str, Any], dialect: str) -> bool | None:
    """Return whether a row of `values` meets the check; None when that is not known here.

    As in SQL, a condition that is null is met. Known are comparisons, IN, BETWEEN, IS NULL,
    LENGTH, AND, OR and NOT over plain values; what a collation or a cast could turn is not.
    """
    read = _parsed(check.text, _DIALECTS.get(dialect, dialect))
    found = UNKNOWN if read is None else _truth(_value(read, _Row(values)))
    return None if found is UNKNOWN else found is not False


def names_any(check: Check, columns: frozenset[str], dialect: str) -> bool:
    """Say whether the check is about any of `columns`; one that does not read may be."""
    read = _parsed(check.text, _DIALECTS.get(dialect, dialect))
    if read is None:
        return True
    wanted = {column.casefold() for column in columns}
    return any(column.name.casefold() in wanted for column in read.find_all(_kinds().Column))


class _Row:
    """The values of a row by the names that SQL calls them, whatever the case of these."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.loose: dict[str, list[Any]] = {}
        for name, value in values.items():
            self.loose.setdefault(name.casefold(), []).append(value)

    def value(self, name: str) -> Any:
        if name in self.values:
            return self.values[name]
        found = self.loose.get(name.casefold(), ())
        return found[0] if len(found) == 1 else UNKNOWN


@lru_cache(maxsize=1024)
def _parsed(text: str, dialect: str) -> Expr | None:
    # Loading sqlglot takes a tenth of a second, which most plans need not wait for.
    import sqlglot  # noqa: PLC0415

    try:
        return sqlglot.parse_one(text, read=dialect)
    except (sqlglot.errors.SqlglotError, ValueError):
        return None


def _kinds() -> Any:
    from sqlglot import expressions  # noqa: PLC0415 - loaded with the parser alone

    return expressions


def _value(of: Expr, row: _Row) -> Any:
    """Return the value of an expression: plain, None for null, or UNKNOWN."""
    reader = _READERS.get(type(of).__name__)
    return reader(of, row) if reader else UNKNOWN


def _column(of: Any, row: _Row) -> Any:
    return row.value(of.name)


def _literal(of: Any, _row: _Row) -> Any:
    return of.this if of.is_string else Decimal(of.this)


def _inner(of: Any, row: _Row) -> Any:
    return _value(of.this, row)


def _negative(of: Any, row: _Row) -> Any:
    value = _number(_value(of.this, row))
    return value if value is UNKNOWN or value is None else -value


def _cast(of: Any, row: _Row) -> Any:
    """Return a text that is cast to text as it is; any other cast is the database's."""
    value = _value(of.this, row)
    is_text = of.to.this.name in {"TEXT", "VARCHAR"} and not of.to.expressions
    return value if is_text and (value is None or isinstance(value, str)) else UNKNOWN


def _length(of: Any, row: _Row) -> Any:
    value = _value(of.this, row)
    # Of a text outside ASCII some databases count bytes, and some no spaces at its end.
    if isinstance(value, str) and value.isascii() and value == value.rstrip():
        return Decimal(len(value))
    return None if value is None else UNKNOWN


def _strict(of: Any, row: _Row) -> Any:
    """Return null of null: all that is known of these without the database."""
    return None if _value(of.this, row) is None else UNKNOWN


def _function(of: Any, row: _Row) -> Any:
    """Return what is known of a function that the parser has no kind for."""
    is_strict = str(of.this).upper() == "JSON_VALID" and len(of.expressions) == 1
    return None if is_strict and _value(of.expressions[0], row) is None else UNKNOWN


def _and(of: Any, row: _Row) -> Any:
    sides = [_truth(_value(of.left, row)), _truth(_value(of.right, row))]
    return _joined(sides, decides=False)


def _or(of: Any, row: _Row) -> Any:
    sides = [_truth(_value(of.left, row)), _truth(_value(of.right, row))]
    return _joined(sides, decides=True)


def _joined(found: list[Any], *, decides: bool) -> Any:
    """Return what AND or OR make of truths: one decides, then the unknown, then null."""
    if decides in found:
        return decides
    if UNKNOWN in found:
        return UNKNOWN
    return None if None in found else not decides


def _not(of: Any, row: _Row) -> Any:
    value = _truth(_value(of.this, row))
    return value if value is UNKNOWN or value is None else not value


def _truth(value: Any) -> Any:
    if value is None or value is UNKNOWN or isinstance(value, bool):
        return value
    number = _number(value)
    return UNKNOWN if number is UNKNOWN else number != 0


def _is(of: Any, row: _Row) -> Any:
    left, right = _value(of.this, row), _value(of.expression, row)
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if right is None:
        return left is None
    return False if left is None else _equal(left, right)


def _in(of: Any, row: _Row) -> Any:
    left = _value(of.this, row)
    if not of.expressions:
        return UNKNOWN
    return _joined([_equal(left, _value(each, row)) for each in of.expressions], decides=True)


def _between(of: Any, row: _Row) -> Any:
    value = _value(of.this, row)
    low, high = _value(of.args["low"], row), _value(of.args["high"], row)
    return _joined(
        [_ordered(low, value, strict=False), _ordered(value, high, strict=False)], decides=False
    )


def _eq(of: Any, row: _Row) -> Any:
    left = _value(of.left, row)
    if type(of.right).__name__ == "Any":
        return _among(left, of.right.this, row)
    return _equal(left, _value(of.right, row))


def _among(left: Any, of: Any, row: _Row) -> Any:
    """Return whether a value is one of an array, as PostgreSQL writes IN."""
    while type(of).__name__ in {"Paren", "Cast"}:
        of = of.this
    if type(of).__name__ != "Array":
        return UNKNOWN
    return _joined([_equal(left, _value(each, row)) for each in of.expressions], decides=True)


def _neq(of: Any, row: _Row) -> Any:
    found = _equal(_value(of.left, row), _value(of.right, row))
    return found if found is UNKNOWN or found is None else not found


def _equal(left: Any, right: Any) -> Any:
    if left is None or right is None:
        return UNKNOWN if UNKNOWN in {left, right} else None
    if isinstance(left, str) and isinstance(right, str):
        if left == right:
            return True
        # A collation may take two spellings for the same, and letters outside ASCII for others.
        is_plain = left.isascii() and right.isascii()
        return UNKNOWN if not is_plain or _spelt(left) == _spelt(right) else False
    one, other = _number(left), _number(right)
    return UNKNOWN if UNKNOWN in {one, other} else one == other


def _spelt(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())


def _number(value: Any) -> Any:
    """Return a number as it compares; a float is not the number that the database holds."""
    if isinstance(value, Decimal) or value is None:
        return value
    return Decimal(int(value)) if isinstance(value, int) else UNKNOWN


def _ordered(low: Any, high: Any, *, strict: bool) -> Any:
    """Return whether `low` comes before `high`: of numbers alone, texts have a collation."""
    if low is None or high is None:
        return UNKNOWN if UNKNOWN in {low, high} else None
    one, other = _number(low), _number(high)
    if UNKNOWN in {one, other}:
        return UNKNOWN
    return one < other if strict else one <= other


def _less(of: Any, row: _Row) -> Any:
    return _ordered(_value(of.left, row), _value(of.right, row), strict=True)


def _at_most(of: Any, row: _Row) -> Any:
    return _ordered(_value(of.left, row), _value(of.right, row), strict=False)


def _greater(of: Any, row: _Row) -> Any:
    return _ordered(_value(of.right, row), _value(of.left, row), strict=True)


def _at_least(of: Any, row: _Row) -> Any:
    return _ordered(_value(of.right, row), _value(of.left, row), strict=False)


_READERS: Final[Mapping[str, Callable[[Any, _Row], Any]]] = {
    "Column": _column,
    "Literal": _literal,
    "Boolean": lambda of, _: bool(of.this),
    "Null": lambda _of, _row: None,
    "Paren": _inner,
    "Neg": _negative,
    "Cast": _cast,
    "Length": _length,
    "Lower": _strict,
    "Upper": _strict,
    "Trim": _strict,
    "Like": _strict,
    "ILike": _strict,
    "RegexpLike": _strict,
    "Anonymous": _function,
    "And": _and,
    "Or": _or,
    "Not": _not,
    "Is": _is,
    "In": _in,
    "Between": _between,
    "EQ": _eq,
    "NEQ": _neq,
    "LT": _less,
    "LTE": _at_most,
    "GT": _greater,
    "GTE": _at_least,
}
