"""The decision table said a second time: slow, plain, over the raw facts of one person.

Nothing here knows intervals, columns or condition trees. Each row of the table is a method of
the same name; it yields what it denies, as a code and the data concerned (none: the whole act).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from placket.facts import Fact, Kind
from placket.law.calendar import Duration
from placket.law.grounds import Prohibition
from placket.law.packs import expand_countries
from placket.policy import vocabulary
from placket.policy.compile import (
    Policy,
    consents_for,
    holds_in,
    is_direct_marketing,
    is_marketing,
    uses_of,
)
from placket.policy.period import After
from placket.policy.rules import (
    Access,
    AudienceAge,
    Automated,
    Consent,
    Cookie,
    Limit,
    Recipient,
    Role,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from placket.decide.question import Question
    from placket.policy.compile import Place

    Connected = Callable[[str, str], int | None]
    Private = Mapping[str, Mapping[str, object]]

from tests.property.held import NOBODY, Denial, Held, asked_data
from tests.property.person import Person, meets, period_of, sees


class Verdict(NamedTuple):
    """What the oracle says: the outcome, the data that may be used, the codes of every no."""

    outcome: str
    data: frozenset[str]
    codes: frozenset[str]


def denied(*codes: str) -> Verdict:
    return Verdict("deny", NOBODY, frozenset(codes))


def oracle(  # noqa: PLR0913, PLR0917 - one person's whole case, part by part
    policy: Policy,
    facts: Iterable[Fact],
    private: Private,
    connected: Connected,
    question: Question,
    at: int,
) -> Verdict:
    """Return what the table says of `question` for the person of `facts` at `at`."""
    known = sorted(
        {fact.id: fact for fact in facts if fact.occurred_at <= at}.values(),
        key=lambda fact: (fact.occurred_at, fact.id),
    )
    if question.activity not in policy.activities:
        return denied("declared.activity")
    if not known:
        return denied("subject.unknown")
    person = Person(policy, tuple(known), private, connected, at)
    places = person.places()
    if not places:
        return denied("declared.country")
    lost: set[str] = set()
    codes: set[str] = set()
    is_denied = False
    for place in places:
        case = case_in(place, person, question)
        if case is not None:
            lost |= set(asked_data(policy, question)) - set(case.asked)
        for denial in case.table() if case is not None else (Denial("declared.region"),):
            codes.add(denial.code)
            lost |= denial.data
            is_denied |= not denial.data or (case is not None and bool(denial.data & case.must))
    if is_denied:
        return Verdict("deny", NOBODY, frozenset(codes))
    return Verdict("permit", frozenset(asked_data(policy, question)) - lost, frozenset(codes))


def case_in(place: Place, person: Person, question: Question) -> Case | None:
    """Return the question as it stands in one place, None when no rule speaks there."""
    activity = person.policy.variant(question.activity, place)
    if activity is None:
        return None
    channels = {c for rule in person.policy.activities[question.activity] for c in rule.channel}
    only = next(iter(channels)) if len(channels) == 1 else ""
    return Case(person, question, place, activity, question.channel or only)


@dataclass(frozen=True)
class Case(Held):
    """A question about one person in one place: the rows of the table."""

    def table(self) -> Iterator[Denial]:
        rows = (
            self.declared,
            self.erased_and_locked,
            self.purpose,
            self.restricted,
            self.objection,
            self.role,
            self.age,
            self.special,
            self.automated,
            self.basis,
            self.situation,
            self.device,
            self.marketing_channel,
            self.recipient,
            self.access,
            self.retention,
            self.preference,
            self.frequency,
        )
        for row in rows:
            yield from row()

    def declared(self) -> Iterator[Denial]:
        activity, question = self.activity, self.question
        if activity.channel and not self.channel:
            yield Denial("declared.channel_unnamed")
        elif self.channel and self.channel not in activity.channel:
            yield Denial("declared.channel")
        undeclared = set(self.asked) - set(uses_of(activity))
        yield from self.denying("declared.data", undeclared)
        if question.sender and activity.sender and question.sender not in activity.sender:
            yield Denial("declared.sender")
        if activity.occasion and not question.occasion:
            yield Denial("declared.occasion")
        if not activity.offered:
            yield Denial("declared.not_offered")

    # What the person chose.

    def reaches(self, no: Fact) -> bool:
        """Say whether an objection is to this marketing."""
        purposes = {p for rule in self.variants for p in rule.purpose}
        if no.channel and no.channel != self.channel:
            return False
        if no.activity:
            return no.activity == self.activity.name
        return not no.what or no.what == "direct_marketing" or no.what in purposes

    @property
    def has_choices(self) -> bool:
        """Choices on marketing are kept by the channels that the clauses name."""
        return any(
            self.channel in (rule.channel or ("",)) for rule in self.variants if is_marketing(rule)
        )

    def marketing_yeses(self) -> list[Fact]:
        """Return each yes that counts wherever the person may be and a rule speaks."""
        spoken = [(self.policy.variant(self.activity.name, p), p) for p in self.person.places()]
        return [
            yes
            for name, consent in self.policy.consents.items()
            if isinstance(consent, Consent)
            and all(name in self.covering(rule, place) for rule, place in spoken if rule)
            for yes in self.person.yeses(name, self.channel)
        ]

    def objection(self) -> Iterator[Denial]:
        if is_marketing(self.activity):
            noes = [no for no in self.person.objections() if self.reaches(no)]
            if self.has_choices and self.person.stands(noes, self.marketing_yeses()):
                yield Denial("objection.direct_marketing")
        elif self.objects_to_interest() and not self.passes(Prohibition.OBJECTION):
            yield Denial("objection.legitimate_interest")

    def objects_to_interest(self) -> bool:
        if self.activity.basis not in {"legitimate_interest", "public_task"}:
            return False
        purposes = {p for rule in self.variants for p in rule.purpose}
        return any(
            not self.is_overruled(fact)
            for fact in self.person.objections()
            if fact.activity == self.activity.name or fact.what in purposes
        )

    def is_overruled(self, objection: Fact) -> bool:
        decisions = [f for f in self.person.of(Kind.OBJECTION_DECIDED) if f.about == objection.id]
        last = max((f.occurred_at for f in decisions), default=0)
        newest = [f for f in decisions if f.occurred_at == last]
        return bool(newest) and all("overruled" in f.marks for f in newest)

    def role(self) -> Iterator[Denial]:
        if self.passes(Prohibition.ROLE):
            return
        about = self.activity.about
        if about and not any(self.is_met_as(name) for name in about):
            yield Denial("role.not_concerned")
        for datum in self.asked:
            if self.came_free(datum):
                continue
            roles = [role for f in self.held_since(datum) if (role := self.role_of(f))]
            if any(self.activity.name not in role.confined_to for role in roles):
                yield Denial("role.confined", frozenset({datum}))

    def is_met_as(self, name: str) -> bool:
        collected = self.person.of(Kind.DATA_COLLECTED)
        if any(f"role:{name}" in fact.marks for fact in collected):
            return name in {role.name for role in self.policy.rules(Role)}
        return any(
            event in role.taken_by
            for role in self.policy.rules(Role)
            if role.name == name
            for fact in self.person.facts
            for event in self.person.events_of(fact)
        )

    def age(self) -> Iterator[Denial]:
        if self.passes(Prohibition.AGE) or self.person.of(Kind.GUARDIAN_AGREED):
            return  # an agreement ends with the age, but then nothing asks for it
        if self.activity.basis == "consent" and self.person.is_under(self.person.consent_age):
            yield Denial("age.consent")
        for rule in self.policy.rules(AudienceAge):
            if self.activity.name not in rule.activities or not holds_in(rule, self.place):
                continue
            unknown = self.person.born is None and rule.unknown_age == "deny"
            if unknown or self.person.is_under(rule.age):
                yield Denial("age.audience")

    def automated(self) -> Iterator[Denial]:
        words = {"contract": "contract", "law": "law", "consent": "explicit_consent"}
        for rule in self.policy.rules(Automated):
            if self.activity.name not in rule.activities or not holds_in(rule, self.place):
                continue
            gateways = {words[str(word)] for word in as_dict(rule.gateway).values()}
            allowed = self.law.automated.gateways
            if allowed and not (gateways and gateways <= allowed):
                yield Denial("automated.no_gateway")
            elif allowed and "explicit_consent" in gateways and not self.has_marketing_consent():
                yield Denial("automated.no_explicit_consent")
            if rule.review is None:
                yield Denial("automated.no_review")
            if self.activity.condition not in self.conditions:
                yield from self.denying("automated.special_data", self.sensitive)
            if rule.if_declined and self.has_declined(rule.name):
                yield Denial("automated.declined")

    @property
    def conditions(self) -> set[str]:
        """Return the conditions on which a machine may decide by special data."""
        words = self.law.automated.special_categories
        letters = {"a"} if "explicit_consent" in words else set()
        return letters | {"g" for word in words if word.endswith("public_interest")}

    def has_declined(self, name: str) -> bool:
        declined, accepted = Kind.AUTOMATION_DECLINED, Kind.AUTOMATION_ACCEPTED
        said = [f for f in self.person.of(declined, accepted) if f.what == name]
        last = max((fact.occurred_at for fact in said), default=0)
        return any(f.occurred_at == last and f.kind is declined for f in said)

    # The legal basis, the device, the channel.

    def basis(self) -> Iterator[Denial]:
        match self.activity.basis:
            case "consent":
                yield from self.consent()
            case "contract":
                if not any(self.person.things(name) for name in self.activity.relation):
                    yield Denial("basis.no_contract")
            case "legal_obligation":
                yield from self.obligation()
            case "vital_interest" | "public_task":
                if not self.question.occasion:
                    yield Denial("basis.no_occasion")
            case "":
                yield Denial("basis.none")
            case _:
                return  # an interest is weighed in the policy

    def obligation(self) -> Iterator[Denial]:
        if not set(as_dict(self.activity.law)) & set(self.policy.lineage[self.place.pack]):
            yield Denial("basis.no_law")
        triggers = self.activity.relation
        if triggers and not any(self.person.things(name) for name in triggers):
            yield Denial("basis.no_trigger")

    def covers_recipient(self, name: str) -> bool:
        named = getattr(self.policy.consents[name], "recipients", ())
        recipient = self.question.recipient
        return not named or not recipient or recipient in named

    def consent(self) -> Iterator[Denial]:
        here = self.covering(self.activity, self.place)
        wanted = consents_for(self.policy, self.activity, self.channel)
        needed = [name for name in wanted if name in self.activity.needs]
        for group in [[name] for name in needed] if needed else [here]:
            asked = [n for n in group if n in here and self.covers_recipient(n)]
            states = [state for name in asked for state in self.states(name)]
            if "given" in states:
                continue
            worst = ("refused", "unconfirmed", "expired", "not_given")
            yield Denial("basis.consent_" + next((w for w in worst if w in states), "not_given"))

    def situation(self) -> Iterator[Denial]:
        limited_to = self.activity.open_while
        if limited_to is not None and not self.person.condition(limited_to):
            yield Denial("situation.closed")

    def device(self) -> Iterator[Denial]:
        if self.activity.device != "stores":
            return
        cookies = [c for c in self.policy.rules(Cookie) if holds_in(c, self.place)]
        wanted = [c.name for c in cookies if c.name in self.activity.needs]
        if not any(self.person.consent_state(name, "") == "given" for name in wanted):
            yield Denial("device.no_consent")

    def marketing_channel(self) -> Iterator[Denial]:
        if not (self.channel and is_direct_marketing(self.activity)):
            return
        if self.passes(Prohibition.CHANNEL):
            return
        if self.has_choices and self.is_channel_refused():
            yield Denial("channel.refused")
        is_mail = self.channel in vocabulary.ELECTRONIC_MAIL | self.law.consent_channels
        if self.channel == "phone":
            yield from self.live_call()
        elif is_mail and not (self.has_marketing_consent() or self.has_soft_opt_in()):
            yield Denial("channel.no_soft_opt_in")

    def is_channel_refused(self) -> bool:
        noes = [no for no in self.person.refusals() if self.refuses_messages(no)]
        switched_on = [
            f for f in self.person.of(Kind.PREFERENCE_ON) if f.what == f"channel:{self.channel}"
        ]
        return self.person.stands(noes, [*self.marketing_yeses(), *switched_on])

    def refuses_messages(self, no: Fact) -> bool:
        topics = {rule.topic for rule in self.variants}
        if not meets(no, self.channel) or (no.topic and no.topic not in topics):
            return False
        if any(topic and f"keep:{topic}" in no.marks for topic in topics):
            return False
        if not no.what:
            return True
        consent = self.policy.consents.get(no.what)
        if not isinstance(consent, Consent):
            return False
        there = not consent.channel or self.channel in consent.channel
        if not there or not any(is_direct_marketing(r) for r in self.person.covered(no.what)):
            return False
        own = {n for rule in self.variants for n in consents_for(self.policy, rule, self.channel)}
        return no.what in own or not self.is_spared_by_other_noes()

    def is_spared_by_other_noes(self) -> bool:
        if any(rule.basis != "consent" for rule in self.variants):
            return False
        for limit in self.policy.rules(Limit):
            ruled = limit.own_preferences and self.channel in limit.channels
            there = not limit.regions or any(
                not rule.regions or set(rule.regions) & set(limit.regions) for rule in self.variants
            )
            if ruled and there and self.limits(limit, self.activity.name):
                return False
        return True

    def has_soft_opt_in(self) -> bool:
        terms, rule = as_dict(self.activity.soft_opt_in), self.law.soft_opt_in
        offered = terms.get("refusal_offered", ())
        offered = {offered} if isinstance(offered, str) else set(offered)
        said = (
            terms.get("got_from") == rule.got_from
            and terms.get("by") == rule.by
            and terms.get("similar") == rule.similar
            and rule.refusal_offered <= offered
            and self.channel in rule.channels
        )
        obtained = filter(self.person.is_own, self.person.of(Kind.CONTACT_OBTAINED))
        return said and any(map(self.is_sale_contact, obtained))

    def is_sale_contact(self, fact: Fact) -> bool:
        needed = {"got_from:data_subject", "by:this_retailer", "refusal_offered"}
        occasions = {mark.removeprefix("in:") for mark in fact.marks if mark.startswith("in:")}
        return (
            fact.channel == self.channel
            and needed <= set(fact.marks)
            and bool(occasions & self.occasions())
        )

    def occasions(self) -> frozenset[str]:
        """Those that every law accepts, where it is not known which law holds."""
        if self.person.country:
            return self.law.soft_opt_in.occasions
        accepted = [law.soft_opt_in.occasions for law in self.policy.laws.values()]
        return frozenset.intersection(*accepted)

    def live_call(self) -> Iterator[Denial]:
        if self.has_marketing_consent():
            return
        if self.law.call_rule.consent:
            yield Denial("channel.call_needs_consent")
            return
        listed = [f for f in self.person.of(Kind.REGISTER_LISTED) if f.channel == "phone"]
        cleared = [f for f in self.person.of(Kind.REGISTER_CLEARED) if f.channel == "phone"]
        if self.person.stands(listed, cleared):
            yield Denial("channel.register")

    # To whom, and who looks.

    def recipient(self) -> Iterator[Denial]:
        name = self.question.recipient
        if not name:
            return
        shares: Any = as_dict(self.activity.shares).get("to", ())
        named = {*self.activity.recipients, *([shares] if isinstance(shares, str) else shares)}
        rules = [r for r in self.policy.rules(Recipient) if name in r.name]
        rules = [r for r in rules if holds_in(r, self.place)]
        if name not in named or not rules:
            yield Denial("declared.recipient")
            return
        rule = rules[0]
        if self.roles_of(rule) & {"processor", "joint"} and not rule.contract:
            yield Denial("recipient.no_contract")
        near = {"EEA", "GB", *expand_countries("EEA"), *self.law.duty_countries}
        if set(rule.country) - near and not rule.safeguard:
            yield Denial("recipient.no_safeguard")
        if rule.gets:
            kept_back = [d for d in self.asked if not sees(rule.gets, d)]
            yield from self.denying("recipient.data", kept_back)

    def roles_of(self, rule: Recipient) -> set[str]:
        """Return in what role the recipient acts here: its role may depend on the activity."""
        if isinstance(rule.role, str):
            return {rule.role}
        by_role = as_dict(rule.role)
        served = {self.activity.name, *self.activity.purpose}
        here = {role for role, names in by_role.items() if served & set(names)}
        return here or set(by_role)

    def access(self) -> Iterator[Denial]:
        actor = self.question.actor
        if not actor:
            return
        named = [r for r in self.policy.rules(Access) if r.role == actor]
        rules = [r for r in named if holds_in(r, self.place)]
        if not rules:
            yield Denial("access.role")
            return
        for datum in self.asked:
            seeing = [r for r in rules if sees(r.sees, datum)]
            if not seeing:
                yield Denial("access.data", frozenset({datum}))
            elif not any(self.may_look(rule) for rule in seeing):
                yield Denial("access.no_open_case", frozenset({datum}))

    def may_look(self, rule: Access) -> bool:
        if rule.open_while is None:
            return True
        return bool(self.question.case) and self.person.condition(rule.open_while)

    # How often.

    def preference(self) -> Iterator[Denial]:
        if self.passes(Prohibition.PREFERENCE):
            return
        used = {c for rules in self.policy.activities.values() for r in rules for c in r.channel}
        if self.channel in used and self.is_off(f"channel:{self.channel}"):
            yield Denial("preference.channel")
        if self.activity.topic and self.is_off(f"topic:{self.activity.topic}"):
            yield Denial("preference.topic")

    def is_off(self, what: str) -> bool:
        offs = [f for f in self.person.of(Kind.PREFERENCE_OFF) if f.what == what]
        ons = [f for f in self.person.of(Kind.PREFERENCE_ON) if f.what == what]
        return self.person.stands(offs, ons)

    def frequency(self) -> Iterator[Denial]:
        if self.passes(Prohibition.FREQUENCY):
            return
        for limit in self.policy.rules(Limit):
            here = limit.allow and holds_in(limit, self.place)
            on_channel = not limit.channels or self.channel in limit.channels
            is_limited = here and on_channel and self.limits(limit, self.activity.name)
            if is_limited and self.is_used_up(limit):
                yield Denial("frequency")

    def limits(self, limit: Limit, activity: str) -> bool:
        rules = self.policy.activities.get(activity, ())
        if activity in limit.activities or any(set(r.purpose) & set(limit.purpose) for r in rules):
            return True
        messages = any(is_marketing(rule) and rule.channel for rule in rules)
        return "direct_marketing" in limit.purpose and messages

    def is_used_up(self, limit: Limit) -> bool:
        allow = as_dict(limit.allow)
        measured = period_of(str(allow["each"]))
        each = measured or Duration(years=999)
        begun = [] if measured else [at for _, at in self.person.things(str(allow["each"]))]
        if isinstance(limit.after, After):
            silence = self.person.ends(limit.after)
            if silence is None or self.person.at < silence:
                return False
        sent = [
            fact
            for fact in self.person.of(Kind.SENT)
            if self.limits(limit, fact.activity)
            and (not limit.channels or fact.channel in limit.channels)
            and self.person.at < self.person.plus(fact.occurred_at, each)
            and fact.occurred_at >= max(begun, default=fact.occurred_at)
        ]
        return len(sent) >= int(str(allow["at_most"]))
