"""The condition tree printed as SQL: bulk eligibility and its funnel, equal to `decide`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from placket.decide.condition import (
    All,
    AnyOf,
    Condition,
    Ended,
    Holds,
    Known,
    Leaf,
    Not,
    leaves,
    needs_sparse,
)
from placket.decide.decide import permits
from placket.decide.denials import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from placket.decide.decide import Prepared
    from placket.decide.steps.asking import Step
    from placket.standing.layout import Layout

NOW: Final = "now"
"""The one bound parameter: the instant asked about, microseconds UTC."""

DIALECTS: Final = ("sqlite", "postgres", "mysql", "duckdb", "spark")
ROW: Final = "s"
"""The name by which a query knows the table of wide rows, where it reads one standing alone."""

_CHAIN: Final = 100
"""Parts that stand in one chain: SQLite nests a chain as deep as it is long, within limits."""

_MARK: Final = "m"
_PERSON: Final = "p"


def now() -> exp.Expr:
    """Return the placeholder of the instant."""
    return exp.Placeholder(this=NOW)


Printer = Callable[[Leaf, bool], exp.Expr]
"""leaf, whether as itself or as its contrary -> SQL."""


def truth(condition: Condition, leaf: Printer, *, is_true: bool = True) -> exp.Expr:
    """Return SQL that is true when `condition` is (or is not, for `is_true=False`).

    There is no NOT in it: each leaf is printed as itself or as its contrary, so that a null
    (a state that never held) reads as false wherever it stands.
    """
    match condition:
        case Not(of=part):
            return truth(part, leaf, is_true=not is_true)
        case All(of=parts):
            return joined([truth(p, leaf, is_true=is_true) for p in parts], every=is_true)
        case AnyOf(of=parts):
            return joined([truth(p, leaf, is_true=is_true) for p in parts], every=not is_true)
        case Holds() | Ended() | Known():
            return leaf(condition, is_true)


def joined(parts: list[exp.Expr], *, every: bool) -> exp.Expr:
    """Return SQL that is true when every part is, or for `every=False` when any is."""
    if not parts:
        return exp.true() if every else exp.false()
    if len(parts) == 1:
        return parts[0]
    return exp.Paren(this=balanced(parts, exp.And if every else exp.Or))


def balanced(parts: list[exp.Expr], connector: type[exp.Binary]) -> exp.Expr:
    """Return the parts, at least one, joined by the connector."""
    # Halves instead of a chain: hundreds of conditions nest eight deep, and nothing is copied,
    # which is where building a tree with the library's own functions spends its time.
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    left, right = balanced(parts[:middle], connector), balanced(parts[middle:], connector)
    both = connector(this=left, expression=right)
    return exp.Paren(this=both) if len(parts) > _CHAIN else both


def _column(name: str, of: str) -> exp.Column:
    # The library's own function looks at each name anew; these are plain ones.
    return exp.Column(this=exp.Identifier(this=name), table=exp.Identifier(this=of))


def leaf_in(layout: Layout, row: str = ROW) -> Printer:
    """Return what prints a leaf over the ledger's tables; row: the name of the wide one."""

    def print_leaf(leaf: Leaf, is_true: bool) -> exp.Expr:
        if leaf.sparse:
            found = _mark(leaf, layout, row)
            return found if is_true else exp.Not(this=found)
        stem = layout.columns.get(leaf.name)
        if stem is None:
            # A state that no rule of the policy gives, such as one of an undeclared channel.
            return exp.false() if is_true else exp.true()
        return interval(leaf, lambda end: _column(f"{stem}_{end}", row), now, is_true=is_true)

    return print_leaf


def interval(
    leaf: Leaf,
    column: Callable[[str], exp.Expr],
    at: Callable[[], exp.Expr],
    *,
    is_true: bool,
) -> exp.Expr:
    """Return SQL that the leaf is true, or is not, of the columns `from` and `until`.

    column: makes the column of an end; at: makes the instant. Neither is used twice.
    """

    def is_null() -> exp.Expr:
        return exp.Is(this=column("from"), expression=exp.null())

    def compared(by: type[exp.Predicate], end: str) -> exp.Expr:
        return by(this=column(end), expression=at())

    match leaf:
        case Known():
            return exp.Not(this=is_null()) if is_true else is_null()
        case Ended() if is_true:
            return compared(exp.LTE, "until")
        case Ended():
            return joined([is_null(), compared(exp.GT, "until")], every=False)
        case Holds() if is_true:
            parts = [compared(exp.LTE, "from"), compared(exp.GT, "until")]
            return joined(parts, every=True)
        case Holds():
            ahead, over = compared(exp.GT, "from"), compared(exp.LTE, "until")
            return joined([is_null(), ahead, over], every=False)


