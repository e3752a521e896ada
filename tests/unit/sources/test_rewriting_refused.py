"""A query by hand that is refused: why, at which place, with what to write instead."""
# ruff: noqa: S608 - the SQL is looked at, and no value of anybody is pasted into it

from __future__ import annotations

import pytest

from placket.sources.rewriting import Refused
from placket.sources.rewriting.refusing import Refusal
from tests.unit.sources.asked import asked, reasons

NEWSLETTER = "`newsletter` (clause S-1)"
CANNOT_READ = "the text cannot be read as SQL from here on"
DIALECTS = ("sqlite", "postgres", "mysql", "duckdb", "spark")


# Columns


def test_a_column_that_the_activity_does_not_use_is_named_with_the_clause() -> None:
    assert asked("SELECT email,\n  born FROM customer") == Refused(
        refusals=(
            Refusal(
                sentence=f"`customer.born` holds `date_of_birth`, which {NEWSLETTER} does not use",
                mend="leave it out, or let a clause of the policy name the data",
                line=2,
                column=3,
            ),
        )
    )


@pytest.mark.parametrize(
    "query",
    [
        "SELECT c.born FROM customer c",
        "SELECT email FROM customer WHERE born < '2000-01-01'",
        "SELECT email FROM customer ORDER BY lower(born)",
        "SELECT count(*) FROM customer GROUP BY born",
        "SELECT email FROM customer JOIN orders ON born = recipient",
        "SELECT (SELECT born) FROM customer",
        "SELECT id AS born FROM customer WHERE born > 3",
        "SELECT sum(id) OVER (PARTITION BY born) FROM customer",
        "SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM customer WHERE born = recipient)",
        "WITH x AS (SELECT born FROM customer) SELECT * FROM x",
    ],
)
def test_it_is_refused_wherever_it_stands(query: str) -> None:
    assert reasons(query) == [
        f"`customer.born` holds `date_of_birth`, which {NEWSLETTER} does not use"
    ]


def test_a_withheld_column_is_never_taken_from_the_query_around() -> None:
    query = "SELECT total FROM orders WHERE EXISTS (SELECT 1 FROM orders AS o WHERE total > 3)"

    assert (
        reasons(query)
        == [f"`orders.total` holds `order_details`, which {NEWSLETTER} does not use"] * 2
    )


def test_a_column_of_which_the_catalogue_says_nothing_is_refused() -> None:
    assert reasons("SELECT segment FROM customer") == [
        "the catalogue gives `customer.segment` no category, so no clause covers it"
    ]


@pytest.mark.parametrize(
    ("dialect", "column"),
    [
        ("sqlite", "nothing"),
        ("sqlite", "rowid"),
        ("sqlite", "oid"),
        ("postgres", "ctid"),
        ("postgres", "xmin"),
        ("postgres", "customer"),
        ("duckdb", "rowid"),
    ],
)
def test_a_column_that_is_not_there_is_refused_hidden_ones_too(dialect: str, column: str) -> None:
    assert reasons(f"SELECT {column} FROM customer", dialect) == [
        f"`customer` has no column `{column}`"
    ]


def test_every_reason_is_told_in_the_order_of_the_query() -> None:
    assert reasons("SELECT born, segment, nothing FROM customer, product, secret") == [
        "`product` has no view: by the catalogue it holds no personal data",
        "the table `secret` is in no catalogue, so no clause covers it",
        f"`customer.born` holds `date_of_birth`, which {NEWSLETTER} does not use",
        "the catalogue gives `customer.segment` no category, so no clause covers it",
    ]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (
            "SELECT id FROM customer, orders",
            "`id` means more than one",
        ),
        (
            "SELECT lower(email) AS email FROM customer GROUP BY email",
            "`email` means more than one",
        ),
        (
            "SELECT email FROM customer c, orders c",
            "two tables have one name",
        ),
        (
            "SELECT email FROM customer x WHERE EXISTS (SELECT 1 FROM orders x WHERE email = 'a')",
            "`email` is of a table whose name another has nearer by",
        ),
        ("SELECT * FROM customer NATURAL JOIN orders", "a natural join compares whatever columns"),
        ("SELECT * FROM customer JOIN orders USING (id)", "a star stands beside `USING`"),
        ("SELECT email FROM customer JOIN visit USING (page)", "`visit` has no view for"),
        (
            "SELECT 1 FROM orders JOIN orders o USING (total)",
            "`orders.total` holds `order_details`",
        ),
        ("SELECT count(c.*) FROM customer c", "a star stands where one value should"),
        ("SELECT x.* FROM customer c", "the star is of no table of this query"),
        ("SELECT x.email FROM customer c", "no table here is called `x`"),
        ("SELECT c.a FROM customer AS c(a)", "columns of a table are named anew by their place"),
        ("SELECT a FROM (SELECT 1 AS a)", "a query in a FROM has no name"),
        ("SELECT email FROM (customer)", "a table stands in parentheses"),
        (
            "SELECT email FROM customer UNION SELECT recipient FROM orders ORDER BY lower(email)",
            "what is put together is ordered by more than a column of it",
        ),
        ("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a", "two CTEs have one name"),
    ],
)
def test_what_could_mean_something_else_on_the_views_is_refused(query: str, reason: str) -> None:
    assert reasons(query)[0].startswith(reason)


