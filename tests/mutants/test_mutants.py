"""What is changed in a piece of code, how a mutant is named, and how it is put in place."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

import pytest

from tests.mutants.__main__ import compared, sources
from tests.mutants.mutant import Source, read
from tests.mutants.placing import Functions
from tests.mutants.survivors import listed

if TYPE_CHECKING:
    from pathlib import Path

CODE = '''\
"""A module."""

LIMIT: int = 3


def fits(found: int, *, most: int = 5) -> bool:
    """Say whether it fits."""
    return found < most
'''


def written(folder: Path, code: str = CODE) -> Source:
    file = folder / "fitting.py"
    file.write_text(code, encoding="utf-8")
    return read("placket.law.fitting", file)


@pytest.mark.parametrize(
    ("code", "instead"),
    [
        ("a < b", ["a <= b"]),
        ("a <= b <= c", ["a < b <= c", "a <= b < c"]),
        ("a and b", ["a or b"]),
        ("not a", ["a"]),
        ("a in b", ["a not in b"]),
        ("a is None", ["a is not None"]),
        ("a + b", ["a - b"]),
        ("7", ["8", "6"]),
        ("0", ["1"]),
        ("True", ["False"]),
        ("'a'", ["'XXa'"]),
        ("f'{a}'", ["f'XX{a}'"]),
        ("f(a, b=c)", ["f(None, b=c)", "f(a)"]),
        ("min(a)", ["max(a)", "min(None)"]),
        ("[x for x in a if x]", ["a "]),
        ("a if b else c", ["a if not b else c"]),
    ],
)
def test_each_place_is_changed_in_each_way(tmp_path: Path, code: str, instead: list[str]) -> None:
    source = written(tmp_path, f"def f():\n    x: object = {code}\n")

    assert [mutant.now for mutant in source.mutants()] == instead


def test_what_readers_and_type_checkers_read_is_left_as_it_is(tmp_path: Path) -> None:
    found = [(mutant.function, mutant.now) for mutant in written(tmp_path).mutants()]

    assert found == [
        ("", "4"),
        ("", "2"),
        ("", "6"),
        ("", "4"),
        ("fits", "return None"),
        ("fits", "found <= most"),
    ]


def test_a_mutant_keeps_its_name_when_the_file_changes_elsewhere(tmp_path: Path) -> None:
    before = {mutant.id for mutant in written(tmp_path).mutants()}

    after = {mutant.id for mutant in written(tmp_path, f"X = 1\n\n\n{CODE}").mutants()}

    assert before < after


def test_a_function_runs_the_mutant_wherever_it_was_imported(tmp_path: Path) -> None:
    source = written(tmp_path)
    spec = importlib.util.spec_from_file_location("fitting", source.path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    fits = module.fits
    mutant = source.mutants()[-1]

    Functions(frozenset({str(source.path)})).replace(source, mutant)

    assert (fits(5), fits(6)) == (True, False)


def test_what_lives_and_is_not_listed_is_told_and_so_is_what_is_listed_and_was_killed(
    tmp_path: Path,
) -> None:
    mutants = written(tmp_path).mutants()
    known = [mutants[0].id, ("placket.law.fitting", "", "X = 1", "1", "2", 1)]

    found = [line.split(":")[0] for line in compared(mutants, {5}, known)]

    assert sorted(found) == [
        "is listed, and does not exist",
        "is listed, and was killed",
        "lives, and is not listed",
    ]


def test_every_mutant_that_may_live_exists_and_says_why() -> None:
    ids = {mutant.id for source in sources().values() for mutant in source.mutants()}

    assert [each for each in listed() if each not in ids] == []
    assert all(reason.strip() for reason in listed().values())
