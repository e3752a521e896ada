"""The difference between two policies as a value: clauses, rules, what follows, new triggers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Change(StrEnum):
    """What became of a clause or of a rule."""

    ADDED = "added"
    REMOVED = "removed"
    RETITLED = "retitled"
    REWORDED = "reworded"
    CHANGED = "changed"
    MOVED = "moved"


class Effect(StrEnum):
    """What a change of the rules means for persons."""

    ACTIVITY_ADDED = "activity_added"
    ACTIVITY_ENDED = "activity_ended"
    BASIS_CHANGED = "basis_changed"
    INTEREST_CHANGED = "interest_changed"
    PURPOSE_ADDED = "purpose_added"
    PURPOSE_ENDED = "purpose_ended"
    DATUM_ADDED = "datum_added"
    DATUM_ENDED = "datum_ended"
    CHANNEL_ADDED = "channel_added"
    CHANNEL_ENDED = "channel_ended"
    RECIPIENT_ADDED = "recipient_added"
    RECIPIENT_ENDED = "recipient_ended"
    RECIPIENT_CHANGED = "recipient_changed"
    TRANSFER_ADDED = "transfer_added"
    TRANSFER_ENDED = "transfer_ended"
    SAFEGUARD_CHANGED = "safeguard_changed"
    PERIOD_LONGER = "period_longer"
    PERIOD_SHORTER = "period_shorter"
    PERIOD_CHANGED = "period_changed"
    PERIOD_ADDED = "period_added"
    PERIOD_ENDED = "period_ended"
    CONSENT_ADDED = "consent_added"
    CONSENT_ENDED = "consent_ended"
    CONSENT_WIDENED = "consent_widened"
    WORDING_CHANGED = "wording_changed"
    PROFILING_ADDED = "profiling_added"
    AUTOMATED_ADDED = "automated_added"
    RIGHT_ENDED = "right_ended"
    RIGHT_CHANGED = "right_changed"
    CONTROLLER_CHANGED = "controller_changed"
    AGE_CHANGED = "age_changed"


PERIODS: Final = frozenset(effect for effect in Effect if effect.value.startswith("period_"))
"""What becomes of how long data are kept."""


class Duty(StrEnum):
    """What is owed to the persons whom an effect concerns."""

    NONE = "none"
    TELL = "tell"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words of a clause. what: `same`, `out` (only in the old text) or `in`."""

    what: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChange:
    """What became of the text of one clause.

    changes: added or removed alone, or retitled and reworded. words: the prose with its words
    that went and came; empty where the prose is the same.
    """

    clause: str
    title: str
    title_before: str
    changes: tuple[Change, ...]
    words: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChange:
    """One key of a rule, as the block writes it; empty text where it is not written."""

    key: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """What became of one rule.

    before, after: what it says in sentences. A rule with all its keys as before is told only
    where it moved to another clause.
    """

    kind: str
    name: str
    clause: str
    clause_before: str
    changes: tuple[Change, ...]
    before: str = ""
    after: str = ""
    keys: tuple[KeyChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What a change means. about: the activity, consent, recipient or data it happens to.

    is_material: persons are told before it holds. duty: whether they are told or asked again.
    source: the law that asks for it.
    """

    effect: Effect
    about: tuple[str, ...]
    clause: str
    before: str = ""
    after: str = ""
    regions: tuple[str, ...] = ()
    duty: Duty = Duty.NONE
    source: str = ""

    @property
    def is_material(self) -> bool:
        """Say whether the persons concerned are told of it, or asked again."""
        return self.duty is not Duty.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A reason to assess the impact first. Source: GDPR Art. 35."""

    code: str
    about: str
    clause: str
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All that a policy changes of another, in order of the new text.

    old, new: the names of the versions.
    """

    old: str
    new: str
    clauses: tuple[ClauseChange, ...]
    rules: tuple[RuleChange, ...]
    consequences: tuple[Consequence, ...]
    triggers: tuple[Trigger, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether neither a word nor a rule changed."""
        return not (self.clauses or self.rules)

    @property
    def material(self) -> tuple[Consequence, ...]:
        """Return what the persons concerned are told of, or asked again for."""
        return tuple(c for c in self.consequences if c.is_material)
