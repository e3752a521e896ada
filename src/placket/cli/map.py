"""`placket map`: where data come from, what they are used for, and where they go, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from placket.cli.notice import running_policy
from placket.cli.options import json_option
from placket.cli.outcome import DONE, WRONG_USE, Ended, write_json
from placket.cli.written import out_option, write_out
from placket.policy.rendering.datamap import ALL, COLUMNS, flows_of
from placket.policy.rendering.mapped import map_as_html, map_as_svg
from placket.web.look.rendering import style_sheet

if TYPE_CHECKING:
    from placket.policy.rendering.datamap import Flows

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
@json_option
def command(
    policy: Path, *, form: str, unfold: tuple[str, ...], out: Path | None, as_json: bool
) -> int:
    """Draw the data map of POLICY: source, category, activity, recipient, in groups that unfold."""
    running = running_policy(policy)
    flows = flows_of(running)
    names = flows.names()
    if not set(unfold) <= {*names, ALL}:
        raise Ended(
            "the map has no such group",
            f"write one of {', '.join(names)}, or `{ALL}`",
            code=WRONG_USE,
        )
    if as_json:
        write_json(_as_plain(flows))
    elif form == "html":
        write_out(map_as_html(running, unfold, sheet=style_sheet()[0].decode()), out)
    else:
        write_out(map_as_svg(running, unfold), out)
    return DONE


def _as_plain(flows: Flows) -> dict[str, Any]:
    return {
        "terms": [
            {"column": COLUMNS[column].lower(), "name": name, "group": group.name}
            for (column, name), group in flows.groups.items()
        ],
        "flows": [
            {"column": COLUMNS[start[0]].lower(), "from": start[1], "to": end[1]}
            for start, end in flows.pairs
        ],
    }
