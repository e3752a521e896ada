"""`placket trace`: each clause with its rule, its test and how the test last ended."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from placket.cli.check import load_file
from placket.cli.outcome import DONE, PROBLEMS, WRONG_USE, Ended, write_json
from placket.cli.written import write_out
from placket.policy.trace import Traced, trace
from placket.settings import policy_file, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LIST: Final = "clauses.jsonl"
"""Where the clauses of the policies' own texts are listed, in the folder that holds them."""

RESULTS: Final = Path(".placket") / "last-run.json"
"""Where the test run leaves `{node id: "passed" | "failed"}`, from the folder of the tests."""


@click.command("trace")
@click.argument("policies", type=click.Path(path_type=Path), nargs=-1, metavar="[POLICY]...")
@click.option(
    "--tests",
    type=click.Path(path_type=Path),
    help="The folder of the tests; default `tests` here.",
)
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page to a file too.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def command(
    policies: tuple[Path, ...], tests: Path | None, *, html: Path | None, as_json: bool
) -> int:
    """Show each clause of POLICY with its rule, its test and the last result.

    Of several policies, or a folder that holds some, all are shown and counted together.
    Without POLICY it is the one that the settings here name, else `policy.md`. Clauses that a
    list of the text's own beside the policies does not name are counted apart. Exit code 1
    when a clause has no rule.
    """
    named = policies or (read_settings().policy_file,)
    folder = _folder(tests)
    marked, results = dict(tests_by_clause(folder)), _results(folder)
    traces = [_traced(file, marked, results) for path in named for file in _files(path)]
    rows = [row for each in traces for row in each.rows]
    if as_json:
        write_json([{**_plain(row), "reading": row.reading} for row in rows])
    else:
        for each in traces:
            if len(traces) > 1:
                click.echo(click.style(each.retailer, bold=True, underline=True))
            _show(each.rows)
        click.echo(_line(traces))
    if html is not None:
        # Imported here: only who asks for a page waits for it.
        from placket.cli.traced import as_page  # noqa: PLC0415

        write_out(as_page(traces, _line(traces)), html)
    return PROBLEMS if any(not row.rules for row in rows) else DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedPolicy:
    """One policy traced. own: the ids of clauses that are not of the text, but ours."""

    retailer: str
    version: str
    rows: tuple[Traced, ...]
    own: frozenset[str]


def _files(path: Path) -> list[Path]:
    """Return the policy of a path; of a folder without one, those of its folders by name."""
    if path.is_dir() and not policy_file(path).exists():
        within = sorted(path.glob("*/policy.md"))
        if within:
            return within
    return [path]


def _traced(
    policy: Path, tests: Mapping[str, tuple[str, ...]], results: Mapping[str, str]
) -> TracedPolicy:
    document = load_file(policy).document
    if document is None:
        raise Ended(f"{policy} does not read", f"placket check {policy}", code=PROBLEMS)
    rows = trace(document, tests, results)
    listed = _listed(policy_file(policy))
    own = frozenset(row.clause for row in rows if listed and row.clause not in listed)
    front = document.front
    return TracedPolicy(retailer=front.retailer, version=front.version, rows=rows, own=own)


def _listed(policy: Path) -> frozenset[str]:
    """Return the clauses that the list beside the policies names; none where there is no list."""
    file = policy.resolve().parent.parent / LIST
    if not file.is_file():
        return frozenset()
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(str(json.loads(line)["id"]) for line in lines if line)


def _plain(row: Traced) -> dict[str, object]:
    return {name: getattr(row, name) for name in Traced.__slots__}


def _folder(named: Path | None) -> Path:
    """Return the folder of the tests; one that nobody named need not be there."""
    if named is not None and not named.is_dir():
        raise Ended(f"{named} is no folder", "name the folder of the tests", code=WRONG_USE)
    return named or Path("tests")


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


def _line(traces: Sequence[TracedPolicy]) -> str:
    """Return the sum of all policies; the clauses that are ours are counted apart."""
    rows = [row for each in traces for row in each.rows if row.clause not in each.own]
    ours = sum(len(each.own) for each in traces)
    apart = f", and {ours} of our own" if ours else ""
    ruled = sum(bool(row.rules) for row in rows)
    running = sum(row.runs for row in rows)
    tested = sum(bool(row.tests) for row in rows)
    return (
        f"{len(rows)} clauses{apart}: {ruled} with a rule, {running} of them running, "
        f"{tested} with a test; {sum(row.result == 'passed' for row in rows)} passed last time"
    )
