"""Random plans, killed at random and resumed, end as a plain walk over the rows says."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.pool import StaticPool

from placket.catalogue import Catalogue, Source, Table
from placket.plan.apply import Applied, apply
from placket.plan.inventory import At, row_digest
from placket.plan.plan import Action, Because, Plan, Seen, Step
from placket.sources.reflect import reflect
from placket.sources.rows import read_rows
from placket.sources.writing import SqlTarget

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from placket.plan.inventory import Pairs

KEYS: Final = {"one": ("id",), "Two": ("a", "per%cent")}
SOURCES: Final = ("mail", "shop")
TABLES = tuple(Table(name=name, key=key) for name, key in KEYS.items())
CATALOGUE = Catalogue(
    name="two", sources=tuple(Source(name=name, tables=TABLES) for name in SOURCES)
)
REASON = Because(law="GDPR Art. 17(1)")

SHOP: Final = sa.MetaData()
LOG: Final = sa.Table("log", SHOP, sa.Column("what", sa.Text))
HELD: Final = (("text", sa.Text), ("number", sa.Integer))
for _name, _key in KEYS.items():
    sa.Table(
        _name,
        SHOP,
        *(sa.Column(c, sa.Text if c == "a" else sa.Integer, primary_key=True) for c in _key),
        *(sa.Column(column, kind) for column, kind in HELD),
    )

Rows = dict[tuple[str, "Pairs"], dict[str, Any]]
"""What one source holds: by table and key, the columns that are no key."""

values = st.one_of(st.none(), st.integers(-9, 9), st.sampled_from(["", "x", "7", "it's", "%s"]))
keys = {
    "one": st.integers(0, 3).map(lambda n: (("id", n),)),
    "Two": st.tuples(st.sampled_from(["", "a", "b"]), st.integers(0, 2)).map(
        lambda pair: (("a", pair[0]), ("per%cent", pair[1]))
    ),
}
kills = st.lists(st.integers(1, 25), max_size=4)


@st.composite
def rows_of(draw: st.DrawFn) -> Rows:
    found: Rows = {}
    for name in KEYS:
        for key in draw(st.lists(keys[name], unique=True)):
            text = draw(st.one_of(st.none(), st.text(max_size=3)))
            found[name, key] = {"text": text, "number": draw(st.integers(0, 9))}
    return found


@st.composite
def steps_of(draw: st.DrawFn, source: str, rows: Rows) -> list[Step]:
    """Return writes, then deletions, of rows that are there."""
    actions = draw(st.lists(st.sampled_from([Action.BLANK, Action.WRITE, Action.CUT])))
    deletions = draw(st.booleans())
    found = []
    for name in KEYS:
        there = sorted((key for table, key in rows if table == name), key=repr)
        for action in [*actions, *([Action.DELETE] if deletions else [])]:
            chosen = draw(st.lists(st.sampled_from(there), unique=True)) if there else []
            columns = () if action is Action.DELETE else draw(columns_of)
            if chosen:
                found.append(
                    Step(
                        source=source,
                        table=name,
                        action=action,
                        rows=tuple(sorted(chosen, key=repr)),
                        because=REASON,
                        columns=columns,
                        values=tuple(draw(values_of[column]) for column in columns),
                    )
                )
    return sorted(found, key=lambda step: step.action is Action.DELETE)


columns_of = st.sampled_from([("text",), ("number",), ("number", "text")])
values_of = {"text": values, "number": st.one_of(st.none(), st.integers(-9, 9))}


def walked(rows: Rows, steps: Sequence[Step]) -> tuple[Rows, Counter[str]]:
    """Return the rows once each step was done by hand, and how often each was written."""
    found, written = deepcopy(rows), Counter[str]()
    for step in steps:
        for key in step.rows:
            written[f"{step.table} {step.action is Action.DELETE}"] += 1
            if step.action is Action.DELETE:
                del found[step.table, key]
                continue
            for column, value in zip(step.columns, step.values, strict=True):
                as_text = column == "text" and value is not None
                found[step.table, key][column] = str(value) if as_text else value
    return found, written


@dataclass
class Shop:
    """One source in memory, with a log of every write."""

    name: str
    engine: sa.Engine = field(
        default_factory=lambda: sa.create_engine("sqlite://", poolclass=StaticPool)
    )

    def fill(self, rows: Rows) -> None:
        SHOP.create_all(self.engine)
        with self.engine.begin() as connection:
            for name in KEYS:
                for what in ("UPDATE", "DELETE"):
                    told = f"INSERT INTO log VALUES ('{name} {what == 'DELETE'}')"  # noqa: S608 - our own words
                    connection.exec_driver_sql(
                        f'CREATE TRIGGER "{name}{what}" AFTER {what} ON "{name}" BEGIN {told}; END'
                    )
            for (name, pairs), held in rows.items():
                connection.execute(sa.insert(SHOP.tables[name]).values({**dict(pairs), **held}))

    def rows(self) -> Rows:
        return {
            (at.table, at.key): {column: held[column] for column, _ in HELD}
            for at, held in self.read()
        }

    def read(self) -> Iterator[tuple[At, dict[str, Any]]]:
        schema = reflect(self.engine)
        with self.engine.connect() as connection:
            for table in TABLES:
                for key, held in read_rows(connection, table, schema.table(table.name)):
                    yield At(source=self.name, table=table.name, key=key), dict(held)

    def written(self) -> Counter[str]:
        with self.engine.connect() as connection:
            return Counter(connection.scalars(sa.select(LOG.c.what)))

    def target(self) -> SqlTarget:
        return SqlTarget(self.engine, CATALOGUE, self.name, reflect(self.engine))


@dataclass
class Told:
    """A journal in memory."""

    numbers: set[int] = field(default_factory=set)

    def carried(self) -> frozenset[int]:
        return frozenset(self.numbers)

    def carry(self, numbers: Sequence[int]) -> None:
        self.numbers |= set(numbers)


class Killed(BaseException):
    """The process died."""


def killing(number: int) -> Any:
    passed = count(1)

    def point(_name: str) -> None:
        if next(passed) == number:
            raise Killed

    return point


@given(data=st.data(), kills=kills)
def test_a_plan_killed_anywhere_and_resumed_ends_as_the_plain_walk(
    data: st.DataObject, kills: list[int]
) -> None:
    shops = {name: Shop(name) for name in SOURCES}
    rows = {name: data.draw(rows_of()) for name in SOURCES}
    steps = {name: data.draw(steps_of(name, rows[name])) for name in SOURCES}
    wanted = {name: walked(rows[name], steps[name]) for name in SOURCES}
    for name, shop in shops.items():
        shop.fill(rows[name])
    plan = Plan(
        request="r",
        right="erasure",
        person="p",
        policy="",
        made_at=1,
        steps=tuple(step for name in SOURCES for step in steps[name]),
        seen=tuple(
            Seen(at=at, digest=row_digest(at.key, held))
            for shop in shops.values()
            for at, held in shop.read()
        ),
    )
    journal, targets = Told(), {name: shop.target() for name, shop in shops.items()}

    for fence, kill in enumerate(kills, start=1):
        try:
            apply(plan, targets=targets, journal=journal, fence=fence, point=killing(kill))
        except Killed:
            for name, shop in shops.items():
                assert (shop.rows(), shop.written()) in ((rows[name], Counter()), wanted[name])
    applied = apply(plan, targets=targets, journal=journal, fence=9)

    assert applied == Applied(done=tuple(name for name in SOURCES if steps[name]))
    assert {name: (shop.rows(), shop.written()) for name, shop in shops.items()} == wanted
    assert journal.numbers == set(range(1, len(plan.steps) + 1))
    for shop in shops.values():
        shop.engine.dispose()
