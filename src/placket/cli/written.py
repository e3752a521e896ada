"""Where a command writes what it makes: a file that is named, or standard output."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from placket.cli.outcome import REFUSED, WRONG_USE, Ended
from placket.settings import policy_file
from placket.sources.durable import ANYBODY, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

out_option = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The file; default: output."
)


def write_out(made: str | bytes, out: Path | None) -> None:
    """Write a text or bytes to the file, whole or not at all, or to standard output without one.

    A file that the command reads is never written over.
    """
    if out is None:
        click.echo(made, nl=False)
        return
    _expect_other(out)
    try:
        write_whole(out, made.encode() if isinstance(made, str) else made, mode=ANYBODY)
    except OSError as fault:
        raise Ended(
            f"{out} cannot be written: {str(fault.strerror).lower()}",
            "name a file in a folder that is there",
            code=WRONG_USE,
        ) from fault


def _expect_other(out: Path) -> None:
    """End the command when `out` is a file that it reads."""
    for read in _read_files():
        if out.exists() and read.exists() and out.samefile(read):
            raise Ended(
                f"{out} is what this command reads; nothing was written",
                "name another file",
                code=REFUSED,
            )


def _read_files() -> Iterator[Path]:
    """Yield the files that the running command was given to read: its arguments."""
    context = click.get_current_context()
    for argument in context.command.params:
        if isinstance(argument, click.Argument):
            given = context.params.get(argument.name or "")
            values = given if isinstance(given, tuple) else (given,)
            yield from (policy_file(value) for value in values if isinstance(value, Path))
