"""Pages beside the notice: cookies, changes of the policy, contact and complaint."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from placket.policy.rendering.leaflets import change_page, contact_page, cookie_page
from placket.policy.rendering.outline import direction_of
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from typing import Any

    from starlette.requests import Request
    from starlette.responses import Response

    from placket.policy.compile import Policy

_MICROSECONDS = 1_000_000


def cookies(request: Request) -> Response:
    """Answer with what is stored on a device, why, and how it is switched off."""
    policy = request.app.state.gate.policy
    return _leaflet("cookies.html", policy, found=cookie_page(policy))


def changes(request: Request) -> Response:
    """Answer with how a change is told, and with every version and its first day."""
    gate = request.app.state.gate
    policy, now = gate.policy, gate.now()
    zone = policy.front.timezone
    versions = [
        {
            "name": kept.version,
            "day": datetime.fromtimestamp(kept.effective_from / _MICROSECONDS, UTC)
            .astimezone(zone)
            .date(),
            "in_force": kept.version == policy.front.version,
            "to_come": kept.effective_from > now,
        }
        for kept in reversed(gate.versions.kept)
    ]
    return _leaflet("changes.html", policy, sayings=change_page(policy), versions=versions)


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
