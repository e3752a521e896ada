"""A shop that plans change: odd names, composite keys, circles, late constraints, a log."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Date, ForeignKey, Integer, MetaData, Numeric, String, Table, event

from placket.catalogue import Catalogue, Source
from placket.catalogue import Table as Named
from placket.plan.apply import Applied, TakenOver, apply, no_point
from placket.plan.inventory import At, row_digest
from placket.plan.plan import Action, Because, Plan, Seen, Step, read_plan, write_plan
from placket.sources.fencing import DONE, FENCE
from placket.sources.reflect import reflect
from placket.sources.rows import read_rows
from placket.sources.writing import SqlTarget
from tests.contract.mariadb import plain_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from placket.catalogue.model import Scalar
    from placket.plan.apply import Point
    from placket.plan.inventory import Pairs

SHOP = MetaData()
ODD = ('a"b', "x;--", "$1", "per%cent", "sel:ect", "Größe", "it's")
CUSTOMER = Table(
    "Customer",
    SHOP,
    Column("id", Integer, primary_key=True),
    Column("email", String(40), nullable=False, unique=True),
    Column("Order", String(40)),
    Column("born", Date),
    Column("points", Numeric(10, 2)),
    Column("opted_in", sa.Boolean),
    Column("visits", Integer),
    *(Column(name, String(40)) for name in ODD),
)
ORDERS = Table(
    "orders",
    SHOP,
    Column("branch", String(8), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("customer_id", ForeignKey("Customer.id", name="orders_customer"), nullable=False),
    Column("total", Integer, nullable=False),
)
LINE = Table(
    "line",
    SHOP,
    Column("branch", String(8), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("text", String(40)),
    sa.ForeignKeyConstraint(
        ["branch", "number"], ["orders.branch", "orders.number"], name="line_orders"
    ),
)
NOTE = Table(
    "note",
    SHOP,
    Column("id", Integer, primary_key=True),
    Column(
        "customer_id",
        ForeignKey("Customer.id", name="note_customer", deferrable=True, initially="DEFERRED"),
    ),
    Column("first", ForeignKey("per%cent.id", name="note_first", use_alter=True)),
)
CIRCLE = Table(
    "per%cent",
    SHOP,
    Column("id", Integer, primary_key=True),
    Column("note_id", ForeignKey("note.id", name="circle_note")),
)
LOG = Table("log", SHOP, Column("id", Integer, primary_key=True), Column("what", String(40)))

ROWS: dict[Table, list[dict[str, Any]]] = {
    CUSTOMER: [
        {
            "id": number,
            "email": f"{name}@example.org",
            "Order": "first",
            "born": date(1990, 1, number + 1),
            "points": Decimal("1.50"),
            "opted_in": True,
            "visits": 3,
            **dict.fromkeys(ODD, f"of {name}"),
        }
        for number, name in enumerate(("nobody", "ada", "bea"))
    ],
    ORDERS: [
        {"branch": "a'b", "number": 1, "customer_id": 1, "total": 10},
        {"branch": "a'b", "number": 2, "customer_id": 2, "total": 20},
        {"branch": "c", "number": 1, "customer_id": 1, "total": 30},
    ],
    LINE: [
        {"branch": branch, "number": number, "place": place, "text": "to Ada"}
        for branch, number in (("a'b", 1), ("a'b", 2), ("c", 1))
        for place in (1, 2)
    ],
    NOTE: [{"id": 1, "customer_id": 1, "first": None}, {"id": 2, "customer_id": 2, "first": None}],
    CIRCLE: [{"id": 1, "note_id": 1}, {"id": 2, "note_id": 2}],
}
BECAUSE = Because(law="GDPR Art. 17(1)")


# Nobody's key is 0, which MariaDB would else take for the next number.
SETTING = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')"


def engine_for(url: str, **options: Any) -> Engine:
    if url.startswith("mysql"):
        options = {"connect_args": {"init_command": SETTING}, **options}
    return sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), **options)


def fill(engine: Engine) -> None:
    """Make the shop, with a log of every write to customers and their orders."""
    if engine.dialect.name == "mysql":
        _without_late_constraints().create_all(engine)
    else:
        SHOP.create_all(engine)
    with plain_sql(engine) as connection:
        _insert(connection)
        for statement in _log(connection.dialect.name):
            connection.exec_driver_sql(statement)


def _without_late_constraints() -> MetaData:
    plain = MetaData()
    for table in SHOP.sorted_tables:
        for each in table.to_metadata(plain).constraints:
            each.deferrable = each.initially = None
    return plain


def refill(engine: Engine) -> None:
    """Put the shop back as it was, and forget what plans did there."""
    with engine.begin() as connection:
        ours = [each for each in (FENCE, DONE) if sa.inspect(connection).has_table(each.name)]
        if connection.dialect.name == "postgresql":
            named = (f'"{table.name}"'.replace("%", "%%") for table in (*ROWS, LOG, *ours))
            connection.exec_driver_sql(f"TRUNCATE {', '.join(named)} RESTART IDENTITY")
        else:
            for table in (*ROWS, *ours, LOG):
                _empty(connection, table)
        _insert(connection)


def _empty(connection: Connection, table: Table) -> None:
    is_mariadb = connection.dialect.name == "mysql"
    if is_mariadb:
        connection.exec_driver_sql("SET foreign_key_checks = 0")
    connection.execute(sa.delete(table))
    if is_mariadb:
        connection.exec_driver_sql("SET foreign_key_checks = 1")


def _insert(connection: Connection) -> None:
    for table, rows in ROWS.items():
        connection.execute(sa.insert(table), rows)
    connection.execute(sa.update(NOTE).values(first=NOTE.c.id))


def _log(dialect: str) -> Iterable[str]:
    named = [("Customer", "old.id"), ("orders", "old.number"), ("line", "old.place")]
    for name, key in named:
        for what in ("UPDATE", "DELETE"):
            words = f"'{what} {name} ' || {key}"
            if dialect == "mysql":
                words = f"CONCAT('{what} {name} ', {key})"
            told = f"INSERT INTO log (what) VALUES ({words})"  # noqa: S608 - our own words
            if dialect == "sqlite":
                yield (
                    f'CREATE TRIGGER "log_{name}_{what}" AFTER {what} ON "{name}" BEGIN {told}; END'
                )
                continue
            if dialect == "mysql":
                yield (
                    f'CREATE TRIGGER "log_{name}_{what}" AFTER {what} ON "{name}"'
                    f" FOR EACH ROW {told}"
                )
                continue
            function = f'"log_{name}_{what}"'
            yield (
                f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN {told}; RETURN NULL; END $$"
            )
            yield (
                f'CREATE TRIGGER {function} AFTER {what} ON "{name}"'
                f" FOR EACH ROW EXECUTE FUNCTION {function}()"
            )


def all_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the shop; the log numbered anew, since what was undone took some."""
    with engine.connect() as connection:
        told = connection.scalars(sa.select(LOG.c.what).order_by(LOG.c.id))
        return rows_of(engine) | {"log": list(enumerate(told, start=1))}


