"""The ground: what the checkout, its settings and its documents must keep to."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

import placket

ROOT = Path(__file__).resolve().parents[2]
CORE = (
    "problems",
    "documents",
    "facts",
    "identity",
    "law",
    "policy",
    "catalogue",
    "standing",
    "decide",
    "rights",
    "retention",
    "plan",
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def tracked() -> list[Path]:
    """Return the text files that the repository holds; skip the test outside a checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607  # whichever git is on the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a checkout: no list of the project's own files")
    files = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [path for path in files if path.is_file() and is_text(path)]


def is_text(path: Path) -> bool:
    return b"\0" not in path.read_bytes()[:8192] and path.suffix not in {".xz", ".png", ".woff2"}


def core_files() -> list[Path]:
    package = ROOT / "src" / "placket"
    modules = [path for name in CORE for path in package.glob(f"{name}.py")]
    return modules + [path for name in CORE for path in package.glob(f"{name}/**/*.py")]


def canonical(name: str) -> str:
    """Return the name under which a registry knows a package."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    """Return every package that pyproject.toml names, extras included."""
    extras: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
    wanted = [
        *PROJECT["project"]["dependencies"],
        *(one for many in extras.values() for one in many),
    ]
    return {canonical(re.split(r"[\[<>=~! ;]", line)[0]) for line in wanted}


def pinned() -> list[str]:
    return (ROOT / "constraints.txt").read_text().splitlines()


def test_the_core_reads_no_clock() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in core_files()
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(r"\.(now|today|utcnow)\(", line)
    ]

    assert found == []


def test_no_core_module_is_excused_from_purity() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    contract = next(one for one in contracts if one["type"] == "forbidden")

    excused = {line.split(" ")[0].split(".")[1] for line in contract["ignore_imports"]}

    assert contract["source_modules"] == ["placket.*"]
    assert excused & set(CORE) == set()


def test_every_layer_is_core_or_edge() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    contract = next(one for one in contracts if one["type"] == "forbidden")

    edges = {line.split(" ")[0].split(".")[1] for line in contract["ignore_imports"]}
    named = {name for layer in layers for name in re.findall(r"\w+", layer)}

    assert named == edges | set(CORE)


def test_constraints_hold_only_names_and_versions() -> None:
    odd = [line for line in pinned() if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line)]

    assert odd == []


def test_constraints_cover_every_declared_package() -> None:
    names = {canonical(line.partition("==")[0]) for line in pinned()}

    assert declared() - names == set()


def test_every_dependency_has_its_reason() -> None:
    page = (ROOT / "docs/explanation/dependencies.md").read_text()

    explained = {canonical(name) for name in re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)}

    assert explained == declared()


def test_no_file_names_a_machine_or_a_package_index() -> None:
    # Written in parts, so that this file does not name them either.
    forbidden = [
        "/" + "work/",
        "/" + "tmp/",
        "/" + "root/",
        "/home" + "/",
        "/Users" + "/",
        "pypi" + ".org",
        "pythonhosted" + ".org",
        "registry.npmjs" + ".org",
        "--index" + "-url",
        "--extra-index" + "-url",
        "--find" + "-links",
        "deb.debian" + ".org",
        "proxy.golang" + ".org",
    ]

    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        for word in forbidden
        if word in path.read_text(errors="replace")
    ]

    assert found == []


def test_every_module_opens_with_one_line_for_the_map() -> None:
    wordless = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "src" / "placket").rglob("*.py")
        if not (ast.get_docstring(ast.parse(path.read_text())) or "")
        .partition("\n")[0]
        .endswith(".")
    ]

    assert wordless == []


def test_no_source_file_reaches_six_hundred_lines() -> None:
    long = [
        str(path.relative_to(ROOT))
        for folder in ("src", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if len(path.read_text().splitlines()) >= 600
    ]

    assert long == []


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()

    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_version_is_the_installed_one() -> None:
    assert placket.__version__ == version("placket") == PROJECT["project"]["version"]


def test_importing_the_package_loads_nothing_else() -> None:
    program = (
        "import sys; before = set(sys.modules); import placket; print(set(sys.modules) - before)"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert loaded.stdout == "{'placket'}\n"


def test_the_policies_stand_in_the_package_as_in_the_checkout() -> None:
    packaged = ROOT / "src" / "placket" / "policies"

    assert packaged.resolve() == ROOT / "policies"
