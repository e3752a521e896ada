"""What is written into files of their own: each acknowledged once the call returned."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

import click

from placket.catalogue.filenames import OWN
from placket.cli.eligible import write_lines
from placket.cli.written import write_out
from placket.sources.folder import Folder
from placket.sources.mail import FolderPost
from placket.web.api.keys import new_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from tests.crash.traced import Say

LINES: Final = [f"p_{number:016x}" for number in range(400)]
TEXT: Final = "# A notice\n" + "What we hold, and why.\n" * 100
BEFORE: Final = b"what stood there before\n"


def written_files(folder: Path, say: Say) -> None:
    """Write each kind of file twice over, and delete one."""
    keys, store = folder / "keys.toml", Folder(folder)
    post = FolderPost(folder=folder, sender="shop@example.com", clock=lambda: 0)
    command = click.Context(click.Command("notice"))

    def out() -> None:
        with command.scope():
            write_out(TEXT, folder / "notice.md")

    acts: list[Callable[[], object]] = [
        lambda: new_key(keys, "till", ["decide"]),
        lambda: new_key(keys, "shop", ["decide"]),
        lambda: write_lines(folder / "ids.txt", LINES),
        out,
        lambda: post.send(to="ada@example.org", subject="A", body=TEXT, name="r_1"),
        lambda: store.put(f"{OWN}lease", BEFORE),
        lambda: store.put(f"{OWN}lease", BEFORE * 2),
        lambda: write_lines(folder / "ids.txt", LINES[:9]),
        lambda: store.delete("ids.txt"),
    ]
    for act in acts:
        act()
        say(json.dumps(_whole(folder)))


def hasty_file(folder: Path, say: Say) -> None:
    """Write a file as one should not: renamed into place before it is on the disk."""
    for body in (BEFORE, BEFORE * 50):
        part = folder / "part"
        part.write_bytes(body)
        part.replace(folder / "settings")
        at = os.open(folder, os.O_RDONLY)
        os.fsync(at)
        os.close(at)
        say(json.dumps(_whole(folder)))


def _whole(folder: Path) -> Mapping[str, str]:
    return {path.name: path.read_bytes().hex() for path in sorted(folder.iterdir())}


def expected(said: Iterable[str]) -> Iterator[Mapping[str, bytes]]:
    """Yield the files after each act, none before the first."""
    yield {}
    for each in said:
        yield {name: bytes.fromhex(body) for name, body in json.loads(each).items()}


def is_part(name: str) -> bool:
    """Say whether a file of this name is none yet: a draft, which the next writing replaces."""
    return name.startswith(".") or name.endswith((".new", "part"))
