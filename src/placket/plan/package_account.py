"""What a copy tells beside the rows: all that GDPR Art. 15(1) and 15(2) ask for."""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from placket.facts import Fact, Kind
from placket.law.calendar import to_datetime
from placket.plan.explaining import About, Received
from placket.plan.package_document import (
    Category,
    Choice,
    Complaint,
    Condition,
    Kept,
    Look,
    Machine,
    Omission,
    Passage,
    Receiver,
)
from placket.plan.plan import Action
from placket.policy import vocabulary
from placket.policy.compile import holds_in, kept_by, uses_of
from placket.policy.rules import Automated, Recipient, Retain, Right, Transfer, as_dict
from placket.rights.citing import cited
from placket.rights.moves import marked
from placket.rights.remedies import authorities_for
from placket.standing.consents import WORDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.law.calendar import Instant
    from placket.plan.asking import Asking
    from placket.plan.package_document import Records
    from placket.plan.plan import Plan
    from placket.policy.compile import Place, Policy

DECIDED: Final = frozenset(
    {"credit_application", "credit_history", "interest_profile", "limited_profile"}
)
"""Categories that hold what a machine decided or guessed of a person."""
_DECISION: Final = "decision."
"""Tables that tell of decisions hold their outcomes, whatever category the columns have."""


def moment(at: Instant) -> str:
    """Return an instant as RFC 3339 in UTC."""
    return to_datetime(at, UTC).isoformat().replace("+00:00", "Z")  # type: ignore[arg-type]


def categories_told(about: Iterable[About]) -> tuple[Category, ...]:
    """Return what is told of each category, in the order of the vocabulary."""
    told = {each.category: each for each in about}
    turns = dict.fromkeys((*vocabulary.terms("data"), *told))
    return tuple(
        Category(
            category=each.category,
            purposes=each.purposes,
            bases=each.bases,
            clauses=each.clauses,
            may_receive=each.recipients,
            periods=each.periods,
            goes_at=None if each.goes_at is None else moment(each.goes_at),
            sources=each.sources,
            automated=each.automated,
        )
        for each in (told[name] for name in turns if name in told)
    )


def passages_told(about: Iterable[About], facts: Iterable[Fact]) -> tuple[Passage, ...]:
    """Return who got data, the latest first: what was passed together is one passage.

    facts: of the person; they also tell of data that are no longer held.
    """
    found: dict[Received, set[str]] = {}
    for each in about:
        for received in each.received:
            found.setdefault(received, set()).add(each.category)
    for fact in facts:
        if fact.kind is Kind.SHARED:
            received = Received(at=fact.occurred_at, recipient=fact.recipient)
            found.setdefault(received, set()).update(fact.data)
    return tuple(
        Passage(at=moment(received.at), recipient=received.recipient, data=tuple(sorted(data)))
        for received, data in sorted(found.items(), key=lambda pair: pair[0], reverse=True)
    )


def looks_told(facts: Iterable[Fact]) -> tuple[Look, ...]:
    """Return when data were used and what for, the latest first."""
    used = sorted(
        (fact.occurred_at, fact.activity, fact.data) for fact in facts if fact.kind is Kind.USED
    )
    return tuple(
        Look(at=moment(at), activity=activity, data=data) for at, activity, data in reversed(used)
    )


CHOICES: Final = frozenset(
    {
        Kind.CONSENT_REQUESTED,
        Kind.CONSENT_GIVEN,
        Kind.CONSENT_CONFIRMED,
        Kind.CONSENT_REFUSED,
        Kind.CONSENT_WITHDRAWN,
        Kind.PREFERENCE_OFF,
        Kind.PREFERENCE_ON,
        Kind.OBJECTED,
        Kind.RESTRICTED,
        Kind.AUTOMATION_DECLINED,
        Kind.AUTOMATION_ACCEPTED,
        Kind.REQUESTED,
    }
)
"""What a person says: it stands in the ledger, and in no table of the shop."""


def choices_told(facts: Iterable[Fact]) -> tuple[Choice, ...]:
    """Return what the person said, the latest first."""
    said = {fact.id: fact for fact in facts if fact.kind in CHOICES}
    turns = sorted(said.values(), key=lambda fact: (fact.occurred_at, fact.id), reverse=True)
    return tuple(
        Choice(
            at=moment(fact.occurred_at),
            said=fact.kind.value,
            about=fact.what or fact.topic or fact.activity,
            channel=fact.channel,
            wording=next(iter(marked(fact, WORDING)), ""),
            route=fact.route,
        )
        for fact in turns
    )


@lru_cache(maxsize=32)
def transfers_told(policy: Policy, place: Place) -> tuple[Condition, ...]:
    """Return what must hold before data leave for another country."""
    rules = (rule for rule in policy.rules(Transfer) if holds_in(rule, place))
    return tuple(
        Condition(name=rule.name, needs_any=rule.needs_any, clause=rule.clause) for rule in rules
    )


