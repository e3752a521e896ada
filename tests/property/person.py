"""What can be said of one person at one instant, by the raw facts: for the plain model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from placket.facts import Fact, Kind
from placket.law.calendar import (
    OPEN,
    Duration,
    come_of_age,
    end_of_accounting_year,
    end_of_calendar_year,
    end_of_month,
    instant_plus,
    parse_duration,
)
from placket.policy import vocabulary
from placket.policy.compile import (
    Policy,
    consents_for,
    is_direct_marketing,
)
from placket.policy.period import After, Anchor, Latest, Period, UntilAsked, WhileHolds, WhileOpen
from placket.policy.rules import (
    Activity,
    Consent,
    Cookie,
    Status,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from placket.policy.compile import Place

    Connected = Callable[[str, str], int | None]
    Private = Mapping[str, Mapping[str, object]]

CONTACTS = {
    Kind.INTERACTED,
    Kind.RELATION_OPENED,
    Kind.CONSENT_REQUESTED,
    Kind.CONSENT_GIVEN,
    Kind.CONSENT_CONFIRMED,
    Kind.CONSENT_REFUSED,
    Kind.CONSENT_WITHDRAWN,
    Kind.OBJECTED,
    Kind.REQUESTED,
}


@dataclass(frozen=True)
class Person:
    """One person at one instant: what can be said of them whatever is asked."""

    policy: Policy
    facts: tuple[Fact, ...]
    private: Private
    connected: Connected
    at: int

    def of(self, *kinds: Kind) -> list[Fact]:
        return [fact for fact in self.facts if fact.kind in kinds]

    # Where, and how old.

    @cached_property
    def country(self) -> str:
        return "".join(fact.region for fact in self.of(Kind.LOCATED)[-1:])

    def places(self) -> list[Place]:
        """Every place must permit whoever may be anywhere."""
        if not self.country:
            return list(self.policy.places)
        here = self.policy.place_of(self.country)
        return [here] if here is not None else []

    @cached_property
    def born(self) -> date | None:
        days = [self.private.get(f.id, {}).get("birth_date") for f in self.of(Kind.BORN)]
        known = [day for day in days if isinstance(day, str)]
        return date.fromisoformat(known[-1]) if known else None

    def is_under(self, age: int) -> bool:
        zone = self.policy.front.timezone
        return self.born is not None and self.at < come_of_age(self.born, age, zone)

    @cached_property
    def consent_age(self) -> int:
        """The strictest age where it is not known which law holds."""
        here = self.policy.place_of(self.country) if self.country else None
        if here is None:
            return max(law.consent_age(None) for law in self.policy.laws.values())
        return self.policy.laws[here.pack].consent_age(self.country)

    # Periods: an event that has not happened keeps its clock from running out.

    def plus(self, start: int, duration: Duration | None) -> int:
        if duration is None or start == OPEN:
            return start
        return instant_plus(start, duration, self.policy.front.timezone)

    def rounded(self, end: int, rounding: str) -> int:
        zone = self.policy.front.timezone
        if rounding == "accounting_year":
            return end_of_accounting_year(end, self.policy.front.year_end, zone)
        if rounding == "calendar_year":
            return end_of_calendar_year(end, zone)
        return end_of_month(end, zone) if rounding == "month" else end

    def newest(self, anchor: Anchor) -> Fact | None:
        found = [fact for fact in self.facts if self.starts_clock(fact, anchor)]
        return found[-1] if found else None

    def starts_clock(self, fact: Fact, anchor: Anchor) -> bool:
        if anchor.by and fact.channel not in anchor.by:
            return False
        if anchor.event == "interaction":
            return fact.kind in CONTACTS or "contact" in fact.marks
        return anchor.event in self.events_of(fact)

    def events_of(self, fact: Fact) -> tuple[str, ...]:
        if fact.kind is Kind.HAPPENED:
            return (fact.what,)
        if fact.kind is Kind.RELATION_OPENED:
            return (f"{fact.what}.opened",)
        return (f"{fact.what}.closed",) if fact.kind is Kind.RELATION_CLOSED else ()

    def has_begun(self, period: Period) -> bool:
        match period:
            case WhileOpen(relation=relation):
                return bool(self.things(relation))
            case WhileHolds(status=status):
                return self.status_began(status)
            case Latest(parts=parts):
                return any(self.has_begun(part) for part in parts)
            case _:
                return True

    def ends(self, period: Period) -> int | None:
        """Return when the period runs out, None when there is nothing to run out."""
        match period:
            case UntilAsked():
                return OPEN
            case After(anchor=anchor, duration=duration, rounding=rounding):
                fact = self.newest(anchor)
                if fact is None:
                    return OPEN
                return self.rounded(self.plus(fact.occurred_at, duration), rounding)
            case WhileOpen(relation=relation, then=then):
                ends = [self.closed_at(relation, *thing) for thing in self.things(relation)]
                return self.plus(max(ends), then) if ends else None
            case WhileHolds(status=status, then=then):
                end = self.status_ends(status)
                return self.plus(end, then) if end is not None else None
            case Latest(parts=parts):
                found = [end for end in map(self.ends, parts) if end is not None]
                return max(found, default=None)

    def runs(self, period: Period) -> bool:
        end = self.ends(period)
        return end is not None and self.has_begun(period) and self.at < end

    def things(self, relation: str) -> list[tuple[str, int]]:
        """Return each order, case or account with when it was opened; told again is told once."""
        opened: dict[str, int] = {}
        for fact in self.of(Kind.RELATION_OPENED):
            if fact.what == relation:
                opened.setdefault(fact.thing or fact.id, fact.occurred_at)
        return list(opened.items())

    def closed_at(self, relation: str, thing: str, opened: int) -> int:
        """Return when the thing ended: by an end of its own, or by one that names none."""
        ends = [
            fact.occurred_at
            for fact in self.of(Kind.RELATION_CLOSED)
            if fact.what == relation
            and (fact.thing == thing or (not fact.thing and fact.occurred_at >= opened))
        ]
        return max((*ends, opened)) if ends else OPEN

    def is_open(self, relation: str) -> bool:
        return any(self.at < self.closed_at(relation, *thing) for thing in self.things(relation))

    # Statuses count from their event: who never bought is no customer.

    def status(self, name: str) -> Status | None:
        return next((s for s in self.policy.rules(Status) if s.name == name), None)

    def status_parts(self, name: str) -> list[Period]:
        status = self.status(name)
        return [p for p in status.holds_while if self.has_happened(p)] if status else []

    def has_happened(self, period: Period) -> bool:
        if isinstance(period, After):
            return self.newest(period.anchor) is not None
        if isinstance(period, Latest):
            return any(self.has_happened(part) for part in period.parts)
        return self.ends(period) is not None

    def counted(self, period: Period) -> Period:
        """Leave out of `latest of` what has not happened: a status waits for no clock."""
        if not isinstance(period, Latest):
            return period
        return Latest(parts=tuple(p for p in period.parts if self.has_happened(p)))

    def silence_ends(self, name: str) -> int | None:
        status = self.status(name)
        after = status.holds_after if status else None
        if not isinstance(after, After) or self.newest(after.anchor) is None:
            return None
        return self.ends(after)

    def status_began(self, name: str) -> bool:
        begins = self.silence_ends(name)
        if begins is not None:
            return begins <= self.at
        return any(self.has_begun(part) for part in self.status_parts(name))

    def status_ends(self, name: str) -> int | None:
        if self.silence_ends(name) is not None:
            return OPEN
        ends = [self.ends(self.counted(part)) for part in self.status_parts(name)]
        return max((end for end in ends if end is not None), default=None)

    def status_holds(self, name: str) -> bool:
        end = self.status_ends(name)
        return end is not None and self.status_began(name) and self.at < end

    def condition(self, period: Period) -> bool:
        """Say whether a rule's `while` is met: any of what it names."""
        if isinstance(period, Latest):
            return any(self.condition(part) for part in period.parts)
        if isinstance(period, WhileOpen):
            return self.is_open(period.relation)
        return isinstance(period, WhileHolds) and self.status_holds(period.status)

    # A no stands until a later yes: of the same person, or of one already connected.

    def lifts(self, yes: Fact, no: Fact) -> bool:
        if yes.occurred_at <= no.occurred_at:
            return False
        if not no.person or yes.person == no.person:
            return True
        joined = self.connected(yes.person, no.person)
        return joined is not None and yes.occurred_at > joined

    def stands(self, noes: Iterable[Fact], yeses: Iterable[Fact]) -> bool:
        given = list(yeses)
        return any(not any(self.lifts(yes, no) for yes in given) for no in noes)

    def refusals(self) -> list[Fact]:
        noes = self.of(Kind.CONSENT_REFUSED, Kind.CONSENT_WITHDRAWN, Kind.TOMBSTONE)
        said = {"consent_refused", "consent_withdrawn"}
        return [no for no in noes if no.kind is not Kind.TOMBSTONE or said & set(no.marks)]

    def objections(self) -> list[Fact]:
        buried = [fact for fact in self.of(Kind.TOMBSTONE) if "objected" in fact.marks]
        return [*self.of(Kind.OBJECTED), *buried]

    # Consents.

    def given(self, name: str, channel: str) -> list[Fact]:
        """Return each yes to the consent that its rule accepts."""
        consent = self.policy.consents[name]
        facts = [f for f in self.of(Kind.CONSENT_GIVEN) if f.what == name and meets(f, channel)]
        return [fact for fact in facts if is_accepted(fact, consent) and self.is_own(fact)]

    def is_own(self, fact: Fact) -> bool:
        """Say whether it was said since whoever had the identifiers before was erased."""
        erasures = [f.occurred_at for f in self.of(Kind.TOMBSTONE) if "erased" in f.marks]
        return all(fact.occurred_at > at for at in erasures)

    def confirmation(self, yes: Fact, channel: str) -> Fact | None:
        later = (
            fact
            for fact in self.of(Kind.CONSENT_CONFIRMED)
            if fact.what == yes.what
            and fact.person == yes.person
            and can_agree(fact)
            and meets(fact, channel)
            and fact.occurred_at >= yes.occurred_at
        )
        return next(later, None)

    def yes_pairs(self, name: str, channel: str) -> list[tuple[Fact, Fact]]:
        """Return each yes that counts, with the fact from which it does."""
        given = self.given(name, channel)
        if getattr(self.policy.consents[name], "confirm", "single") != "double":
            return [(yes, yes) for yes in given]
        pairs = [(yes, self.confirmation(yes, channel)) for yes in given]
        return [(yes, confirmed) for yes, confirmed in pairs if confirmed is not None]

    def yeses(self, name: str, channel: str) -> list[Fact]:
        found = [confirmed for _, confirmed in self.yes_pairs(name, channel)]
        return sorted(found, key=lambda fact: (fact.occurred_at, fact.id))

    def noes(self, name: str, channel: str) -> list[Fact]:
        return [no for no in self.refusals() if self.refuses_consent(no, name, channel)]

    def refuses_consent(self, no: Fact, name: str, channel: str) -> bool:
        consent = self.policy.consents[name]
        if spares_something(no) and self.only_messages(name):
            return False  # each activity it does not spare is refused on its own
        if no.what:
            return no.what == name and meets(no, channel)
        if no.channel:
            return no.channel == channel
        return isinstance(consent, Consent)  # `stop everything` means no cookie

    def only_messages(self, name: str) -> bool:
        """Say whether all that the consent covers is marketing sent on a channel."""
        if isinstance(self.policy.consents[name], Cookie):
            return False
        covered = self.covered(name)
        return bool(covered) and all(is_direct_marketing(r) and r.channel for r in covered)

    def covered(self, name: str) -> list[Activity]:
        rules = [rule for variants in self.policy.activities.values() for rule in variants]
        return [rule for rule in rules if name in consents_for(self.policy, rule, "")]

    def expires(self, name: str, yes: Fact) -> int:
        period = self.policy.consents[name].period
        if period is None:
            return OPEN
        if not isinstance(period, After):
            end = self.ends(period)
            return yes.occurred_at if end is None else end
        met = self.newest(period.anchor)
        start = max(yes.occurred_at, met.occurred_at if met else yes.occurred_at)
        return self.rounded(self.plus(start, period.duration), period.rounding)

    def consent_state(self, name: str, channel: str) -> str:
        """Return `given`, or why there is no consent now."""
        yeses, waiting = self.yeses(name, channel), self.waiting(name, channel)
        if self.stands(self.noes(name, channel), yeses):
            return "refused"
        if yeses and self.at < self.expires(name, yeses[-1]):
            return "given"
        newest = max((yes.occurred_at for yes in yeses), default=-(2**63))
        if any(yes.occurred_at > newest for yes in waiting):
            return "unconfirmed"
        return "expired" if yeses else "not_given"

    def waiting(self, name: str, channel: str) -> list[Fact]:
        counted = [yes for yes, _ in self.yes_pairs(name, channel)]
        return [yes for yes in self.given(name, channel) if yes not in counted]


