"""What a shopper may ask for: each right in plain words, its clause, and what its form asks."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.policy import vocabulary
from placket.policy.compile import uses_of
from placket.policy.rendering.lay import capital, lay
from placket.policy.rules import Automated, Consent, Datum
from placket.policy.rules import Right as RightRule
from placket.rights.citing import cited, clause_text
from placket.rights.right import NEEDS, Right
from placket.rights.said import said_of
from placket.web.forms import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.policy.compile import Policy
    from placket.web.forms import Options

LONGEST_QUOTE: Final = 260
CHATS: Final = "chat_messages"
"""What a chat in writing is a copy of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """A right as a shopper reads it. asks: the names of the questions of its form, in order."""

    title: str
    says: str
    group: str
    asks: tuple[str, ...] = ()


PLAIN: Final[Mapping[Right, Plain]] = MappingProxyType(
    {
        Right.ACCESS: Plain(
            title="Get a copy",
            says="All we hold about you: where it is from, who was given it, when each part goes.",
            group="See",
            asks=("data",),
        ),
        Right.PORTABILITY: Plain(
            title="Take it elsewhere",
            says="What you gave us, or we saw you do, as files that another shop can read.",
            group="See",
            asks=("data",),
        ),
        Right.CHAT_TRANSCRIPT: Plain(
            title="Get a chat in writing", says="What was said in your chats with us.", group="See"
        ),
        Right.RECTIFICATION: Plain(
            title="Correct something",
            says="Tell us what is wrong and what is right instead.",
            group="Change",
            asks=("category", "value"),
        ),
        Right.ERASURE: Plain(
            title="Delete information about me",
            says="We delete what we need not keep, and tell you what stays, why, and until when.",
            group="Change",
            asks=("data",),
        ),
        Right.RESTRICTION: Plain(
            title="Pause the use",
            says="We keep it and do nothing else with it, from the moment you show that it is you.",
            group="Change",
            asks=("data",),
        ),
        Right.MARKETING_OPT_OUT: Plain(
            title="Stop marketing",
            says="No reason needed. It works at once and costs nothing.",
            group="Stop",
            asks=("channel",),
        ),
        Right.WITHDRAW_CONSENT: Plain(
            title="Take back a yes",
            says="What you once agreed to ends, as easily as it began.",
            group="Stop",
            asks=("consent",),
        ),
        Right.OBJECTION: Plain(
            title="Object to a use",
            says="Where we use information for a fair reason of our own, you can say no.",
            group="Stop",
            asks=("activity", "reasons"),
        ),
        Right.AUTOMATED_DECISION_OPT_OUT: Plain(
            title="No decisions by a computer",
            says="A computer alone decides nothing about you any more.",
            group="Decisions and complaints",
            asks=("decision",),
        ),
        Right.HUMAN_REVIEW: Plain(
            title="Ask for a person",
            says="A computer decided something about you: a person looks at it again.",
            group="Decisions and complaints",
            asks=("decision", "reasons"),
        ),
        Right.COMPLAINT: Plain(
            title="Complain",
            says="Tell us what went wrong. You can complain to the authority too, at any time.",
            group="Decisions and complaints",
            asks=("complaint",),
        ),
    }
)
"""Every right in the order of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Askable:
    """A right that can be asked for under one policy. quote: the start of its clause as text."""

    right: Right
    plain: Plain
    law: str
    clause: str
    quote: str


def askable(policy: Policy) -> tuple[Askable, ...]:
    """Return what may be asked: what the law gives to everybody, and what the policy adds."""
    own = {rule.name for rule in policy.rules(RightRule)}
    rights = (each for each in PLAIN if each is not Right.CHAT_TRANSCRIPT or each.value in own)
    return tuple(_askable(policy, right) for right in rights)


def _askable(policy: Policy, right: Right) -> Askable:
    said = (said_of(policy, right, place) for place in policy.places)
    clause = next((name for each in said for name in each.clauses), "")
    law = policy.laws[policy.places[0].pack]
    return Askable(
        right=right,
        plain=PLAIN[right],
        law=cited(NEEDS[right].law, law),
        clause=clause,
        quote=_opening(clause_text(policy, None, clause)) if clause else "",
    )


def _opening(text: str) -> str:
    """Return the first sentences of a clause, never cut within one unless the first is long."""
    line = text.partition("\n")[0]
    if len(line) <= LONGEST_QUOTE:
        return line
    end = line.rfind(". ", 0, LONGEST_QUOTE)
    return f"{line[: end + 1]} …" if end > 0 else f"{line[:LONGEST_QUOTE].rsplit(' ', 1)[0]} …"


def fields_of(policy: Policy, right: Right) -> tuple[Field, ...]:
    """Return what the form of a right asks beside the address; what has no choice is not asked."""
    found = (_FIELDS[name](policy) for name in PLAIN[right].asks)
    return tuple(field for field in found if field.options or field.kind in {"text", "area"})


def categories(policy: Policy) -> Options:
    """Return the categories of data that the policy names, by their words."""
    used = {d for found in policy.activities.values() for each in found for d in uses_of(each)}
    named = {d for rule in policy.rules(Datum) for d in vocabulary.members(rule.what)}
    return _options(used | named)


def _options(names: Iterable[str]) -> Options:
    return tuple(sorted(((name, capital(lay(name))) for name in names), key=lambda each: each[1]))


def _data(policy: Policy) -> Field:
    return Field(
        name="data",
        label="Only some of it",
        kind="many",
        hint="Tick nothing for all of it.",
        options=categories(policy),
    )


def _category(policy: Policy) -> Field:
    return Field(
        name="category",
        label="What is wrong",
        kind="choice",
        needed="Choose what is wrong.",
        options=categories(policy),
    )


def _value(_policy: Policy) -> Field:
    return Field(
        name="value",
        label="What is right instead",
        kind="text",
        hint="Write it as it should stand with us.",
        needed="Write what is right instead.",
    )


def _channel(policy: Policy) -> Field:
    named = {c for found in policy.activities.values() for each in found for c in each.channel}
    options = _options(named)
    return Field(
        name="channel",
        label="Which messages",
        kind="choice",
        options=(("", "All of them"), *options),
    )


def _consent(policy: Policy) -> Field:
    options = _options({rule.name for rule in policy.rules(Consent)})
    return Field(
        name="consent",
        label="Which yes",
        kind="choice",
        needed="Choose which yes you take back.",
        options=options,
    )


def _activity(policy: Policy) -> Field:
    fair = {
        name
        for name, found in policy.activities.items()
        if any(each.basis == "legitimate_interest" for each in found)
    }
    options = (("", "Marketing, whatever it is"), *_options(fair))
    return Field(name="activity", label="Which use", kind="choice", options=options)


def _decision(policy: Policy) -> Field:
    options = _options({rule.name for rule in policy.rules(Automated)})
    return Field(
        name="decision",
        label="Which decision",
        kind="choice",
        options=(("", "Any of them"), *options) if options else (),
    )


def _reasons(_policy: Policy) -> Field:
    return Field(
        name="words",
        label="Your reasons, if you like",
        kind="area",
        hint="They help us decide. Only who answers you reads them.",
    )


def _complaint(_policy: Policy) -> Field:
    return Field(
        name="words",
        label="What went wrong",
        kind="area",
        hint="Only who answers you reads it.",
        needed="Write what went wrong.",
    )


_FIELDS: Final = MappingProxyType(
    {
        "data": _data,
        "category": _category,
        "value": _value,
        "channel": _channel,
        "consent": _consent,
        "activity": _activity,
        "decision": _decision,
        "reasons": _reasons,
        "complaint": _complaint,
    }
)