def _mark(leaf: Leaf, layout: Layout, row: str) -> exp.Expr:
    conditions: list[exp.Expr] = [
        _is_of_row(row),
        exp.EQ(this=_column("name", _MARK), expression=exp.Literal.string(leaf.name)),
    ]
    if isinstance(leaf, Holds):
        conditions.append(exp.LTE(this=_column("from_", _MARK), expression=now()))
        conditions.append(exp.GT(this=_column("until_", _MARK), expression=now()))
    elif isinstance(leaf, Ended):
        conditions.append(exp.LTE(this=_column("until_", _MARK), expression=now()))
    return _some_mark(layout, conditions)


def _is_of_row(row: str) -> exp.Expr:
    return exp.EQ(this=_column("person", _MARK), expression=_column("person", row))


def _some_mark(layout: Layout, conditions: list[exp.Expr]) -> exp.Expr:
    found = _selected([exp.Literal.number(1)], _table(layout.marks, _MARK))
    return exp.Exists(this=_where(found, joined(conditions, every=True)))


def met(condition: Condition, layout: Layout, row: str = ROW) -> exp.Expr:
    """Return SQL that is true of the persons of whom `condition` is."""
    found = truth(condition, leaf_in(layout, row))
    return joined([has_marks(row), found], every=True) if needs_sparse(condition) else found


def has_marks(row: str = ROW) -> exp.Expr:
    """Return SQL that is true of the persons who have sparse states."""
    return exp.GT(this=_column("marks", row), expression=exp.Literal.number(0))


def denials(prepared: Prepared) -> tuple[Condition, ...]:
    """Return the conditions of which one is true of whoever the act is denied."""
    places = (f"in.{place.name}" for place in prepared.policy.places)
    return shortened((step.denies for step in permits(prepared)), places)


def permitted(prepared: Prepared, layout: Layout, row: str = ROW) -> exp.Expr:
    """Return SQL that is true of the persons for whom the act is permitted.

    What only a person with sparse states could be denied is asked of those alone.
    """
    denied = denials(prepared)
    leaf = leaf_in(layout, row)
    dense = [truth(c, leaf, is_true=False) for c in denied if not needs_sparse(c)]
    sparse = [truth(c, leaf, is_true=False) for c in denied if needs_sparse(c)]
    if not sparse:
        return joined(dense, every=True)
    unmarked = exp.EQ(this=_column("marks", row), expression=exp.Literal.number(0))
    rarely = joined([unmarked, joined(sparse, every=True)], every=False)
    return joined([*dense, rarely], every=True)


def standing_row(layout: Layout, row: str = ROW) -> exp.Table:
    """Return the table of wide rows, under the name by which columns are asked of it."""
    return _table(layout.wide, row)


def select_marks(layout: Layout) -> exp.Select:
    """Return the query for all sparse states: `person`, `name`, `from_`, `until_`."""
    columns = [_column(name, _MARK) for name in ("person", "name", "from_", "until_")]
    return _selected(columns, _table(layout.marks, _MARK))


def _table(name: str, alias: str) -> exp.Table:
    # The library's own function parses each name anew.
    as_ = exp.TableAlias(this=exp.Identifier(this=alias))
    return exp.Table(this=exp.Identifier(this=name), alias=as_)


def _selected(columns: Sequence[exp.Expr], table: exp.Table) -> exp.Select:
    return exp.Select(expressions=list(columns)).from_(table, copy=False)


def _where(query: exp.Select, wanted: exp.Expr) -> exp.Select:
    return query.where(wanted, copy=False)


