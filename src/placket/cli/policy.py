"""`placket policy`: publish a version of the policy, and list the versions."""

from __future__ import annotations

from pathlib import Path

import click

from placket.cli.bar import bar
from placket.cli.check import as_plain, read_text, show
from placket.cli.installation import open_installation
from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, PROBLEMS, write_json
from placket.gate.instants import rfc3339
from placket.gate.opening import Published, publish
from placket.problems import Severity, has_errors
from placket.settings import policy_file


@click.group("policy")
def command() -> None:
    """Publish a version of the policy, or list the versions."""


@command.command("publish")
@click.argument("policy", type=click.Path(path_type=Path))
@click.option("--by", default="cli", show_default=True, help="Who publishes, by an id.")
@config_option
@json_option
def publish_policy(policy: Path, *, by: str, config: Path | None, as_json: bool) -> int:
    """Publish POLICY, a file or its folder: decisions follow it from its effective day.

    A policy with an error changes nothing, and the exit code is 1.
    """
    text = read_text(policy)
    with open_installation(config) as gate, bar("building standing") as progress:
        done = publish(gate, text, str(policy_file(policy)), by=by, progress=progress)
    shown = [p for p in done.problems if p.severity is not Severity.NOTE]
    if as_json:
        problems = [as_plain(problem) for problem in shown]
        write_json({"version": done.version or None, "problems": problems})
    else:
        show(shown, text.split("\n"))
        click.echo(_line(done))
    return DONE if done.version else PROBLEMS


def _line(done: Published) -> str:
    if done.version:
        return f"version {done.version} is published"
    count = sum(has_errors((problem,)) for problem in done.problems)
    return f"not published: {count} error{'s' if count != 1 else ''}"


@command.command("list")
@config_option
@json_option
def list_policies(*, config: Path | None, as_json: bool) -> int:
    """List the published versions, by the instant they take effect."""
    with open_installation(config) as gate:
        now = gate.now()
        rows = [
            {
                "version": kept.version,
                "effective_from": rfc3339(kept.effective_from),
                "published_at": rfc3339(kept.published_at),
                "digest": kept.digest,
                "in_force": kept.version == gate.versions.version_at(now),
            }
            for kept in gate.versions.kept
        ]
    if as_json:
        write_json(rows)
    elif not rows:
        click.echo("nothing is published; next: placket policy publish POLICY")
    else:
        for row in rows:
            word = "in force" if row["in_force"] else ""
            click.echo(f"{row['version']}  from {row['effective_from']}  {word}".rstrip())
    return DONE
