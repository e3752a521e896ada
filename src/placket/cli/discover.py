"""`placket discover`: draft a catalogue from a live database."""

from __future__ import annotations

import click

from placket.catalogue import parse
from placket.cli.init import read_schema
from placket.cli.options import json_option
from placket.cli.outcome import DONE, write_json
from placket.sources.draft import draft_catalogue


@click.command("discover")
@click.argument("url")
@click.option("--name", default="shop", show_default=True, help="The source's name.")
@json_option
def command(url: str, *, name: str, as_json: bool) -> int:
    """Draft a catalogue from the schema of the database at URL, and print it.

    Rows are not read. Each guess stands under `confirm`, for a person to look at.
    """
    schema = read_schema(url)
    text = draft_catalogue(schema, name=name, source=name)
    if not as_json:
        click.echo(text, nl=False)
        return DONE
    drafted = parse(text).catalogue
    tables = drafted.tables() if drafted is not None else ()
    write_json(
        {
            "catalogue": text,
            "tables": [
                {
                    "table": table.name,
                    "subject": table.subject is not None,
                    "holds": {held.category: list(held.columns) for held in table.holds},
                    "confirm": list(table.confirm),
                }
                for _, table in tables
            ],
        }
    )
    return DONE
