"""The shell blocks of README, tutorial and how-to run, in order, and print what the page says."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.cli.conftest import COMMAND, make_shop, run_placket
from tests.forked import door

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TUTORIALS = tuple(f"docs/tutorial/{p.name}" for p in sorted((ROOT / "docs/tutorial").glob("*.md")))
HOW_TO = tuple(f"docs/how-to/{p.name}" for p in sorted((ROOT / "docs/how-to").glob("*.md")))
ELSEWHERE = ("pip install placket", "make demo", "make test")
"""What is not run here: the wheel's test and the demo's own do."""
POSTGRES_ONLY = "--role"
DECIDING = re.compile(r"placket (?:decide|scan|audit explain|request certificate)")
KEPT = "reference address digest"
"""The variables that one block sets and a later one uses."""
SERVE = "placket serve\n"
ADDRESS = "http://127.0.0.1:8600"

BLOCK = re.compile(
    r"^(?P<fence>`{3,})(?P<kind>sh|text|sql|python)\n(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """Commands, and what the page says that they print; None when it does not say."""

    kind: str
    commands: str
    prints: str | None


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page that run; a text block right after one is what it prints."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [(match["kind"], match["body"]) for match in BLOCK.finditer(text)]
    pairs = zip(found, [*found[1:], ("sh", "")], strict=True)
    return [
        Block(kind, commands, after if next_kind == "text" else None)
        for (kind, commands), (next_kind, after) in pairs
        if kind != "text"
    ]


def runnable(commands: str) -> str:
    return "\n".join(line for line in commands.splitlines() if not line.startswith(ELSEWHERE))


def settled(text: str) -> str:
    """Return `text` with what differs from run to run put aside: ids, hashes and times."""
    for pattern, word in (
        (r"\bp_[0-9a-f]{16}\b", "PERSON"),
        (r"\bf_[0-9a-f]{30}\b", "FACT"),
        (r"\b\d{4}-\d\d-\d\dT[\d:.]+Z", "INSTANT"),
        (r"\b2\d{3}-\d\d-\d\d\b", "DAY"),
        (r"\b\d\d? [A-Z][a-z]+ 2\d{3}\b", "DAY"),
        (r"\br_[2-9a-z]{12}\b", "REQUEST"),
        (r"\bl_[0-9a-f]{20}, at \d+ facts\b", "LEDGER"),
        # A day may be longer or shorter in words, and fold its line elsewhere.
        (r"\n {4,}", " "),
        (r"\b(?:[0-9a-f]{64}|[0-9a-f]{24})\b", "HASH"),
    ):
        text = re.sub(pattern, word, text)
    return text


@dataclass
class Reader:
    """Somebody who does what a page says, in one shell after the other."""

    folder: Path
    programs: Path = COMMAND.parent
    address: str = ADDRESS
    environ: dict[str, str] = field(default_factory=dict)
    served: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PLACKET_")}
        path = os.pathsep.join((str(self.programs), str(COMMAND.parent), kept["PATH"]))
        self.environ = kept | {"PATH": path, **self.environ}

    def does(self, block: Block) -> subprocess.CompletedProcess[str]:
        """Run the block in the folder where the one before ended."""
        if block.kind == "sql":
            return self._asks(block.commands)
        if block.kind == "python":
            return self._runs([sys.executable, "-W", "error", "-c", block.commands])
        commands = runnable(block.commands).replace(ADDRESS, self.address)
        where, kept = self.folder / ".where", self.folder / ".kept"
        # The shell tells where it ended, so that a `cd` lasts as it does for a reader, and what
        # a variable holds.
        ends = f'trap \'pwd > "{where}"; declare -p {KEPT} > "{kept}" 2> /dev/null\' EXIT'
        began = f'[ ! -f "{kept}" ] || . "{kept}"'
        done = self._runs(["bash", "-c", f"{ends}\n{began}\n{commands}"])
        self.folder = Path(where.read_text(encoding="utf-8").strip())
        if "--new-key" in commands:
            self.environ["PLACKET_KEY"] = done.stdout.split()[-1]
            return subprocess.CompletedProcess(done.args, done.returncode, done.stdout, "")
        return done

    def _runs(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            env=self.environ,
        )

    def _asks(self, query: str) -> subprocess.CompletedProcess[str]:
        with sqlite3.connect(self.folder / "shop.db") as connection:
            rows = connection.execute(query).fetchall()
        connection.close()
        return subprocess.CompletedProcess(query, 0, "".join(f"{row}\n" for row in rows), "")

    def serves(self) -> None:
        """Start the server as the page says, on a free port."""
        process = subprocess.Popen(
            [COMMAND, "serve", "--port", "0"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environ,
        )
        self.served.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                self.address = found[0]
                return
        raise AssertionError("the server ended without an address")

    def leaves(self) -> None:
        """Stop what was started."""
        for process in self.served:
            process.terminate()
            process.communicate(timeout=30)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Lend a folder with a `placket` that starts quickly."""
    with door(tmp_path_factory.mktemp("door")) as folder:
        yield folder


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Reader]:
    """Yield somebody who has the command as it is installed."""
    somebody = Reader(tmp_path)
    yield somebody
    somebody.leaves()


