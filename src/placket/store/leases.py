"""Leases: who may work at a task until when, and the number that shuts out earlier holders."""

from dataclasses import replace
from typing import Final

from placket.store.refusals import LeaseLost
from placket.store.register import Fence
from placket.store.session import Session

_SECOND: Final = 1_000_000


def take(session: Session, task: str, holder: str, now: int, seconds: int) -> Fence | None:
    """Return a fence with a new number; None while somebody else's lease runs.

    Who holds the lease and asks again gets a new number too: a twin of the same name is shut out.
    """
    until = now + seconds * _SECOND
    row = session.one("take_lease", task, holder, until, now)
    return None if row is None else Fence(task=task, holder=holder, number=row[0], until=until)


def renew(session: Session, fence: Fence, now: int, seconds: int) -> Fence | None:
    """Return the fence with a later end; None when it is not the newest."""
    until = now + seconds * _SECOND
    is_newest = session.run("renew_lease", until, fence.task, fence.number)
    return replace(fence, until=until) if is_newest else None


def release(session: Session, fence: Fence) -> None:
    """End a lease. Its number counts on, so that the fence is good for nothing from here."""
    session.run("release_lease", fence.task, fence.number)


def expect(session: Session, fence: Fence | None) -> None:
    """Raise LeaseLost unless the fence is the newest; it stays so until the transaction ends."""
    if fence is not None and session.one("newest_lease", fence.task, fence.number) is None:
        raise LeaseLost(LeaseLost.__doc__)