def rows_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            "".join(table.name): sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in ROWS
        }


@dataclass
class Told:
    """A journal in memory."""

    numbers: set[int] = field(default_factory=set)

    def carried(self) -> frozenset[int]:
        return frozenset(self.numbers)

    def carry(self, numbers: Sequence[int]) -> None:
        self.numbers |= set(numbers)


def key(table: Table, *values: Scalar) -> Pairs:
    return tuple(zip(names_of(table), values, strict=True))


def names_of(table: Table) -> tuple[str, ...]:
    # Plain text: a name that SQLAlchemy quotes is of a type of its own.
    return tuple("".join(column.name) for column in table.primary_key)


def step(action: Action, table: Table, *keys: Pairs, **written: Scalar) -> Step:
    return Step(
        source="shop",
        table="".join(table.name),
        action=action,
        rows=tuple(sorted(keys, key=repr)),
        because=BECAUSE,
        columns=tuple(written),
        values=tuple(written.values()),
    )


CATALOGUE_TABLES = tuple(Named(name="".join(table.name), key=names_of(table)) for table in ROWS)


@dataclass(frozen=True)
class Place:
    """The shop in one engine, under a name in the catalogue."""

    engine: Engine
    name: str = "shop"
    tables: tuple[Named, ...] = CATALOGUE_TABLES

    @property
    def catalogue(self) -> Catalogue:
        source = Source(name=self.name, tables=self.tables)
        return Catalogue(name="written", sources=(source,))

    @property
    def target(self) -> SqlTarget:
        return SqlTarget(self.engine, self.catalogue, self.name, reflect(self.engine))

    def seen(self, *keys: tuple[Table, Pairs]) -> tuple[Seen, ...]:
        """Return these rows as they are now; of none, all that the steps could be about."""
        schema, wanted = reflect(self.engine), {(table.name, pairs) for table, pairs in keys}
        found = []
        with self.engine.connect() as connection:
            for named in (each for each in self.tables if schema.table(each.name)):
                for pairs, values in read_rows(connection, named, schema.table(named.name)):
                    if not keys or (named.name, pairs) in wanted:
                        at = At(source=self.name, table=named.name, key=pairs)
                        found.append(Seen(at=at, digest=row_digest(pairs, values)))
        return tuple(sorted(found, key=lambda each: each.at.in_order))

    def plan(self, *steps: Step, seen: tuple[Seen, ...] | None = None) -> Plan:
        """Return a plan as it is kept until it is approved: written down and read again."""
        plan = Plan(
            request="r_1",
            right="erasure",
            person="p_1",
            policy="a policy",
            made_at=1,
            steps=steps,
            seen=self.seen() if seen is None else seen,
        )
        return read_plan(write_plan(plan))

    def apply(
        self, plan: Plan, *, fence: int = 1, journal: Told | None = None, point: Point = no_point
    ) -> Applied:
        targets = {self.name: self.target}
        return apply(plan, targets=targets, journal=journal or Told(), fence=fence, point=point)


