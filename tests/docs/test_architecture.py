"""The map agrees with the code: every module has its line, and it is the module's own."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "placket"
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
LINE = re.compile(r"^\| (\d+) \| `(\w+)` \| (.+) \|$", re.MULTILINE)


def opening(module: Path) -> str:
    """Return the first line of the docstring of a module or package."""
    file = module / "__init__.py" if module.is_dir() else module
    return (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def modules() -> dict[str, Path]:
    """Return the packages and top-level modules by name; `policies` holds documents, no code."""
    packages = {p.parent.name: p.parent for p in SOURCE.glob("*/__init__.py")}
    return packages | {p.stem: p for p in SOURCE.glob("*.py") if p.stem != "__init__"}


def test_every_module_has_its_line_and_it_is_the_first_of_its_docstring() -> None:
    told = {name: line for _, name, line in LINE.findall(PAGE)}

    assert told == {name: opening(module) for name, module in modules().items()}


def test_the_lines_stand_in_the_order_of_the_layers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    here = [[n for n in re.findall(r"\w+", layer) if n in modules()] for layer in layers]

    told: dict[int, list[str]] = {}
    for number, name, _ in LINE.findall(PAGE):
        told.setdefault(int(number), []).append(name)

    assert told == dict(enumerate(filter(None, here), start=1))


def test_the_map_stays_under_150_lines() -> None:
    assert len(PAGE.splitlines()) < 150


def test_every_file_that_the_map_names_is_there() -> None:
    named = re.findall(r"`([\w/]+\.(?:py|yaml|md))`", PAGE)

    assert [
        name for name in named if not ((SOURCE / name).exists() or (ROOT / name).exists())
    ] == []
