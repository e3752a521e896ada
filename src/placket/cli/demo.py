"""`placket demo`: the reference retailer, real transactions, end to end; then serves it."""

from __future__ import annotations

from pathlib import Path

import click

from placket.cli.options import PORTS, Finite, json_option
from placket.cli.outcome import DONE, Ended, write_json
from placket.demo.examples import DEFAULT, example_names, example_policy


@click.command("demo")
@click.option(
    "--policy",
    "name",
    default=DEFAULT,
    show_default=True,
    help="The example retailer whose policy runs.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("placket-demo"),
    show_default=True,
    help="Where the demo is made; an earlier one is made anew.",
)
@click.option("--url", default="", help="The shop's database; default a SQLite file in the folder.")
@click.option(
    "--port",
    type=PORTS,
    default=8600,
    show_default=True,
    help="Where it is served; 0 takes a free one.",
)
@click.option(
    "--scale",
    type=Finite(min=0.001, max=10),
    default=1.0,
    hidden=True,
    help="The part of the transactions taken.",
)
@click.option("--no-serve", is_flag=True, help="Stop when the run is over.")
@json_option
def command(  # noqa: PLR0913 - one parameter an option
    name: str,
    folder: Path,
    url: str,
    port: int,
    scale: float,
    *,
    no_serve: bool,
    as_json: bool,
) -> int:
    """Build the reference retailer, run the main job on it, then serve its pages."""
    from placket.cli.serve import listening, serve  # noqa: PLC0415 - slow to load
    from placket.demo.run import Demo, run, today  # noqa: PLC0415 - slow to load
    from placket.demo.telling import Telling, silent  # noqa: PLC0415 - slow to load

    try:
        policy = example_policy(name)
    except FileNotFoundError:
        raise Ended(
            f"there is no example policy `{name}`",
            f"name one of {', '.join(example_names())}",
            code=2,
        ) from None
    folder = folder.resolve()
    demo = Demo(
        folder=folder,
        url=url or f"sqlite:///{folder / 'shop.db'}",
        policy=policy,
        today=today(),
        telling=Telling(out=silent()) if as_json else Telling(),
        scale=scale,
    )
    if not no_serve:
        listening(demo.settings.host, port).close()  # a taken port is told before the run
    with run(demo):
        pass
    if as_json:
        write_json(demo.telling.found)
    if not no_serve:
        if not as_json:
            click.echo("\nThe first of these pages is the notice, each clause beside its rule.")
        serve(demo.settings, port=port)
    return DONE
