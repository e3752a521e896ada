"""`placket policy`: publish a version of the policy, and list the versions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from placket.cli.bar import bar, bars
from placket.cli.check import as_plain, read_text, show
from placket.cli.eligible import expect_room, write_lines
from placket.cli.installation import open_installation
from placket.cli.options import Id, config_option, json_option
from placket.cli.outcome import DONE, PROBLEMS, write_json
from placket.gate.instants import rfc3339
from placket.gate.notices import change_of, record_shown
from placket.gate.opening import Published, publish
from placket.problems import Severity, has_errors
from placket.settings import policy_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.gate.gate import Gate
    from placket.store.ledger import Progress


@click.group("policy")
def command() -> None:
    """Publish a version of the policy, or list the versions."""


@command.command("publish")
@click.argument("policy", type=click.Path(path_type=Path))
@click.option("--by", type=Id(), default="cli", show_default=True, help="Who publishes, by an id.")
@config_option
@json_option
def publish_policy(policy: Path, *, by: str, config: Path | None, as_json: bool) -> int:
    """Publish POLICY, a file or its folder: decisions follow it from its effective day.

    A policy with an error changes nothing, and the exit code is 1. Where the version before is
    changed in what persons are told of, it says how many they are.
    """
    text = read_text(policy)
    with open_installation(config) as gate, bars() as progress:
        done = publish(
            gate,
            text,
            str(policy_file(policy)),
            by=by,
            progress=partial(progress, "building standing"),
        )
        owed = _owed(gate, done.version, progress=partial(progress, "folding everybody"))
    shown = [p for p in done.problems if p.severity is not Severity.NOTE]
    if as_json:
        problems = [as_plain(problem) for problem in shown]
        write_json({"version": done.version or None, "problems": problems, **owed})
    else:
        show(shown, text.split("\n"))
        click.echo(_line(done))
        for line in _owed_lines(done.version, owed):
            click.echo(line)
    return DONE if done.version else PROBLEMS


def _owed(gate: Gate, version: str, *, progress: Progress) -> dict[str, int]:
    """Return how many changes are material, and how many persons are told or asked again.

    Empty where nothing was published or nothing stood before.
    """
    if not version or gate.versions.pair(version)[0] is None:
        return {}
    with change_of(gate, version, progress=progress) as asked:
        return {
            "material": len(asked.difference.material),
            "to_be_told": asked.count_told(),
            "to_be_asked": asked.count_asked(),
        }


def _owed_lines(version: str, owed: dict[str, int]) -> Iterator[str]:
    if not owed:
        return
    if not owed["material"]:
        yield "nothing in it is material: nobody need be told"
        return
    told, asked = owed["to_be_told"], owed["to_be_asked"]
    yield f"{told:,} {_persons(told)} to be told: placket policy told {version} --out FILE"
    if asked:
        yield (
            f"{asked:,} {_persons(asked)} to be asked again:"
            f" placket policy told {version} --of asked --out FILE"
        )


def _persons(count: int) -> str:
    return "person is" if count == 1 else "persons are"


@command.command("told")
@click.argument("version")
@click.option("--out", type=click.Path(path_type=Path), help="Write the ids to this file.")
@click.option(
    "--of",
    "whose",
    type=click.Choice(("told", "asked")),
    default="told",
    show_default=True,
    help="Who is told of the changes, or whose yes is asked for again.",
)
@click.option(
    "--record",
    "listed",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Record that those listed in this file were told.",
)
@click.option("--by", type=Id(), default="cli", show_default=True, help="Who told them, by an id.")
@config_option
@json_option
def told_of(  # noqa: PLR0913 - one parameter an option
    version: str,
    *,
    out: Path | None,
    whose: str,
    listed: Path | None,
    by: str,
    config: Path | None,
    as_json: bool,
) -> int:
    """List who is to be told of what VERSION changes, or record that they were.

    Without --out the ids go to standard output, one a line. What --record records is the fact
    that the notice was shown to each of them.
    """
    if out is not None:
        expect_room(out)
    with open_installation(config) as gate:
        if listed is not None:
            persons = listed.read_text(encoding="utf-8").split()
            new = record_shown(gate, version, persons, by=by, route="cli")
            _tell_recorded(len(set(persons)), new, as_json=as_json)
            return DONE
        with (
            bar("folding everybody") as progress,
            change_of(gate, version, progress=progress) as asked,
        ):
            ids = asked.list_asked() if whose == "asked" else asked.list_told()
            _tell_listed(ids, out, as_json=as_json)
    return DONE


def _tell_recorded(persons: int, new: int, *, as_json: bool) -> None:
    if as_json:
        write_json({"persons": persons, "facts": new})
    elif new:
        click.echo(f"recorded: the notice was shown to {persons:,} persons")
    else:
        click.echo("recorded before: nothing is new")


def _tell_listed(ids: Iterable[str], out: Path | None, *, as_json: bool) -> None:
    if out is not None:
        written = write_lines(out, ids)
        if as_json:
            write_json({"file": str(out), "persons": written})
        else:
            click.echo(f"{written:,} ids written to {out}")
    elif as_json:
        write_json(list(ids))
    else:
        for person in ids:
            click.echo(person)


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
