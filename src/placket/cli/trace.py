"""`placket trace`: each clause with its rule, its test and how the test last ended."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from placket.cli.check import load_file
from placket.cli.outcome import DONE, PROBLEMS, Ended, write_json
from placket.policy.trace import Traced, trace
from placket.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS: Final = Path(".placket") / "last-run.json"
"""Where the test run leaves `{node id: "passed" | "failed"}`, from the folder of the tests."""


@click.command("trace")
@click.argument("policy", type=click.Path(path_type=Path), required=False)
@click.option(
    "--tests",
    type=click.Path(path_type=Path),
    default=Path("tests"),
    help="The folder of the tests; default `tests` here.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def command(policy: Path | None, tests: Path, *, as_json: bool) -> int:
    """Show each clause of POLICY with its rule, its test and the last result.

    Without POLICY it is the one that the settings here name, else `policy.md`.
    Exit code 1 when a clause has no rule.
    """
    policy = policy or read_settings().policy_file
    loaded = load_file(policy)
    if loaded.document is None:
        raise Ended("the policy does not read", f"placket check {policy}", code=PROBLEMS)
    rows = trace(loaded.document, dict(tests_by_clause(tests)), _results(tests))
    if as_json:
        write_json([{**_plain(row), "reading": row.reading} for row in rows])
    else:
        _show(rows)
    return PROBLEMS if any(not row.rules for row in rows) else DONE


def _plain(row: Traced) -> dict[str, object]:
    return {name: getattr(row, name) for name in Traced.__slots__}


def tests_by_clause(folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each clause id with the node ids of the tests marked `@pytest.mark.clause(id)`."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.rglob("test_*.py")) if folder.is_dir() else ():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        name = (Path(folder.name) / file.relative_to(folder)).as_posix()
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for clause in _marks(node):
                    found.setdefault(clause, []).append(f"{name}::{node.name}")
    yield from ((clause, tuple(ids)) for clause, ids in found.items())


def _marks(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        match mark:
            case ast.Call(func=ast.Attribute(attr="clause"), args=args):
                yield from (str(a.value) for a in args if isinstance(a, ast.Constant))
            case _:
                pass


def _results(tests: Path) -> dict[str, str]:
    file = tests.resolve().parent / RESULTS
    if not file.exists():
        return {}
    results: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return results


def _show(rows: tuple[Traced, ...]) -> None:
    for row in rows:
        word = ", ".join(row.standing)
        click.echo(f"{click.style(row.clause, bold=True)}  {row.title}")
        for rule in row.rules:
            click.echo(f"    {rule}")
        tests = f"{len(row.tests)} test{'s' if len(row.tests) != 1 else ''}: {row.result}"
        shown = tests if row.tests else row.result
        click.echo(f"    {word or 'said'}; {row.reading}; {shown}")
    click.echo(_line(rows))


def _line(rows: tuple[Traced, ...]) -> str:
    ruled = sum(bool(row.rules) for row in rows)
    running = sum(row.runs for row in rows)
    tested = sum(bool(row.tests) for row in rows)
    return (
        f"{len(rows)} clauses: {ruled} with a rule, {running} of them running, "
        f"{tested} with a test; {sum(row.result == 'passed' for row in rows)} passed last time"
    )
