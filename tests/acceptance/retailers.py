"""A retailer's policy as tests ask it: what is told of an invented person, a decision in short."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from placket.decide.decide import decide
from placket.decide.question import DENY, PERMIT, Decision, Question
from placket.facts import Fact, Kind
from placket.policy.load import bind
from placket.policy.parse import Document, parse
from placket.policy.rules import Recipient, Rule
from placket.policy.trace import name_of
from placket.standing.fold import fold
from placket.web.centre.notice import render_notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.policy.compile import Policy

POLICIES = Path(__file__).parents[2] / "policies"
LAW_OF = date(2026, 6, 1)
"""The day whose law holds unless a test says otherwise."""
NOW = "2026-06-01 12:00"
"""When a question is asked unless it says otherwise, UTC."""

Told = tuple[Fact, ...]
R = TypeVar("R", bound=Rule)


class Answer(NamedTuple):
    """A decision in short. because: code and clause of each reason, in order."""

    outcome: str
    because: tuple[str, ...]
    data: tuple[str, ...]
    withheld: tuple[str, ...]


def permit(*because: str, data: Iterable[str] = (), withheld: Iterable[str] = ()) -> Answer:
    return Answer(PERMIT, because, tuple(data), tuple(withheld))


def deny(*because: str, withheld: Iterable[str] = ()) -> Answer:
    return Answer(DENY, because, (), tuple(withheld))


def on_contract(clause: str, *, relations: int = 1) -> tuple[str, ...]:
    """Return why a contract permits: once for each relation that the person has."""
    return (f"permitted.contract {clause}", *[f"permitted.relation {clause}"] * relations)


def on_consent(clause: str, *given: str) -> tuple[str, ...]:
    """Return why a consent permits, with the clause in which each yes is asked for."""
    return (f"permitted.consent {clause}", *(f"permitted.consent_given {c}" for c in given))


def on_interest(clause: str) -> str:
    return f"permitted.legitimate_interest {clause}"


def on_soft_opt_in(clause: str) -> tuple[str, ...]:
    """Return why a buyer who could say no is written to."""
    return (on_interest(clause), f"permitted.soft_opt_in {clause}")


def no_party(clause: str) -> tuple[str, ...]:
    """Return why nothing is done for somebody who is no party to the contract of a clause."""
    return (f"role.not_concerned {clause}", f"basis.no_contract {clause}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The shop's policy and its rules, by kind and name, and the questions asked of it."""

    policy: Policy
    rules: Mapping[tuple[str, str], Any]

    def ask(self, about: Told, activity: str, *, at: str = NOW, **asked: Any) -> Answer:
        """Return what the policy answers about the person of whom `about` is told."""
        return answered(self.policy, about, activity, at=at, **asked)

    def clause(self, clause: str) -> list[Any]:
        """Return the rules of a clause, in order."""
        return list(self.policy.clauses[clause].rules)

    def rule(self, clause: str, kind: type[R], name: str = "") -> R:
        """Return the one rule of a kind in a clause, or the one of that name."""
        rules = [rule for rule in self.clause(clause) if isinstance(rule, kind)]
        (found,) = (rule for rule in rules if not name or name_of(rule) == name)
        return found

    def recipient(self, name: str) -> Recipient:
        """Return the rule that declares a recipient."""
        return next(rule for rule in self.policy.rules(Recipient) if name in rule.name)

    def using(self, datum: str) -> list[str]:
        """Return the activities that use `datum`, in order of the text."""
        named = self.policy.activities.items()
        return [n for n, (v, *_) in named if datum in (*v.uses, *v.uses_also)]

    def unmet(self, country: str) -> dict[str, Answer]:
        """Return what is answered about somebody there who was never met, by activity."""
        return {
            name: self.ask(
                lives(country), name, occasion="any", channel=next(iter(variant.channel), "")
            )
            for name, (variant, *_) in self.policy.activities.items()
        }

    def past_roles(self, country: str) -> dict[str, str]:
        """Return how what no role stops ends for somebody there who was never met."""
        return {
            name: answer.outcome
            for name, answer in self.unmet(country).items()
            if not any(reason.startswith("role.not_concerned") for reason in answer.because)
        }

    def still_names(self, about: Told, activity: str, at: str, *, until: str) -> bool:
        """Say whether a name still serves an interest, and is gone for the right reason.

        until: the clause of the period that ends.
        """
        (variant,) = self.policy.activities[activity]
        answer = self.ask(about, activity, data=("name",), at=at)
        gone = deny(f"retention.ended {until}", withheld=("name",))
        assert answer in {permit(on_interest(variant.clause), data=("name",)), gone}
        return answer != gone


def text_of(retailer: str) -> str:
    """Return the policy of `retailer` as written."""
    return (POLICIES / retailer / "policy.md").read_text(encoding="utf-8")


