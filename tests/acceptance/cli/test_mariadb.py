"""The whole way beside a shop in MariaDB: drafted, synced, asked, viewed and kept fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from tests.acceptance.cli.conftest import SHOP, run_placket

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADA = "email:ada@example.org"
YES = ("--what", "newsletter", "--wording", "newsletter-1")


@pytest.fixture
def shop(mariadb_database: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(mariadb_database)
    # A text that is a key has a length there.
    statements = SHOP.replace("TEXT", "VARCHAR(190)").strip().split(";\n")
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


# Held quick, by the command, on DuckDB; what is MariaDB's own is held without it.
@pytest.mark.long
def test_from_a_schema_to_a_list_and_a_view(shop: sa.Engine, tmp_path: Path) -> None:
    url = shop.url.set(drivername="mariadb").render_as_string(hide_password=False)

    def newsletter() -> list[tuple[object, ...]]:
        with shop.connect() as connection:
            found = connection.exec_driver_sql("SELECT * FROM placket_newsletter_customer")
            return [tuple(row) for row in found]

    drafted = run_placket(tmp_path, "discover", url)
    runs = [
        run_placket(tmp_path, "init", "--source", url),
        run_placket(tmp_path, "policy", "publish", "policy.md"),
        run_placket(tmp_path, "catalogue", "check"),
        run_placket(tmp_path, "sync", "--source", "shop"),
        run_placket(tmp_path, "view", "newsletter", "--source", "shop", "--apply"),
        run_placket(tmp_path, "fact", "add", "consent_given", "--subject", ADA, *YES),
        run_placket(tmp_path, "decide", "newsletter", "--subject", ADA),
    ]
    counted = run_placket(tmp_path, "eligible", "newsletter", "--count")
    given = newsletter()
    with shop.begin() as connection:
        connection.exec_driver_sql("DELETE FROM orders")
        connection.exec_driver_sql("UPDATE customer SET first_name = 'Augusta' WHERE id = 1")
    runs.append(run_placket(tmp_path, "work", "--once"))
    kept = newsletter()
    runs.append(
        run_placket(
            tmp_path, "fact", "add", "consent_withdrawn", "--subject", ADA, "--what", "newsletter"
        )
    )

    assert (drafted.code, drafted.err) == (0, "")
    assert "customer" in drafted.out
    assert [(done.code, done.err) for done in runs] == [(0, "")] * len(runs)
    assert counted.out == "1\n"
    assert (given, kept) == ([(1, "ada@example.org", "Ada")], [(1, "ada@example.org", "Augusta")])
    assert newsletter() == []
