"""The servers that the tests bring up: their own, empty, and gone afterwards."""

import psycopg
import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.servers import MariadbServer, PostgresServer, find_postgres, postgres_server


def test_a_test_gets_an_empty_database_of_its_own(
    postgres_url: str, postgres_database: str
) -> None:
    with psycopg.connect(postgres_database) as connection:
        tables = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchone()

    assert tables == (0,)
    assert postgres_database != postgres_url


def test_a_database_is_gone_when_its_test_is_over(postgres: PostgresServer) -> None:
    with postgres.database() as url:
        psycopg.connect(url).close()

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_database_that_is_used_again_has_nothing_of_before(postgres: PostgresServer) -> None:
    with postgres.emptied() as url, psycopg.connect(url) as left_open:
        as_new = everything(left_open)
        left_open.execute("CREATE TABLE told (n integer PRIMARY KEY)")
        left_open.execute("CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
        left_open.execute("CREATE SCHEMA more CREATE TABLE kept (n integer)")
        left_open.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        left_open.commit()

    with postgres.emptied() as again, psycopg.connect(again) as connection:
        found = everything(connection)

    assert again == url
    assert found == as_new


@pytest.mark.parametrize(
    "change",
    [
        "SELECT lo_create(0)",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "CREATE PUBLICATION told",
        "REVOKE ALL ON DATABASE {} FROM PUBLIC",
        "ALTER DATABASE {} SET work_mem = 1024",
    ],
)
def test_a_database_that_emptying_does_not_make_new_is_dropped(
    postgres: PostgresServer, change: str
) -> None:
    with postgres.emptied() as url, psycopg.connect(url, autocommit=True) as connection:
        connection.execute(change.format(connection.info.dbname))

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def everything(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    """Return what stands in the database, with who owns it and who may."""
    return connection.execute(
        "SELECT 'relation', relname, '', '' FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'function', proname, '', '' FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'schema', nspname, nspowner::regrole::text, nspacl::text"
        " FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2"
    ).fetchall()


def test_a_database_can_be_the_copy_of_another(postgres: PostgresServer) -> None:
    with postgres.database() as first:
        with psycopg.connect(first) as connection:
            connection.execute("CREATE TABLE kept (n integer)")
        name = first.rpartition("/")[2]
        with postgres.database(template=name) as second, psycopg.connect(second) as connection:
            copied = connection.execute("SELECT n FROM kept").fetchall()

    assert copied == []


@pytest.mark.skipif(find_postgres() is None, reason="no PostgreSQL server is installed")
def test_a_server_that_must_survive_crashes_is_durable_and_stops() -> None:
    with postgres_server(fsync=True) as server, psycopg.connect(server.url) as connection:
        durable = connection.execute("SHOW fsync").fetchone()

    assert durable == ("on",)
    assert server.process is not None
    assert server.process.returncode == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url)


def test_a_database_of_mariadb_is_empty_and_gone_when_its_test_is_over(
    mariadb: MariadbServer,
) -> None:
    with mariadb.database() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            tables = connection.execute(text("SHOW TABLES")).all()
        engine.dispose()

    assert tables == []
    with pytest.raises(OperationalError, match="Unknown database"):
        engine.connect()


def test_nobody_reaches_mariadb_without_its_password(mariadb: MariadbServer) -> None:
    address = make_url(mariadb.url)

    for user in (address.username, "root"):
        with pytest.raises(OperationalError, match="Access denied"):
            create_engine(address.set(username=user, password="")).connect()


def test_the_browser_shows_a_page_and_runs_its_scripts(page: Page) -> None:
    page.set_content("<h1>held</h1><script>document.title = 'kept'</script>")

    assert (page.inner_text("h1"), page.title()) == ("held", "kept")