def erasure(place: Place) -> Plan:
    """Return the erasure of Ada: every action, composite keys, and a circle opened by a cut."""
    lines = [key(LINE, "a'b", 1, 1), key(LINE, "a'b", 1, 2)]
    written: Mapping[str, Scalar] = {"Order": "", "born": "1900-01-01", **dict.fromkeys(ODD)}
    return place.plan(
        step(Action.BLANK, CUSTOMER, key(CUSTOMER, 1), email="gone-1@example.org", **written),
        step(Action.WRITE, CUSTOMER, key(CUSTOMER, 1), points="0.25", opted_in=0, visits="4"),
        step(Action.SURROGATE, ORDERS, key(ORDERS, "c", 1), customer_id=0),
        step(Action.CUT, NOTE, key(NOTE, 1), first=None),
        step(Action.DELETE, LINE, *lines),
        step(Action.DELETE, ORDERS, key(ORDERS, "a'b", 1)),
        step(Action.DELETE, CIRCLE, key(CIRCLE, 1)),
        step(Action.DELETE, NOTE, key(NOTE, 1)),
    )


def erased() -> dict[str, list[tuple[Any, ...]]]:
    """Return what is left once Ada is erased, by a plain walk over the rows."""
    left = {
        "".join(table.name): [tuple(row.values()) for row in rows] for table, rows in ROWS.items()
    }
    nobody, _, bea = left["Customer"]
    ada = (1, "gone-1@example.org", "", date(1900, 1, 1), Decimal("0.25"), False, 4)
    left["Customer"] = [nobody, (*ada, *(None for _ in ODD)), bea]
    left["orders"] = [("a'b", 2, 2, 20), ("c", 1, 0, 30)]
    left["line"] = [row for row in left["line"] if row[:2] != ("a'b", 1)]
    left["note"], left["per%cent"] = [(2, 2, 2)], [(2, 2)]
    log = ["UPDATE Customer 1", "UPDATE Customer 1", "UPDATE orders 1"]
    log += ["DELETE line 1", "DELETE line 2", "DELETE orders 1"]
    left["log"] = list(enumerate(log, start=1))
    return {name: sorted(rows, key=repr) for name, rows in left.items()}


def overtaken(place: Place, asleep: str, patience: tuple[str, str]) -> list[Applied]:
    """Freeze a worker with rows in hand; return what another did meanwhile.

    asleep: the SQL that takes longer than the server lets the first one idle. patience: what
    that is set to, and what is set in its place.
    """
    plan, engine = (
        erasure(place),
        engine_for(place.engine.url.render_as_string(hide_password=False)),
    )
    took_over = list[Applied]()

    def brief(*call: Any) -> tuple[str, Any]:
        return call[2].replace(*patience), call[3]

    def frozen(name: str) -> None:
        if name == "rows compared" and not took_over:
            with plain_sql(place.engine) as connection:
                connection.exec_driver_sql(asleep)
            took_over.append(apply(plan, targets={"shop": place.target}, journal=Told(), fence=2))

    event.listen(engine, "before_cursor_execute", brief, retval=True)
    first = replace(place.target, engine=engine)
    with pytest.raises(TakenOver):
        apply(plan, targets={"shop": first}, journal=Told(), fence=1, point=frozen)
    engine.dispose()
    return took_over
