"""Pages beside the notice: cookies, changes of the policy, contact and complaint."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from placket.law.calendar import date_of
from placket.policy.comparing.telling import says
from placket.policy.diff import compare
from placket.policy.parse import parse
from placket.policy.rendering.leaflets import change_page, contact_page, cookie_page
from placket.policy.rendering.outline import direction_of
from placket.policy.rendering.places import regions_in
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response

    from placket.policy.compile import Policy
    from placket.policy.diff import ClauseChange
    from placket.policy.front import Front
    from placket.store.ledger import KeptPolicy

_TWO: Final = 2  # a version and the one before it


def cookies(request: Request) -> Response:
    """Answer with what is stored on a device, why, and how it is switched off."""
    policy = request.app.state.gate.policy
    return _leaflet("cookies.html", policy, found=cookie_page(policy))


def changes(request: Request) -> Response:
    """Answer with how a change is told, and with every version and its first day."""
    gate = request.app.state.gate
    policy = gate.policy
    versions = tuple(shown_versions(gate.versions.kept, policy.front, now=gate.now()))
    return _leaflet(
        "changes.html",
        policy,
        sayings=change_page(policy),
        versions=versions,
        change=_newest_change(gate.versions.kept),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChange:
    """What the newest version changes of the one before. sentences: what follows for persons."""

    old: str
    new: str
    sentences: tuple[str, ...]
    clauses: tuple[ClauseChange, ...]


def _newest_change(kept: Sequence[KeptPolicy]) -> ShownChange | None:
    newest = kept[-_TWO:]
    return shown_change(newest[0].text, newest[1].text) if len(newest) == _TWO else None


@lru_cache(maxsize=8)
def shown_change(old: str, new: str) -> ShownChange | None:
    """Return what the policy `new` changes of `old`, both as text; None where one is none.

    A version is never changed, so the comparison is kept.
    """
    before, after = parse(old).document, parse(new).document
    if before is None or after is None:
        return None
    found = compare(before, after)
    regions = regions_in((*before.rules(), *after.rules()))
    return ShownChange(
        old=found.old,
        new=found.new,
        sentences=tuple(says(consequence, regions) for consequence in found.consequences),
        clauses=found.clauses,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVersion:
    """A published version with its first day. state: `in force`, `to come` or `ended`."""

    name: str
    day: date
    state: str


def shown_versions(kept: Iterable[KeptPolicy], front: Front, *, now: int) -> Iterator[ShownVersion]:
    """Yield every published version, the newest first. front: of the one in force."""
    for version in sorted(kept, key=lambda one: one.effective_from, reverse=True):
        to_come = version.effective_from > now
        in_force = version.version == front.version
        yield ShownVersion(
            name=version.version,
            day=date_of(version.effective_from, front.timezone),
            state="in force" if in_force else "to come" if to_come else "ended",
        )


def contact(request: Request) -> Response:
    """Answer with who can be reached, how a request is made, and where to complain."""
    policy = request.app.state.gate.policy
    return _leaflet("contact.html", policy, found=contact_page(policy))


def _leaflet(template: str, policy: Policy, **shown: Any) -> Response:
    language = policy.front.language
    return page(
        template,
        cache_control="no-cache",
        front=policy.front,
        language=language,
        direction=direction_of(language),
        **shown,
    )
