"""What the demo writes while it runs: steps, progress on the error stream, tables."""

from __future__ import annotations

import io
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from placket.web.look.reason_words import reason_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from placket.gate.answers import Funnel


def silent() -> Console:
    """Return a console whose words go nowhere."""
    return Console(file=io.StringIO(), quiet=True)


@dataclass(slots=True)
class Telling:
    """Writes to a terminal: what is found on standard output, progress on the error stream.

    found: the same in figures, for those who want JSON.
    """

    out: Console = field(default_factory=lambda: Console(highlight=False, soft_wrap=False))
    err: Console = field(default_factory=lambda: Console(stderr=True))
    steps: int = 0
    found: dict[str, object] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def step(self, title: str) -> None:
        """Begin the next numbered step."""
        self.steps += 1
        self.out.print()
        self.out.print(f"[bold]{self.steps}  {title}[/bold]")
        self.out.print("─" * min(self.out.width, 80), style="dim")

    def line(self, text: str = "", style: str = "") -> None:
        """Write one line as it stands."""
        self.out.print(text, style=style, markup=False)

    def lines(self, lines: Iterator[str] | Sequence[str]) -> None:
        """Write several lines as they stand."""
        for line in lines:
            self.line(line)

    def elapsed(self) -> float:
        """Return the seconds since the demo began."""
        return time.monotonic() - self.began

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None]]:
        """Lend a function that shows what is done of what: a bar, or nothing off a terminal."""
        columns = (
            TextColumn("{task.description:24}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(
            *columns, console=self.err, transient=True, disable=not sys.stderr.isatty()
        ) as bars:
            tasks = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                bars.update(tasks[what], completed=done, total=max(total, done))

            yield show

    def funnels(self, funnels: Sequence[Funnel]) -> None:
        """Write a table of who may be addressed, with the reasons that lose most."""
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", pad_edge=False)
        table.add_column("activity", no_wrap=True)
        table.add_column("channel", no_wrap=True)
        table.add_column("may", justify="right", no_wrap=True)
        table.add_column("may not", justify="right", no_wrap=True)
        table.add_column("why not, the commonest", no_wrap=True, overflow="ellipsis")
        for funnel in funnels:
            more = f" +{len(funnel.lost) - 1}" if len(funnel.lost) > 1 else ""
            table.add_row(
                funnel.activity,
                funnel.channel,
                f"{funnel.permitted:,}",
                f"{funnel.persons - funnel.permitted:,}",
                f"{funnel.lost[0].persons:,} {funnel.lost[0].code}{more}" if funnel.lost else "",
            )
        self.out.print(table)

    def funnel(self, funnel: Funnel) -> None:
        """Write one funnel: everybody, a row per reason lost, and who is left."""
        named = f"{funnel.activity} by {funnel.channel}" if funnel.channel else funnel.activity
        self.line(named, style="bold")
        rows = [(funnel.persons, "persons are known")]
        rows += [(-lost.persons, reason_words(lost.code)) for lost in funnel.lost]
        rows.append((funnel.permitted, "may be addressed"))
        self.lines([f"  {count:>8,}  {words}" for count, words in rows])
