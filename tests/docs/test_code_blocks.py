"""The shell blocks of README and tutorial run, in order, and print what the page says."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.cli.conftest import make_shop

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", *(f"docs/tutorial/{p.name}" for p in (ROOT / "docs/tutorial").glob("*.md")))
ELSEWHERE = ("pip install placket", "make demo", "make test")
"""What is not run here: the wheel's test and the demo's own do."""

BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """Commands, and what the page says that they print; None when it does not say."""

    commands: str
    prints: str | None


def blocks_of(page: str) -> list[Block]:
    """Return the shell blocks of a page; a text block right after one is what it prints."""
    found = BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    pairs = zip(found, [*found[1:], ("sh", "")], strict=True)
    return [
        Block(commands, after if kind == "text" else None)
        for (word, commands), (kind, after) in pairs
        if word == "sh"
    ]


def runnable(commands: str) -> str:
    return "\n".join(line for line in commands.splitlines() if not line.startswith(ELSEWHERE))


def settled(text: str) -> str:
    return re.sub(r"\bp_[0-9a-f]{16}\b", "PERSON", text)


@pytest.mark.parametrize("page", PAGES)
def test_every_shell_block_does_what_its_page_says(page: str, tmp_path: Path) -> None:
    if page == "README.md":
        make_shop(tmp_path / "shop.db")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PLACKET_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"

    for block in blocks_of(page):
        commands = runnable(block.commands)
        done = subprocess.run(
            ["bash", "-c", commands],  # noqa: S607  # whichever bash is on the path
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env=kept | {"PATH": path},
        )

        # A decision that denies ends with 1, which is an answer and no failure.
        answers = {0, 1} if "placket decide" in commands else {0}
        assert done.returncode in answers, f"{commands}\n{done.stdout}{done.stderr}"
        assert done.stderr == ""
        if block.prints is not None:
            assert settled(done.stdout) == block.prints


def test_the_tutorial_begins_with_the_install_and_ends_with_a_list() -> None:
    commands = [block.commands for block in blocks_of("docs/tutorial/first-list.md")]

    assert commands[0] == "pip install placket\n"
    assert any("placket eligible" in block for block in commands)
