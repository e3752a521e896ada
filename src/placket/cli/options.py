"""The options that commands share, and how subjects and lists are read."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from placket.cli.outcome import WRONG_USE, Ended

F = TypeVar("F", bound=Callable[..., Any])
_LINE_LIMIT: Final = 4096

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The settings; default PLACKET_CONFIG, else `placket.toml` here.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON.")
subject_option = click.option(
    "--subject",
    required=True,
    metavar="KIND:VALUE",
    help="Whom it is about, such as `email:ada@example.org`; `-` reads it from standard input.",
)
at_option = click.option(
    "--at", metavar="WHEN", help="What held then: `2026-11-24` or `2026-11-24T12:00:00Z`."
)


class Id(click.types.StringParamType):
    """An id of somebody who does something: it stays in the ledger in the clear, for good."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id; an address ends the command, and is not repeated."""
        written = str(super().convert(value, param, ctx))
        if "@" in written:
            raise Ended(
                "an address stands in `--by`, and the ledger keeps it in the clear",
                "write an id, such as `staff-7`",
                code=WRONG_USE,
            )
        return written


PORTS: Final = click.IntRange(0, 65_535)


class Finite(click.FloatRange):
    """A number within a range; `nan` and `inf` are none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number. Ends the command when it is none."""
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail("it is no number that can be counted by", param, ctx)
        return found


_QUESTION: Final = {
    "channel": "The channel, such as `email`.",
    "data": "Categories of data, with commas; default what the activity uses.",
    "recipient": "Who would receive the data.",
    "sender": "Who sends, where the retailer has several names.",
    "actor": "The staff role that looks.",
    "case": "The id of the open case that asks for it.",
    "product": "The id of the product that it is about.",
    "occasion": "The id of what makes the act needed now.",
}


def question_options(function: F) -> F:
    """Add the options of a question to a command, one a field."""
    for name, text in reversed(_QUESTION.items()):
        function = click.option(f"--{name}", default="", help=text)(function)
    return function


def subject_of(written: str) -> str:
    """Return the subject: as written, or the first line of standard input for `-`."""
    if written != "-":
        return written
    line = next(input_lines(), "")
    if not line:
        raise Ended(
            "standard input holds no subject",
            "write one line such as `email:ada@example.org`",
            code=WRONG_USE,
        )
    return line


def input_lines() -> Iterator[str]:
    """Yield the lines of standard input, stripped; none where it is closed.

    Ends the command when they are no text.
    """
    if sys.stdin is None:
        return
    try:
        while line := sys.stdin.readline(_LINE_LIMIT):
            # Under some locales wrong bytes are read as surrogates, which nothing can store.
            line.encode()
            yield line.strip()
    except UnicodeError:
        raise Ended(
            "standard input is not text in UTF-8", "write it as UTF-8", code=WRONG_USE
        ) from None


def names_of(written: str) -> tuple[str, ...]:
    """Return the names of a list with commas."""
    return tuple(name.strip() for name in written.split(",") if name.strip())