@pytest.fixture
def reader(tmp_path: Path, programs: Path) -> Iterator[Reader]:
    """Yield somebody whose every command is forked from a process that has imported all."""
    somebody = Reader(tmp_path, programs)
    yield somebody
    somebody.leaves()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as the tutorial leaves it: a shop, its installation, one yes."""
    folder = tmp_path_factory.mktemp("installed")
    make_shop(folder / "shop.db")
    for words in (
        ("init", "--source", "sqlite:///shop.db", "--retailer", "Harbour Books"),
        ("policy", "publish", "policy.md"),
        ("sync", "--source", "shop"),
        (
            *("fact", "add", "consent_given", "--subject", "email:ada@example.org"),
            *("--what", "newsletter", "--channel", "email", "--wording", "newsletter-1"),
        ),
    ):
        done = run_placket(folder, *words)
        assert done.code == 0, done
    return folder


def hold_to_the_page(page: str, reader: Reader) -> None:
    """Run the blocks of `page` in order; each ends well and prints what the page says."""
    for block in blocks_of(page):
        if block.commands == SERVE:
            reader.serves()
            continue
        if POSTGRES_ONLY in block.commands:
            continue  # the views' contract suite tries it on a server

        done = reader.does(block)

        # A decision that denies, or a scan that finds, ends with 1: an answer, and no failure.
        answers = {0, 1} if DECIDING.search(block.commands) else {0}
        shown = f"{block.commands}\n{done.stdout}{done.stderr}"
        assert done.returncode in answers, shown
        assert done.stderr == "", shown
        if block.prints is not None:
            assert settled(done.stdout) == settled(block.prints)


@pytest.mark.parametrize("page", ["README.md", *TUTORIALS])
def test_every_block_of_a_first_page_does_what_it_says(page: str, newcomer: Reader) -> None:
    if page == "README.md":
        make_shop(newcomer.folder / "shop.db")

    hold_to_the_page(page, newcomer)


@pytest.mark.parametrize("page", HOW_TO)
def test_every_block_of_a_task_does_what_it_says(
    page: str, reader: Reader, installed: Path
) -> None:
    shutil.copytree(installed, reader.folder, dirs_exist_ok=True)

    hold_to_the_page(page, reader)


def test_the_offline_check_sees_another_leaf(reader: Reader, installed: Path) -> None:
    shutil.copytree(installed, reader.folder, dirs_exist_ok=True)
    blocks = blocks_of("docs/how-to/check-the-ledger.md")
    reader.does(next(block for block in blocks if "proof.json" in block.commands))
    proof = json.loads((reader.folder / "proof.json").read_text(encoding="utf-8"))
    other = {**proof, "leaf": "00" * 32}
    (reader.folder / "proof.json").write_text(json.dumps(other), encoding="utf-8")

    done = reader.does(next(block for block in blocks if block.kind == "python"))

    assert done.stdout == "the path leads elsewhere\n"


def test_the_tutorial_begins_with_the_install_and_ends_with_a_list() -> None:
    commands = [block.commands for block in blocks_of("docs/tutorial/first-list.md")]

    assert commands[0] == "pip install placket\n"
    assert any("placket eligible" in block for block in commands)


def test_the_sample_of_the_readme_stays_short() -> None:
    sample = blocks_of("README.md")[:3]

    lines = [line for block in sample for line in block.commands.splitlines()]

    assert len(lines) <= 24