def meets(fact: Fact, channel: str) -> bool:
    return not fact.channel or not channel or fact.channel == channel


def spares_something(no: Fact) -> bool:
    return bool(no.topic) or any(mark.startswith("keep:") for mark in no.marks)


def can_agree(fact: Fact) -> bool:
    """Say whether a yes may come this way: some ways can only say no."""
    return fact.route not in {"browser_settings", "unsubscribe_link"}


def is_accepted(yes: Fact, consent: Consent | Cookie) -> bool:
    if not can_agree(yes):
        return False
    if "imported" in yes.marks:
        return "imported" in getattr(consent, "accept", ())
    asked = as_dict(getattr(consent, "asked", ())).get("wording")
    published = {*getattr(consent, "wordings", ()), *([str(asked)] if asked else [])}
    said = {mark.removeprefix("wording:") for mark in yes.marks if mark.startswith("wording:")}
    return not published or (bool(said) and not said - published)


def period_of(word: str) -> Duration | None:
    return parse_duration(word) or parse_duration(f"1 {word}")


def sees(named: tuple[str, ...], datum: str) -> bool:
    return datum in vocabulary.members(named) or bool({"all", "all_held"} & set(named))


def channels_of(consent: Consent | Cookie) -> tuple[str, ...]:
    return getattr(consent, "channel", ()) or ("",)
