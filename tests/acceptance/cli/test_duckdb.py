"""The whole way beside a shop in DuckDB: drafted, synced, asked, viewed and kept fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.acceptance.cli.conftest import SHOP, run_placket

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "duckdb:///shop.duckdb"
ADA = "email:ada@example.org"
NEWS = ("--what", "newsletter")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute(SHOP)
    return tmp_path


def newsletter(folder: Path) -> list[tuple[object, ...]]:
    """Return what whoever opens the file reads in the view."""
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        return connection.execute("SELECT * FROM placket_newsletter_customer").fetchall()


def test_from_a_schema_to_a_list_and_a_view(folder: Path) -> None:
    runs = [
        run_placket(folder, *words)
        for words in (
            ("init", "--source", SOURCE),
            ("policy", "publish", "policy.md"),
            ("sync", "--source", "shop"),
            ("fact", "add", "consent_given", "--subject", ADA, *NEWS, "--wording", "newsletter-1"),
            ("view", "newsletter", "--source", "shop", "--apply"),
        )
    ]
    counted = run_placket(folder, "eligible", "newsletter", "--count")
    given = newsletter(folder)
    runs.append(run_placket(folder, "fact", "add", "consent_withdrawn", "--subject", ADA, *NEWS))

    assert [(done.code, done.err) for done in runs] == [(0, "")] * len(runs)
    assert counted.out == "1\n"
    assert given == [(1, "ada@example.org", "Ada")]
    assert newsletter(folder) == []
