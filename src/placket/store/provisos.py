"""What must hold of a person in the very transaction that writes about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.standing.layout import Layout
from placket.store.clusters import hold
from placket.store.standings import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.standing.standing import Standing
    from placket.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Proviso:
    """What must hold of `person` when facts about them are written, or none is.

    digest: the fold by which they stand; holds: told their standing, it raises what refuses.
    """

    person: str
    digest: str
    holds: Callable[[Standing | None], None]


def expect(session: Session, proviso: Proviso | None) -> None:
    """Ask for the standing under a lock that nobody passes who writes about the person.

    Raises what the proviso raises.
    """
    if proviso is None:
        return
    session.share()
    hold(session, [proviso.person])
    proviso.holds(read(session, Layout(digest=proviso.digest, names=()), proviso.person))
