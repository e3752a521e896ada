"""Purpose views: the columns that an activity declares, the rows lawful now, stale shows none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

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
from placket.decide.sql import NOW, interval, truth
from placket.sources import trees
from placket.sources.grants import (
    expect_narrow,
    expect_roled,
    fenced,
    granted,
    properties,
    revoke_all,
    waiting_briefly,
)
from placket.sources.replica_plan import CONTROL, StandingLayout, standing_name
from placket.sources.routes import OWN, Route, Step, key_column, routes
from placket.sources.rowclocks import DueTable, row_clocks
from placket.sources.trees import column, own_name, state_stem, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from placket.catalogue.model import Catalogue, Source, Table
    from placket.decide.decide import Prepared

_ROW, _STANDING, _DUE, _CLOCK, _TERM = "t", "s", "d", "c", "r"
_AT: Final = "at"
_DUE_STATE: Final = "due."
_KEPT: Final = 256
"""Views kept made, and as many printed: an activity, a source and its catalogue, a dialect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a row must meet: nothing of `never` is true, and of each datum's own list nothing.

    needed: data of the table of which one at least must be shown; none where the row has to
    be there for a datum that the activity requires.
    """

    never: tuple[Condition, ...]
    withheld: Mapping[str, tuple[Condition, ...]]
    needed: tuple[str, ...]

    def conditions(self) -> Iterator[Condition]:
        """Yield every condition."""
        yield from self.never
        for conditions in self.withheld.values():
            yield from conditions


@dataclass(frozen=True, slots=False, kw_only=True, eq=False)
class View:
    """One view: of one table, for one activity.

    columns: those of the key and then the data, each with its categories. subjects: tables
    whose standing the rows are joined to. clocks: states that each row also meets for itself.
    """

    activity: str
    channel: str
    catalogue: Catalogue
    source: Source
    table: Table
    digest: str
    columns: Mapping[str, tuple[str, ...]]
    terms: Terms
    clocks: frozenset[str]

    @property
    def name(self) -> str:
        """Return the name of the view: activity, the channel if one was asked for, table."""
        return own_name(*filter(None, (self.activity, self.channel, self.table.name)))

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Return the states that the rows' persons are asked for, in order."""
        asked = (leaf.name for c in self.terms.conditions() for leaf in leaves(c))
        return tuple(dict.fromkeys(name for name in asked if not name.startswith(_DUE_STATE)))

    @cached_property
    def sparse(self) -> frozenset[str]:
        """Return those of `states` that few persons have."""
        return frozenset(
            leaf.name for c in self.terms.conditions() for leaf in leaves(c) if leaf.sparse
        )

    @cached_property
    def layout(self) -> StandingLayout:
        """Return the columns in which the states stand."""
        clocks = tuple(f"{_DUE_STATE}{state}" for state in sorted(self.clocks))
        return StandingLayout(digest=self.digest, names=(*self.states, *clocks))

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Return every way from a row to its person, in order."""
        return routes(self.catalogue, self.source, self.table)

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Return the names of the subject tables whose standing the view reads."""
        ends = (_end_of(route, self.source) for route in self.routes)
        return tuple(dict.fromkeys(end.name for end in ends if end is not None))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PurposeViews:
    """All views of one activity on one source, in the order of the catalogue."""

    activity: str
    views: tuple[View, ...]

    def sql(self, dialect: str, *, role: str = "") -> str:
        """Return the statements that make the views, for reading."""
        return _written(self, dialect, role)


@lru_cache(maxsize=_KEPT)
def _written(purpose: PurposeViews, dialect: str, role: str) -> str:
    made = statements(purpose, dialect, role=role)
    return "".join(f"{trees.printed(tree, dialect, pretty=True)};\n" for tree in made)


class _Same:
    """A catalogue or source that is equal to itself alone: its whole content is not compared."""

    def __init__(self, of: Any) -> None:
        self.of = of

    def __eq__(self, other: object) -> bool:
        """Say whether both are of the same object."""
        return isinstance(other, _Same) and self.of is other.of

    def __hash__(self) -> int:
        """Return the object's own number; it is kept, so that no other one gets it."""
        return id(self.of)