def receivers_told(asking: Asking, about: Iterable[About]) -> tuple[Receiver, ...]:
    """Return who may receive something that is held of the person, and what protects it there."""
    named = {name for each in about for name in each.recipients}
    return tuple(rule for names, rule in _receivers(asking.policy, asking.place) if named & names)


@lru_cache(maxsize=32)
def _receivers(policy: Policy, place: Place) -> tuple[tuple[frozenset[str], Receiver], ...]:
    rules = (rule for rule in policy.rules(Recipient) if holds_in(rule, place))
    return tuple((frozenset((*rule.names, *rule.name)), _receiver(rule)) for rule in rules)


def _receiver(rule: Recipient) -> Receiver:
    roles = (rule.role,) if isinstance(rule.role, str) else tuple(as_dict(rule.role))
    return Receiver(
        recipients=rule.name,
        names=rule.names,
        roles=tuple(filter(None, roles)),
        countries=rule.country,
        safeguard=rule.safeguard,
        clause=rule.clause,
    )


def machines_told(
    asking: Asking, about: Iterable[About], tables: Iterable[Records]
) -> tuple[Machine, ...]:
    """Return the decisions by machine in which the person's data are used, with their outcomes."""
    named = {name for each in about for name in each.automated}
    rules = (r for r in asking.policy.rules(Automated) if holds_in(r, asking.place))
    outcomes = tuple(_outcomes(asking, tables))
    return tuple(_machine(asking, rule, outcomes) for rule in rules if rule.name in named)


def _machine(asking: Asking, rule: Automated, outcomes: tuple[str, ...]) -> Machine:
    activities = [each for each in asking.activities if each.name in rule.activities]
    return Machine(
        name=rule.name,
        decides=rule.decides,
        needed_for=rule.needed_for,
        gateways=dict(as_dict(rule.gateway)),
        looks_at=_each(datum for activity in activities for datum in uses_of(activity)),
        purposes=_each(purpose for activity in activities for purpose in activity.purpose),
        review=str(rule.review) if rule.review is not None else "",
        clause=rule.clause,
        outcomes=outcomes,
    )


def _outcomes(asking: Asking, tables: Iterable[Records]) -> Iterator[str]:
    """Yield the files in which outcomes of decisions stand."""
    for records in tables:
        source = asking.catalogue.source(records.source)
        table = source.table(records.table) if source is not None else None
        tells = table.tells if table is not None else ()
        of_decisions = any(tell.event.startswith(_DECISION) for tell in tells)
        if of_decisions or any(column.category in DECIDED for column in records.columns):
            yield records.file


def kept_told(asking: Asking, about: Iterable[About]) -> tuple[Kept, ...]:
    """Return what is kept of the data held on a ground of law. Source: GDPR Art. 17(3)."""
    held = {each.category for each in about}
    rules = (r for r in asking.policy.rules(Retain) if r.ground and holds_in(r, asking.place))
    return tuple(
        Kept(
            data=tuple(data),
            ground=rule.ground,
            period=str(rule.period),
            law=law_of(asking, rule.law),
            clause=rule.clause,
        )
        for rule in rules
        if (data := _kept_of(rule, held))
    )


def _kept_of(rule: Retain, held: set[str]) -> list[str]:
    return sorted(datum for datum in held if vocabulary.covers(kept_by(rule), datum))


def law_of(asking: Asking, named: Any) -> str:
    """Return the law that a rule names for the person's place, empty where it names none."""
    laws = as_dict(named)
    lineage = asking.policy.lineage.get(asking.place.pack, ())
    return next((str(laws[pack]) for pack in lineage if pack in laws), "")


def omissions_told(asking: Asking, plan: Plan) -> tuple[Omission, ...]:
    """Return each omission of the plan with its reason."""
    place = asking.policy.laws[asking.place.pack]
    return tuple(
        Omission(
            source=step.source,
            table=step.table,
            columns=step.columns,
            rows=len(step.rows),
            ground=step.because.ground,
            law=cited(step.because.law, place),
            clause=step.because.clause,
        )
        for step in plan.steps
        if step.action is Action.WITHHOLD
    )


@lru_cache(maxsize=32)
def rights_told(policy: Policy, place: Place) -> tuple[str, ...]:
    """Return the rights that the policy names in the place, in the order of the vocabulary."""
    named = {rule.name for rule in policy.rules(Right) if holds_in(rule, place)}
    return tuple(name for name in vocabulary.terms("right") if name in named - {"any"})


def complaints_told(asking: Asking, country: str) -> tuple[Complaint, ...]:
    """Return where the person may complain."""
    found = authorities_for(asking.policy, (asking.place,), country)
    return tuple(Complaint(name=a.name, country=a.country, url=a.url) for a in found)


def _each(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
