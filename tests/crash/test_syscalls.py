"""A shop's work that is killed at a system call, or has one fail: nothing acknowledged is lost."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

import pytest

from tests.forked import run_forked
from tests.property.counts import cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.counted import Counted

pytestmark = pytest.mark.usefixtures("strace")

TRIED: Final = cases(quick=12, long=480)
FEWEST: Final = cases(quick=3, long=100)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Lend a folder in memory, where there is one: a sync is then free."""
    at = Path("/dev/shm")  # noqa: S108 - its folder is made by mkdtemp
    made = Path(mkdtemp(prefix="placket-", dir=at if at.is_dir() else None)).resolve()
    yield made
    shutil.rmtree(made)


def test_a_work_cut_or_failed_at_any_system_call_keeps_its_word_and_ends_as_if_it_had_not_been(
    folder: Path, counted: Counted
) -> None:
    done = run_forked("tests.crash.cutting:program", str(folder), str(TRIED))

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["faults"] == []
    counted("system calls cut", found["ends"]["killed"])
    counted("system calls failed", found["ends"]["failed"] + found["ends"].get("borne", 0))
    assert min(found["ends"]["killed"], found["ends"]["failed"]) >= FEWEST
