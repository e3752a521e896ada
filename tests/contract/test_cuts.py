"""Whatever writes, cut anywhere and done again, ends as if nothing had cut it."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.contract.cut_runs import ALL
from tests.contract.cut_works import WORKS
from tests.forked import run_forked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.counted import Counted
    from tests.servers import PostgresServer

    Shares = Mapping[str, Mapping[str, int]]

ROOT: Final = Path(__file__).parents[2]
NAMED: Final = re.compile(r"\bpoint\(f?\"([^\"]+)\"\)")
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a file that is cut over needs no disk
SEED: Final = 20_261_124

DEAR: Final = frozenset(
    {
        "a policy published",
        "views",
        "an erasure that keeps the books",
        "an erasure of everything",
        "a copy",
    }
)
"""Work that takes several times as long as any other to do: a share of it is cut."""

IN_FILES: Final = {"statement": ALL, "point": ALL, "pair": 40}
IN_FILES_DEAR: Final = {"statement": 75, "point": ALL, "pair": 30}
ON_SERVER: Final = {"statement": 40, "point": ALL, "pair": 12}
ON_SERVER_DEAR: Final = {"statement": 15, "point": 0, "pair": 6}
"""On a server, where a cut takes three times as long; each point is, by its name."""


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


def cut(folder: Path, server: str, shares: Shares, *, is_naming: bool = False) -> Any:
    asked = {"folder": str(folder), "server": server, "seed": SEED}
    asked |= {"shares": shares, "is_naming": is_naming}
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
    few = {"statement": 2, "point": 1, "pair": 1}

    told = cut(folder, "", {"a person erased": few})

    tell(told["cuts"], counted)
    assert told["cuts"]["statement"] == 2


def test_a_seeded_few_of_all_cuts_on_a_server(
    folder: Path, postgres: PostgresServer, counted: Counted
) -> None:
    few = {"statement": 1, "point": 0, "pair": 0}

    told = cut(folder, postgres.url, {"a person erased": few})

    tell(told["cuts"], counted)
    assert told["cuts"]["statement"] == 1


@pytest.mark.long
def test_all_that_writes_is_cut_at_statements_and_points_and_once_more(
    folder: Path, server: str, counted: Counted
) -> None:
    cheap, dear = (ON_SERVER, ON_SERVER_DEAR) if server else (IN_FILES, IN_FILES_DEAR)
    shares = {name: dear if name in DEAR else cheap for name in WORKS}

    told = cut(folder, server, shares, is_naming=True)

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
