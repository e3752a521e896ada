"""A statement that writes is refused, and what it reads is followed in the same pass."""
# ruff: noqa: S608 - the SQL is compared, and no value of anybody is pasted into it

from __future__ import annotations

import pytest

from placket.sources.rewriting import Refused
from tests.unit.sources.asked import asked, reasons

UNKNOWN = (
    "the table `segment` is in no catalogue: what is copied there no clause covers"
    " and no erasure reaches"
)
CATALOGUED = "the table `customer` is in the catalogue: a query never changes its rows"
C = '"placket_newsletter_customer"'


@pytest.mark.parametrize(
    ("query", "reads"),
    [
        (
            "UPDATE segment SET mail = c.email FROM customer c WHERE c.id = segment.id",
            (
                f'UPDATE "segment" SET "mail" = "c"."email" FROM {C} AS "c"'
                ' WHERE "c"."id" = "segment"."id"'
            ),
        ),
        (
            "INSERT INTO segment (mail) SELECT email FROM customer",
            f'INSERT INTO "segment" ("mail") SELECT "customer"."email" FROM {C} AS "customer"',
        ),
        (
            "CREATE TABLE segment AS SELECT email FROM customer",
            f'CREATE TABLE "segment" AS SELECT "customer"."email" FROM {C} AS "customer"',
        ),
        (
            "DELETE FROM segment USING customer c WHERE c.id = segment.id",
            f'DELETE FROM "segment" USING {C} AS "c" WHERE "c"."id" = "segment"."id"',
        ),
        (
            (
                "MERGE INTO segment s USING customer c ON c.id = s.id"
                " WHEN NOT MATCHED THEN INSERT (mail) VALUES (c.email)"
            ),
            (
                f'MERGE INTO "segment" AS "s" USING {C} AS "c" ON "c"."id" = "s"."id"'
                ' WHEN NOT MATCHED THEN INSERT ("mail") VALUES ("c"."email")'
            ),
        ),
        (
            (
                "WITH customer AS (SELECT id FROM customer)"
                " UPDATE segment SET n = 1 FROM customer WHERE customer.id = segment.id"
            ),
            (
                f'WITH "customer_" AS (SELECT "customer"."id" FROM {C} AS "customer")'
                ' UPDATE "segment" SET "n" = 1 FROM "customer_" AS "customer"'
                ' WHERE "customer"."id" = "segment"."id"'
            ),
        ),
    ],
)
def test_a_copy_that_no_clause_covers_is_refused_and_its_reads_are_shown(
    query: str, reads: str
) -> None:
    found = asked(query, "postgres")

    assert isinstance(found, Refused)
    assert [refusal.sentence for refusal in found.refusals] == [UNKNOWN]
    assert found.reads == reads


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE customer SET email = 'x'",
        "UPDATE customer SET email = o.recipient FROM orders o WHERE o.customer_id = customer.id",
        "INSERT INTO customer (email) VALUES ('x')",
        "DELETE FROM customer",
        "MERGE INTO customer USING orders o ON TRUE WHEN MATCHED THEN DELETE",
        "CREATE TABLE customer (id int)",
    ],
)
def test_the_rows_of_the_shop_are_changed_by_plans_alone(query: str) -> None:
    assert reasons(query, "postgres") == [CATALOGUED]


def test_the_tables_of_placket_are_written_by_nobody() -> None:
    assert reasons("UPDATE placket_replica SET good_until = 0") == [
        "the table `placket_replica` is Placket's own: a query never changes its rows"
    ]


@pytest.mark.parametrize(
    ("query", "others"),
    [
        (
            "UPDATE segment SET n = s.id FROM secret s",
            ["the table `secret` is in no catalogue, so no clause covers it"],
        ),
        (
            "INSERT INTO segment SELECT segment FROM customer",
            ["the catalogue gives `customer.segment` no category, so no clause covers it"],
        ),
        (
            "UPDATE segment SET n = (SELECT count(*) FROM secret)",
            ["the table `secret` is in no catalogue, so no clause covers it"],
        ),
        (
            "UPDATE segment SET n = pg_read_file('x')",
            ["the function `pg_read_file` is not known to be harmless"],
        ),
        (
            "DELETE FROM segment WHERE id IN (SELECT id FROM customer WHERE segment = 3)",
            ["the catalogue gives `customer.segment` no category, so no clause covers it"],
        ),
    ],
)
def test_what_it_may_not_read_is_told_beside(query: str, others: list[str]) -> None:
    found = asked(query, "postgres")

    assert isinstance(found, Refused)
    assert [refusal.sentence for refusal in found.refusals] == [UNKNOWN, *others]
    assert found.reads == ""
