"""What the register keeps beside the facts: sealed records of requests, and leases of tasks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One sealed record: a plan, a letter, a package, a certificate or an address.

    body: comes sealed and is never looked into; generation: of the key that sealed it.
    at: when it was made; until: when it is due, None for never. Microseconds UTC.
    """

    kind: str
    id: str
    request: str
    person: str
    at: int
    until: int | None
    state: str
    generation: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """The right to work at a task until an instant, in microseconds UTC.

    number: greater than that of every holder before; whoever has a smaller one writes nothing.
    """

    task: str
    holder: str
    number: int
    until: int
