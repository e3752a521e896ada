"""The whole way with shop, ledger and keyring in PostgreSQL."""

from pathlib import Path

import psycopg
import pytest

from tests.acceptance.cli.conftest import SHOP, run_placket
from tests.servers import PostgresServer

ADA = "email:ada@example.org"


@pytest.fixture
def shop(postgres_database: str) -> str:
    with psycopg.connect(postgres_database) as connection:
        connection.execute(SHOP.encode())
    return postgres_database


def test_from_a_schema_to_a_list_and_a_view(
    shop: str, postgres: PostgresServer, tmp_path: Path
) -> None:
    with postgres.database(prefix="ledger") as ledger, postgres.database(prefix="keys") as keys:
        made = run_placket(
            tmp_path, "init", "--source", shop, "--ledger", ledger, "--keyring", keys, "--json"
        )
        runs = [
            made,
            run_placket(tmp_path, "policy", "publish", "policy.md"),
            run_placket(tmp_path, "catalogue", "check"),
            run_placket(tmp_path, "sync", "--source", "shop"),
            run_placket(tmp_path, "view", "newsletter", "--source", "shop", "--apply"),
            run_placket(
                tmp_path, "fact", "add", "consent_given", "--subject", ADA,
                "--what", "newsletter", "--wording", "newsletter-1",
            ),
            run_placket(tmp_path, "decide", "newsletter", "--subject", ADA),
            run_placket(tmp_path, "key", "rotate"),
            run_placket(tmp_path, "audit", "verify", "--standing"),
        ]  # fmt: skip
        counted = run_placket(tmp_path, "eligible", "newsletter", "--count")
        why = run_placket(tmp_path, "eligible", "newsletter", "--why", "--json").plain
        with psycopg.connect(shop) as connection:
            rows = connection.execute("SELECT * FROM placket_newsletter_customer").fetchall()

    assert [(done.code, done.err) for done in runs] == [(0, "")] * len(runs)
    assert made.plain["made"] == ["placket.toml", "placket.key", "catalogue.yaml", "policy.md"]
    assert counted.out == "1\n"
    assert (why["permitted"], why["persons"]) == (1, 4)
    assert rows == [(1, "ada@example.org", "Ada")]


def test_a_ledger_that_does_not_answer_says_so(tmp_path: Path) -> None:
    (tmp_path / "placket.toml").write_text(
        'ledger = "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2"\n'
    )

    done = run_placket(tmp_path, "audit", "verify")

    assert done.code == 4
    assert done.err.endswith("  mend: see that its database runs, try again\n")
