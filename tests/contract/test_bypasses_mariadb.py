"""Ways round a purpose view on MariaDB, each tried by a reader with a login of their own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from placket.facts import Kind
from placket.sources.grants import (
    MayNotGrant,
    RoleMissing,
    RoleRefused,
    RoleTooWide,
    expect_narrow,
)
from placket.sources.replica import Replica
from tests.contract.bypassing import HIDDEN, VIEW, MariadbReader, Watched, let_through
from tests.contract.viewed import NOW, small_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import MariadbServer

SHOWN = [(1, "ada@example.org"), (2, "bo@example.org")]
READ = "SELECT id, email FROM <view> ORDER BY id"
NAME = f"reader_{os.getpid()}"
THEIRS = f"theirs_{os.getpid()}"
READER = f"{NAME}@127.0.0.1"
DENIED = {"1044", "1045", "1142", "1143", "1227", "1345", "1347", "1370"}
ALL_OF_IT = "SELECT * FROM customer"
FROM_ALL = "FROM <view> WHERE "
COUNT = "SELECT COUNT(*) FROM <view> WHERE email "
FROM_HIDDEN = "FROM <view> WHERE id NOT IN (1, 2) AND "


@pytest.fixture(scope="module")
def made(mariadb: MariadbServer) -> Iterator[Watched]:
    with mariadb.database() as url:
        engine = sa.create_engine(url)
        shop = small_in(engine)
        Replica(engine).apply(shop.plan("newsletter"))
        login = make_url(url).set(username=NAME, password="reader")  # noqa: S106 - of this test
        theirs = sa.create_engine(login, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        watched = Watched(shop, READER, MariadbReader(theirs))
        watched.does(
            f"CREATE USER {NAME}@'127.0.0.1' IDENTIFIED BY 'reader'",
            f"CREATE DATABASE {THEIRS}",
            f"GRANT ALL ON {THEIRS}.* TO {NAME}@'127.0.0.1'",
            f"GRANT CREATE TEMPORARY TABLES ON {make_url(url).database}.* TO {NAME}@'127.0.0.1'",
            "ANALYZE TABLE customer PERSISTENT FOR ALL",
        )
        yield watched
        watched.does(f"DROP USER {NAME}@'127.0.0.1'", f"DROP DATABASE {THEIRS}")
        engine.dispose()


@pytest.fixture(scope="module")
def watched(made: Watched) -> Watched:
    made.make()
    return made


def test_a_variable_of_the_reader_gathers_no_hidden_row(watched: Watched) -> None:
    seen = watched.reader.tries(
        "SET @seen = ''",
        "SELECT id FROM <view> WHERE (@seen := CONCAT_WS(',', @seen, email)) IS NOT NULL",
        "SELECT @seen",
    )

    assert seen.rows == [(",ada@example.org,bo@example.org",)]


@pytest.mark.parametrize("kind", ["DETERMINISTIC NO SQL", "NOT DETERMINISTIC MODIFIES SQL DATA"])
def test_a_function_of_the_reader_sees_no_hidden_row(watched: Watched, kind: str) -> None:
    seen = watched.reader.tries(
        f"CREATE OR REPLACE FUNCTION {THEIRS}.spy(value text) RETURNS int {kind}"
        " BEGIN SET @told = CONCAT_WS(',', @told, value); RETURN 1; END",
        "SET @told = ''",
        "SET optimizer_switch = 'derived_merge=on,condition_pushdown_for_derived=on'",
        f"SELECT id {FROM_ALL} {THEIRS}.spy(email) = 1",
        "SELECT @told",
    )

    assert seen.rows == [(",ada@example.org,bo@example.org",)]


@pytest.mark.parametrize(
    "condition",
    [
        "CAST(email AS INTEGER) = 0",
        "1 / (id - 3) IS NULL",
        "CAST(CONCAT('x', email) AS DATE) IS NULL",
        "JSON_VALUE(email, '$') IS NULL",
        "email REGEXP CONCAT('[', email)",
        "EXTRACTVALUE(CONCAT('<', email), '/x') = 1",
        "(SELECT 1 UNION SELECT id - 2) = 1",
    ],
)
def test_no_error_and_no_warning_tells_of_a_hidden_row(watched: Watched, condition: str) -> None:
    seen = watched.reader.tries("SELECT id " + FROM_HIDDEN + condition)

    assert (seen.refused, seen.rows, seen.told.strip()) == ("", [], "[]")


@pytest.mark.parametrize("compared", ["= '{}'", "BETWEEN '{}' AND '{}'", ">= '{}'"])
def test_no_count_of_the_session_tells_what_a_hidden_row_holds(
    watched: Watched, compared: str
) -> None:
    def count_of(value: str) -> object:
        seen = watched.reader.tries(
            COUNT + compared.format(value, value),
            "SHOW SESSION STATUS WHERE Variable_name LIKE 'Handler%'"
            " OR Variable_name LIKE 'Rows%' OR Variable_name LIKE 'Last_query_cost'",
        )
        return seen.rows

    assert count_of("cy@example.org") == count_of("cz@example.org")


READINGS = [
    "EXPLAIN SELECT id FROM <view>",
    "ANALYZE FORMAT=JSON SELECT id FROM <view>",
    "SHOW CREATE VIEW <view>",
    "HANDLER customer OPEN",
    "HANDLER <view> OPEN",
    "SELECT * FROM customer",
    "SELECT COUNT(*) FROM placket_standing_customer",
    "SELECT * FROM placket_replica",
    "SELECT * FROM <view> INTO OUTFILE '/srv/placket-seen'",
    "LOAD DATA INFILE '/etc/hostname' INTO TABLE customer",
    "SELECT * FROM mysql.column_stats",
    "SELECT * FROM mysql.user",
    "SELECT * FROM information_schema.INNODB_SYS_TABLESTATS",
    "SELECT * FROM information_schema.INNODB_BUFFER_PAGE LIMIT 1",
    "CHECKSUM TABLE customer",
    "SHOW INDEX FROM customer",
    "SHOW COLUMNS FROM customer",
    "SHOW BINLOG EVENTS",
    "SHOW ENGINE INNODB STATUS",
    "SHOW GRANTS FOR root@localhost",
    "SET GLOBAL general_log = 1",
    "SET SESSION sql_log_bin = 0",
    "LOCK TABLES customer READ",
    "FLUSH TABLES customer FOR EXPORT",
    "INSTALL SONAME 'ha_federatedx'",
    "CREATE SERVER back FOREIGN DATA WRAPPER mysql OPTIONS (HOST '127.0.0.1')",
    f"CREATE TABLE {THEIRS}.copied LIKE customer",
    f"CREATE TABLE {THEIRS}.linked (id int REFERENCES customer (id)) ENGINE = InnoDB",
    f"CREATE TABLE {THEIRS}.merged (id int) ENGINE = MERGE UNION = (customer)",
    f"CREATE TABLE {THEIRS}.wide " + ALL_OF_IT,
    f"CREATE VIEW {THEIRS}.wide AS " + ALL_OF_IT,
    f"CREATE DEFINER = root@localhost VIEW {THEIRS}.wide AS SELECT 1",
    "CREATE TRIGGER seen BEFORE UPDATE ON customer FOR EACH ROW SET @a = 1",
    "CREATE EVENT seen ON SCHEDULE EVERY 1 DAY DO DELETE FROM customer",
]


def test_nothing_behind_the_views_is_read(watched: Watched) -> None:
    tried = watched.reader.tries_each(READINGS)

    assert let_through(tried, DENIED) == {}


CHANGES = [
    "INSERT INTO <view> (id) VALUES (3)",
    "INSERT IGNORE INTO customer (id) VALUES (3)",
    "REPLACE INTO <view> (id) VALUES (3)",
    "UPDATE <view> SET email = ''",
    "DELETE FROM <view>",
    "DELETE v FROM <view> v",
    "TRUNCATE TABLE placket_replica",
    "UPDATE placket_replica SET good_until = 9223372036854775807",
    "DROP VIEW <view>",
    "ALTER VIEW <view> AS SELECT 1",
    "CREATE OR REPLACE VIEW <view> AS SELECT * FROM customer",
    "RENAME TABLE <view> TO seen",
    "GRANT SELECT ON <view> TO PUBLIC",
]


def test_the_reader_changes_nothing(watched: Watched) -> None:
    tried = watched.reader.tries_each(CHANGES)

    assert let_through(tried, DENIED) == {}
    assert watched.reader.tries(READ).rows == SHOWN


@pytest.mark.parametrize("lock", ["FOR UPDATE", "LOCK IN SHARE MODE"])
def test_a_reader_who_locks_rows_of_a_view_keeps_nobody_waiting(
    watched: Watched, lock: str
) -> None:
    with watched.reader.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql(f"{READ} {lock}".replace("<view>", VIEW))
        watched.does(
            "SET innodb_lock_wait_timeout = 1",
            "UPDATE customer SET email = CONCAT(email, '') WHERE id = 3",
            "UPDATE placket_replica SET position = position + 1",
            "SET innodb_lock_wait_timeout = 50",
        )
        connection.exec_driver_sql("ROLLBACK")


def test_the_schema_shows_the_view_alone_and_not_what_it_says(watched: Watched) -> None:
    here = "SELECT DISTINCT table_name FROM information_schema.{} WHERE table_schema = DATABASE()"
    columns = watched.reader.tries(here.format("columns"))
    keys = watched.reader.tries(here.format("statistics"))
    told = watched.reader.tries("SELECT view_definition FROM information_schema.views")
    rows = watched.reader.tries(
        "SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE()"
    )

    assert (columns.rows, keys.rows, told.rows, rows.rows) == ([(VIEW,)], [], [("",)], [(None,)])


def test_the_text_of_a_view_names_no_person(watched: Watched) -> None:
    with watched.shop.engine.connect() as connection:
        made = sa.text("SELECT view_definition FROM information_schema.views")
        text = " ".join(connection.scalars(made))

    persons = [*watched.shop.ledger.persons.values(), "ada@example.org", *HIDDEN]
    assert "customer" in text
    assert [person for person in persons if f"'{person}'" in text or "@example" in text] == []


def test_the_statements_of_others_are_not_read(watched: Watched) -> None:
    with watched.shop.engine.connect() as other:
        other.execute(sa.text("SELECT 1 FROM customer WHERE email = :who"), {"who": HIDDEN[0]})
        seen = watched.reader.tries("SELECT user FROM information_schema.processlist")

    assert set(seen.rows) == {(NAME,)}


def test_a_temporary_table_stands_in_for_no_table_of_a_view(watched: Watched) -> None:
    with watched.stale():
        seen = watched.reader.tries(
            "CREATE TEMPORARY TABLE placket_replica AS SELECT 'customer' AS subject,"
            " '' AS policy, 9223372036854775807 AS good_until",
            READ,
        )

    assert (seen.rows, seen.refused) == ([], "")


SETTINGS = [
    "SET timestamp = 1",
    "SET timestamp = @@timestamp - 80000",
    "SET timestamp = @@timestamp - 100000",
    "SET timestamp = @@timestamp + 1000",
    "SET timestamp = 4102444800",
    "SET time_zone = '+13:00'",
    "SET time_zone = '-12:59'",
    "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,HIGH_NOT_PRECEDENCE,NO_UNSIGNED_SUBTRACTION'",
    "SET sql_mode = 'NO_BACKSLASH_ESCAPES,REAL_AS_FLOAT,TIME_ROUND_FRACTIONAL'",
    "SET NAMES latin1",
    "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci",
    "SET character_set_connection = utf16, collation_connection = utf16_bin",
    "SET div_precision_increment = 0",
    "SET sql_select_limit = 1",
    "SET max_sort_length = 8",
    "SET optimizer_switch = 'materialization=off,derived_merge=on,derived_with_keys=on'",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED",
    "SET old_mode = 'ZERO_DATE_TIME_CAST'",
]


def test_no_setting_of_the_reader_brings_a_stale_view_back(watched: Watched) -> None:
    fresh = {each: watched.reader.tries(each, READ).rows for each in SETTINGS}
    with watched.stale():
        stale = {each: watched.reader.tries(each, READ).rows for each in SETTINGS}

    assert [each for each, rows in stale.items() if rows] == []
    assert {row for rows in fresh.values() for row in rows} == {*SHOWN}


def test_a_reader_whose_clock_is_set_back_by_an_hour_does_not_gain_it(watched: Watched) -> None:
    now = Replica(watched.shop.engine).now("shop")
    watched.fill(now=now - 1_000_000, good_for_seconds=1)

    seen = watched.reader.tries("SET timestamp = @@timestamp - 3600", READ)

    watched.fill()
    assert (seen.rows, seen.refused) == ([], "")


def test_a_time_zone_that_was_set_back_does_not_set_the_views_back(watched: Watched) -> None:
    now = Replica(watched.shop.engine).now("shop")
    watched.does(
        "INSERT INTO mysql.time_zone VALUES (9001, 'N')",
        "INSERT INTO mysql.time_zone_name VALUES ('Test/Back', 9001)",
        "INSERT INTO mysql.time_zone_transition_type VALUES (9001, 0, 3600, 1, 'S')",
        "INSERT INTO mysql.time_zone_transition_type VALUES (9001, 1, 0, 0, 'W')",
        "INSERT INTO mysql.time_zone_transition VALUES (9001, 0, 0)",
        "INSERT INTO mysql.time_zone_transition VALUES (9001, UNIX_TIMESTAMP() - 1800, 1)",
    )
    watched.fill(now=now - 1_000_000, good_for_seconds=1)

    seen = watched.reader.tries(
        "SET time_zone = 'Test/Back'", "SET timestamp = @@timestamp - 7200", READ
    )

    watched.fill()
    watched.does(
        "DELETE FROM mysql.time_zone WHERE time_zone_id = 9001",
        "DELETE FROM mysql.time_zone_name WHERE time_zone_id = 9001",
        "DELETE FROM mysql.time_zone_transition_type WHERE time_zone_id = 9001",
        "DELETE FROM mysql.time_zone_transition WHERE time_zone_id = 9001",
    )
    assert (seen.rows, seen.refused) == ([], "")


@pytest.mark.parametrize(
    "words",
    [
        "email = _latin1'ada@example.org' COLLATE latin1_swedish_ci",
        "CONVERT(email USING binary) LIKE 'c%'",
        "email COLLATE utf8mb4_bin >= 'c'",
        "WEIGHT_STRING(email) IS NOT NULL AND id = 3",
    ],
)
def test_no_charset_of_the_reader_brings_a_hidden_row(watched: Watched, words: str) -> None:
    seen = watched.reader.tries("SELECT * " + FROM_ALL + words)

    assert seen.hidden == []


def test_a_statement_prepared_before_a_withdrawal_shows_it(watched: Watched) -> None:
    shop, ada = watched.shop, "shop.customer:1"
    with watched.reader.engine.connect() as connection:
        prepared = f"PREPARE all_of_it FROM '{READ}'".replace("<view>", VIEW)
        connection.exec_driver_sql(prepared)
        before = list(connection.exec_driver_sql("EXECUTE all_of_it"))
        fact = shop.ledger.add(Kind.CONSENT_WITHDRAWN, ada, NOW, what="news", channel="email")
        watched.fill()
        after = list(connection.exec_driver_sql("EXECUTE all_of_it"))
    del shop.ledger.facts[fact.id]
    shop.ledger.folded.clear()
    watched.fill()

    assert (before, after) == (SHOWN, SHOWN[1:])


def test_a_statement_prepared_before_a_revoke_is_refused(watched: Watched) -> None:
    with watched.reader.engine.connect() as connection:
        prepared = f"PREPARE all_of_it FROM '{READ}'".replace("<view>", VIEW)
        connection.exec_driver_sql(prepared)
        before = list(connection.exec_driver_sql("EXECUTE all_of_it"))
        watched.does(f"REVOKE ALL ON <view> FROM {NAME}@'127.0.0.1'")
        with pytest.raises(sa.exc.OperationalError, match="denied"):
            connection.exec_driver_sql("EXECUTE all_of_it")
    watched.make()

    assert before == SHOWN


def test_the_reader_becomes_nobody_else(watched: Watched) -> None:
    took = watched.reader.tries("SET ROLE mariadb_sys", "SELECT email FROM customer")
    spoke = watched.reader.tries("GRANT SELECT ON customer TO CURRENT_USER")

    assert {took.refused, spoke.refused} <= DENIED | {"1959"}


def test_a_right_does_not_outlive_the_view(watched: Watched) -> None:
    [views] = watched.shop.views("newsletter")

    watched.make_for("")
    seen = watched.reader.tries(READ)
    watched.make()

    assert (seen.refused in DENIED, seen.rows, views.views[0].name) == (True, [], VIEW)


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ("SELECT ON {db}.customer TO {who}", "reaches `customer` besides the views"),
        ("SELECT (born) ON {db}.customer TO {who}", "reaches `customer` besides the views"),
        ("INSERT ON {db}.orders TO {who}", "reaches `orders` besides the views"),
        (
            "UPDATE ON {db}.placket_replica TO {who}",
            "reaches `placket_replica` besides the views",
        ),
        ("SELECT ON {db}.orders TO PUBLIC", "reaches `orders` besides the views"),
        ("SELECT ON {db}.orders TO {name}@'10.%'", "reaches `orders` besides the views"),
        ("SELECT ON {db}.* TO {who}", "reaches all of `{db}` besides the views"),
        ("TRIGGER ON `{like}%`.* TO {who}", "reaches all of `{db}` besides the views"),
        ("SELECT ON *.* TO {who}", "has the right `SELECT` on all databases"),
        ("PROCESS, FILE ON *.* TO {who}", "has the right `PROCESS` on all databases"),
        ("SELECT ON {db}.everybodys TO {who}", "reaches `everybodys` besides the views"),
        ("inner_{name} TO {who}", "reaches `customer` besides the views"),
        ("outer_{name} TO {who}", "reaches `customer` besides the views"),
    ],
)
def test_a_user_who_reaches_more_is_refused(watched: Watched, given: str, why: str) -> None:
    database = watched.database
    said = {"db": database, "like": database[:6], "name": NAME, "who": f"{NAME}@'127.0.0.1'"}
    grant = given.format(**said)
    watched.does(f"GRANT {grant}")

    with watched.shop.engine.connect() as connection, pytest.raises(RoleTooWide) as wide:
        expect_narrow(connection, watched.shop.catalogue.sources[0], READER)

    watched.does(f"REVOKE {grant.replace(' TO ', ' FROM ')}")
    assert str(wide.value) == f"role `{READER}` {why.format(**said)}; take that right first"


@pytest.fixture(scope="module")
def roles(made: Watched) -> Iterator[None]:
    made.does(
        f"CREATE USER {NAME}@'10.%'",
        f"CREATE ROLE inner_{NAME}",
        f"CREATE ROLE outer_{NAME}",
        f"GRANT inner_{NAME} TO outer_{NAME}",
        f"GRANT SELECT ON customer TO inner_{NAME}",
        "CREATE VIEW everybodys AS SELECT email FROM customer",
    )
    yield
    made.does(
        "DROP VIEW everybodys",
        f"DROP ROLE outer_{NAME}, inner_{NAME}",
        f"DROP USER {NAME}@'10.%'",
    )


def test_a_database_right_of_the_user_without_a_name_refuses_everybody(watched: Watched) -> None:
    watched.does("CREATE USER ''@'10.9.9.9'", "GRANT SELECT ON <db>.* TO ''@'10.9.9.9'")

    with watched.shop.engine.connect() as connection, pytest.raises(RoleTooWide) as wide:
        expect_narrow(connection, watched.shop.catalogue.sources[0], READER)

    watched.does("DROP USER ''@'10.9.9.9'")
    assert "by a right of the user without a name" in str(wide.value)


def test_a_role_is_granted_the_views_and_taken_by_its_members(watched: Watched) -> None:
    name, written = f"crowd`;-- %s {NAME}", f"`crowd``;-- %s {NAME}`"
    watched.does(f"CREATE ROLE {written}", f"GRANT {written} TO {NAME}@'127.0.0.1'")

    watched.make_for(name)
    without = watched.reader.tries(READ)
    taken = watched.reader.tries(f"SET ROLE {written}", READ)
    watched.make()
    left = "SELECT COUNT(*) FROM information_schema.table_privileges WHERE grantee LIKE '_crowd%'"
    with watched.shop.engine.connect() as connection:
        rights: int = connection.scalars(sa.text(left)).one()
    watched.does(f"DROP ROLE {written}")

    assert (without.refused in DENIED, taken.rows) == (True, SHOWN)
    assert rights == 0


@pytest.mark.parametrize(
    "role",
    ["no`body", "no`body@localhost", NAME, f"{NAME}@10.0.0.1"],
    ids=["nobody", "nobody here", "no host", "another host"],
)
def test_a_role_that_is_not_there_is_told_of(watched: Watched, role: str) -> None:
    with watched.shop.engine.connect() as connection, pytest.raises(RoleMissing) as missing:
        expect_narrow(connection, watched.shop.catalogue.sources[0], role)

    or_host = "" if "@" in role else "; or name a user with its host, as `USER@HOST`"
    assert str(missing.value) == f"the database has no role `{role}`; make it first{or_host}"


def test_an_account_that_may_not_see_rights_refuses_every_role(watched: Watched) -> None:
    with watched.reader.engine.connect() as connection, pytest.raises(RoleRefused) as unseen:
        expect_narrow(connection, watched.shop.catalogue.sources[0], READER)

    assert "cannot be seen; let Placket's account read" in str(unseen.value)


def test_an_account_that_may_not_let_others_read_is_told_before_anything_is_made(
    watched: Watched,
) -> None:
    url = watched.shop.engine.url
    account = "`grantless`@`127.0.0.1`"
    watched.does(
        f"CREATE USER {account} IDENTIFIED BY 'shop'",
        f"GRANT ALL ON `{url.database}`.* TO {account}",
        f"GRANT SELECT ON mysql.* TO {account}",
    )
    login = url.set(username="grantless", password="shop")  # noqa: S106 - of this test
    engine = sa.create_engine(login, poolclass=sa.NullPool)
    source = watched.shop.catalogue.sources[0]

    with engine.connect() as connection, pytest.raises(MayNotGrant, match="WITH GRANT OPTION"):
        expect_narrow(connection, source, READER)
    watched.does(f"GRANT SELECT ON `{url.database}`.* TO {account} WITH GRANT OPTION")
    with engine.connect() as connection:
        expect_narrow(connection, source, READER)

    watched.does(f"DROP USER {account}")
