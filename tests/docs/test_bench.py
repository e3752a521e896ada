"""The benchmarks: each row of the table has one, and each runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bench import growth, view
from bench.ground import TINY, Ground
from bench.measure import LEAST, MISSED, MOST, REACHED, Row, Spread, Target
from bench.run import BENCHES, line_of, main

if TYPE_CHECKING:
    from tests.servers import PostgresServer

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "speed.md"
JOBS = {
    "decide with all reasons": "decide-memory",
    "decide with the read": "decide-read",
    "decide over HTTP": "decide-http",
    "count": "eligible",
    "all ids out": "eligible",
    "a fact, sealed": "facts-one",
    "batches of": "facts-batch",
    "`used` of": "passages",
    "the tree": "verify",
    "a policy tried": "diff",
    "a view's statements": "view",
    "every row of a view": "view",
    "a scan of": "scan",
    "access from request": "rights",
    "access requests": "rights",
    "erasure planned": "rights",
    "erasures": "rights",
    "one person with": "rights",
    "a purchase while": "rights",
}
"""How the rows of the table begin, and the benchmark of each."""


def spread(*samples: float) -> Spread:
    return Spread.of(samples, "µs")


@pytest.mark.parametrize("name", BENCHES)
def test_a_benchmark_runs(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    postgres: PostgresServer = request.getfixturevalue("postgres")
    mariadb = request.getfixturevalue("mariadb").url if name == view.NAME else ""
    ground = Ground(folder=tmp_path, size=TINY, server=postgres.url, mariadb=mariadb)

    rows = list(BENCHES[name](ground))

    assert rows != []
    assert {row.bench for row in rows} == {name}
    assert all(json.loads(json.dumps(row.as_json()))["job"] == row.job for row in rows)
    assert all(row.job in line_of(row) for row in rows)


def test_every_job_of_the_table_has_a_benchmark() -> None:
    # How a ledger grows has a page of its own.
    assert {*JOBS.values(), growth.NAME} == set(BENCHES)


@pytest.mark.parametrize("job", JOBS)
def test_the_page_has_a_row_for_every_job(job: str) -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]

    assert any(line.startswith(f"| {job}") for line in rows)


def test_a_spread_is_told_by_its_median_and_its_tenths() -> None:
    found = Spread.of(range(101), "ms", scale=2)

    assert (found.median, found.p10, found.p90, found.p99) == (100, 20, 180, 198)
    assert str(found) == "100 (20 to 180) ms"


def test_a_target_is_reached_or_missed_and_says_which() -> None:
    at_most = Target(sense=MOST, bound=3)
    share = Target(sense=LEAST, bound=0.8, is_ratio=True)

    verdicts = [
        Row(bench="b", job="j", measured=spread(3.0), target=at_most).verdict,
        Row(bench="b", job="j", measured=spread(3.1), target=at_most).verdict,
        Row(bench="b", job="j", measured=spread(8), floor=spread(10), target=share).verdict,
        Row(bench="b", job="j", measured=spread(7), floor=spread(10), target=share).verdict,
    ]

    assert verdicts == [REACHED, MISSED, REACHED, MISSED]


def test_an_unknown_benchmark_is_named_with_those_there_are() -> None:
    done = CliRunner().invoke(main, ["swiftness"])

    assert done.exit_code == 2
    assert f"no benchmark `swiftness`; there are {', '.join(BENCHES)}" in done.stderr
