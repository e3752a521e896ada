"""A query by hand onto the views: tables, CTEs, columns, stars, and what the shop's views hide."""
# ruff: noqa: S608 - the SQL is compared, and no value of anybody is pasted into it

from __future__ import annotations

import pytest

from placket.sources.rewriting import Rewritten
from tests.unit.sources.asked import asked, rewritten

C = '"placket_newsletter_customer"'
O = '"placket_newsletter_orders"'  # noqa: E741  # one letter beside `C`


def test_a_table_becomes_its_view_and_keeps_its_name() -> None:
    found = asked("SELECT customer.email FROM customer WHERE id = 1")

    assert isinstance(found, Rewritten)
    assert found.sql == (
        f'SELECT "customer"."email" FROM {C} AS "customer" WHERE "customer"."id" = 1'
    )
    assert [view.name for view in found.views] == ["placket_newsletter_customer"]
    assert found.data == ("email",)


def test_an_alias_stays() -> None:
    assert rewritten("SELECT c.email FROM customer AS c") == (f'SELECT "c"."email" FROM {C} AS "c"')


def test_counting_rows_reads_all_that_the_view_holds() -> None:
    found = asked("SELECT count(*) FROM customer")

    assert isinstance(found, Rewritten)
    assert found.data == ("email", "name")


def test_a_query_that_names_no_table_reads_no_view() -> None:
    assert asked("SELECT 1") == Rewritten(sql="SELECT 1")


# Letter case, quotes and schemas


@pytest.mark.parametrize(
    ("dialect", "query"),
    [
        ("sqlite", "SELECT Email FROM CUSTOMER AS customer"),
        ("sqlite", 'SELECT "Email" FROM "Customer" AS customer'),
        ("sqlite", "SELECT [email] FROM main.[customer]"),
        ("postgres", "SELECT Email FROM CUSTOMER"),
        ("postgres", 'SELECT "email" FROM public."customer"'),
        ("duckdb", 'SELECT "Email" FROM main."Customer" AS customer'),
    ],
)
def test_a_name_is_compared_as_its_database_does(dialect: str, query: str) -> None:
    assert rewritten(query, dialect) == f'SELECT "customer"."email" FROM {C} AS "customer"'


@pytest.mark.parametrize("dialect", ["mysql", "spark"])
def test_names_are_quoted_as_the_dialect_does(dialect: str) -> None:
    assert rewritten("SELECT `Email` FROM Customer AS c LIMIT 3", dialect) == (
        "SELECT `c`.`email` FROM `placket_newsletter_customer` AS `c` LIMIT 3"
    )


def test_a_name_of_postgresql_is_lowered_before_it_is_quoted() -> None:
    assert rewritten("SELECT Email AS Mail FROM Customer C", "postgres") == (
        f'SELECT "c"."email" AS "mail" FROM {C} AS "c"'
    )


# Stars


def test_a_star_shows_what_the_view_has_in_the_order_of_the_table() -> None:
    assert rewritten("SELECT * FROM customer") == (
        'SELECT "customer"."id", "customer"."email", "customer"."first_name",'
        f' "customer"."last_name" FROM {C} AS "customer"'
    )


def test_a_star_of_one_table_is_that_of_no_other() -> None:
    assert rewritten(
        "SELECT o.*, c.email FROM customer c JOIN orders o ON c.id = o.customer_id"
    ) == (
        f'SELECT "o"."id", "o"."customer_id", "o"."recipient", "c"."email" FROM {C} AS "c"'
        f' JOIN {O} AS "o" ON "c"."id" = "o"."customer_id"'
    )


def test_a_star_over_a_subquery_stays() -> None:
    assert rewritten("SELECT * FROM (SELECT count(*) FROM orders) AS x") == (
        f'SELECT "x".* FROM (SELECT COUNT(*) FROM {O} AS "orders") AS "x"'
    )


# CTEs


def test_a_cte_named_like_a_table_is_read_in_its_place() -> None:
    assert rewritten(
        "WITH orders AS (SELECT email AS born FROM customer) SELECT born FROM orders"
    ) == (
        f'WITH "orders_" AS (SELECT "customer"."email" AS "born" FROM {C} AS "customer")'
        ' SELECT "orders"."born" FROM "orders_" AS "orders"'
    )


@pytest.mark.parametrize("dialect", ["postgres", "duckdb"])
def test_within_a_cte_the_table_of_the_same_name_is_read(dialect: str) -> None:
    query = "WITH customer AS (SELECT email AS born FROM customer) SELECT born FROM customer"

    assert rewritten(query, dialect) == (
        f'WITH "customer_" AS (SELECT "customer"."email" AS "born" FROM {C} AS "customer")'
        ' SELECT "customer"."born" FROM "customer_" AS "customer"'
    )


