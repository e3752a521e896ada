"""A process that opens a keyring and looks for views over wires that are cut in each answer."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict

from placket.keyring import create_keyring, open_keyring
from placket.keyring.refusals import KeyringUnusable
from placket.sources.connect import SourceUnreachable, parse_url
from placket.sources.replica import Replica
from tests.contract.cut_wire import Wire
from tests.contract.viewed import small_in

if TYPE_CHECKING:
    from collections.abc import Callable

ENDING: Final = 100
"""Bytes at the end on which nothing depends any more: a keyring's farewell and what leads to it."""

ROLLED_BACK: Final = 30
"""Bytes of the very last answer, to the end of what asked and changed nothing."""


def told(
    url: str,
    do: Callable[[str], object],
    refusal: type[Exception],
    bytes_of: Callable[[int], range],
) -> list[str]:
    """Do it over one wire after another; return what each cut came up as.

    bytes_of: after which bytes of the answers to a whole run they are cut.
    """
    found = []
    for after in bytes_of(_over(url, do).passed):
        try:
            _over(url, do, after)
        except refusal as raised:
            found.append(type(raised).__name__)
        except Exception as raised:  # noqa: BLE001 - a driver's own, which is what is looked for
            found.append(f"byte {after}: {type(raised).__module__}.{type(raised).__name__}")
        else:
            found.append(f"byte {after}: nothing")
    return found


def _over(url: str, do: Callable[[str], object], after: int = 0) -> Wire:
    server = conninfo_to_dict(url)
    with Wire((str(server["host"]), int(str(server["port"]))), after) as wire:
        do(url.replace(f":{server['port']}/", f":{wire.port}/"))
    return wire


def _all(size: int) -> range:
    # Not at the first byte: it declines encryption, and the driver by itself calls again without.
    return range(97, size - ENDING, 97)


def _last(size: int) -> range:
    # Before it the library asks for itself, and by itself connects anew.
    return range(size - 3 * ROLLED_BACK, size - ROLLED_BACK, 12)


def opened() -> None:
    """Open a keyring, and tell what came up."""
    url, file = sys.argv[1:]
    create_keyring(url, key_file=Path(file), environ={}).close()

    def opening(over: str) -> None:
        open_keyring(over, key_file=Path(file), environ={}).close()

    sys.stdout.write(json.dumps(told(url, opening, KeyringUnusable, _all)))


def looked() -> None:
    """Look where views stand of which none was made, and tell what came up."""
    [url] = sys.argv[1:]
    plan = small_in(_engine(url)).plan("newsletter")

    def looking(over: str) -> None:
        Replica(_engine(over)).position(plan)

    sys.stdout.write(json.dumps(told(url, looking, SourceUnreachable, _last)))


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(parse_url(url), poolclass=sa.NullPool)
