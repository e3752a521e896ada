"""Change the core in one place after another and see that a test fails: `python -m tests.mutants`.

Without arguments all of decide, standing, facts and law is tried. An argument is a part of the
names of the modules to try, such as `law.calendar`. What `lives/` lists counts as living
and is tried only with `--listed`: to find that nothing kills it takes the most time of all.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.mutants.mutant import Mutant, Source, read
from tests.mutants.survivors import listed
from tests.mutants.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tests.mutants.survivors import Id

ROOT: Final = Path(__file__).parents[2]
LEAST: Final = 95
"""How many of a hundred mutants of each part must be killed."""

TESTS: Final = {
    "decide": ("tests/unit/decide/",),
    "standing": ("tests/unit/standing/",),
    "facts": ("tests/unit/facts/",),
    "law": ("tests/unit/law/", "tests/property/test_law.py", "tests/docs/test_law_page.py"),
}
"""The tests that are to notice a change of each layer; all run in one process alone."""

_SAME: Final = {"PYTHONHASHSEED": "0", "PLACKET_TEST_PROFILE": "long"}
"""The same order of sets and as many cases in each run, so that each run kills the same."""

_SLOW: Final = {"office", "ready", "notice", "postgres", "mariadb", "page"}
"""What only a test asks for that is about more than the core."""


def sources() -> dict[str, Source]:
    """Return what mutants are made of, by module."""
    found = {}
    for layer in TESTS:
        for path in sorted((ROOT / "src" / "placket" / layer).rglob("*.py")):
            parts = path.relative_to(ROOT / "src").with_suffix("").parts
            module = ".".join(parts).removesuffix(".__init__")
            found[module] = read(module, path)
    return found


def left_out(item: pytest.Item) -> bool:
    """Say whether a test is none of those that are to notice a change."""
    starts = tuple(path for paths in TESTS.values() for path in paths)
    asks = getattr(item, "fixturenames", ())
    needs_server = "[postgres" in item.nodeid or not _SLOW.isdisjoint(asks)
    return needs_server or not item.nodeid.startswith(starts)


def tried(mutants: Sequence[Mutant], found: Mapping[str, Source], processes: int) -> set[int]:
    """Return the numbers of the mutants that live."""
    layers = {mutant.layer for mutant in mutants}
    tests = {layer: names for layer, names in TESTS.items() if layer in layers}
    trial = Trial(found, mutants, tests, left_out, processes)
    quiet = [f"-pno:{name}" for name in ("cacheprovider", "xdist", "cov", "logging")]
    quiet += ["-qqs", "--no-header", "--no-summary", "-Wignore::pytest.PytestAssertRewriteWarning"]
    code = pytest.main([*quiet, str(Path(__file__).parent)], plugins=[trial])
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        sys.exit(int(code))
    return {number for number in range(len(mutants)) if number not in trial.found.killers}


def parts(mutant: Mutant) -> Iterator[str]:
    """Yield the parts of the core that the mutant is counted with."""
    yield mutant.layer
    if mutant.module.endswith(".condition"):
        yield "condition"


def counts(mutants: Sequence[Mutant], lives: set[int]) -> dict[str, tuple[int, int]]:
    """Return how many there were of each part, and how many of them were killed."""
    found: dict[str, tuple[int, int]] = {}
    for number, mutant in enumerate(mutants):
        for part in parts(mutant):
            total, killed = found.get(part, (0, 0))
            found[part] = (total + 1, killed + (number not in lives))
    return found


def compared(mutants: Sequence[Mutant], lives: set[int], known: Iterable[Id]) -> Iterator[str]:
    """Yield each difference between what lives and what is listed with its reason."""
    modules = {mutant.module for mutant in mutants}
    ids = {mutant.id: number for number, mutant in enumerate(mutants)}
    here = {each for each in known if each[0] in modules}
    for mutant in (mutants[number] for number in sorted(lives)):
        if mutant.id not in here:
            yield f"lives, and is not listed: {shown(mutant.id)}"
    for each in sorted(here):
        if each not in ids:
            yield f"is listed, and does not exist: {shown(each)}"
        elif ids[each] not in lives:
            yield f"is listed, and was killed: {shown(each)}"


def shown(name: Id) -> str:
    """Return a mutant's id as the list writes it."""
    module, function, line, was, now, nth = name
    number = f", {nth}" if nth > 1 else ""
    return f"{module} {function}\n  [{line!r}, {was!r}, {now!r}{number}],"


def counted(what: str, number: int) -> None:
    """Print what was counted, as docs/explanation/faults.md names it."""
    sys.stdout.write(f"{what}  {number:>9,}\n")


def main() -> int:
    """Try the mutants; return 1 when too many live, or others than are listed."""
    arguments = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    arguments.add_argument("modules", nargs="*")
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--listed", action="store_true", help="try what is listed too")
    asked = arguments.parse_args()
    found = sources()
    mutants = [
        mutant
        for source in found.values()
        if not asked.modules or any(part in source.module for part in asked.modules)
        for mutant in source.mutants()
    ]
    known = listed()
    untried = set() if asked.listed else {n for n, each in enumerate(mutants) if each.id in known}
    trying = [number for number in range(len(mutants)) if number not in untried]
    left = tried([mutants[number] for number in trying], found, asked.processes)
    lives = untried | {trying[place] for place in left}
    differences = list(compared(mutants, lives, known))
    for line in differences:
        sys.stdout.write(f"{line}\n")
    few = 0
    for part, (total, killed) in counts(mutants, lives).items():
        few += 100 * killed < LEAST * total
        sys.stdout.write(
            f"{part:12}{total:>7,} mutants{killed:>7,} killed {100 * killed / total:6.2f} %\n"
        )
    counted("mutants", len(mutants))
    counted("mutants killed", len(mutants) - len(lives))
    return 1 if differences or few else 0


if __name__ == "__main__":
    if not _SAME.items() <= os.environ.items():
        again = [sys.executable, "-m", "tests.mutants", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, **_SAME})  # noqa: S606 - itself
    sys.exit(main())
