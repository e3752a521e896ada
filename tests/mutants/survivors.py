"""The mutants that may live, each with the reason why no test can, or should, kill it.

`lives/` has a file for each layer. A mutant is named by its line, by what stands there, and by what
would stand there instead; a number says which it is of several that are equal in all this.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

LISTS: Final = Path(__file__).with_name("lives")

Id = tuple[str, str, str, str, str, int]


def listed() -> dict[Id, str]:
    """Return the reason why a mutant may live, by the mutant's id."""
    written = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(LISTS.iterdir())]
    return {
        (each["module"], each["function"], line, was, now, *(nth or [1])): each["reason"]
        for layer in written
        for each in layer["lives"]
        for line, was, now, *nth in each["mutants"]
    }
