"""The command: one module a command, imported when it is called."""

from __future__ import annotations

from placket.cli.command import main

__all__ = ["main"]
