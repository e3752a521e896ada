"""Clause to rule to test: every clause of Just Elegance is traced, and what waits is named."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from placket.cli.trace import tests_by_clause as marked_tests
from placket.policy.parse import parse
from placket.policy.trace import trace
from tests.forked import run_forked
from tests.last_run import LastRun

if TYPE_CHECKING:
    import subprocess

    from placket.policy.trace import Traced

ROOT = Path(__file__).parents[2]
POLICIES = ROOT / "policies"
POLICY = POLICIES / "justelegance"
CLAUSES = ROOT / "policies" / "clauses.jsonl"

COLLECTION = ("collection",)
NOTICES = ("notices",)
CONTENT = ("the content of messages",)
MEASURES = ("security measures",)
WAITING: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("JE-001", "JE-002", "JE-003", "JE-004"), COLLECTION),
    **dict.fromkeys(("JE-005", "JE-006"), COLLECTION + MEASURES),
    **dict.fromkeys(("JE-009", "JE-010", "JE-013", "JE-014", "JE-019"), COLLECTION),
    "JE-042": NOTICES,
    "JE-043": CONTENT,
    "JE-067": NOTICES,
    "JE-082": CONTENT,
    "JE-084": MEASURES,
    **dict.fromkeys(("JE-086", "JE-087"), NOTICES),
}
"""The clauses that nothing enforces yet, each with the parts that will."""

TRACED = """---
retailer: The Corner Shop
version: '1'
effective: '2026-01-31'
language: en
time_zone: UTC
accounting_year_ends: 31 December
---

# Notice

### Letters {#EX-1}

We answer letters.

```placket
notice: letters
shows: [where to write]
```

### Calls {#EX-2}

We answer calls.

```placket
retain: call_recording
for: 6 months from call.ended
```

### Words {#EX-3}

We are kind.
"""
MARKED = """
import pytest


@pytest.mark.clause("EX-1", "EX-2")
def test_both():
    pass


@pytest.mark.clause("EX-2")
def test_calls():
    pass
"""


def listed(seed: str = "") -> list[str]:
    """Return the ids of the listed clauses in order, of one retailer's text or of all."""
    rows = map(json.loads, CLAUSES.read_text(encoding="utf-8").splitlines())
    return [row["id"] for row in rows if not seed or row["seed"] == f"{seed}.txt"]


