"""A role that reaches more than the views is refused, however it came by the right."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.sources.grants import NoRoles, RoleMissing, RoleTooWide, expect_narrow
from placket.sources.replica import Replica
from placket.sources.views import apply_views
from tests.contract.viewed import Small, small_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.catalogue import Source
    from tests.servers import PostgresServer

ROLE = f"narrow_{os.getpid()}"
OTHER = f"other_{os.getpid()}"


@pytest.fixture(scope="module")
def shop(postgres: PostgresServer) -> Iterator[Small]:
    with postgres.database(prefix="roles") as url:
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        made = small_in(engine)
        Replica(engine).apply(made.plan("newsletter", "care_quality"))
        with engine.begin() as connection:
            for statement in (
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
                f"CREATE ROLE {ROLE} LOGIN",
                f"CREATE ROLE {OTHER}",
                "CREATE TABLE everybody (id integer)",
            ):
                connection.exec_driver_sql(statement)
        yield made
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {ROLE}, {OTHER}")
            connection.exec_driver_sql(f"DROP ROLE {ROLE}, {OTHER}")
        engine.dispose()


def refused(shop: Small, *statements: str, role: str = ROLE) -> str:
    """Return why the role is refused after the statements, which are then undone."""
    with shop.engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
        try:
            expect_narrow(connection, source_of(shop), role)
        except RoleTooWide as wide:
            return str(wide)
        finally:
            connection.rollback()
    return ""


def source_of(shop: Small) -> Source:
    return shop.catalogue.sources[0]


def test_a_role_of_no_rights_is_not_refused(shop: Small) -> None:
    assert refused(shop) == ""


def test_rights_on_what_no_view_reads_are_the_shops_own_affair(shop: Small) -> None:
    assert refused(shop, f"GRANT ALL ON everybody TO {ROLE}") == ""


def test_a_role_with_views_of_another_activity_is_not_refused(shop: Small) -> None:
    [other] = shop.views("care_quality")
    with shop.engine.connect() as connection:
        apply_views(connection, other, role=ROLE)
        expect_narrow(connection, source_of(shop), ROLE)
        connection.rollback()


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        (["GRANT SELECT ON customer TO {role}"], "customer"),
        (["GRANT SELECT (born) ON customer TO {role}"], "customer"),
        (["GRANT SELECT ON orders TO PUBLIC"], "orders"),
        (["GRANT SELECT ON customer TO {other}", "GRANT {other} TO {role}"], "customer"),
        (
            [
                "GRANT SELECT ON customer TO {other}",
                "ALTER ROLE {role} NOINHERIT",
                "GRANT {other} TO {role}",
            ],
            "customer",
        ),
        (["ALTER TABLE everybody OWNER TO {role}", "ALTER TABLE orders OWNER TO {role}"], "orders"),
        (["GRANT INSERT ON orders TO {role}"], "orders"),
        (["GRANT REFERENCES (id) ON customer TO {role}"], "customer"),
        (["GRANT TRIGGER ON customer TO {role}"], "customer"),
        (["GRANT UPDATE ON placket_replica TO {role}"], "placket_replica"),
        (["GRANT DELETE ON placket_standing_customer TO {role}"], "placket_standing_customer"),
        (['GRANT SELECT ON "placket_due_x;--" TO {role}'], "placket_due_x;--"),
        (
            [
                "CREATE VIEW all_of_them AS SELECT * FROM customer",
                "GRANT ALL ON all_of_them TO {role}",
            ],
            "all_of_them",
        ),
        (
            [
                "CREATE VIEW below AS SELECT * FROM customer",
                "CREATE MATERIALIZED VIEW above AS SELECT * FROM below",
                "GRANT SELECT ON above TO {role}",
            ],
            "above",
        ),
        (
            ["CREATE TABLE part () INHERITS (customer)", "GRANT SELECT ON part TO {role}"],
            "part",
        ),
        (
            [
                "CREATE TABLE whole (LIKE customer)",
                "ALTER TABLE customer INHERIT whole",
                "GRANT SELECT ON whole TO {role}",
            ],
            "whole",
        ),
    ],
)
def test_a_role_that_reaches_a_table_is_refused(
    shop: Small, statements: list[str], what: str
) -> None:
    made = [statement.format(role=ROLE, other=OTHER) for statement in statements]

    why = refused(shop, *made)

    assert why == f"role `{ROLE}` reaches `{what}` besides the views; take that right first"


@pytest.mark.parametrize(
    ("statement", "power"),
    [
        ("GRANT pg_read_all_data TO {role}", "pg_read_all_data"),
        ("GRANT pg_monitor TO {role}", "pg_read_all_stats"),
        ("GRANT pg_read_server_files TO {role}", "pg_read_server_files"),
        ("GRANT pg_execute_server_program TO {role}", "pg_execute_server_program"),
        ("ALTER ROLE {role} SUPERUSER", "{role}"),
        ("ALTER ROLE {role} CREATEROLE", "{role}"),
        ("ALTER ROLE {role} REPLICATION", "{role}"),
    ],
)
def test_a_role_of_great_powers_is_refused(shop: Small, statement: str, power: str) -> None:
    why = refused(shop, statement.format(role=ROLE))

    assert (
        why == f"role `{ROLE}` has the powers of `{power.format(role=ROLE)}`; take that right first"
    )


def test_a_role_that_may_make_functions_where_views_are_made_is_refused(shop: Small) -> None:
    why = refused(shop, f"GRANT CREATE ON SCHEMA public TO {ROLE}")

    may = f"role `{ROLE}` may create in schema `public`, where the views are made"
    assert why == f"{may}; take that right first"


def test_a_default_right_on_new_tables_refuses_the_role(shop: Small) -> None:
    made = f"CREATE TABLE placket_due_orders (id integer); SELECT '{ROLE}'"

    why = refused(shop, f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {ROLE}", made)

    assert why.startswith(f"role `{ROLE}` reaches `placket_due_orders` besides")


def test_the_printed_statements_grant_the_views_to_the_role(shop: Small) -> None:
    [views] = shop.views("newsletter")

    printed = {of: views.sql(of, role='mark"et`') for of in ("postgres", "mysql")}

    view = "placket_newsletter_customer"
    assert printed["postgres"].endswith(f'GRANT SELECT ON TABLE "{view}" TO "mark""et`";\n')
    assert printed["mysql"].endswith(f'GRANT SELECT ON TABLE `{view}` TO `mark"et```;\n')


def test_a_role_that_is_not_there_is_told_of(shop: Small) -> None:
    [views] = shop.views("newsletter")

    with shop.engine.connect() as connection, pytest.raises(RoleMissing) as missing:
        apply_views(connection, views, role="nobo`dy")

    assert str(missing.value) == "the database has no role `nobo`dy`; make it first"


def test_a_database_without_roles_refuses_every_role() -> None:
    engine = sa.create_engine("sqlite://")

    with engine.connect() as connection, pytest.raises(NoRoles) as none:
        expect_narrow(connection, None, "marketing")  # type: ignore[arg-type]  # not looked at

    assert "knows no roles" in str(none.value)
