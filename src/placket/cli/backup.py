"""`placket backup`: write sealed backups of ledger, keyring and wrapping key, each apart."""

from __future__ import annotations

from pathlib import Path

import click

from placket.cli.bar import bar
from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, write_json
from placket.gate.backups import What, back_up, part_of
from placket.gate.instants import system_now
from placket.settings import read_settings

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("backup")
@click.argument("what", type=click.Choice([each.value for each in What]))
@click.argument("folder", type=_FOLDER)
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    required=True,
    metavar="AGE1",
    help="For whom it is sealed; may be given more than once.",
)
@config_option
@json_option
def command(
    *, what: What, folder: Path, recipients: tuple[str, ...], config: Path | None, as_json: bool
) -> int:
    """Write a sealed backup of WHAT, one part of the installation, into FOLDER.

    It is of one moment, and whoever serves or works meanwhile goes on. A folder that has
    backups of another part is refused: together they open what the ledger has sealed.
    """
    part = part_of(read_settings(config), What(what))
    with bar("copying the ledger") as progress:
        written = back_up(part, folder, recipients, now=system_now(), progress=progress)
    if as_json:
        write_json({"what": str(what), "file": str(written), "bytes": written.stat().st_size})
    else:
        click.echo(f"{written}: {written.stat().st_size:,} bytes, sealed")
    return DONE
