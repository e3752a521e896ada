"""The wheel, installed elsewhere, holds and does what the checkout does."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Built by every session of tests that reaches it, a few seconds each: one process is enough.
pytestmark = pytest.mark.xdist_group("wheel")


def run(*command: str, at: Path, **surrounding: str) -> str:
    """Return what the command prints, run in the folder `at`; it must succeed."""
    done = subprocess.run(
        command, cwd=at, env=os.environ | surrounding, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel by way of the source archive, as a release is built; ask no registry."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT), at=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in a folder of its own, which comes before the checkout on the path."""
    target = tmp_path_factory.mktemp("installed")
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index")
    run(*pip, "--target", str(target), str(wheel), at=target)
    return target


def package_files() -> set[str]:
    """Return what the package holds in the checkout, through the link to the policies."""
    package = ROOT / "src" / "placket"
    found = (
        Path(folder, name).relative_to(package.parent)
        for folder, _, names in os.walk(package, followlinks=True)
        for name in names
    )
    return {
        path.as_posix()
        for path in found
        if "__pycache__" not in path.parts and path.name != ".gitkeep"
    }


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("placket/")}

    assert package_files() - held == set()


def test_the_wheel_holds_the_licence_and_the_notice(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licences = {Path(name).name for name in archive.namelist() if "/licenses/" in name}

    assert licences == {"LICENSE", "NOTICE"}


def test_the_installed_package_is_found_before_the_checkout(
    installed: Path, tmp_path: Path
) -> None:
    program = "import placket; print(placket.__file__, placket.__version__)"

    printed = run(sys.executable, "-c", program, at=tmp_path, PYTHONPATH=str(installed))

    assert printed.split()[0] == str(installed / "placket" / "__init__.py")


def test_the_installed_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    command = str(installed / "bin" / "placket")

    printed = run(command, "--help", at=tmp_path, PYTHONPATH=str(installed))

    assert "placket" in printed.lower()
