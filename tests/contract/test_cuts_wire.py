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
    "an erasure of everything",
    "a copy",
)


def test_a_wire_that_is_cut_anywhere_in_an_answer(
    postgres: PostgresServer, counted: Counted
) -> None:
    """Half are cut in the answer to a COMMIT: what was done there only the ledger knows."""
    works, share = WORKS[: cases(quick=1, long=len(WORKS))], cases(quick=8, long=24)
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
