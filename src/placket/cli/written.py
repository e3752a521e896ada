"""Where a command writes what it makes: a file that is named, or standard output."""

from __future__ import annotations

from pathlib import Path

import click

from placket.cli.outcome import WRONG_USE, Ended

out_option = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The file; default: output."
)


def write_out(made: str | bytes, out: Path | None) -> None:
    """Write a text or bytes to the file, or to standard output where none is named."""
    if out is None:
        click.echo(made, nl=False)
        return
    try:
        out.write_bytes(made.encode() if isinstance(made, str) else made)
    except OSError as fault:
        raise Ended(
            f"{out} cannot be written: {str(fault.strerror).lower()}",
            "name a file in a folder that is there",
            code=WRONG_USE,
        ) from fault
