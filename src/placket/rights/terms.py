"""The terms under which a request is answered: laws, zone, what the policy says, settings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.rights.right import Right
from placket.rights.said import Said, said_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from placket.law.calendar import Instant
    from placket.law.rules import Law
    from placket.policy.compile import Place, Policy

HOUR: Final = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation chooses.

    wait_hours: how long an unanswered notice to all known addresses stands in for a second
    proof. attempts: wrong codes after which codes no longer count. prompt_days: within how many
    days of receipt a question about identity is prompt, where a law asks for that: our reading
    of the word, as no source counts the days.
    owner: whose a request is until it is given to somebody.
    """

    wait_hours: int = 72
    attempts: int = 10
    prompt_days: int = 7
    owner: str = "privacy_manager"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Terms:
    """What a request of one person is judged by.

    laws: of every place where the person may be; the earliest deadline of them counts.
    said: what the policy says of each right, the strictest of these places.
    """

    laws: tuple[Law, ...]
    zone: ZoneInfo
    said: Mapping[Right, tuple[Said, ...]]
    settings: Settings = Settings()

    @property
    def wait(self) -> Instant:
        """Return the wait for a stop, in microseconds."""
        return self.settings.wait_hours * HOUR

    def may_ask_evidence(self, right: Right) -> bool:
        """Say whether the clauses of every place let evidence be asked for."""
        return all(said.may_ask_evidence for said in self.said[right])

    def meanwhile(self, right: Right) -> frozenset[str]:
        """Return what the clauses of any place do while the request is open."""
        return frozenset[str]().union(*(said.meanwhile for said in self.said[right]))


def terms_of(policy: Policy, places: tuple[Place, ...], settings: Settings | None = None) -> Terms:
    """Return the terms for a person who is in one of `places`; of none: in any of the policy.

    Whose country is unknown has every place, so the earliest deadline and the least is asked.
    """
    here = places or policy.places
    packs = dict.fromkeys(place.pack for place in here)
    return Terms(
        laws=tuple(policy.laws[pack] for pack in packs),
        zone=policy.front.timezone,
        said=_said(policy, here),
        settings=settings or Settings(),
    )


@lru_cache(maxsize=64)
def _said(policy: Policy, places: tuple[Place, ...]) -> Mapping[Right, tuple[Said, ...]]:
    """Return what the policy says of each right in the places; asked at every move of a request."""
    rights = {right: tuple(said_of(policy, right, place) for place in places) for right in Right}
    return MappingProxyType(rights)
