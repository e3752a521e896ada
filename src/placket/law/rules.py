"""What the law of one place says on one day, as plain typed values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from placket.law.calendar import Duration
from placket.law.deadlines import AnswerRule, Start, WorkingDays
from placket.law.grounds import Ground, Prohibition


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFact:
    """One fact of law as a pack states it: in force from `since`, until `until` exclusive.

    checked: somebody read the source for it; an unchecked fact is general knowledge.
    """

    value: object
    since: date
    until: date | None
    source: str
    checked: bool
    note: str


class ConsentKind(StrEnum):
    """What a consent, or the memory of a choice, is about when its lifetime is asked."""

    DEFAULT = "default"
    COOKIE_CHOICE = "cookie_choice"
    AUDIENCE_TRACER = "audience_tracer"
    AUDIENCE_RECORDS = "audience_records"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftOptIn:
    """Every condition under which a customer is addressed without prior consent.

    Source: ePrivacy Directive 2002/58/EC Art. 13(2); PECR 2003 reg. 22(3).
    """

    channels: frozenset[str]
    got_from: str
    by: str
    occasions: frozenset[str]
    similar: str
    refusal_offered: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRule:
    """Whether a live marketing call needs consent, and which registers of refusal bind.

    existing_contract: a call about a running contract needs no consent.
    Source: ePrivacy Directive 2002/58/EC Art. 13(3); PECR 2003 reg. 21.
    """

    consent: bool
    registers: tuple[str, ...]
    existing_contract: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPixel:
    """Whether a pixel in a mail needs a consent of its own, and which uses are exempt.

    Source: ePrivacy Directive 2002/58/EC Art. 5(3).
    """

    separate_consent: bool
    exempt: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRule:
    """How soon a complaint is acknowledged, and whether an electronic form must be offered.

    Source: Data Protection Act 2018 s. 164A.
    """

    acknowledge: Duration
    electronic_form: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectionRule:
    """What an objection stops, and what ends it.

    marketing_ends: only this ends an objection to marketing; others_until: an objection to
    a legitimate interest stops that activity until this; passes_with: what this records.
    Source: GDPR Art. 21.
    """

    marketing_ends: str
    others_until: str
    passes_with: str
    shown_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomatedRule:
    """What a solely automated decision with legal or similar effect needs.

    gateways: one of them, or any basis when empty; safeguards: all of them;
    special_categories: one of them, when special categories are used.
    Source: GDPR Art. 22; UK GDPR Art. 22A to 22D.
    """

    gateways: frozenset[str]
    safeguards: frozenset[str]
    special_categories: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRule:
    """Whose adequacy decisions count, and which safeguards serve without one.

    Source: GDPR Art. 45, 46, 49; UK GDPR Art. 45A to 49.
    """

    adequacy_by: str
    safeguards: frozenset[str]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """What one pack says on one day.

    facts: what each field rests on, by its path (`breach_hours`, `consent_ages.DK`).
    data_protection_law: as its articles are cited. device_law: what wants a yes to storing or
    reading on a device; refusal_law: what ends messages once they are refused.
    consent_lifetime: None where the law sets no time. retention_norms: periods that
    authorities or statutes name, to draft from; never a rule by themselves.
    Source: GDPR, ePrivacy Directive and their national law, fact by fact.
    """

    request_months: int
    extension_months: int
    request_starts: frozenset[Start]
    clarification_excluded: bool
    holiday_calendar: WorkingDays
    complaint: ComplaintRule | None
    third_party_notice_months: int
    breach_hours: int
    consent_ages: Mapping[str, int]
    default_consent_age: int
    soft_opt_in: SoftOptIn
    consent_channels: frozenset[str]
    call_rule: CallRule
    mail_pixel: MailPixel
    device_exempt: frozenset[str]
    audience_matching_consent: bool
    double_opt_in_expected: bool
    consent_lifetime: Mapping[ConsentKind, Duration | None]
    suggested_cookie_choice: Duration
    objection: ObjectionRule
    automated: AutomatedRule
    duty_countries: frozenset[str]
    recall_law: str
    data_protection_law: str
    device_law: str
    refusal_law: str
    transfers: TransferRule
    authority: tuple[str, ...]
    retention_norms: Mapping[str, Duration]
    passes: Mapping[Prohibition, frozenset[Ground]]
    facts: Mapping[str, LawFact]

    @property
    def answer_rule(self) -> AnswerRule:
        """How the time to answer a request is counted (GDPR Art. 12(3))."""
        return AnswerRule(
            months=self.request_months,
            extension_months=self.extension_months,
            starts=self.request_starts,
            excludes_clarification=self.clarification_excluded,
        )

    def source(self, path: str) -> str:
        """Return the law behind a field, or behind one entry of it: `passes.lock`.

        Raises KeyError when the pack states no such fact.
        """
        return self.facts[path].source

    def checked(self, path: str) -> bool:
        """Say whether somebody read the source of a field; KeyError when there is none."""
        return self.facts[path].checked

    def consent_age(self, country: str | None) -> int:
        """Return the age from which a child consents alone to an online service.

        country: ISO 3166 code; a country unknown or not in the pack has the strictest age.
        Source: GDPR Art. 8(1); UK GDPR Art. 8.
        """
        strictest = max(self.default_consent_age, *self.consent_ages.values())
        return self.consent_ages.get(country, strictest) if country else strictest

    def lets_pass(self, prohibition: Prohibition, ground: Ground) -> bool:
        """Say whether an activity on `ground` goes on in spite of `prohibition`.

        Source: GDPR Art. 17(3), 18(2), 21(1); the pack's matrix.
        """
        return ground in self.passes[prohibition]