def select_eligible(prepared: Prepared, layout: Layout, *, after: bool = False) -> exp.Select:
    """Return the query for the permitted persons, one column `person`, in order of it.

    after: only persons behind the bound parameter `after`, for reading page by page.
    """
    wanted = [permitted(prepared, layout)]
    if after:
        behind = exp.Placeholder(this="after")
        wanted.append(exp.GT(this=exp.column("person", ROW), expression=behind))
    query = _selected([exp.column("person", ROW)], standing_row(layout))
    _where(query, joined(wanted, every=True))
    return query.order_by(exp.column("person", ROW), copy=False)


def numbers_eligible(prepared: Prepared, layout: Layout) -> exp.Select:
    """Return the query for the numbers that the ledger gave the permitted persons."""
    query = _numbered([exp.column("number", _PERSON)], layout)
    return _where(query, permitted(prepared, layout))


def turning(prepared: Prepared, layout: Layout) -> exp.Select:
    """Return the query for the persons whose answer may turn: `person` and `number`.

    They have a state, of those the question asks about, that begins or ends after `now` and
    before the bound parameter `until`.
    """
    asked = {leaf for step in permits(prepared) for leaf in leaves(step.denies)}
    dense = sorted({leaf.name for leaf in asked if not leaf.sparse} & layout.columns.keys())
    ends = [
        _column(f"{layout.columns[name]}_{end}", ROW) for name in dense for end in ("from", "until")
    ]
    turns = [_turns(end) for end in ends]
    if any(leaf.sparse for leaf in asked):
        ends = [exp.column(end, _MARK) for end in ("from_", "until_")]
        near = joined([_turns(end) for end in ends], every=False)
        turns.append(joined([has_marks(), _some_mark(layout, [_is_of_row(ROW), near])], every=True))
    query = _numbered([exp.column("person", ROW), exp.column("number", _PERSON)], layout)
    return _where(query, joined(turns, every=False))


def _numbered(columns: Sequence[exp.Expr], layout: Layout) -> exp.Select:
    ledger = _table("person", _PERSON)
    same = exp.EQ(this=exp.column("id", _PERSON), expression=exp.column("person", ROW))
    return _selected(columns, standing_row(layout)).join(ledger, on=same, copy=False)


def _turns(end: exp.Column) -> exp.Expr:
    later = exp.GT(this=end, expression=now())
    sooner = exp.LT(this=end.copy(), expression=exp.Placeholder(this="until"))
    return joined([later, sooner], every=True)


def count_eligible(prepared: Prepared, layout: Layout) -> exp.Select:
    """Return the query for the number of permitted persons, one row of one column."""
    query = _selected([exp.Count(this=exp.Star())], standing_row(layout))
    return _where(query, permitted(prepared, layout))


def funnel(prepared: Prepared, layout: Layout) -> exp.Select:
    """Return the query for how many persons each reason is the first to deny.

    Rows: `step`, the index in `permits(prepared)` or -1 for the permitted, and `persons`.
    """
    first = case(
        [(met(s.denies, layout), n) for n, s in enumerate(permits(prepared))], otherwise=-1
    )
    columns = [
        exp.Alias(this=first, alias=exp.to_identifier("step")),
        exp.Alias(this=exp.Count(this=exp.Star()), alias=exp.to_identifier("persons")),
    ]
    query = _selected(columns, standing_row(layout))
    return query.group_by(exp.Literal.number(1), copy=False)


def case(pairs: list[tuple[exp.Expr, int]], *, otherwise: int = 0) -> exp.Expr:
    """Return SQL of the number beside the first condition that is true, or of `otherwise`."""
    last = exp.Literal.number(otherwise)
    if not pairs:
        return last
    whens = [exp.If(this=condition, true=exp.Literal.number(n)) for condition, n in pairs]
    return exp.Case(ifs=whens, default=last)


def by_reason(steps: Iterable[Step], layout: Layout) -> exp.Select:
    """Return the query for how many persons each of `steps` denies, whatever else does.

    One row with a column for each step, `step_0` and on.
    """
    columns: list[exp.Expr] = [
        exp.Alias(
            this=exp.Sum(this=case([(met(step.denies, layout), 1)])),
            alias=exp.to_identifier(f"step_{index}"),
        )
        for index, step in enumerate(steps)
    ]
    return _selected(columns, standing_row(layout))


def printed(query: exp.Expr, dialect: str) -> str:
    """Return the query in a dialect, the instant bound as `now`."""
    return query.sql(dialect=dialect, copy=False)
