"""Pages beside the notice: cookies, changes of the policy, contact and complaint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.law.calendar import date_of
from placket.policy.rendering.leaflets import change_page, contact_page, cookie_page
from placket.policy.rendering.outline import direction_of
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response

    from placket.policy.compile import Policy
    from placket.policy.front import Front
    from placket.store.ledger import KeptPolicy


def cookies(request: Request) -> Response:
    """Answer with what is stored on a device, why, and how it is switched off."""
    policy = request.app.state.gate.policy
    return _leaflet("cookies.html", policy, found=cookie_page(policy))


def changes(request: Request) -> Response:
    """Answer with how a change is told, and with every version and its first day."""
    gate = request.app.state.gate
    policy = gate.policy
    versions = tuple(shown_versions(gate.versions.kept, policy.front, now=gate.now()))
    return _leaflet("changes.html", policy, sayings=change_page(policy), versions=versions)


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
