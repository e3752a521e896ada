"""`placket key`: rotate the wrapping key; make an identity that opens backups."""

from __future__ import annotations

from pathlib import Path

import click

from placket.cli.installation import open_installation
from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, write_json
from placket.gate.ages import new_identity


@click.group("key")
def command() -> None:
    """Look after the wrapping key, and after the keys of backups."""


@command.command("rotate")
@config_option
@json_option
def rotate(*, config: Path | None, as_json: bool) -> int:
    """Wrap all living keys with a new wrapping key, and destroy the old one.

    Safe to repeat after a kill. A copy of the keyring from before no longer opens.
    """
    with open_installation(config) as gate:
        gate.keys.rotate(now=gate.now())
        keyring = gate.keys.id
    if as_json:
        write_json({"keyring": keyring, "rotated": True})
    else:
        click.echo("the wrapping key is new, the old one destroyed; next: back up the key file")
    return DONE


@command.command("identity")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def identity(*, file: Path, as_json: bool) -> int:
    """Make an identity of age in FILE, and tell the recipient that backups are sealed for.

    Keep FILE away from this machine: it is needed only to put something back.
    """
    recipient = new_identity(file)
    if as_json:
        write_json({"recipient": recipient, "file": str(file)})
    else:
        click.echo(recipient)
    return DONE
