"""How a command ends: its exit code, and the one sentence and mend of a failure."""

from __future__ import annotations

import json
from typing import Any, Final

import click

DONE: Final = 0
PROBLEMS: Final = 1
WRONG_USE: Final = 2
REFUSED: Final = 3
WORLD: Final = 4


class Ended(Exception):
    """the command ended without doing what was asked."""

    def __init__(self, sentence: str, mend: str = "", *, code: int = WORLD) -> None:
        """Keep what is told: lower case, no full stop, no personal data."""
        super().__init__(sentence)
        self.sentence, self.mend, self.code = sentence, mend, code

    def show(self) -> None:
        """Write the sentence and the mend to the error stream."""
        click.echo(f"placket: {self.sentence}", err=True)
        if self.mend:
            click.echo(f"  mend: {self.mend}", err=True)


def write_json(value: Any) -> None:
    """Write a value as JSON, one document, to standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