def placket(*words: object, at: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return run_forked("placket.cli:main", *map(str, words), cwd=at)


@pytest.fixture(scope="module")
def traced() -> tuple[Traced, ...]:
    document = parse((POLICY / "policy.md").read_text(encoding="utf-8")).document
    assert document is not None
    return trace(document, dict(marked_tests(ROOT / "tests")), {})


@pytest.fixture(scope="module")
def every_policy() -> dict[str, tuple[Traced, ...]]:
    """Return the trace of each of the five policies, by the name of its folder."""
    marked = dict(marked_tests(ROOT / "tests"))
    found = {}
    for file in sorted(POLICIES.glob("*/policy.md")):
        document = parse(file.read_text(encoding="utf-8")).document
        assert document is not None
        found[file.parent.name] = trace(document, marked, {})
    return found


def test_every_listed_clause_is_traced(every_policy: dict[str, tuple[Traced, ...]]) -> None:
    ids = {
        name: sorted(row.clause for row in rows if row.clause in listed())
        for name, rows in every_policy.items()
    }

    assert sum(map(len, ids.values())) == 545
    assert ids == {name: sorted(listed(name)) for name in every_policy}


def test_no_clause_is_without_a_rule(every_policy: dict[str, tuple[Traced, ...]]) -> None:
    rows = [row for traced in every_policy.values() for row in traced]

    assert [row.clause for row in rows if not row.rules] == []


def test_no_clause_whose_activity_is_built_is_without_a_test(
    every_policy: dict[str, tuple[Traced, ...]],
) -> None:
    rows = [row for traced in every_policy.values() for row in traced]

    assert [row.clause for row in rows if row.runs and not row.tests] == []


def test_a_clause_that_is_not_built_yet_is_listed_as_such(
    every_policy: dict[str, tuple[Traced, ...]],
) -> None:
    rows = [row for traced in every_policy.values() for row in traced]

    assert [row.clause for row in rows if not row.runs and not row.later] == []


def test_every_clause_of_just_elegance_has_a_test(traced: tuple[Traced, ...]) -> None:
    assert [row.clause for row in traced if not row.tests] == []


def test_a_clause_that_nothing_enforces_yet_names_what_will(traced: tuple[Traced, ...]) -> None:
    assert {row.clause: row.later for row in traced if not row.runs} == WAITING
    assert {row.reading for row in traced if not row.runs} == {
        f"comes later: {', '.join(parts)}" for parts in WAITING.values()
    }


def test_a_narrowed_clause_that_runs_is_true_as_far_as_the_law_allows(
    traced: tuple[Traced, ...],
) -> None:
    (row,) = (row for row in traced if row.clause == "JE-077")

    assert (row.runs, row.later) == (True, ())
    assert row.reading == "true as far as the law allows"


def test_every_right_is_carried_out(every_policy: dict[str, tuple[Traced, ...]]) -> None:
    rows = [row for traced in every_policy.values() for row in traced]

    assert not [row.clause for row in rows if {"requests", "hand-over"} & set(row.later)]


def test_a_clause_that_runs_in_part_names_the_rest(traced: tuple[Traced, ...]) -> None:
    assert {row.clause: row.later for row in traced if row.runs and row.later} == {
        **dict.fromkeys(("JE-007", "JE-008", "JE-011", "JE-015", "JE-016"), COLLECTION),
        "JE-012": COLLECTION + NOTICES,
        "JE-017": COLLECTION,
        "JE-018": NOTICES,
        "JE-037": COLLECTION,
        "JE-051": COLLECTION,
        "JE-060": NOTICES,
        "JE-061": COLLECTION + MEASURES,
        "JE-066": NOTICES,
        "JE-080": CONTENT,
        "JE-081": CONTENT,
        "JE-083": NOTICES,
        "JE-089": NOTICES,
    }


def test_the_reading_of_what_runs_in_part_tells_what_waits(traced: tuple[Traced, ...]) -> None:
    reading = {row.clause: row.reading for row in traced}

    assert reading["JE-012"] == "runs; comes later: collection, notices"
    assert reading["JE-032"] == "runs"


def test_every_mark_names_a_clause_that_there_is() -> None:
    marked = {clause for clause, _ in marked_tests(ROOT / "tests")}
    # Beside the listed clauses a policy has some of its own, where its text says nothing.
    texts = [path.read_text(encoding="utf-8") for path in POLICIES.glob("*/policy.md")]
    written = {clause for text in texts for clause in re.findall(r"(?m)^#+ .*\{#(\S+)\}$", text)}

    assert marked - {*listed(), *written} == set()


def test_the_command_counts_what_runs_and_what_is_tested() -> None:
    done = placket("trace", POLICY)

    counted, _, passed = done.stdout.splitlines()[-1].partition("; ")
    assert (done.returncode, done.stderr) == (0, "")
    assert counted == (
        "89 clauses, and 1 of our own: 89 with a rule, 71 of them running, 89 with a test"
    )
    assert passed.endswith(" passed last time")


def test_the_command_counts_all_policies_together(tmp_path: Path) -> None:
    done = placket("trace", "policies", "--html", tmp_path / "trace.html")

    page = (tmp_path / "trace.html").read_text(encoding="utf-8")
    last = done.stdout.splitlines()[-1]
    assert (done.returncode, done.stderr) == (0, "")
    assert last.startswith("545 clauses, and 18 of our own: 545 with a rule, ")
    assert f"{last}." in page
    assert page.count('<tr role="row" id="') == 545 + 18
    assert "<script" not in page
    assert "http" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def written_under(folder: Path, results: dict[str, str]) -> list[Any]:
    """Return the trace of a small policy, its tests and what is kept of their last run."""
    (folder / "policy.md").write_text(TRACED, encoding="utf-8")
    (folder / "tests").mkdir()
    (folder / "tests" / "test_shop.py").write_text(MARKED, encoding="utf-8")
    (folder / ".placket").mkdir()
    (folder / ".placket" / "last-run.json").write_text(json.dumps(results), encoding="utf-8")
    done = placket("trace", "policy.md", "--json", at=folder)
    assert done.returncode == 1, done.stderr
    rows: list[Any] = json.loads(done.stdout)
    return [(row["clause"], row["reading"], row["result"]) for row in rows]


def test_a_clause_is_as_good_as_the_worst_of_its_tests(tmp_path: Path) -> None:
    both, calls = "tests/test_shop.py::test_both", "tests/test_shop.py::test_calls"

    assert written_under(tmp_path, {both: "passed", calls: "failed"}) == [
        ("EX-1", "comes later: notices", "passed"),
        ("EX-2", "runs", "failed"),
        ("EX-3", "no rule", "no test"),
    ]


def test_a_test_that_was_not_run_shows_nothing(tmp_path: Path) -> None:
    both = "tests/test_shop.py::test_both"

    assert written_under(tmp_path, {both: "passed"}) == [
        ("EX-1", "comes later: notices", "passed"),
        ("EX-2", "runs", "not run"),
        ("EX-3", "no rule", "no test"),
    ]


# How a run is kept


def report(test: str, outcome: Any, *, when: Any = "call", clause: bool = True) -> Any:
    keywords: dict[str, Literal[1]] = {"clause": 1} if clause else {}
    return pytest.TestReport(
        nodeid=test,
        location=(test, 0, test),
        keywords=keywords,
        outcome=outcome,
        longrepr=None,
        when=when,
    )


def kept(file: Path, *reports: pytest.TestReport) -> Any:
    """Return what stands in the file after a run that gave `reports`."""
    run = LastRun(file)
    for each in reports:
        run.pytest_runtest_logreport(each)
    run.pytest_sessionfinish()
    return json.loads(file.read_text(encoding="utf-8"))


def test_a_run_is_added_to_those_before_it(tmp_path: Path) -> None:
    file = tmp_path / ".placket" / "last-run.json"
    kept(file, report("t.py::test_a", "failed"), report("t.py::test_b", "passed"))

    after = kept(file, report("t.py::test_a", "passed"), report("t.py::test_c", "passed"))

    assert after == {"t.py::test_a": "passed", "t.py::test_b": "passed", "t.py::test_c": "passed"}
    assert [path.name for path in file.parent.iterdir()] == ["last-run.json"]


def test_a_test_with_cases_fails_with_any_of_them(tmp_path: Path) -> None:
    after = kept(
        tmp_path / ".placket" / "last-run.json",
        report("t.py::test_a[one]", "passed"),
        report("t.py::test_a[two]", "failed"),
        report("t.py::test_a[three]@group", "passed"),
    )

    assert after == {"t.py::test_a": "failed"}


def test_a_test_that_could_not_begin_has_failed_and_a_skipped_one_says_nothing(
    tmp_path: Path,
) -> None:
    after = kept(
        tmp_path / ".placket" / "last-run.json",
        report("t.py::test_a", "failed", when="setup"),
        report("t.py::test_b", "skipped"),
        report("t.py::test_c", "passed", clause=False),
        report("t.py::test_d", "passed"),
        report("t.py::test_d", "failed", when="teardown"),
    )

    assert after == {"t.py::test_a": "failed", "t.py::test_d": "failed"}


def test_a_known_fault_is_a_failure(tmp_path: Path) -> None:
    fault = report("t.py::test_a", "skipped")
    fault.wasxfail = "reason"

    after = kept(tmp_path / ".placket" / "last-run.json", fault)

    assert after == {"t.py::test_a": "failed"}


def test_a_folder_of_tests_that_is_not_there_is_told() -> None:
    run = placket("trace", POLICY, "--tests", "nowhere")

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "placket: nowhere is no folder\n  mend: name the folder of the tests\n"