def read(text: str) -> Document:
    parsed = parse(text)
    assert parsed.problems == ()
    assert parsed.document is not None
    return parsed.document


def rewritten(retailer: str, old: str, new: str) -> Policy:
    """Return the policy of `retailer` with one passage written otherwise."""
    text = text_of(retailer)
    assert text.count(old) == 1
    return bind(read(text.replace(old, new)), on=LAW_OF)


def notice_of(policy: Policy) -> str:
    """Return the words of the notice's page in one line, without their markup."""
    html, _ = render_notice(policy)
    page = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", html.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def shop_of(retailer: str, *, on: date = LAW_OF) -> Shop:
    """Return the shop of `retailer` under its policy, bound to the law of the day `on`."""
    policy = bind(read(text_of(retailer)), on=on)
    rules = {(rule.KIND, name_of(rule)): rule for rule in policy.document.rules()}
    return Shop(policy=policy, rules=rules)


def answered(
    policy: Policy, about: Told, activity: str, *, at: str = NOW, born: str = "", **asked: Any
) -> Answer:
    """Return the answer of `policy` in short, by what had happened until then.

    born: the birth date of the person, which stands sealed in its fact.
    """
    moment = instant(at)
    known = [fact for fact in (*about, *BIRTH) if fact.occurred_at <= moment]
    private = {BIRTH[0].id: {"birth_date": born}} if born else {}
    standing = fold(policy, "priya", known, private=private)
    return in_short(decide(policy, standing, Question(activity=activity, **asked), moment))


def in_short(decision: Decision) -> Answer:
    reasons = tuple(f"{r.code} {r.clause}".rstrip() for r in decision.because)
    return Answer(decision.outcome, reasons, decision.data, decision.withheld)


def instant(on: str) -> int:
    """Return microseconds UTC of `2026-06-01` or `2026-06-01 12:00`, noon unless said."""
    written = datetime.fromisoformat(on if " " in on else f"{on} 12:00").replace(tzinfo=UTC)
    return int(written.timestamp()) * 1_000_000


def told(kind: Kind, on: str, what: str = "", **parts: Any) -> Told:
    """Return the one fact that `kind` occurred on `on`; its id tells it from all others."""
    at = instant(on)
    about = (what, *map(str, parts.values()))
    number = f"{kind.value} {on} {' '.join(filter(None, about))}"
    return (
        Fact(
            id=number,
            kind=kind,
            person="priya",
            occurred_at=at,
            recorded_at=at,
            what=what,
            **parts,
        ),
    )


def lives(country: str) -> Told:
    return told(Kind.LOCATED, "2019-01-01", region=country)


def happened(event: str, on: str) -> Told:
    return told(Kind.HAPPENED, on, event)


def opened(relation: str, on: str, thing: str = "") -> Told:
    return told(Kind.RELATION_OPENED, on, relation, thing=thing)


def closed(relation: str, on: str, thing: str = "") -> Told:
    return told(Kind.RELATION_CLOSED, on, relation, thing=thing)


def ordered(order: str, on: str) -> Told:
    return (*happened("order.placed", on), *opened("order", on, order))


def took(data: tuple[str, ...], on: str, *marks: str, by: str = "") -> Told:
    return told(Kind.DATA_COLLECTED, on, by, data=data, marks=marks)


def erased(data: tuple[str, ...], on: str, *kept: str) -> Told:
    return told(Kind.DATA_ERASED, on, data=data, marks=kept)


def agreed(consent: str, on: str, *, wording: str = "", channel: str = "") -> Told:
    marks = (f"wording:{wording}",) if wording else ()
    return told(Kind.CONSENT_GIVEN, on, consent, channel=channel, marks=marks)


def withdrew(consent: str, on: str, *, channel: str = "", route: str = "") -> Told:
    return told(Kind.CONSENT_WITHDRAWN, on, consent, channel=channel, route=route)


def objected(to: str, on: str, **parts: Any) -> Told:
    """Return an objection to a purpose; to all or to an activity alone where `to` is empty."""
    return told(Kind.OBJECTED, on, to, **parts)


def restricted(on: str, *data: str) -> Told:
    """Return that use was restricted: of `data`, or else of everything held then."""
    return told(Kind.RESTRICTED, on, data=data or ("all_held",))


def sent(activity: str, on: str, *, channel: str = "email") -> Told:
    return told(Kind.SENT, on, activity=activity, channel=channel)


def gave_address(channel: str, on: str, *, during: str = "sale") -> Told:
    """Return that the person gave an address while buying and could refuse marketing there.

    during: `negotiation` where something was asked about or laid aside, and not yet bought.
    """
    marks = ("got_from:data_subject", "by:this_retailer", f"in:{during}", "refusal_offered")
    return told(Kind.CONTACT_OBTAINED, on, channel=channel, marks=marks)


BIRTH = told(Kind.BORN, "2019-01-01")
"""Birth dates are sealed: without the opened one the age is unknown."""
