"""`placket map`: where data come from, what they are used for, and where they go, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from placket.cli.notice import running_policy
from placket.cli.outcome import DONE, WRONG_USE, Ended
from placket.cli.written import out_option, write_out
from placket.policy.rendering.datamap import ALL, flows_of
from placket.policy.rendering.mapped import map_as_html, map_as_svg
from placket.web.look.rendering import style_sheet

_FORMATS: Final = ("svg", "html")


@click.command("map")
@click.argument("policy", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="svg",
    show_default=True,
    help="A picture, or a page on which each group opens.",
)
@click.option(
    "--unfold",
    multiple=True,
    metavar="NAME",
    help="A group to show one by one, such as `money`; `all` shows everything. May be repeated.",
)
@out_option
def command(policy: Path, *, form: str, unfold: tuple[str, ...], out: Path | None) -> int:
    """Draw the data map of POLICY: source, category, activity, recipient, in groups that unfold."""
    running = running_policy(policy)
    names = flows_of(running).names()
    if not set(unfold) <= {*names, ALL}:
        raise Ended(
            "the map has no such group",
            f"write one of {', '.join(names)}, or `{ALL}`",
            code=WRONG_USE,
        )
    if form == "html":
        write_out(map_as_html(running, unfold, sheet=style_sheet()[0].decode()), out)
    else:
        write_out(map_as_svg(running, unfold), out)
    return DONE