def test_a_cte_shadows_a_table_within_its_own_query_alone() -> None:
    query = """
        SELECT customer.email FROM customer
        WHERE id IN (WITH customer AS (SELECT 1 AS n) SELECT n FROM customer)
    """

    assert rewritten(query) == (
        f'SELECT "customer"."email" FROM {C} AS "customer" WHERE "customer"."id" IN'
        ' (WITH "customer_" AS (SELECT 1 AS "n") SELECT "customer"."n"'
        ' FROM "customer_" AS "customer")'
    )


def test_a_cte_inside_a_cte_is_not_seen_outside() -> None:
    query = """
        WITH x AS (WITH customer AS (SELECT 1 AS n) SELECT n FROM customer)
        SELECT x.n, email FROM x, customer
    """

    assert rewritten(query, "postgres") == (
        'WITH "x" AS (WITH "customer_" AS (SELECT 1 AS "n") SELECT "customer"."n"'
        ' FROM "customer_" AS "customer") SELECT "x"."n", "customer"."email"'
        f' FROM "x", {C} AS "customer"'
    )


@pytest.mark.parametrize(
    ("dialect", "word", "reads"),
    [
        ("sqlite", "", '"customer_" AS "customer"'),
        ("postgres", "RECURSIVE ", '"customer_" AS "customer"'),
        ("postgres", "", f'{C} AS "customer"'),
        ("duckdb", "", f'{C} AS "customer"'),
        ("duckdb", "RECURSIVE ", f'{C} AS "customer"'),
    ],
)
def test_a_cte_that_comes_later_is_seen_where_the_database_sees_it(
    dialect: str, word: str, reads: str
) -> None:
    query = f"""
        WITH {word}x AS (SELECT customer.email FROM customer),
        customer AS (SELECT 'none' AS email) SELECT x.email FROM x
    """

    assert rewritten(query, dialect) == (
        f'WITH {word}"x" AS (SELECT "customer"."email" FROM {reads}),'
        ' "customer_" AS (SELECT \'none\' AS "email") SELECT "x"."email" FROM "x"'
    )


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql", "duckdb"])
def test_a_cte_may_read_itself(dialect: str) -> None:
    query = """
        WITH RECURSIVE orders AS (
            SELECT id AS n FROM customer UNION ALL SELECT n + 1 FROM orders WHERE n < 5
        ) SELECT n FROM orders
    """

    found = rewritten(query, dialect).replace("`", '"')

    assert found == (
        f'WITH RECURSIVE "orders_" AS (SELECT "customer"."id" AS "n" FROM {C} AS "customer"'
        ' UNION ALL SELECT "orders"."n" + 1 FROM "orders_" AS "orders" WHERE "orders"."n" < 5)'
        ' SELECT "orders"."n" FROM "orders_" AS "orders"'
    )


def test_columns_that_a_cte_lists_are_its_columns() -> None:
    query = "WITH x(a) AS (SELECT email FROM customer) SELECT a FROM x WHERE a LIKE 'a%'"

    assert rewritten(query) == (
        f'WITH "x"("a") AS (SELECT "customer"."email" FROM {C} AS "customer")'
        ' SELECT "x"."a" FROM "x" WHERE "x"."a" LIKE \'a%\''
    )


def test_a_cte_gets_a_name_that_nobody_has() -> None:
    query = """
        WITH orders AS (SELECT 1 AS n), orders_ AS (SELECT 2 AS n)
        SELECT a.n, b.n FROM orders AS a, orders_ AS b
    """

    assert rewritten(query, "postgres") == (
        'WITH "orders__" AS (SELECT 1 AS "n"), "orders_" AS (SELECT 2 AS "n")'
        ' SELECT "a"."n", "b"."n" FROM "orders__" AS "a", "orders_" AS "b"'
    )


# Subqueries


def test_every_table_below_is_its_view() -> None:
    query = """
        SELECT (SELECT max(o.id) FROM orders o WHERE o.customer_id = customer.id) AS latest
        FROM customer
        WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = customer.id)
        AND id IN (SELECT customer_id FROM orders UNION SELECT 3)
        AND id > ALL (SELECT id FROM (SELECT id FROM orders) AS inner_orders)
    """

    found = rewritten(query, "postgres")

    assert found.count(O) == 4
    assert found.count(C) == 1


def test_an_outer_column_is_named_by_its_table() -> None:
    query = "SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM customer WHERE recipient = email)"

    assert rewritten(query) == (
        f'SELECT "orders"."id" FROM {O} AS "orders" WHERE EXISTS(SELECT 1'
        f' FROM {C} AS "customer" WHERE "orders"."recipient" = "customer"."email")'
    )


