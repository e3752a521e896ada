"""Whatever writes, cut anywhere and done again, ends as if nothing had cut it."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.forked import run_forked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.counted import Counted
    from tests.servers import PostgresServer

ROOT: Final = Path(__file__).parents[2]
NAMED: Final = re.compile(r"\bpoint\(f?\"([^\"]+)\"\)")
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a file that is cut over needs no disk
ALL: Final = -1
SEED: Final = 20_261_124


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder in memory where there is such a place."""
    at = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="placket_cut_", dir=at) as name:
        yield Path(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> str:
    """Return the URL of the server's own database; empty for files."""
    if request.param == "sqlite":
        return ""
    started: PostgresServer = request.getfixturevalue("postgres")
    return started.url


def cut(folder: Path, server: str, share: Mapping[str, int], works: Sequence[str] = ()) -> Any:
    asked = {"folder": str(folder), "server": server, "share": share, "seed": SEED, "works": works}
    ended = run_forked("tests.contract.cut_runs:program", json.dumps(asked))
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["wrong"] == [], ended.stderr
    return told


def named_points() -> list[str]:
    """Return the names of all points in the product, as patterns."""
    files = sorted((ROOT / "src").rglob("*.py"))
    found = {name for file in files for name in NAMED.findall(file.read_text(encoding="utf-8"))}
    return sorted(re.sub(r"\\{.*?\\}", ".+", re.escape(name)) for name in found)


def test_a_seeded_few_of_all_cuts(folder: Path, counted: Counted) -> None:
    works = (
        "facts told",
        "a person erased",
        "keys renewed and wrapped anew",
        "records under a lease",
        "a first sync",
        "an installation made",
    )

    told = cut(folder, "", {"statement": 4, "point": 1, "pair": 1}, works)

    tell(told["cuts"], counted)
    assert told["cuts"]["statement"] == 4 * len(works)


def test_a_seeded_few_of_all_cuts_on_a_server(
    folder: Path, postgres: PostgresServer, counted: Counted
) -> None:
    told = cut(folder, postgres.url, {"statement": 3, "point": 0, "pair": 2}, ["a person erased"])

    tell(told["cuts"], counted)
    assert told["cuts"]["statement"] == 3


@pytest.mark.long
def test_all_that_writes_is_cut_at_statements_and_points_and_once_more(
    folder: Path, server: str, counted: Counted
) -> None:
    each = {"statement": 45, "pair": 14} if server else {"statement": 75, "pair": 26}

    told = cut(folder, server, {**each, "point": ALL})

    tell(told["cuts"], counted)
    passed = told["points"]
    assert [
        name for name in named_points() if not any(map(re.compile(name).fullmatch, passed))
    ] == []


def tell(cuts: Mapping[str, int], counted: Counted) -> None:
    found = Counter(cuts)
    counted("SQL statements cut", found["statement"])
    counted("logical points cut", found["point"])
    counted("cuts in a recovery", found["pair"])
