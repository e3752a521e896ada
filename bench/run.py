"""Run benchmarks by name, print each row as it is measured, keep them as JSON on request."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from bench import crowd, diff, growth, memory, reading, rights, scan, served, verify, view, writing
from bench.ground import FULL, SIZES, SMALL, Ground
from bench.measure import short, told
from tests.servers import find_mariadb, find_postgres, mariadb_server, postgres_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bench.measure import Row

BENCHES: Final[Mapping[str, Callable[[Ground], Iterator[Row]]]] = {
    memory.NAME: memory.measure,
    reading.NAME: reading.measure,
    served.NAME: served.measure,
    crowd.NAME: crowd.measure,
    writing.ONE: writing.measure_one,
    writing.BATCHES: writing.measure_batches,
    writing.PASSAGES: writing.measure_passages,
    verify.NAME: verify.measure,
    diff.NAME: diff.measure,
    view.NAME: view.measure,
    rights.NAME: rights.measure,
    scan.NAME: scan.measure,
    growth.NAME: growth.measure,
}
"""Every benchmark by name, in the order of the table in docs/explanation/speed.md."""

_ROOM: Final = 2


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--size", "size_name", type=click.Choice([SMALL.name, FULL.name]), default=SMALL.name)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the rows here.")
def main(names: tuple[str, ...], size_name: str, json_file: Path | None) -> None:
    """Measure Placket's jobs, each beside its floor; without a NAME all but growth."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        raise click.UsageError(f"no benchmark `{unknown[0]}`; there are {', '.join(BENCHES)}")
    rows: list[dict[str, Any]] = []
    with ground_of(size_name) as ground:
        for name in names or [each for each in BENCHES if each != growth.NAME]:
            click.echo(f"{name}  (load of the machine {os.getloadavg()[0]:.1f})", err=True)
            for row in BENCHES[name](ground):
                click.echo(line_of(row))
                sys.stdout.flush()
                rows.append({**row.as_json(), "load": os.getloadavg()[0]})
    if json_file is not None:
        json_file.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")


@contextmanager
def ground_of(size_name: str) -> Iterator[Ground]:
    """Lend what benchmarks stand on, all of it gone at the end."""
    size = SIZES[size_name]
    with tempfile.TemporaryDirectory(prefix="placket-bench-") as made, ExitStack() as servers:
        _expect_room(Path(made), size.crowd * crowd.DISK_BYTES_A_PERSON * _ROOM)
        postgres = mariadb = ""
        if find_postgres() is not None:
            postgres = servers.enter_context(postgres_server(fsync=True)).url
        else:
            click.echo("left out: PostgreSQL (no server is installed)", err=True)
        if find_mariadb() is not None:
            mariadb = servers.enter_context(mariadb_server()).url
        else:
            click.echo("left out: MariaDB (no server is installed)", err=True)
        yield Ground(folder=Path(made), size=size, server=postgres, mariadb=mariadb)


def _expect_room(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted:
        gigabytes = 1e9
        raise click.ClickException(
            f"{free / gigabytes:.0f} GB are free under {folder.parent}, this size wants"
            f" {wanted / gigabytes:.0f}; set TMPDIR, or choose `--size {SMALL.name}`"
        )


def line_of(row: Row) -> str:
    """Return a row as one line."""
    if row.measured is None:
        return f"  {row.job}: {row.verdict}, {row.note}"
    parts = [f"  {row.job}: {row.measured}"]
    if row.floor is not None and row.ratio is not None:
        parts.append(f"floor {row.floor} [{row.floor_name}], ratio {short(row.ratio)}")
    target = told(row.target, row.measured)
    parts.append(f"{target}: {row.verdict}" if target else row.verdict)
    return "; ".join([*parts, row.note] if row.note else parts)
