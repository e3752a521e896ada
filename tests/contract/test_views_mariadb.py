"""What is MariaDB's own of purpose views: keys, collations, tests, its clock, kills between DDL."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlglot import exp

from placket.decide.question import Question
from placket.facts import Kind
from placket.gate.instants import system_now
from placket.sources import trees
from placket.sources.replica import Replica
from placket.sources.told import Told
from placket.sources.views import apply_views
from tests.contract.gates import fact
from tests.contract.installed import NEWS, Installation, install
from tests.contract.viewed import NOW, POLICY, Ledger, Small, at, catalogue_of, policy_of, synced
from tests.property.counts import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.counted import Counted

CODED = """
catalogue: small
sources:
  shop:
    tables:
      customer:
        key: code
        subject: {since: created_at}
        tells: [account.opened at created_at, data.collected at created_at]
        holds: {email: email}
      orders:
        owner: customer_code -> customer.code
        holds: {order_details: total}
"""
SECOND = 1_000_000
HOUR = 3600 * SECOND


@pytest.fixture
def engine(mariadb_database: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(mariadb_database)
    yield engine
    engine.dispose()


def run(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def shop_of(engine: sa.Engine, catalogue: str) -> Small:
    """Return a shop whose rows were told to a ledger in memory."""
    rules, found = policy_of(POLICY), catalogue_of(catalogue)
    ledger = Ledger(rules)
    synced(engine, found, ledger, NOW)
    return Small(engine, rules, found, ledger)


def coded(engine: sa.Engine, kind: str, codes: dict[str, str]) -> Small:
    """Return a shop whose customers have keys of a type, and an order for each writing of one.

    codes: each key as SQL, and how an order writes it.
    """
    run(
        engine,
        "SET sql_mode = ''",
        f"CREATE TABLE customer (code {kind}, email text, created_at datetime, PRIMARY KEY (code))",
        f"CREATE TABLE orders (id int PRIMARY KEY, customer_code {kind}, total int)",
    )
    for number, (key, written) in enumerate(codes.items(), 1):
        run(
            engine,
            f"INSERT INTO customer VALUES ({key}, 'ada@example.org', '2026-01-01')",  # noqa: S608 - ours
            f"INSERT INTO orders VALUES ({number}, {written}, {number})",  # noqa: S608 - ours
        )
    return shop_of(engine, CODED)


LONG = pytest.mark.long
WORD = "varchar(20) CHARACTER SET {} COLLATE {}"
FOLDS = {"'ada'": "'ADA'", "'Zoë'": "'zoe '", "'x'": "'y'"}


@pytest.mark.parametrize(
    ("kind", "codes", "shown"),
    [
        (WORD.format("utf8mb4", "utf8mb4_general_ci"), FOLDS, [1, 2]),
        pytest.param(WORD.format("latin1", "latin1_swedish_ci"), FOLDS, [1, 2], marks=LONG),
        (WORD.format("utf8mb4", "utf8mb4_bin"), FOLDS, []),
        (WORD.format("utf8mb4", "utf8mb4_nopad_bin"), {"'a'": "'a '", "'b'": "'b'"}, [2]),
        ("bigint unsigned", {"18446744073709551615": "18446744073709551615", "0": "0"}, [1, 2]),
        ("binary(3)", {"x'00ff25'": "x'00ff25'", "x'616100'": "'aa'"}, [1, 2]),
        ("uuid", {"'00000000-0000-0000-0000-00000000000A'": f"'{'0' * 31}a'"}, [1]),
        pytest.param(
            "decimal(20,2)", {"123456789012345678.90": "'123456789012345678.9'"}, [1], marks=LONG
        ),
        pytest.param(
            "datetime",
            {"'0000-00-00'": "'0000-00-00'", "'2026-01-01'": "'2026-01-01'"},
            [1, 2],
            marks=LONG,
        ),
        ("enum('b','a')", {"'a'": "'a'", "'b'": "'B'"}, [1, 2]),
        ("bit(9)", {"b'100000000'": "256", "b'0'": "0"}, [1, 2]),
    ],
)
def test_a_row_is_theirs_whose_key_the_database_finds_equal(
    engine: sa.Engine, kind: str, codes: dict[str, str], shown: list[int]
) -> None:
    small = coded(engine, kind, codes)

    plan = small.ready("claims")
    again = small.replicate(plan)

    assert [row[0] for row in small.rows("orders", "claims")] == shown
    assert (again.written, again.removed) == (0, 0)
    run(engine, "DELETE FROM customer")
    assert small.replicate(plan).removed == len(codes)


GUESTS = """
catalogue: small
sources:
  shop:
    tables:
      orders:
        key: id
        subject: {as: contact, key: guest_email, email: guest_email, since: placed_at, when: WHEN}
        tells: [order.placed at placed_at, data.collected at placed_at]
        holds: {order_details: total}
