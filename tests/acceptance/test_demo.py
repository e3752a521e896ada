"""The demo: the main job from an empty folder, on a small part of the transactions."""

from __future__ import annotations

import json
import re
import socket
from typing import TYPE_CHECKING, Any

import pytest

from placket.demo.examples import DEFAULT, example_names
from placket.demo.run import MARKER
from tests.forked import run_forked

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

OTHERS = tuple(name for name in example_names() if name != DEFAULT)


def placket(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run_forked("placket.cli:main", *arguments)


def demo(folder: Path, *options: str, scale: float = 0.01) -> subprocess.CompletedProcess[str]:
    return placket("demo", "--no-serve", "--scale", str(scale), "--folder", str(folder), *options)


def found_by(folder: Path, *options: str, scale: float = 0.01) -> dict[str, Any]:
    run = demo(folder, "--json", *options, scale=scale)
    assert run.returncode == 0, run.stderr
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a demo found."""
    return found_by(tmp_path_factory.mktemp("demo"))


def test_the_demo_runs_the_main_job_to_its_end(found: dict[str, Any]) -> None:
    assert found["policy"]["checked"] == "clean"
    assert found["policy"]["clauses"] == 283
    assert found["sync"]["facts"] > 5_000
    assert found["withdrawn"] == {"before": "permit", "after": "deny"}
    assert found["ledger"]["whole"] is True
    assert found["ledger"]["facts"] > found["sync"]["facts"]


def test_a_request_of_each_right_is_answered_and_the_books_stay(found: dict[str, Any]) -> None:
    assert found["requests"] == dict.fromkeys(
        (
            "access",
            "portability",
            "rectification",
            "erasure",
            "restriction",
            "objection",
            "withdraw_consent",
            "human_review",
            "complaint",
        ),
        "fulfilled",
    )
    assert found["certificate"] == "fulfilled"
    assert found["books"]["after"] == found["books"]["before"]
    assert all(found["books"]["before"].values())


def test_the_text_as_published_has_problems_of_every_family(found: dict[str, Any]) -> None:
    assert set(found["published"]) == {
        "contradiction",
        "missing",
        "open-ended",
        "dangling",
        "legal risk",
    }


def test_every_activity_is_counted_and_every_person_stands_in_one_row(
    found: dict[str, Any],
) -> None:
    sums = [
        (row["permitted"] + sum(lost["persons"] for lost in row["lost"]), row["persons"])
        for row in found["eligible"]
    ]
    assert len(sums) > 150
    assert all(counted == known for counted, known in sums)


@pytest.mark.parametrize("channel", ["email", "phone", "push"])
def test_somebody_may_be_addressed_on_each_channel(found: dict[str, Any], channel: str) -> None:
    assert any(row["permitted"] for row in found["eligible"] if row["channel"] == channel)


def test_the_terminal_is_told_a_step_at_a_time_in_80_columns(tmp_path: Path) -> None:
    run = demo(tmp_path, scale=0.004)

    assert run.returncode == 0, run.stderr
    lines = run.stdout.split("\n")
    titles = [found[1] for line in lines if (found := re.fullmatch(r"\d+  (\S.*)", line))]
    assert titles == [
        "A privacy policy as it was published, judged",
        "The policy that runs: clauses beside their rules",
        "A shop: real transactions, invented persons",
        "The shop's rows become facts, once each",
        "Who may be addressed today, and why not the others",
        "One person, one act: the decision and all its reasons",
        "A purpose view on the shop's own database",
        "The person unsubscribes: the decision flips, the row leaves the view",
        "A request of each right: asked, proven, planned, approved, answered",
        "An erasure: the plan that a manager approved, and the letter",
        "The shop read again without the catalogue, and the certificate",
        "The ledger, recomputed from its bytes",
    ]
    assert max(map(len, lines)) <= 80
    for word in ("said", "inferred", "added", "narrowed"):
        assert any(line.startswith(f"    -> {word}") for line in lines), word


@pytest.mark.parametrize("name", OTHERS)
def test_the_shop_runs_under_each_of_the_other_policies(name: str, tmp_path: Path) -> None:
    found = found_by(tmp_path, "--policy", name, scale=0.004)

    assert found["policy"]["checked"] == "clean"
    assert found["withdrawn"] == {"before": "permit", "after": "deny"}
    assert set(found["requests"].values()) == {"fulfilled"}
    assert found["books"]["after"] == found["books"]["before"]
    assert found["ledger"]["whole"] is True


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
        "placket: there is no example policy `nobody`\n"
        f"  mend: name one of {', '.join(example_names())}\n"
    )


def test_a_taken_port_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        run = placket("demo", "--folder", str(tmp_path / "new"), "--port", port)

    assert run.returncode == 4
    assert run.stderr == (
        f"placket: cannot listen on 127.0.0.1, port {port}: address already in use\n"
        "  mend: name another with `--port`; port 0 takes a free one\n"
    )
    assert not (tmp_path / "new").exists()
