"""Ways round a purpose view on PostgreSQL, each tried by a reader with a login of their own."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from placket.facts import Kind
from placket.sources.replica import Replica
from tests.contract.bypassing import HIDDEN, VIEW, PostgresReader, Watched, let_through
from tests.contract.viewed import NOW, small_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import PostgresServer

SHOWN = [(1, "ada@example.org"), (2, "bo@example.org")]
READ = "SELECT id, email FROM <view> ORDER BY id"
DENIED, NO_COLUMN, NO_TABLE, UNFIT, UNABLE = "42501", "42703", "42809", "55000", "0A000"
PREPARE = f"PREPARE all_of_it AS {READ}".replace("<view>", VIEW)
SPY = """
CREATE OR REPLACE FUNCTION theirs.spy(value text) RETURNS boolean LANGUAGE plpgsql COST 0.0001
AS $$ BEGIN RAISE NOTICE 'saw %', value; RETURN true; END $$
"""


@pytest.fixture(scope="module")
def made(postgres: PostgresServer) -> Iterator[Watched]:
    role = f"reader_{os.getpid()}"
    with postgres.database(prefix="bypass") as url:
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        shop = small_in(engine)
        Replica(engine).apply(shop.plan("newsletter"))
        login = make_url(url).set(username=role, password="reader")  # noqa: S106 - of this test
        reader = PostgresReader(login.render_as_string(hide_password=False))
        watched = Watched(shop, role, reader)
        watched.does(
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            f"CREATE ROLE {role} LOGIN PASSWORD 'reader'",
            f"CREATE SCHEMA theirs AUTHORIZATION {role}",
            "ANALYZE",
        )
        yield watched
        watched.does(f"DROP OWNED BY {role} CASCADE", f"DROP ROLE {role}")
        engine.dispose()


@pytest.fixture(scope="module")
def watched(made: Watched) -> Watched:
    made.make()
    return made


def test_a_function_of_the_reader_sees_no_hidden_row(watched: Watched) -> None:
    seen = watched.reader.tries(SPY, "SELECT id FROM <view> WHERE theirs.spy(email)")

    assert "saw ada@example.org" in seen.told
    assert seen.hidden == []


def test_an_operator_and_a_cast_of_the_reader_see_no_hidden_row(watched: Watched) -> None:
    seen = watched.reader.tries(
        SPY,
        "CREATE TYPE theirs.seen AS (value text)",
        "CREATE FUNCTION theirs.both(text, text) RETURNS boolean LANGUAGE sql"
        " AS $$ SELECT theirs.spy($1) $$",
        "CREATE OPERATOR theirs.== (LEFTARG = text, RIGHTARG = text, FUNCTION = theirs.both)",
        "CREATE FUNCTION theirs.made(text) RETURNS theirs.seen LANGUAGE plpgsql"
        " AS $$ BEGIN PERFORM theirs.spy($1); RETURN ROW($1); END $$",
        "CREATE CAST (text AS theirs.seen) WITH FUNCTION theirs.made(text)",
        "SELECT id FROM <view> WHERE email::text OPERATOR(theirs.==) 'x'",
        "SELECT id FROM <view> WHERE (email::text::theirs.seen) IS NOT NULL",
    )

    assert seen.told.count("saw ada@example.org") == 2
    assert (seen.hidden, seen.refused) == ([], "")


def test_no_function_of_the_reader_is_taken_for_one_that_tells_nothing(watched: Watched) -> None:
    seen = watched.reader.tries(SPY, "ALTER FUNCTION theirs.spy(text) LEAKPROOF")

    assert seen.refused == DENIED


def test_nothing_on_the_readers_search_path_replaces_what_a_view_calls(watched: Watched) -> None:
    with watched.stale():
        seen = watched.reader.tries(
            "CREATE FUNCTION theirs.clock_timestamp() RETURNS timestamptz LANGUAGE sql"
            " AS $$ SELECT timestamptz 'epoch' $$",
            "CREATE FUNCTION theirs.later(bigint, bigint) RETURNS boolean LANGUAGE sql"
            " AS $$ SELECT true $$",
            "CREATE OPERATOR theirs.> (LEFTARG=bigint, RIGHTARG=bigint, FUNCTION=theirs.later)",
            "CREATE TABLE theirs.placket_replica (subject text, policy text, good_until bigint)",
            "SET search_path = theirs, public, pg_catalog",
            READ,
        )

    assert (seen.rows, seen.refused) == ([], "")


def test_a_temporary_table_stands_in_for_no_table_of_a_view(watched: Watched) -> None:
    own = "CREATE TEMPORARY TABLE placket_replica AS SELECT 'customer' AS subject,"
    with watched.stale():
        stale = watched.reader.tries(
            f"{own} '' AS policy, 9223372036854775807 AS good_until",
            "SET search_path=pg_temp",
            READ,
        )
        named = watched.reader.tries(
            f"{own} '' AS policy, 9223372036854775807 AS good_until",
            "SELECT id, email FROM public.<view>",
        )

    assert (stale.rows, named.rows, named.refused) == ([], [], "")


def test_the_statistics_of_hidden_columns_are_not_read(watched: Watched) -> None:
    watched.does("CREATE STATISTICS IF NOT EXISTS both_names (mcv) ON email, id FROM customer")
    watched.does("ANALYZE customer")

    stats = watched.reader.tries("SELECT * FROM pg_stats WHERE schemaname = 'public'")
    wider = watched.reader.tries("SELECT * FROM pg_stats_ext WHERE schemaname = 'public'")
    raw = watched.reader.tries("SELECT * FROM pg_statistic")
    kept = watched.reader.tries("SELECT * FROM pg_statistic_ext_data")

    assert (stats.rows, wider.rows) == ([], [])
    assert (raw.refused, kept.refused) == (DENIED, DENIED)


@pytest.mark.parametrize(
    "condition",
    [
        "1 / (id - 3) = 9",
        "(CASE WHEN id = 3 THEN email ELSE '1' END)::int = 0",
        "('{' || CASE WHEN id = 3 THEN email ELSE '}' END)::json IS NULL",
        "query_to_xml('TABLE ' || CASE WHEN id = 3 THEN email END, true, true, '') IS NULL",
    ],
)
def test_no_error_tells_of_a_hidden_row(watched: Watched, condition: str) -> None:
    hidden = "SELECT id FROM <view> WHERE id <> 1 AND id <> 2 AND "

    seen = watched.reader.tries(hidden + condition)

    assert (seen.refused, seen.hidden) == ("", [])


PROBES = [
    "INSERT INTO <view> (id, email) VALUES (3, 'x')",
    "INSERT INTO <view> (id, email) VALUES (3, 'x') ON CONFLICT DO NOTHING",
    "INSERT INTO customer (id) VALUES (3)",
    "CREATE TABLE theirs.told (id integer REFERENCES customer)",
    "CREATE TABLE theirs.like (LIKE customer INCLUDING ALL)",
    "CREATE TABLE theirs.child () INHERITS (customer)",
]


def test_no_constraint_is_asked_whether_a_row_is_there(watched: Watched) -> None:
    tried = watched.reader.tries_each(PROBES)

    assert let_through(tried, {DENIED, UNFIT}) == {}


def test_a_statement_prepared_before_a_withdrawal_shows_it(watched: Watched) -> None:
    shop, ada = watched.shop, "shop.customer:1"
    with watched.reader.connect() as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute(PREPARE)
        before = connection.execute("EXECUTE all_of_it").fetchall()
        fact = shop.ledger.add(Kind.CONSENT_WITHDRAWN, ada, NOW, what="news", channel="email")
        watched.fill()
        after = connection.execute("EXECUTE all_of_it").fetchall()
    del shop.ledger.facts[fact.id]
    shop.ledger.folded.clear()
    watched.fill()

    assert (before, after) == (SHOWN, SHOWN[1:])


def test_a_statement_prepared_before_a_revoke_is_refused(watched: Watched) -> None:
    with watched.reader.connect() as connection:
        connection.execute(PREPARE)
        before = connection.execute("EXECUTE all_of_it").fetchall()
        watched.does(f"REVOKE ALL ON <view> FROM {watched.role}")
        with pytest.raises(Exception, match="permission denied"):
            connection.execute("EXECUTE all_of_it")
    watched.make()

    assert before == SHOWN


def test_a_statement_prepared_on_a_view_that_was_made_anew_reads_the_new_one(
    watched: Watched,
) -> None:
    with watched.reader.connect() as connection:
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute(PREPARE)
        before = connection.execute("EXECUTE all_of_it").fetchall()
        watched.make()
        with watched.stale():
            stale = connection.execute("EXECUTE all_of_it").fetchall()

    assert (before, stale) == (SHOWN, [])


def test_the_text_of_a_view_names_no_person(watched: Watched) -> None:
    seen = watched.reader.tries("SELECT pg_get_viewdef('<view>'::regclass)")
    told = watched.reader.tries("SELECT view_definition FROM information_schema.views")
    columns = watched.reader.tries(
        "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public'"
    )

    [(text,)] = seen.rows
    persons = [*watched.shop.ledger.persons.values(), "example.org", "Ada", "Bo", *HIDDEN]
    assert [person for person in persons if f"'{person}'" in text or "@" in text] == []
    assert {row[0] for row in told.rows} == {None}
    assert columns.rows == [(VIEW,)]


@pytest.mark.parametrize("compared", ["= '{}'", "BETWEEN '{}' AND '{}'", ">= '{}'"])
def test_explain_counts_no_hidden_row_by_what_the_reader_compares(
    watched: Watched, compared: str
) -> None:
    explain = "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT * FROM <view> WHERE email "

    def explained(value: str) -> str:
        seen = watched.reader.tries(
            # So that the table is read whole, with the reader's condition and before the view's.
            "SET enable_nestloop = off",
            "SET enable_indexscan = off",
            explain + compared.format(value, value),
        )
        text = "\n".join(row[0] for row in seen.rows)
        return re.sub(r"Memory Usage: \d+|Memory: \d+", "", text.replace(value, "?"))

    assert explained("cy@example.org") == explained("cz@example.org")


COLUMNS = [
    "SELECT ctid FROM <view>",
    "SELECT xmin FROM <view>",
    "SELECT cmax FROM <view>",
    "SELECT tableoid FROM <view>",
    "SELECT born FROM <view>",
]


def test_no_other_column_comes_through(watched: Watched) -> None:
    tried = watched.reader.tries_each(COLUMNS)

    assert let_through(tried, {NO_COLUMN}) == {}


def test_no_sample_is_drawn_below_a_view(watched: Watched) -> None:
    seen = watched.reader.tries("SELECT id FROM <view> TABLESAMPLE SYSTEM (100)")
    whole = watched.reader.tries("SELECT v FROM <view> v ORDER BY id")

    assert seen.refused in {NO_TABLE, UNABLE}
    assert len(whole.rows) == 2


LOCKS = [
    "SELECT id FROM <view> FOR UPDATE",
    "SELECT id FROM <view> FOR KEY SHARE",
    "LOCK TABLE <view> IN SHARE MODE",
    "LOCK TABLE customer IN ACCESS SHARE MODE",
    "LOCK TABLE placket_replica IN ACCESS SHARE MODE",
]


def test_the_reader_locks_no_row_and_no_table(watched: Watched) -> None:
    tried = watched.reader.tries_each(f"DO $$ BEGIN EXECUTE '{lock}'; END $$" for lock in LOCKS)

    assert let_through(tried, {DENIED}) == {}


CHANGES = [
    "INSERT INTO <view> (id) VALUES (9)",
    "UPDATE <view> SET email = ''",
    "DELETE FROM <view>",
    "TRUNCATE <view>",
    "MERGE INTO <view> v USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE",
    "UPDATE placket_replica SET good_until = 9223372036854775807",
    "DELETE FROM placket_standing_customer",
    "ALTER VIEW <view> SET (security_barrier = false)",
    "ALTER VIEW <view> OWNER TO CURRENT_USER",
    "CREATE OR REPLACE VIEW <view> AS SELECT * FROM customer",
    "DROP VIEW <view>",
    "CREATE RULE seen AS ON SELECT TO <view> DO ALSO NOTHING",
    "CREATE TRIGGER seen AFTER INSERT ON customer EXECUTE FUNCTION unique_key_recheck()",
    "CREATE POLICY seen ON customer USING (true)",
    "CREATE STATISTICS theirs.seen ON id, email FROM customer",
    "CREATE INDEX ON customer (theirs.spy(email))",
]


def test_the_reader_changes_nothing(watched: Watched) -> None:
    tried = watched.reader.tries_each(CHANGES)

    assert let_through(tried, {DENIED, UNFIT, UNABLE, NO_TABLE}) == {}
    assert watched.reader.tries(READ).rows == SHOWN


READINGS = [
    "SELECT email FROM customer",
    "SELECT count(*) FROM customer",
    "TABLE placket_standing_customer",
    "TABLE placket_replica",
    "COPY customer TO STDOUT",
    "COPY (SELECT * FROM customer) TO STDOUT",
    "COPY <view> TO '/srv/placket-seen'",
    "COPY <view> TO PROGRAM 'cat'",
    "SELECT table_to_xml('customer', true, true, '')",
    "SELECT query_to_xml('SELECT * FROM customer', true, true, '')",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT pg_ls_dir('.')",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION pageinspect",
    "CREATE SERVER back FOREIGN DATA WRAPPER postgres_fdw",
    "CREATE FUNCTION theirs.f() RETURNS int LANGUAGE c AS 'x'",
    "CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION now()",
    "CREATE PUBLICATION seen FOR TABLE customer",
    "SELECT pg_create_logical_replication_slot('seen', 'test_decoding')",
    "DO $$ BEGIN EXECUTE 'SET session_replication_role = replica'; END $$",
]


def test_nothing_behind_the_views_is_read(watched: Watched) -> None:
    tried = watched.reader.tries_each(READINGS)

    assert let_through(tried, {DENIED, UNABLE, "42704", NO_TABLE}) == {}


def test_a_large_object_of_the_shop_is_not_read(watched: Watched) -> None:
    with watched.shop.engine.begin() as connection:
        made = sa.select(sa.func.lo_from_bytea(0, b"cy@example.org"))
        oid = connection.execute(made).scalar_one()

    seen = watched.reader.tries(f"SELECT convert_from(lo_get({oid}), 'UTF8')")

    watched.does(f"SELECT lo_unlink({oid})")
    assert (seen.refused, seen.hidden) == (DENIED, [])


def test_the_reader_becomes_nobody_else(watched: Watched) -> None:
    owner = watched.shop.engine.url.username
    became = watched.reader.tries(f'SET ROLE "{owner}"', "SELECT email FROM customer")
    session = watched.reader.tries(f'SET SESSION AUTHORIZATION "{owner}"')
    granted = watched.reader.tries(f'GRANT "{owner}" TO CURRENT_USER')
    reads_all = watched.reader.tries("GRANT pg_read_all_data TO CURRENT_USER")

    refused = {became.refused, session.refused, granted.refused, reads_all.refused}
    assert refused == {DENIED}


def test_the_statements_of_others_are_not_read_and_name_no_person(watched: Watched) -> None:
    running = sa.text("SELECT query FROM pg_stat_activity WHERE usename = current_user")
    with watched.shop.engine.connect() as other:
        other.execute(sa.text("SELECT email FROM customer WHERE email = :who"), {"who": HIDDEN[0]})
        seen = watched.reader.tries("SELECT usename::text, query FROM pg_stat_activity")
        with watched.shop.engine.connect() as looking:
            ours = [str(row[0]) for row in looking.execute(running)]

    others = {query for user, query in seen.rows if user and user != watched.role}
    assert others == {"<insufficient privilege>"}
    assert seen.hidden == []
    assert [query for query in ours if HIDDEN[0] in query] == []


SETTINGS = [
    "SET timezone = 'Pacific/Kiritimati'",
    "SET timezone = '+167:00:00'",
    "SET datestyle = 'German'",
    "SET intervalstyle = 'sql_standard'",
    "SET extra_float_digits = -15",
    "SET transform_null_equals = on",
    "SET default_transaction_isolation = 'serializable'",
    "SET row_security = off",
]


def test_no_setting_of_the_reader_brings_a_stale_view_back(watched: Watched) -> None:
    fresh = {each: watched.reader.tries(each, READ).rows for each in SETTINGS}
    with watched.stale():
        stale = {each: watched.reader.tries(each, READ).rows for each in SETTINGS}

    assert [each for each, rows in stale.items() if rows] == []
    assert {row for rows in fresh.values() for row in rows} == {*SHOWN}


def test_a_snapshot_shows_nothing_once_its_term_has_passed(watched: Watched) -> None:
    now = Replica(watched.shop.engine).now("shop")
    watched.fill(now=now, good_for_seconds=1)
    with watched.reader.connect() as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        before = connection.execute(READ.replace("<view>", VIEW)).fetchall()
        # Fresh for everybody else, and old for whoever keeps an old snapshot.
        watched.fill()
        passed = (now + 1_000_000 - Replica(watched.shop.engine).now("shop")) / 1_000_000
        connection.execute(f"SELECT pg_sleep({max(passed, 0) + 0.01})")
        after = connection.execute(READ.replace("<view>", VIEW)).fetchall()
        connection.execute("COMMIT")
        at_last = connection.execute(READ.replace("<view>", VIEW)).fetchall()

    assert (before, after, at_last) == (SHOWN, [], SHOWN)


def test_what_the_reader_copied_stays_with_the_reader(watched: Watched) -> None:
    """No database prevents it, and the docs say so."""
    with watched.reader.connect() as connection:
        connection.execute(f"CREATE TABLE theirs.copied AS {READ}".replace("<view>", VIEW))
        with watched.stale():
            copied = connection.execute("SELECT * FROM theirs.copied ORDER BY id").fetchall()

    assert copied == SHOWN