"""


@pytest.mark.parametrize(
    ("kind", "values", "when"),
    [
        ("varchar(9) COLLATE utf8mb4_general_ci", "'guest' 'Guest' 'guést' NULL", "{k: guest}"),
        pytest.param("char(9)", "'guest' 'Guest' '' NULL", "{k: [guest, null]}", marks=LONG),
        ("varchar(9) CHARACTER SET latin1", "'é' 'e' 'É' 'e\\\\'", "{k: [é, 'e\\']}"),
        ("varchar(9)", "'0' 'x' '1' '01'", "{k: [0, 1]}"),
        pytest.param("tinyint(1)", "0 1 2 NULL", "{k: true}", marks=LONG),
        ("bit(1)", "0 1 1 NULL", "{k: true}"),
        pytest.param("int", "0 1 2 NULL", "{k: [1, null]}", marks=LONG),
        ("enum('x','')", "'x' '' 'x' NULL", "{k: ''}"),
        pytest.param("varchar(9)", "'x' 'x ' 'X' NULL", "{k: x}", marks=LONG),
        ("date", "'2026-01-01' '0000-00-00' '0000-00-00' NULL", "{k: '2026-01-01'}"),
    ],
)
@pytest.mark.parametrize("negated", [False, pytest.param(True, marks=LONG)])
def test_a_test_of_the_catalogue_holds_in_the_view_where_it_holds_in_the_sync(
    engine: sa.Engine, kind: str, values: str, when: str, *, negated: bool
) -> None:
    if negated:
        when = when.replace("{k: ", "{k: {not: ").replace("}", "}}")
    run(
        engine,
        "SET sql_mode = ''",
        f"CREATE TABLE orders (id int PRIMARY KEY, guest_email text, placed_at datetime, total int,"
        f" k {kind}) CHARACTER SET utf8mb4",
        *(
            f"INSERT INTO orders VALUES ({n}, 'g{n}@example.org', '2026-05-01', {n}, {value})"  # noqa: S608 - ours
            for n, value in enumerate(
                values.split(" ") if "x '" not in values else ["'x'", "'x '", "'X'", "NULL"], 1
            )
        ),
    )
    small = shop_of(engine, GUESTS.replace("WHEN", when))
    told = sorted(key.value[-13] for key in small.ledger.persons)
    small.ready("claims")

    found = [str(row[0]) for row in small.rows("orders", "claims")]

    assert found == told


def test_no_reader_turns_the_clock_of_a_view(engine: sa.Engine) -> None:
    clock = trees.printed(exp.Select(expressions=[trees.clock("mysql")]), "mysql")

    def asked(*settings: str) -> int | None:
        with engine.connect() as connection:
            for setting in settings:
                connection.exec_driver_sql(setting)
            found: int | None = connection.exec_driver_sql(clock).scalar_one()
            connection.invalidate()
            return found

    before = system_now()
    told = [asked(), asked("SET time_zone = '-12:00'"), asked("SET time_zone = '+05:30'")]
    after = system_now()

    assert all(at is not None and before - SECOND < at < after + SECOND for at in told)
    assert asked("SET timestamp = 1000000000") is None
    assert asked("SET timestamp = 2000000000") is None
    assert asked("SET timestamp = 1000000000", "SET time_zone = '-12:00'") is None


ODD = """
catalogue: small
sources:
  shop:
    tables:
      TABLE:
        key: KEY
        subject: {since: created_at}
        tells: [account.opened at created_at, data.collected at created_at]
        holds: {email: EMAIL}
