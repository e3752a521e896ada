"""The demo: the main job from an empty folder, on a small part of the transactions."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from placket.demo.run import MARKER

if TYPE_CHECKING:
    from pathlib import Path


def demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = "from placket.cli import main; main()"
    arguments = ("demo", "--no-serve", "--scale", "0.02", "--folder", str(folder), *options)
    return subprocess.run(
        [sys.executable, "-c", command, *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return the folder of a demo and what it found."""
    folder = tmp_path_factory.mktemp("demo")
    run = demo(folder, "--json")
    assert run.returncode == 0, run.stderr
    return folder, json.loads(run.stdout)


def test_the_demo_runs_the_main_job_to_its_end(made: tuple[Path, dict[str, Any]]) -> None:
    _, found = made

    assert found["policy"]["checked"] == "clean"
    assert found["policy"]["clauses"] == 90
    assert found["sync"]["facts"] > 10_000
    assert found["withdrawn"] == {"before": "permit", "after": "deny"}
    assert found["ledger"]["whole"] is True
    assert found["ledger"]["facts"] > found["sync"]["facts"]


def test_every_activity_is_counted_and_every_person_stands_in_one_row(
    made: tuple[Path, dict[str, Any]],
) -> None:
    _, found = made

    sums = [
        (row["permitted"] + sum(lost["persons"] for lost in row["lost"]), row["persons"])
        for row in found["eligible"]
    ]
    assert len(sums) > 50
    assert all(counted == known for counted, known in sums)
    assert any(row["permitted"] for row in found["eligible"] if row["channel"] == "email")


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "placket.db").write_text("a ledger of one's own", encoding="utf-8")

    run = demo(tmp_path)

    assert run.returncode == 3
    assert "holds something else than a demo" in run.stderr
    assert (tmp_path / "placket.db").read_text(encoding="utf-8") == "a ledger of one's own"
    assert not (tmp_path / MARKER).exists()


def test_an_unknown_example_is_told_in_one_sentence(tmp_path: Path) -> None:
    run = demo(tmp_path / "new", "--policy", "nobody")

    assert run.returncode == 2
    assert run.stderr == (
        "placket: there is no example policy `nobody`\n  mend: try `--policy justelegance`\n"
    )
