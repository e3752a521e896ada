"""Progress on the error stream: a bar on a terminal, nothing else elsewhere."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PATIENCE_SECONDS: Final = 2.0


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that is told how many are done, and of how many.

    The bar appears with the first call and goes at the end; off a terminal nothing is shown.
    """
    with bars() as told:
        yield lambda done, total: told(title, done, total)


@contextmanager
def bars() -> Iterator[Callable[[str, int, int], None]]:
    """Yield a function that is told a title, how many are done, and of how many."""
    if not sys.stderr.isatty():
        yield _unseen
        return

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    shown = Progress(*columns, console=Console(stderr=True), transient=True)
    tasks: dict[str, TaskID] = {}

    def told(title: str, done: int, total: int) -> None:
        # Started here: what has nothing to tell must not touch the terminal.
        shown.start()
        if title not in tasks:
            tasks[title] = shown.add_task(title)
        shown.update(tasks[title], completed=done, total=total)

    try:
        yield told
    finally:
        shown.stop()


@contextmanager
def waiting(title: str) -> Iterator[Callable[[], None]]:
    """Show that something is under way whose end nobody knows, once it takes two seconds.

    Yields a function that ends the showing before the end of the block.
    """
    if not sys.stderr.isatty():
        yield _unheard
        return
    columns = (TextColumn("{task.description}"), SpinnerColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=Console(stderr=True), transient=True)
    shown.add_task(title, total=None)
    later = threading.Timer(_PATIENCE_SECONDS, shown.start)
    later.start()

    def end() -> None:
        later.cancel()
        later.join()
        shown.stop()

    try:
        yield end
    finally:
        end()


def _unheard() -> None:
    """Take no notice."""


def _unseen(_title: str, _done: int, _total: int) -> None:
    """Show nothing."""
