"""The mutants that may live, each with its reason, as `survivors.toml` lists them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

LIST: Final = Path(__file__).with_name("survivors.toml")

Id = tuple[str, str, str, str, str, int]


def listed() -> dict[Id, str]:
    """Return the reason why a mutant may live, by the mutant's id."""
    written = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return {
        (each["module"], each["function"], line, was, now, *(nth or [1])): each["reason"]
        for each in written["lives"]
        for line, was, now, *nth in each["mutants"]
    }