def test_a_cte_of_sqlite_that_is_read_within_itself_is_refused_as_sqlite_does() -> None:
    query = "WITH customer AS (SELECT email FROM customer) SELECT email FROM customer"

    assert reasons(query) == ["the CTE `customer` reads itself before it has rows"]


# Tables


@pytest.mark.parametrize(
    ("dialect", "table", "reason"),
    [
        ("sqlite", "secret", "the table `secret` is in no catalogue, so no clause covers it"),
        (
            "duckdb",
            "'/etc/passwd'",
            "the table of that name is in no catalogue, so no clause covers it",
        ),
        (
            "sqlite",
            "visit",
            (
                f"`visit` has no view for {NEWSLETTER}: it holds nothing that this uses,"
                " or its rows lead to no person here"
            ),
        ),
        ("sqlite", "product", "`product` has no view: by the catalogue it holds no personal data"),
        (
            "sqlite",
            "placket_standing_customer",
            f"`placket_standing_customer` is Placket's own, and no view of {NEWSLETTER}",
        ),
        (
            "sqlite",
            "placket_care_quality_customer",
            f"`placket_care_quality_customer` is Placket's own, and no view of {NEWSLETTER}",
        ),
        ("sqlite", "other.customer", "a table is named in a schema that is not the source's"),
        ("sqlite", "temp.customer", "a table is named in a schema that is not the source's"),
        (
            "postgres",
            '"Customer"',
            "the table of that name is in no catalogue, so no clause covers it",
        ),
        *(
            (dialect, table, "a table is the database's own")
            for dialect, table in [
                ("sqlite", "sqlite_master"),
                ("sqlite", "pragma_table_list"),
                ("postgres", "pg_class"),
                ("postgres", "pg_catalog.pg_stats"),
                ("postgres", "information_schema.columns"),
                ("mysql", "mysql.user"),
                ("mysql", "information_schema.tables"),
                ("duckdb", "duckdb_secrets"),
            ]
        ),
    ],
)
def test_a_table_without_a_view_is_refused(dialect: str, table: str, reason: str) -> None:
    assert reasons(f"SELECT 1 FROM {table}", dialect) == [reason]


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        (
            "CREATE VIEW v AS SELECT born FROM customer",
            (
                f"in the view `v`: `customer.born` holds `date_of_birth`, which {NEWSLETTER}"
                " does not use"
            ),
        ),
        (
            "CREATE VIEW v AS SELECT * FROM secret",
            "in the view `v`: the table `secret` is in no catalogue, so no clause covers it",
        ),
        (
            "CREATE VIEW v AS SELECT * FROM v",
            "in the view `v`: the view `v` is the shop's own, and what it reads cannot be followed",
        ),
        ("", "the view `v` is the shop's own, and what it reads cannot be followed"),
        (
            "CREATE VIEW v AS SELECT load_extension('x') FROM customer",
            "the view `v` is the shop's own, and what it reads cannot be followed",
        ),
        (
            "CREATE VIEW v (a) AS SELECT id, email FROM customer",
            "the columns of the view `v` cannot be named",
        ),
    ],
)
def test_a_view_of_the_shop_is_refused_for_what_it_reads(definition: str, reason: str) -> None:
    assert reasons("SELECT 1 FROM v", views={"v": definition}) == [reason]


# Functions and other parts


@pytest.mark.parametrize(
    ("dialect", "call"),
    [
        ("postgres", "pg_sleep(9)"),
        ("postgres", "pg_read_file('/etc/passwd')"),
        ("postgres", "dblink('host=example.org', 'SELECT 1')"),
        ("postgres", "query_to_xml('SELECT email FROM secret', true, true, '')"),
        ("postgres", "lo_import('/etc/passwd')"),
        ("postgres", "set_config('role', 'other', true)"),
        ("postgres", "nextval('customer_id_seq')"),
        ("postgres", "pg_stat_file('x')"),
        ("sqlite", "load_extension('x')"),
        ("sqlite", "readfile('/etc/passwd')"),
        ("sqlite", "randomblob(1000000000)"),
        ("mysql", "load_file('/etc/passwd')"),
        ("mysql", "sleep(9)"),
        ("mysql", "get_lock('x', 9)"),
        ("duckdb", "getenv('HOME')"),
        ("duckdb", "query_table('secret')"),
        ("spark", "java_method('java.lang.System', 'exit')"),
        ("spark", "reflect('java.lang.System', 'exit')"),
    ],
)
def test_a_function_that_is_not_known_to_be_harmless_is_refused(dialect: str, call: str) -> None:
    name = call.partition("(")[0]

    assert reasons(f"SELECT {call} FROM customer", dialect) == [
        f"the function `{name}` is not known to be harmless"
    ]


