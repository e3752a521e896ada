"""Open the installation that a command works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.cli.bar import bar
from placket.gate.instants import parse_instant
from placket.gate.opening import open_gate
from placket.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from placket.gate.gate import Gate


def open_installation(config: Path | None) -> Gate:
    """Return the open gate; standing that must be built anew shows its progress.

    Raises SettingsUnusable, and what the ledger or the keyring refuses with.
    """
    settings = read_settings(config)
    with bar("building standing") as progress:
        return open_gate(settings, progress=progress)


def instant_of(gate: Gate, written: str | None) -> int | None:
    """Return the instant in microseconds UTC, a bare day in the policy's zone; None for none.

    Raises NotAnInstant.
    """
    return None if written is None else parse_instant(written, gate.policy.front.timezone)
