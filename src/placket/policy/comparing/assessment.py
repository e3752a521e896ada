"""What asks for an impact assessment before it begins. Source: GDPR Art. 35(3), WP 248."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy import vocabulary
from placket.policy.comparing.difference import Trigger
from placket.policy.compile import activities_of, uses_of
from placket.policy.rendering.lay import lay, lay_list
from placket.policy.rules import Automated, Datum

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.parse import Document
    from placket.policy.rules import Activity

WATCHED: Final = frozenset({"cctv_footage"})
FOLLOWED: Final = frozenset({"location", "gps_location", "cell_id", "product_geolocation"})
_AUDIENCE: Final = frozenset({"custom_audience", "lookalike"})
_HEALTH: Final = "user.health_and_medical"


def new_triggers(old: Document, new: Document) -> tuple[Trigger, ...]:
    """Return what asks for an assessment under `new` and did not under `old`."""
    known = {(trigger.code, trigger.about, trigger.words) for trigger in triggers_of(old)}
    found = {(t.code, t.about, t.words): t for t in triggers_of(new)}
    return tuple(trigger for key, trigger in found.items() if key not in known)


def triggers_of(document: Document) -> Iterator[Trigger]:
    """Yield everything in the policy that asks for an assessment, in order of the text."""
    special = _special(document)
    for rule in document.rules():
        if isinstance(rule, Automated) and not rule.draft:
            yield from _automated(rule)
    for variants in activities_of(document).values():
        for activity in variants:
            yield from _of_activity(activity, special)


def _automated(rule: Automated) -> Iterator[Trigger]:
    for decided in rule.decides or (rule.name,):
        yield Trigger(
            code="automated",
            about=rule.name,
            clause=rule.clause,
            words=f"a machine alone decides on {lay(decided)}",
            source="GDPR Art. 35(3)(a)",
        )


def _of_activity(activity: Activity, special: Mapping[str, str]) -> Iterator[Trigger]:
    uses = set(uses_of(activity))

    def trigger(code: str, words: str, source: str) -> Trigger:
        return Trigger(
            code=code, about=activity.name, clause=activity.clause, words=words, source=source
        )

    sensitive = sorted(uses & special.keys())
    if sensitive:
        kinds = lay_list(sorted({special[datum] for datum in sensitive}))
        words = f"special data ({kinds}) are used: {lay_list(sensitive)}"
        yield trigger("special", words, "GDPR Art. 35(3)(b)")
    if uses & WATCHED:
        words = "people are watched where the public goes"
        yield trigger("monitoring", words, "GDPR Art. 35(3)(c)")
    if uses & FOLLOWED:
        words = f"people are followed: {lay_list(sorted(uses & FOLLOWED))}"
        yield trigger("location", words, "WP 248 rev.01, III.B, criterion 3")
    if activity.profiling:
        words = "people are profiled"
        yield trigger("profiling", words, "GDPR Art. 35(3)(a); WP 248 rev.01, III.B, criterion 1")
    if _AUDIENCE & set(activity.purpose) or activity.lookalike:
        words = "customers are matched at a platform for advertising"
        yield trigger("audience", words, "WP 248 rev.01, III.B, criterion 6; CNIL SAN-2025-017")


def _special(document: Document) -> dict[str, str]:
    """Return the kind of each datum that is special by a rule, or by its term."""
    found = {
        name: "health"
        for name, term in vocabulary.terms("data").items()
        if term.fides.startswith(_HEALTH)
    }
    for rule in document.rules():
        if isinstance(rule, Datum) and rule.special:
            found.update(dict.fromkeys(vocabulary.members(rule.what), rule.special))
    return found
