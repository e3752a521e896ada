"""Bars as SVG text: sizes are attributes, colours are classes, so that no style is inline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from placket.policy.rendering.lay import thousands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.answers import Funnel


def share(part: int, whole: int) -> str:
    """Return `part` of `whole` in percent with one digit; what is not nothing is visible."""
    if whole <= 0 or part <= 0:
        return "0"
    return f"{max(100 * part / whole, 0.5):.1f}"


def bar(kept: int, lost: int, whole: int, label: str) -> Markup:
    """Return a bar: the kept part filled, the lost part after it dashed.

    label: the same in words, for who hears the page; empty hides the picture from them.
    """
    filled, end = share(kept, whole), share(min(kept + lost, whole), whole)
    named = (
        Markup('role="img" aria-label="{}"').format(label)
        if label
        else Markup('aria-hidden="true"')
    )
    parts = [Markup('<svg class="bar" width="100%" height="14" {}>').format(named)]
    parts.append(Markup('<line class="ground" x1="0" x2="100%" y1="13" y2="13"/>'))
    if kept > 0:
        parts.append(
            Markup('<rect class="kept" x="0" y="1" width="{}%" height="12"/>').format(filled)
        )
    if lost > 0:
        parts.append(
            Markup('<line class="lost" x1="{}%" x2="{}%" y1="7" y2="7"/>').format(filled, end)
        )
    return Markup("").join([*parts, Markup("</svg>")])


_LENGTH: Final = 320
_INSET: Final = 2
_KNOT: Final = "4.5"


def lifeline(used: int, whole: int, label: str) -> Markup:
    """Return a thread of `whole` days with a knot at today. label: the same in words."""
    part = min(max(used / whole, 0), 1) if whole > 0 else 1
    end = _LENGTH - _INSET
    at = f"{_INSET + part * (end - _INSET):.0f}"
    return Markup(
        '<svg class="life" viewBox="0 0 {0} 12" role="img" aria-label="{1}">'
        '<line x1="{2}" y1="6" x2="{3}" y2="6"/>'
        '<line class="past" x1="{2}" y1="6" x2="{4}" y2="6"/>'
        '<circle cx="{4}" cy="6" r="{5}"/></svg>'
    ).format(_LENGTH, label, _INSET, end, at, _KNOT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelRow:
    """One reason: how many it loses, how many are left after it, and its bar."""

    code: str
    clause: str
    changes_when: str
    lost: int
    left: int
    picture: Markup


def funnel_rows(funnel: Funnel) -> Iterator[FunnelRow]:
    """Yield a row per reason, each beginning where the one before ended."""
    left = funnel.persons
    for reason in funnel.lost:
        left -= reason.persons
        yield FunnelRow(
            code=reason.code,
            clause=reason.clause,
            changes_when=reason.changes_when,
            lost=reason.persons,
            left=left,
            picture=bar(
                left,
                reason.persons,
                funnel.persons,
                f"{thousands(reason.persons)} lost, {thousands(left)} left",
            ),
        )