"""


def test_names_may_be_as_long_and_as_odd_as_mariadb_lets_them_be(engine: sa.Engine) -> None:
    names = {"TABLE": "c`" + "é" * 59 + '";', "KEY": "`key\\%s :x", "EMAIL": "e-mail`"}
    text = ODD
    for word, name in names.items():
        text = text.replace(word, "'" + name.replace("'", "''") + "'")
    customer, code, email = (f"`{odd.replace('`', '``')}`" for odd in names.values())
    columns = f"{code} int PRIMARY KEY, {email} text, created_at datetime"
    run(
        engine,
        f"CREATE TABLE {customer} ({columns})",
        f"INSERT INTO {customer} VALUES (0, 'ada@example.org', '2026-01-01')",  # noqa: S608 - ours
    )
    small = shop_of(engine, text)
    small.ledger.add(
        Kind.CONSENT_GIVEN, f"shop.{names['TABLE']}:0", at(2), what="news", channel="email"
    )

    small.ready("newsletter")
    [views] = small.views("newsletter")
    with engine.begin() as connection:
        apply_views(connection, views)

    assert small.rows(names["TABLE"], "newsletter") == [(0, "ada@example.org")]
    with engine.connect() as connection:
        view = sa.table(views.views[0].name)
        assert connection.scalar(sa.select(sa.func.count()).select_from(view)) == 0


def test_a_table_is_no_wider_than_innodb_lets_it_be(engine: sa.Engine) -> None:
    key = sa.Column("id", sa.String(60), primary_key=True)
    columns = (sa.Column(f"c{n}", sa.BigInteger) for n in range(Replica(engine).widest))
    person = sa.Column("person", sa.String(128), index=True)
    widest = sa.Table("w", sa.MetaData(), key, person, *columns, mysql_charset="utf8mb4")

    with engine.begin() as connection:
        widest.create(connection)

    assert len(sa.inspect(engine).get_columns("w")) == Replica(engine).widest + 2


class Killed(BaseException):
    """The process is no more."""


def killed_at(engine: sa.Engine, number: int) -> Any:
    """Let the process die before the numbered change of a table or view; return how to stop."""
    seen = count(1)

    def before(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"CREATE", "ALTER", "DROP"} and next(seen) == number:
            raise Killed

    sa.event.listen(engine, "before_cursor_execute", before)
    return lambda: sa.event.remove(engine, "before_cursor_execute", before)


@pytest.fixture
def made(mariadb_database: str, tmp_path: Path) -> Iterator[Installation]:
    found = install(tmp_path, mariadb_database)
    yield found
    found.close()


CALLS = Question(activity="care_quality")


@pytest.mark.parametrize("first", [(), pytest.param((NEWS,), marks=LONG)])
def test_a_kill_between_two_changes_shows_nothing_and_is_mended(
    made: Installation, first: tuple[Question, ...], counted: Counted
) -> None:
    against = fact(made.gate, Kind.OBJECTED, made.persons[0], activity="care_quality")
    made.gate.record([Told(against)])
    run(made.views.engine, "INSERT INTO `call` VALUES (8, 2, '2026-10-01 10:00:00', 'tone.wav')")
    for question in first:
        made.views.apply(question)
    tried = 0
    for number in range(1, MOST, cases(quick=4, long=1)):
        stop = killed_at(made.views.engine, number)
        try:
            made.views.apply(CALLS)
        except Killed:
            stop()
            assert read(made, "placket_care_quality_call") in ([], [8])
        else:
            stop()
            break
        tried += 1
        made.views.refresh_changed()

        assert all(read(made, "placket_newsletter_email_customer") == [1, 2] for _ in first)
        assert read(made, "placket_care_quality_call") in ([], [8])

    assert number < MOST - 2
    assert read(made, "placket_care_quality_call") == [8]
    counted("kills between two changes of tables on MariaDB", tried)


MOST = 40


def read(made: Installation, view: str) -> list[Any]:
    """Return what a reader sees in a view, nothing where it is not there or broken."""
    try:
        return made.rows(view)
    except sa.exc.DBAPIError:
        return []
