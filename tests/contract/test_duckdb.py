"""What is DuckDB's own: a file for one program, its schema, its clock, and what it cannot write."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import duckdb
import pytest
import sqlalchemy as sa

from placket.catalogue.schema import Check, ColumnSchema, ForeignKey, TableSchema
from placket.plan.apply import Applied
from placket.plan.plan import Action, StalePlan
from placket.scan import dialects as scanned
from placket.sources.connect import DriverMissing, SourceUnreachable, open_source
from placket.sources.duckdb_dialect import begin_alone
from placket.sources.reflect import reflect
from placket.sources.views import apply_views
from tests.contract.viewed import Small, small_in
from tests.contract.written import (
    CUSTOMER,
    LINE,
    ORDERS,
    ROWS,
    SHOP,
    Place,
    Told,
    erased,
    erasure,
    key,
    rows_of,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TAKEN = "is open in another program, and DuckDB lets one at a time in; close it there, then try"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "shop.duckdb"
    duckdb.connect(str(found)).close()
    return found


@pytest.fixture
def engine(file: Path) -> Iterator[sa.Engine]:
    found = open_source(f"duckdb:///{file}")
    yield found
    found.dispose()


def held(file: Path, *, read_only: bool) -> subprocess.Popen[str]:
    """Return another program that has the file, and lets go when its input ends."""
    program = (
        "import duckdb, sys\n"
        f"opened = duckdb.connect({str(file)!r}, read_only={read_only})\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "open\n"
    return started


def let_go(other: subprocess.Popen[str]) -> None:
    other.communicate("")


# The file.


def test_a_file_that_is_not_there_is_unreachable_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable) as raised:
        open_source(f"duckdb:///{tmp_path}/missing.duckdb")

    assert str(raised.value).endswith(
        "cannot be opened; check that the file is there and is a DuckDB database"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_unreachable_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.duckdb"
    file.write_text("no database" * 1000)

    with pytest.raises(SourceUnreachable, match="and is a DuckDB database"):
        open_source(f"duckdb:///{file}")

    assert file.read_text() == "no database" * 1000


def test_without_the_driver_it_is_said_how_to_install_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(DriverMissing) as raised:
        open_source(f"duckdb:///{file}")

    assert str(raised.value) == (
        "no driver for `duckdb` is installed; install it with `pip install 'placket[lake]'`"
    )


def test_a_file_that_another_program_writes_is_told_in_a_sentence(file: Path) -> None:
    other = held(file, read_only=False)
    try:
        with pytest.raises(SourceUnreachable, match=TAKEN):
            open_source(f"duckdb:///{file}")
        with pytest.raises(SourceUnreachable, match=TAKEN):
            open_source(f"duckdb:///{file}", reads_only=True)
    finally:
        let_go(other)

    open_source(f"duckdb:///{file}").dispose()


def test_two_programs_read_one_file_together(file: Path) -> None:
    other = held(file, read_only=True)
    try:
        with pytest.raises(SourceUnreachable, match=TAKEN):
            open_source(f"duckdb:///{file}")

        engine = open_source(f"duckdb:///{file}", reads_only=True)
        with engine.begin() as connection, pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("CREATE TABLE note (id INTEGER)")
        engine.dispose()
    finally:
        let_go(other)


@pytest.mark.long
def test_an_engine_that_is_let_go_of_leaves_the_file_to_others(file: Path) -> None:
    engine = open_source(f"duckdb:///{file}")
    engine.dispose()

    other = held(file, read_only=False)

    let_go(other)


# The schema.


ITEM = """
CREATE TABLE item (
    a INTEGER, "b c" VARCHAR DEFAULT 'x', price DECIMAL(10, 2),
    twice INTEGER GENERATED ALWAYS AS (a * 2), "is" BOOLEAN NOT NULL, shop BIGINT,
    PRIMARY KEY (a, "b c"), UNIQUE (price), CHECK (price > 0),
    FOREIGN KEY (shop) REFERENCES "The Shop" (id)
)
"""


def test_what_a_table_holds_and_refuses_is_read(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for statement in (
            "CREATE SCHEMA other",
            "CREATE TABLE other.left_out (id INTEGER)",
            'CREATE TABLE "The Shop" (id BIGINT PRIMARY KEY)',
            ITEM,
            'CREATE INDEX item_is ON item ("is", lower("b c"))',
            "COMMENT ON TABLE item IS 'what is sold'",
            "CREATE VIEW seen AS SELECT * FROM item",
        ):
            connection.exec_driver_sql(statement)

    schema = reflect(engine)

    assert [table.name for table in schema.tables] == ["The Shop", "item"]
    assert schema.table("item") == TableSchema(
        name="item",
        columns=(
            ColumnSchema(name="a", type="integer", nullable=False),
            ColumnSchema(name="b c", type="varchar", nullable=False, has_default=True),
            ColumnSchema(name="price", type="decimal(10,2)"),
            ColumnSchema(name="twice", type="integer"),
            ColumnSchema(name="is", type="boolean", nullable=False),
            ColumnSchema(name="shop", type="bigint"),
        ),
        primary_key=("a", "b c"),
        foreign_keys=(ForeignKey(columns=("shop",), table="The Shop", targets=("id",)),),
        indexes=(("is", ""),),
        unique=(("price",),),
        comment="what is sold",
        checks=(Check(name="item_price_check", text="(price > 0)"),),
    )


# The clock and the views.


@pytest.fixture
def small(engine: sa.Engine) -> Small:
    return small_in(engine)


@pytest.mark.long
def test_a_view_goes_stale_within_a_transaction_that_stays_open(small: Small) -> None:
    plan = small.ready("newsletter")
    [views] = small.views("newsletter")
    with small.engine.begin() as connection:
        apply_views(connection, views)
    clock = "SELECT epoch_us(uuid_extract_timestamp(uuidv7()))"
    counted = "SELECT count(*) FROM placket_newsletter_customer"

    with small.engine.connect() as connection:
        now = connection.exec_driver_sql(clock).scalar_one()
    small.replicate(plan, now=now, good_for_seconds=2)
    with small.engine.connect() as connection:
        fresh = connection.exec_driver_sql(counted).scalar_one()
        while connection.exec_driver_sql(clock).scalar_one() <= now + 2_000_000:
            pass
        stale = connection.exec_driver_sql(counted).scalar_one()

    assert (fresh, stale) == (2, 0)


def test_two_threads_write_one_after_the_other(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE counter (n INTEGER)")
        connection.exec_driver_sql("INSERT INTO counter VALUES (0)")

    def count() -> None:
        for _ in range(20):
            with engine.begin() as connection:
                begin_alone(connection)
                connection.exec_driver_sql("UPDATE counter SET n = n + 1")

    others = [threading.Thread(target=count) for _ in range(3)]
    for other in others:
        other.start()
    for other in others:
        other.join()

    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT n FROM counter").scalar_one() == 60


def test_a_result_is_read_to_its_end_though_another_statement_came_between(
    engine: sa.Engine,
) -> None:
    with engine.connect() as connection:
        first = connection.exec_driver_sql("SELECT * FROM range(5)")
        begun = first.fetchone()
        between = connection.exec_driver_sql("SELECT 'between'").scalar_one()

        assert (begun, between) == ((0,), "between")
        assert list(first) == [(1,), (2,), (3,), (4,)]


# What a plan writes.


def without_keys(engine: sa.Engine) -> Place:
    """Return the shop without foreign keys, which DuckDB does not look at late."""
    plain = sa.MetaData()
    for table in SHOP.sorted_tables:
        columns = [
            sa.Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable)
            for c in table.columns
        ]
        more = [sa.UniqueConstraint("email"), sa.CheckConstraint("visits >= 0")]
        sa.Table(table.name, plain, *columns, *(more if table is CUSTOMER else ()))
    plain.create_all(engine)
    with engine.begin() as connection:
        for table, rows in ROWS.items():
            connection.execute(sa.insert(table), rows)
        connection.exec_driver_sql("UPDATE note SET first = id")
    return Place(engine)


def test_a_plan_is_carried_out_to_the_letter_and_once(engine: sa.Engine) -> None:
    place = without_keys(engine)
    plan, journal = erasure(place), Told()

    first = place.apply(plan, fence=3, journal=journal)
    second = place.apply(plan, fence=4, journal=Told())

    assert first == second == Applied(done=("shop",))
    assert rows_of(engine) == {name: rows for name, rows in erased().items() if name != "log"}


def test_a_row_that_changed_makes_it_stale_and_nothing_is_written(engine: sa.Engine) -> None:
    place = without_keys(engine)
    plan = erasure(place)
    with engine.begin() as connection:
        connection.exec_driver_sql('UPDATE "Customer" SET visits = 9 WHERE id = 1')
    before = rows_of(engine)

    with pytest.raises(StalePlan):
        place.apply(plan)

    assert rows_of(engine) == before


@pytest.mark.parametrize(
    ("write", "says"),
    [
        ({"email": "bea@example.org"}, "by its unique key"),
        pytest.param({"email": None}, "by its not null", marks=pytest.mark.long),
        pytest.param({"visits": -1}, "by its check", marks=pytest.mark.long),
    ],
)
def test_a_write_that_is_refused_is_told_without_its_values(
    engine: sa.Engine, write: dict[str, str | int | None], says: str
) -> None:
    place = without_keys(engine)
    before = rows_of(engine)

    applied = place.apply(place.plan(step(Action.WRITE, CUSTOMER, key(CUSTOMER, 1), **write)))

    assert applied.left == {"shop": f"`shop.Customer` refuses {says}; nothing was written"}
    assert rows_of(engine) == before


def test_rows_and_what_points_at_them_do_not_go_together_where_there_is_a_key(
    engine: sa.Engine,
) -> None:
    plain = sa.MetaData()
    for table in (CUSTOMER, ORDERS, LINE):
        table.to_metadata(plain)
    plain.create_all(engine)
    with engine.begin() as connection:
        for table in (CUSTOMER, ORDERS, LINE):
            connection.execute(sa.insert(table), ROWS[table])
    place = Place(engine, tables=Place(engine).tables[:3])
    lines = [key(LINE, "c", 1, 1), key(LINE, "c", 1, 2)]
    plan = place.plan(
        step(Action.DELETE, LINE, *lines), step(Action.DELETE, ORDERS, key(ORDERS, "c", 1))
    )

    applied = place.apply(plan)

    says = "`shop.line` refuses by its foreign key `branch, number`; nothing was written"
    assert applied.left == {"shop": says}
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(LINE)).scalar_one() == 6


def test_every_schema_is_scanned(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA old")
        connection.exec_driver_sql("CREATE TABLE old.letter (id BIGINT PRIMARY KEY, body BLOB)")
    dialect = scanned.dialect_of(engine)

    with engine.connect() as connection, scanned.reading(dialect, connection):
        found = dialect.tables(connection)
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("DELETE FROM old.letter")

    assert found == [
        scanned.Listed(
            schema="old",
            name="letter",
            columns=(
                scanned.Column(name="id", in_key=True, is_number=True),
                scanned.Column(name="body", is_bytes=True),
            ),
        )
    ]