def test_a_lateral_subquery_sees_the_table_beside_it() -> None:
    query = """
        SELECT c.email, x.recipient FROM customer c
        LEFT JOIN LATERAL (SELECT recipient FROM orders WHERE customer_id = c.id LIMIT 1) x ON TRUE
    """

    assert rewritten(query, "postgres") == (
        f'SELECT "c"."email", "x"."recipient" FROM {C} AS "c" LEFT JOIN LATERAL'
        f' (SELECT "orders"."recipient" FROM {O} AS "orders" WHERE "orders"."customer_id"'
        ' = "c"."id" LIMIT 1) AS "x" ON TRUE'
    )


@pytest.mark.parametrize("word", ["UNION", "UNION ALL", "EXCEPT", "INTERSECT"])
def test_both_halves_of_what_is_put_together_are_rewritten(word: str) -> None:
    query = f"SELECT email FROM customer {word} SELECT recipient FROM orders ORDER BY email LIMIT 2"

    assert rewritten(query) == (
        f'SELECT "customer"."email" FROM {C} AS "customer" {word} SELECT "orders"."recipient"'
        f' FROM {O} AS "orders" ORDER BY "email" LIMIT 2'
    )


# What a name means


def test_the_name_of_an_output_may_be_that_of_a_column_that_is_not_shown() -> None:
    assert rewritten("SELECT id AS born FROM customer ORDER BY born") == (
        f'SELECT "customer"."id" AS "born" FROM {C} AS "customer" ORDER BY "born"'
    )


def test_rows_are_grouped_by_a_column_or_an_output() -> None:
    query = "SELECT lower(email) AS mail, count(*) FROM customer GROUP BY mail, first_name"

    assert rewritten(query) == (
        f'SELECT LOWER("customer"."email") AS "mail", COUNT(*) FROM {C} AS "customer"'
        ' GROUP BY "mail", "customer"."first_name"'
    )


def test_columns_of_a_join_may_be_named_once() -> None:
    query = "SELECT id, email FROM customer JOIN orders USING (id)"

    assert rewritten(query) == (
        f'SELECT "id", "customer"."email" FROM {C} AS "customer" JOIN {O} AS "orders" USING ("id")'
    )


def test_comments_and_hints_are_dropped() -> None:
    query = "SELECT /*+ SeqScan(customer) */ email -- to ada@example.org\nFROM customer /* all */"

    assert rewritten(query, "postgres") == (f'SELECT "customer"."email" FROM {C} AS "customer"')


def test_a_text_stays_a_text() -> None:
    assert rewritten("SELECT id FROM customer WHERE email = 'customer'' OR 1=1 --'") == (
        f'SELECT "customer"."id" FROM {C} AS "customer"'
        " WHERE \"customer\".\"email\" = 'customer'' OR 1=1 --'"
    )


# Views


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql", "duckdb", "spark"])
def test_a_query_on_the_views_passes_unchanged(dialect: str) -> None:
    once = rewritten(
        """
        WITH recent AS (SELECT id, customer_id FROM orders WHERE id > 3)
        SELECT c.*, count(*) AS bought FROM customer AS c
        JOIN recent AS r ON r.customer_id = c.id GROUP BY c.id ORDER BY bought DESC LIMIT 5
        """,
        dialect,
    )

    assert rewritten(once, dialect) == once


def test_a_view_of_the_shop_is_read_by_its_definition() -> None:
    views = {"adults": "CREATE VIEW adults AS SELECT id, email AS mail FROM customer WHERE id < 9"}

    assert rewritten("SELECT mail FROM adults AS a", views=views) == (
        'SELECT "a"."mail" FROM (SELECT "customer"."id", "customer"."email" AS "mail"'
        f' FROM {C} AS "customer" WHERE "customer"."id" < 9) AS "a"'
    )


def test_views_over_views_are_followed_to_the_tables() -> None:
    views = {
        "one": "CREATE VIEW one (a, b) AS SELECT id, email FROM customer",
        "two": "CREATE VIEW two AS SELECT b AS mail FROM one",
    }

    assert rewritten(
        "WITH one AS (SELECT 1 AS n) SELECT mail, n FROM two, one", "duckdb", views
    ) == (
        'WITH "one_" AS (SELECT 1 AS "n") SELECT "two"."mail", "one"."n" FROM'
        ' (SELECT "one"."b" AS "mail" FROM (SELECT "customer"."id" AS "a",'
        f' "customer"."email" AS "b" FROM {C} AS "customer") AS "one") AS "two", "one_" AS "one"'
    )
