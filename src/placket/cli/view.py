"""`placket view`: print or make the purpose views of an activity on a shop's own database."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from placket.cli.bar import bars
from placket.cli.installation import open_installation
from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, PROBLEMS, write_json
from placket.cli.source import source_of
from placket.cli.words import expect_activity, expect_channel
from placket.decide.question import Question
from placket.gate.views import SourceViews
from placket.sources.trees import dialect_of

if TYPE_CHECKING:
    from pathlib import Path

    from placket.sources.views import PurposeViews


@click.command("view")
@click.argument("activity")
@click.option("--source", "name", required=True, metavar="NAME", help="A source of the settings.")
@click.option("--channel", default="", help="The channel, such as `email`.")
@click.option("--apply", "applied", is_flag=True, help="Make the views, and fill what they read.")
@click.option("--role", default="", help="A database role that may read the views and no more.")
@config_option
@json_option
def command(  # noqa: PLR0913 - one parameter an option
    activity: str,
    *,
    name: str,
    channel: str,
    applied: bool,
    role: str,
    config: Path | None,
    as_json: bool,
) -> int:
    """Print the SQL of the views that show what ACTIVITY may use, and only rows lawful now.

    With --apply they are made. `placket work` keeps them fresh; stale, they show nothing.
    Exit code 1 when no table of the source holds what the activity uses.
    """
    with open_installation(config) as gate:
        expect_activity(gate.policy, activity)
        expect_channel(channel)
        source_of(gate.settings, name)
        question = Question(activity=activity, channel=channel)
        with closing(SourceViews(gate=gate, name=name)) as views, bars() as progress:
            made = views.of(question)
            if applied and made.views:
                views.apply(question, role=role, progress=progress)
            with views.engine.connect() as connection:
                sql = made.sql(dialect_of(connection), role=role)
    if as_json:
        write_json({"views": [view.name for view in made.views], "sql": sql, "applied": applied})
    else:
        _tell(made, sql, name, applied=applied)
    return DONE if made.views else PROBLEMS


def _tell(made: PurposeViews, sql: str, source: str, *, applied: bool) -> None:
    if not made.views:
        click.echo(f"no table of `{source}` holds what {made.activity} uses")
    elif applied:
        names = ", ".join(view.name for view in made.views)
        click.echo(f"made on `{source}`: {names}")
        click.echo("next: run `placket work`, which keeps them fresh")
    else:
        click.echo(sql, nl=False)
