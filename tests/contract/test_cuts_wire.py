"""A connection that is cut anywhere in an answer: nothing is lost, and nothing done twice."""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING

from tests.contract.cut_wire_runs import ONE_GATE
from tests.contract.test_cuts import MEMORY, SEED
from tests.forked import run_forked
from tests.property.counts import cases

if TYPE_CHECKING:
    from pathlib import Path

    from tests.counted import Counted
    from tests.servers import PostgresServer

WORKS = (
    ONE_GATE,
    "a policy published",
    "a person erased",
    "keys renewed and wrapped anew",
    "records under a lease",
    "a first sync",
    "views",
    "a copy",
    "an erasure that keeps the books",
    "an erasure of everything",
)


def test_a_wire_that_is_cut_anywhere_in_an_answer(
    postgres: PostgresServer, counted: Counted
) -> None:
    """Half are cut in the answer to a COMMIT: what was done there only the ledger knows."""
    works, share = WORKS[: cases(quick=1, long=len(WORKS))], cases(quick=2, long=26)
    at = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="placket_wire_", dir=at) as name:
        asked = {"folder": name, "server": postgres.url, "share": share, "seed": SEED}
        told = run_forked(
            "tests.contract.cut_wire_runs:program", json.dumps({**asked, "works": works})
        )

    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    counted("connections cut", found["cuts"])
    assert found["wrong"] == [], told.stderr
    assert found["cuts"] > share * len(works) * 0.9


def test_a_wire_that_is_cut_while_a_keyring_is_opened_is_told(
    postgres_database: str, tmp_path: Path
) -> None:
    """At every hundredth byte or so; before, the driver's own error came up after the greeting."""
    opened = run_forked(
        "tests.contract.cut_wire_looks:opened", postgres_database, str(tmp_path / "wrapping.key")
    )

    assert opened.returncode == 0, opened.stderr
    found = json.loads(opened.stdout)
    assert found == ["KeyringUnusable"] * len(found)
    assert len(found) > 8


def test_a_wire_that_is_cut_while_views_are_looked_for_is_no_shop_without_them(
    postgres_database: str,
) -> None:
    """In the answer that there are none; before, what was cut there was taken for it."""
    looked = run_forked("tests.contract.cut_wire_looks:looked", postgres_database)

    assert looked.returncode == 0, looked.stderr
    found = json.loads(looked.stdout)
    assert found == ["SourceUnreachable"] * 5
