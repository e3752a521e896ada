"""`placket key`: rotate the wrapping key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from placket.cli.installation import open_installation
from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, write_json

if TYPE_CHECKING:
    from pathlib import Path


@click.group("key")
def command() -> None:
    """Look after the keyring's wrapping key."""


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
