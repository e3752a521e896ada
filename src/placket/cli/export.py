"""`placket export`: the policy in the words of other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from placket.cli.notice import running_policy
from placket.cli.options import json_option
from placket.cli.outcome import DONE, write_json
from placket.cli.written import out_option, write_out
from placket.policy.rendering.dpv import dpv_as_json
from placket.policy.rendering.fides import as_fides, fides_as_yaml

_FORMATS: Final = ("dpv", "fides")


@click.command("export")
@click.argument("policy", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    required=True,
    help="JSON-LD in the terms of the Data Privacy Vocabulary, or fideslang YAML.",
)
@out_option
@json_option
def command(policy: Path, *, form: str, out: Path | None, as_json: bool) -> int:
    """Write POLICY for other programs; what they have no words for is told and left out."""
    running = running_policy(policy)
    if form == "dpv":
        write_out(dpv_as_json(running), out)
        return DONE
    exported = as_fides(running)
    if as_json:
        write_json({**exported.content, "left_out": list(exported.left_out)})
        return DONE
    write_out(fides_as_yaml(exported, running), out)
    for line in exported.left_out:
        click.echo(f"left out: {line}", err=out is None)
    return DONE