def view_of(prepared: Prepared, catalogue: Catalogue, source: Source) -> PurposeViews:
    """Return the views on `source` for the prepared question's activity.

    One for each table that holds data in question and whose rows lead to a person here.
    A column that also holds a datum which is not asked about is left out.
    """
    return _view_of(prepared, _Same(catalogue), _Same(source))


@lru_cache(maxsize=_KEPT)
def _view_of(prepared: Prepared, within: _Same, on: _Same) -> PurposeViews:
    catalogue, source = within.of, on.of
    made = (_view(prepared, catalogue, source, table) for table in source.tables)
    views = tuple(view for view in made if view is not None and view.subjects)
    return PurposeViews(activity=prepared.question.activity, views=views)


def _view(prepared: Prepared, catalogue: Catalogue, source: Source, of: Table) -> View | None:
    columns = _columns(of, frozenset(prepared.asked))
    held = tuple(dict.fromkeys(datum for data in columns.values() for datum in data))
    if not held:
        return None
    told = frozenset(clock.state for clock in row_clocks(prepared.policy, of))
    terms = _terms(prepared, held, told)
    used = frozenset(
        leaf.name.removeprefix(_DUE_STATE)
        for condition in terms.conditions()
        for leaf in leaves(condition)
        if leaf.name.startswith(_DUE_STATE)
    )
    return View(
        activity=prepared.question.activity,
        channel=prepared.question.channel,
        catalogue=catalogue,
        source=source,
        table=of,
        digest=prepared.policy.fold_digest,
        columns=MappingProxyType(columns),
        terms=terms,
        clocks=used,
    )


