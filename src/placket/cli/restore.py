"""`placket restore`: put a sealed backup back where the settings say."""

from __future__ import annotations

from pathlib import Path

import click

from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, write_json
from placket.gate.backups import What, part_of, put_back
from placket.settings import read_settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("restore")
@click.argument("what", type=click.Choice([each.value for each in What]))
@click.argument("file", type=_FILE)
@click.option(
    "--identity",
    "identity_file",
    type=_FILE,
    required=True,
    help="The file of the identity of age that opens it.",
)
@config_option
@json_option
def command(
    *, what: What, file: Path, identity_file: Path, config: Path | None, as_json: bool
) -> int:
    """Open the backup in FILE and put WHAT back where the settings say.

    Nothing is overwritten: move away first what stands there. Of ledger and keyring take the
    newest keyring always, with the wrapping key of its day: whose key was destroyed since an
    older ledger stays erased.
    """
    part = part_of(read_settings(config), What(what))
    put_back(part, file, identity_file)
    if as_json:
        write_json({"what": str(what), "restored": True})
    else:
        click.echo(f"the {what} is back; next: `placket audit verify`")
    return DONE
