"""The page of counts has a row for each thing that a test counts, and for nothing else."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "faults.md"
COUNTED = re.compile(r"\bcounted\(\s*f?\"([^\"]+)\",")
ROW = re.compile(r"^\| ([^|]+?) \| [^|]+ \| [^|]+ \| [^|]+ \|$", re.MULTILINE)


def test_what_tests_count_stands_on_the_page_of_counts() -> None:
    tests = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "tests").rglob("__main__.py")]
    files = [file for file in tests if file != Path(__file__)]

    named = [name for file in files for name in COUNTED.findall(file.read_text(encoding="utf-8"))]

    assert sorted(set(named)) == sorted(ROW.findall(PAGE.read_text(encoding="utf-8"))[2:])
