"""What the gate answers beside decisions: how many, why not, and what was found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A reason and how many persons it is the first to deny."""

    code: str
    clause: str
    changes_when: str
    persons: int
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """How many persons an activity may address, and a row per reason lost, largest first."""

    activity: str
    channel: str
    at: int
    persons: int
    permitted: int
    lost: tuple[Lost, ...]