@pytest.mark.parametrize(
    ("dialect", "query"),
    [
        ("postgres", "SELECT evil.lower(email) FROM customer"),
        ("postgres", "SELECT pg_catalog.pg_sleep(1)"),
        ("postgres", "SELECT * FROM dblink('x', 'y') AS t(a int)"),
        ("postgres", "SELECT * FROM generate_series(1, 9)"),
        ("postgres", "SELECT * FROM pg_ls_dir('.')"),
        ("postgres", "SELECT 'customer'::regclass"),
        ("postgres", "SELECT email::citext FROM customer"),
        ("postgres", "SELECT email OPERATOR(evil.=) 'x' FROM customer"),
        ("postgres", "SELECT (c).email FROM customer c"),
        ("postgres", "SELECT email FROM customer WHERE id = $1"),
        ("postgres", "SELECT email FROM customer FOR UPDATE"),
        ("postgres", "SELECT email INTO copy FROM customer"),
        ("postgres", "WITH gone AS (DELETE FROM customer RETURNING *) SELECT * FROM gone"),
        ("postgres", "SELECT email FROM ONLY customer"),
        ("postgres", "SELECT email FROM customer TABLESAMPLE SYSTEM (1)"),
        ("postgres", "SELECT E'\\047 OR 1=1' FROM customer"),
        ("postgres", "SELECT '\\' FROM customer"),
        ("sqlite", "SELECT email FROM customer('x')"),
        ("sqlite", "SELECT email FROM customer INDEXED BY customer_email"),
        ("sqlite", "SELECT email FROM customer WHERE id IN orders"),
        ("sqlite", "SELECT email FROM customer WHERE id = ?"),
        ("sqlite", "SELECT email FROM customer WHERE id = :id"),
        ("mysql", "SELECT @@version"),
        ("mysql", "SELECT @x := email FROM customer"),
        ("mysql", "SELECT email FROM customer INTO OUTFILE '/srv/x'"),
        ("mysql", "SELECT email /*! , born */ FROM customer"),
        ("mysql", "SELECT email /*M!100100 , born */ FROM customer"),
        ("duckdb", "SELECT * FROM read_csv('/etc/passwd')"),
        ("duckdb", "SELECT * EXCLUDE (email) FROM customer"),
        ("duckdb", "SELECT COLUMNS('.*') FROM customer"),
        ("duckdb", "PIVOT customer ON email"),
        ("spark", "SELECT * FROM parquet.`/etc/passwd`"),
        ("spark", "SELECT TRANSFORM(email) USING 'cat' FROM customer"),
    ],
)
def test_a_part_that_is_not_known_to_be_harmless_is_refused(dialect: str, query: str) -> None:
    assert reasons(query, dialect) != []


# Statements


@pytest.mark.parametrize(
    "query",
    ["", " ;", "-- nothing", "SELECT", "SELEC email", "SELECT 'open", "SELECT )", "\0", "(" * 900],
)
def test_what_is_no_query_is_refused(query: str) -> None:
    for dialect in DIALECTS:
        assert reasons(query, dialect) != []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; DROP TABLE customer",
        "SELECT 1; SELECT 2",
        "PRAGMA table_info(customer)",
        "ATTACH 'x' AS y",
        "VACUUM",
        "SET role other",
        "EXPLAIN SELECT 1",
        "COPY customer TO '/srv/x'",
        "CALL x()",
        "BEGIN",
        "GRANT SELECT ON customer TO other",
        "DROP TABLE customer",
        "TRUNCATE TABLE customer",
        "ALTER TABLE customer ADD COLUMN x INT",
        "VALUES (1, 2)",
        "DESCRIBE customer",
        "EXECUTE x",
        "LOAD x",
    ],
)
def test_only_one_statement_that_reads_is_taken(query: str) -> None:
    for dialect in DIALECTS:
        assert reasons(query, dialect) != []


def test_a_text_that_is_no_sql_is_refused_at_its_place() -> None:
    found = asked("SELECT email\nFROM customer WHERE )")

    assert found == Refused(
        refusals=(
            Refusal(
                sentence=CANNOT_READ,
                mend="write one query that starts with `SELECT` or `WITH`",
                line=2,
                column=21,
            ),
        )
    )


@pytest.mark.parametrize(
    "query",
    [
        'SELECT id FROM customer WHERE email = "ada@example.org"',
        'SELECT id FROM customer WHERE first_name = "ada"',
        "SELECT nothing FROM customer WHERE email = 'ada'",
        "SELECT pg_sleep('ada') FROM customer",
        "SELECT id FROM customer WHERE email = 'ada' AND )",
        'SELECT id FROM "ada"',
        "SELECT 'ada' 'ada' FROM",
    ],
)
def test_no_refusal_repeats_a_value(query: str, capfd: pytest.CaptureFixture[str]) -> None:
    for dialect in DIALECTS:
        found = asked(query, dialect)

        assert "ada" not in repr(found if isinstance(found, Refused) else "")
    assert capfd.readouterr() == ("", "")


def test_a_star_beside_no_table_asks_for_nothing() -> None:
    found = asked("SELECT * UNION SELECT 1", "sqlite")

    assert isinstance(found, Refused)
    assert "the query asks for nothing" in [each.sentence for each in found.refusals]