def _columns(of: Table, asked: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return the categories of each column whose every category is asked about."""
    found: dict[str, tuple[str, ...]] = {}
    for held in of.holds:
        for name in held.columns:
            found[name] = (*found.get(name, ()), held.category)
    return {name: data for name, data in found.items() if asked.issuperset(data)}


def _terms(prepared: Prepared, held: tuple[str, ...], told: frozenset[str]) -> Terms:
    whole = permits(prepared)
    places = tuple(f"in.{place.name}" for place in prepared.policy.places)
    never = [_of_row(s.denies, told if set(s.data) & set(held) else frozenset()) for s in whole]
    rest = [step for step in prepared.steps if step not in set(whole)]
    withheld = {
        datum: shortened((_of_row(s.denies, told) for s in rest if datum in s.data), places)
        for datum in held
    }
    needed = held if all(withheld.values()) else ()
    return Terms(never=shortened(never, places), withheld=withheld, needed=needed)


def _of_row(condition: Condition, told: frozenset[str]) -> Condition:
    """Return the condition as one row meets it: what the row tells must hold for it too.

    The person's own clock stays beside it: it runs from the newest row, so with it the rows
    agree with `decide` even where a month's end makes an older row's date the later one.
    """
    match condition:
        case All(of=parts):
            return All(tuple(_of_row(part, told) for part in parts))
        case AnyOf(of=parts):
            return AnyOf(tuple(_of_row(part, told) for part in parts))
        case Not(of=part):
            return Not(_of_row(part, told))
        case Holds(name=name) if name in told:
            return All((condition, Known(f"{_DUE_STATE}{name}")))
        case Holds() | Ended() | Known():
            return condition


def _end_of(route: Route, source: Source) -> Table | None:
    """Return the subject table where the route ends, None where its standing is not reached.

    That is so in another source, and where the link's target is not the whole key.
    """
    if route.source != source.name:
        return None
    end = next(table for table in source.tables if table.subject is route.subject)
    is_reached = _is_joined(route, end) or end.key == (key_column(end),)
    return end if is_reached else None


def _is_joined(route: Route, end: Table) -> bool:
    """Say whether the subject's own row is joined, so that its whole key is at hand."""
    alias = route.key[0]
    return route.is_own or any(s.alias == alias and s.table == end.name for s in route.steps)


def select_of(view: View) -> exp.Query:
    """Return the view's query with the instant as the bound parameter `now`, microseconds UTC."""
    return _select(view, trees.as_bigint(exp.Placeholder(this=NOW)))


def _select(view: View, at: exp.Expr) -> exp.Query:
    row = _Row(view)
    branches = [
        row.branch(number, route, end, at)
        for number, route in enumerate(view.routes)
        for end in [_end_of(route, view.source)]
        if end is not None
    ]
    query: exp.Query = branches[0]
    for branch in branches[1:]:
        query = exp.Union(this=query, expression=branch, distinct=False)
    return query


class _Row:
    """The parts of a view's query, made anew for each way to a person: a copy costs more."""

    def __init__(self, view: View) -> None:
        self.view = view
        stems = {state: state_stem(f"{_DUE_STATE}{state}") for state in view.clocks}
        self.due = {stem: f"due_{state_stem(state)}" for state, stem in stems.items()}

    def branch(self, number: int, route: Route, end: Table, at: exp.Expr) -> exp.Select:
        """Return the rows whose person is found by one route."""
        clock = exp.Subquery(
            this=exp.select(exp.Alias(this=at.copy(), alias=trees.identifier(_AT)), copy=False),
            alias=exp.TableAlias(this=trees.identifier(_CLOCK)),
        )
        joins = [
            exp.Join(this=table(CONTROL, _TERM), on=self._in_force(end)),
            exp.Join(this=table(self.view.table.name, _ROW), kind="CROSS"),
            *(exp.Join(this=table(s.table, _alias(s.alias)), on=_link(s)) for s in route.steps),
            exp.Join(this=table(standing_name(end), _STANDING), on=_standing_key(route, end)),
        ]
        if self.view.clocks:
            joins.append(exp.Join(this=table(self._due_name(), _DUE), on=self._due_key()))
        wanted = [*self._is_first(number, route), *self._permitted()]
        return exp.Select(
            expressions=self._outputs(),
            from_=exp.From(this=clock),
            joins=joins,
            where=exp.Where(this=trees.every(wanted)),
        )

    def _in_force(self, end: Table) -> exp.Expr:
        return trees.every(
            [
                exp.EQ(this=column("subject", _TERM), expression=exp.Literal.string(end.name)),
                exp.EQ(
                    this=column("policy", _TERM), expression=exp.Literal.string(self.view.digest)
                ),
                exp.GT(this=column("good_until", _TERM), expression=column(_AT, _CLOCK)),
            ]
        )

    def _due_name(self) -> str:
        return DueTable(table=self.view.table, clocks=()).name

    def _due_key(self) -> exp.Expr:
        return trees.equal((column(k, _DUE), column(k, _ROW)) for k in self.view.table.key)

    def _is_first(self, number: int, route: Route) -> Iterator[exp.Expr]:
        """Yield that the route's tests hold and that no route before it leads to anybody."""
        yield from (trees.meets(test, _alias(alias)) for alias, test in route.tests)
        for before in self.view.routes[:number]:
            yield _leads_nowhere(before, set(route.steps))

    def _permitted(self) -> list[exp.Expr]:
        terms = self.view.terms
        found = self._none(terms.never)
        if terms.needed:
            found.append(trees.some(self._shown(terms.withheld[d]) for d in terms.needed))
        return found

    def _outputs(self) -> list[exp.Expr]:
        view = self.view
        key: list[exp.Expr] = [column(name, _ROW) for name in view.table.key]
        data = (name for name in view.columns if name not in view.table.key)
        return [*key, *(self._output(name, view.columns[name]) for name in data)]

    def _output(self, name: str, data: Sequence[str]) -> exp.Expr:
        against = [c for datum in data for c in self.view.terms.withheld.get(datum, ())]
        if not against:
            return column(name, _ROW)
        shown = exp.If(this=self._shown(against), true=column(name, _ROW))
        return exp.Alias(this=exp.Case(ifs=[shown]), alias=trees.identifier(name))

    def _shown(self, against: Iterable[Condition]) -> exp.Expr:
        return exp.Paren(this=trees.every(self._none(against)))

    def _none(self, conditions: Iterable[Condition]) -> list[exp.Expr]:
        """Return that none of the conditions is true; the sparse ones of marked persons alone."""
        dense: list[exp.Expr] = []
        sparse: list[exp.Expr] = []
        for condition in dict.fromkeys(conditions):
            into = sparse if needs_sparse(condition) else dense
            into.append(truth(condition, self._leaf, is_true=False))
        if sparse:
            unmarked = exp.EQ(this=column("marks", _STANDING), expression=exp.Literal.number(0))
            dense.append(trees.some([unmarked, exp.Paren(this=trees.every(sparse))]))
        return dense

    def _leaf(self, leaf: Leaf, is_true: bool) -> exp.Expr:
        """Return the leaf over the columns beside the row; the sparse states have columns here."""
        stem = self.view.layout.columns[leaf.name]
        due = self.due.get(stem)
        if due is None:
            return interval(
                leaf, lambda end: column(f"{stem}_{end}", _STANDING), _at, is_true=is_true
            )
        # What is known of the row's clock is that it has not run out.
        past = exp.Paren(this=exp.LTE(this=column(due, _DUE), expression=_at()))
        return trees.contrary(past) if is_true else past


def _at() -> exp.Expr:
    return column(_AT, _CLOCK)


def _alias(alias: str) -> str:
    return f"{_ROW}{alias}"


def _link(step: Step, named: Callable[[str], str] = _alias) -> exp.Expr:
    before, after = named(step.before), named(step.alias)
    return exp.EQ(this=column(step.column, before), expression=column(step.target, after))


def _standing_key(route: Route, end: Table) -> exp.Expr:
    alias, name = route.key
    if _is_joined(route, end):
        return trees.equal((column(k, _STANDING), column(k, _alias(alias))) for k in end.key)
    return trees.equal([(column(end.key[0], _STANDING), column(name, _alias(alias)))])


def _leads_nowhere(route: Route, joined: set[Step]) -> exp.Expr:
    """Return that a row is nobody's by `route`: no key there, or a test is not met."""
    if joined.issuperset(route.steps):
        null = trees.is_null(column(route.key[1], _alias(route.key[0])))
        fails = [trees.misses(test, _alias(alias)) for alias, test in route.tests]
        return trees.some([null, *fails]) if fails else null

    def named(alias: str) -> str:
        return f"x{alias}" if alias != OWN else _ROW

    first, *others = route.steps
    led = exp.select(exp.Literal.number(1)).from_(table(first.table, named(first.alias)))
    for step in others:
        led = led.join(table(step.table, named(step.alias)), on=_link(step, named))
    key = trees.contrary(trees.is_null(column(route.key[1], named(route.key[0]))))
    tests = (trees.meets(test, named(alias)) for alias, test in route.tests)
    return exp.not_(exp.Exists(this=led.where(_link(first, named), key, *tests)))


def statements(purpose: PurposeViews, dialect: str, *, role: str = "") -> tuple[exp.Expr, ...]:
    """Return the statements that make the views anew, and let `role` read them and no more.

    Raises UnsupportedDialect, and NoRoles where the database knows none.
    """
    if role:
        expect_roled(dialect)
    made = [s for view in purpose.views for s in _made(view, dialect, is_granted=bool(role))]
    return (*made, *(granted(view.name, role, dialect) for view in purpose.views if role))


def _made(view: View, dialect: str, *, is_granted: bool) -> tuple[exp.Expr, ...]:
    query = _select(view, trees.clock(dialect))
    made = exp.Create(
        this=table(view.name),
        kind="VIEW",
        expression=fenced(query, dialect) if is_granted else query,
    )
    found = properties(dialect, is_granted=is_granted)
    if found:
        made.set("properties", exp.Properties(expressions=found))
    return _gone(view.name), made


def apply_views(connection: Connection, purpose: PurposeViews, *, role: str = "") -> None:
    """Make the views in the connection's transaction, anew where they stand.

    They belong to the connection's own role. role: may read the views and nothing that they
    are made from; RoleRefused when it reaches more already.
    """
    made = statements(purpose, trees.dialect_of(connection), role=role)
    if role:
        for source in {view.source.name: view.source for view in purpose.views}.values():
            expect_narrow(connection, source, role)
    with waiting_briefly(connection):
        revoke_all(connection, (view.name for view in purpose.views))
        for statement in made:
            trees.run(connection, statement)


def drop_views(connection: Connection, purpose: PurposeViews) -> None:
    """Take the views away, where they stand: before a plan without the columns they read."""
    drop_named(connection, (view.name for view in purpose.views))


def drop_named(connection: Connection, names: Iterable[str]) -> None:
    """Take views of ours away by name, where they stand: also of what a policy no longer has."""
    gone = tuple(names)
    with waiting_briefly(connection):
        revoke_all(connection, gone)
        for name in gone:
            trees.run(connection, _gone(name))


def _gone(name: str) -> exp.Expr:
    return exp.Drop(tables=[table(name)], kind="VIEW", exists=True)
