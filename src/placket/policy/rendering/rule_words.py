"""What a rule says, in one or two sentences that need no YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from placket.policy.render import rule_as_yaml
from placket.policy.rendering.lay import capital, lay, lay_list, lay_period
from placket.policy.rendering.places import Regions, country, where
from placket.policy.rules import (
    Access,
    Activity,
    AudienceAge,
    Automated,
    Capture,
    Complaint,
    Consent,
    Controller,
    Cookie,
    Datum,
    Limit,
    Notice,
    Recipient,
    Region,
    Retain,
    Right,
    Role,
    Rule,
    Security,
    Status,
    Transfer,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MARKS: Final[Mapping[str, str]] = {
    "said": "the text says it",
    "inferred": "the text implies it",
    "added": "ours, for the reason given",
    "narrowed": "the text says more than the law allows",
}
"""The four words for how a rule stands to the text, and what each means."""

BASIS_WORDS: Final[Mapping[str, str]] = {
    "contract": "to do what you ordered or asked for",
    "consent": "only if you said yes",
    "legitimate_interest": "we have a fair reason to, which you can object to",
    "legal_obligation": "the law says we must",
    "vital_interest": "a life may depend on it",
    "public_task": "it is a task in the public interest",
    "recognised_legitimate_interest": "the law names it as a fair reason",
}
"""Legal bases as a shopper reads them."""

KIND_WORDS: Final[Mapping[str, str]] = {
    "controller": "Who answers",
    "region": "Where",
    "role": "Who you are to us",
    "status": "A state",
    "data": "Information",
    "capture": "Where we take it",
    "activity": "Use",
    "automated": "Decided by a computer",
    "limit": "Limit",
    "consent": "Your yes",
    "cookie": "Cookies",
    "audience_age": "Age",
    "recipient": "Given to",
    "transfer": "Other countries",
    "retain": "How long",
    "right": "Your right",
    "access": "Which staff see it",
    "security": "Safety",
    "notice": "What we tell you",
    "complaint": "Complaints",
}
"""Kinds of rule as a heading reads."""


RIGHT_WORDS: Final[Mapping[str, str]] = {
    "any": "any of your rights",
    "access": "to see what we hold",
    "rectification": "to have it put right",
    "erasure": "to have it deleted",
    "restriction": "to have it paused",
    "portability": "to take it with you",
    "objection": "to object",
    "automated_decision_opt_out": "to have a person decide",
    "withdraw_consent": "to take back a yes",
    "marketing_opt_out": "to end marketing",
    "chat_transcript": "to have what was said in a chat",
}
"""Rights as a shopper names them."""

_NO_REGIONS: Final[Regions] = {}


def words_of(rule: Rule, regions: Regions = _NO_REGIONS) -> str:
    """Return what the rule says as sentences; each kind has its own.

    regions: what each region of the policy stands for; one that is not there is told by its name.
    """
    return f"{_SAYS[rule.KIND](rule)}{_where(rule, regions)}"


def right_in_particular(rule: Right) -> str:
    """Return what the rule says of the right beside its name and region; empty for nothing."""
    return _sentences(_if(rule.by, "by", last="or"), *_of_right(rule))


def _where(rule: Rule, regions: Regions) -> str:
    return f" In {where(rule.regions, regions)} only." if rule.regions else ""


def _sentences(*parts: str) -> str:
    return " ".join(f"{capital(part)}." for part in parts if part)


def _if(values: Iterable[str], before: str, after: str = "", *, last: str = "and") -> str:
    named = lay_list(values, last=last)
    return f"{before} {named}{after}" if named else ""


def _written(rule: Rule, key: str) -> str:
    """Return a key's value as the policy writes it; lists of periods joined."""
    value = rule_as_yaml(rule).get(key, "")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _controller(rule: Controller) -> str:
    return _sentences(
        f"{rule.name} answers for all of this",
        ", ".join(part for part in (rule.email, rule.phone, rule.post) if part),
    )


def _region(rule: Region) -> str:
    written = rule.law if isinstance(rule.law, str) else ""
    laws = dict.fromkeys(as_dict(rule.law).values() if not written else (written,))
    return _sentences(
        f"holds in {lay_list(map(country, rule.countries))}",
        f"by the law of {lay_list(country(pack.upper()) for pack in laws)}",
    )


def _role(rule: Role) -> str:
    return _sentences(
        f"to us you are: {lay(rule.name)}",
        f"from “{lay_list(_events(rule.taken_by), last='or')}” on" if rule.taken_by else "",
        _if(rule.confined_to, "what we hold for it serves", " alone"),
    )


def _events(events: Iterable[str]) -> list[str]:
    return [event.replace(".", " ") for event in events]


def _status(rule: Status) -> str:
    return _sentences(f"this holds {lay_period(_written(rule, 'holds_while'))}".rstrip())


def _datum(rule: Datum) -> str:
    what = lay_list(rule.what)
    held = {
        "token": f"held by {lay(rule.held_by)}; we have a token that stands for it",
        "nothing": "never held by us",
        "encrypted": "held encrypted",
        "signed": "held signed",
    }
    return _sentences(
        f"we never hold {what}" if rule.never else f"we hold {what}",
        f"it comes from {_source(rule.source)}" if rule.source else "",
        held.get(rule.here, ""),
        "you need not tell us" if rule.provision == "voluntary" else "",
        "whoever passes it on needs your permission" if rule.needs_permission else "",
    )


def _source(source: str) -> str:
    return {"data_subject": "you", "device": "your device"}.get(source, lay(source))


def _capture(rule: Capture) -> str:
    return _sentences(
        _if(rule.takes, f"at {lay_list(rule.at) or lay(rule.name)} we take"),
        _by(rule.channels),
        _if(rule.asks, "we ask for your yes to"),
        _if(rule.offers, "there we offer"),
        f"beside each value we note {', '.join(rule.notes)}" if rule.notes else "",
    )


def _activity(rule: Activity) -> str:
    data = lay_list((*rule.uses, *rule.uses_also))
    purposes = lay_list(rule.purpose) or lay(rule.name)
    return _sentences(
        f"we use {data} for {purposes}" if data else f"{lay(rule.name)}: {purposes}",
        BASIS_WORDS.get(rule.basis, ""),
        f"our reason: {rule.interest}" if rule.interest else "",
        _by(rule.channel),
        _if(rule.recipients, "given to"),
        f"only {_while(rule)}" if rule.open_while else "",
        f"done anew in cycles of {rule.every}" if rule.every else "",
    )


def _by(channels: tuple[str, ...]) -> str:
    """Return how it reaches the person; a place is `on`, a means is `by`."""
    word = "on" if channels and channels[0] in {"website", "app", "social_media"} else "by"
    return f"{word} {lay_list(channels, last='or')}" if channels else ""


def _while(rule: Rule) -> str:
    return f"while {lay_period(_written(rule, 'while')).removeprefix('while ')}"


def _automated(rule: Automated) -> str:
    return _sentences(
        f"a computer decides {', '.join(rule.decides) or lay(rule.name)}",
        f"needed for {rule.needed_for}" if rule.needed_for else "",
        "a person looks again when you ask",
    )


def _limit(rule: Limit) -> str:
    about = lay_list(rule.activities) or lay_list(rule.purpose) or "this"
    content, rate = as_dict(rule.content), as_dict(rule.allow)
    return _sentences(
        _rate(about, rate),
        _if(rule.data, f"{about} takes", " alone"),
        _if(rule.channels, f"for {about} we use", " only"),
        f"not for {about} after {lay_period(_written(rule, 'after'))}" if rule.after else "",
        f"your own choices outrank {about}" if rule.own_preferences else "",
        *(f"{about}: {lay(key)} {_plain(value)}" for key, value in content.items()),
    ) or _sentences(f"a limit on {about}")


def _rate(about: str, rate: dict[str, Any]) -> str:
    if not {"at_most", "each"} <= rate.keys():
        return ""
    return f"{about}: at most {rate['at_most']} for each {lay(str(rate['each']))}"


def _plain(value: Any) -> str:
    if isinstance(value, tuple | list):
        return lay_list(str(item) for item in value)
    return lay(str(value))


def _consent(rule: Consent) -> str:
    return _sentences(
        _if(rule.activities, "we ask before", ""),
        _if(rule.channel, "it covers", " alone"),
        f"it holds for {lay_period(_written(rule, 'for'))}" if rule.period else "",
        _if(rule.withdrawn_by, "you take it back by", last="or"),
    )


def _cookie(rule: Cookie) -> str:
    return _sentences(
        f"{lay(rule.name)} cookies serve {lay_list(rule.purpose)}",
        "only if you said yes" if rule.basis == "consent" else "needed for what you asked for",
        _if(rule.data, "they hold"),
        _if(rule.withdrawn_by, "you switch them off by", last="or"),
    )


_TAKEN_FOR: Final = {"permit": "old enough", "deny": "too young"}


def _audience_age(rule: AudienceAge) -> str:
    return _sentences(
        f"under {rule.age} a guardian agrees first",
        _if(rule.before, "that goes before"),
        f"whose age is unknown is taken for {_TAKEN_FOR[rule.unknown_age]}",
    )


def _recipient(rule: Recipient) -> str:
    role = rule.role if isinstance(rule.role, str) else lay_list(as_dict(rule.role))
    whose = {"processor": "they work for us", "controller": "they decide themselves what for"}
    return _sentences(
        _if(rule.gets, f"{lay_list(rule.name)} get"),
        f"at present: {', '.join(rule.names)}" if rule.names else "",
        whose.get(role, lay(role)),
        f"in {lay_list(map(country, rule.country))}, under {lay(rule.safeguard)}"
        if rule.safeguard
        else "",
        "they may keep a record" if rule.keeps_record else "",
    )


def _transfer(rule: Transfer) -> str:
    return _sentences(_if(rule.needs_any, f"{lay(rule.name)}: needs", last="or"))


def _retain(rule: Retain) -> str:
    what = "everything" if set(rule.what) & {"all", "all_held"} else lay_list(rule.what)
    ends = {"anonymise": "made anonymous", "erase_or_anonymise": "deleted or made anonymous"}
    ground = {"duty": "the law asks for it", "claims": "a claim may need it"}
    return _sentences(
        f"we keep {what} {_for(rule)}",
        f"then it is {ends.get(rule.then, 'deleted')}",
        ground.get(rule.ground, ""),
    )


def period_of(rule: Rule) -> str:
    """Return the period after `for` as the policy writes it."""
    return _written(rule, "for")


def _for(rule: Rule) -> str:
    period = lay_period(period_of(rule))
    if period.startswith("while "):
        return period
    return f"until {period}" if period.startswith("the latest") else f"for {period}"


def _right(rule: Right) -> str:
    name = RIGHT_WORDS.get(rule.name) or lay(rule.name)
    return _sentences(_if(rule.by, f"{name}: by", last="or") or name, *_of_right(rule))


def _of_right(rule: Right) -> Iterator[str]:
    yield "at any time" if rule.at_any_time else ""
    yield "free of charge" if rule.fee == "none" else ""
    yield f"for a fee of {rule.amount}" if rule.amount else ""
    yield f"it waits while {lay(_written(rule, 'waits_while'))}" if rule.waits_while else ""
    yield f"we tell you: {', '.join(map(lay, rule.tells))}" if rule.tells else ""


def _access(rule: Access) -> str:
    return _sentences(
        _if(rule.sees, f"{lay(rule.role)} staff see"),
        f"only {_while(rule)}" if rule.open_while else "",
    )


def _security(rule: Security) -> str:
    return _sentences(
        _if(rule.protects, f"{lay_list(rule.measure)} protects") or lay_list(rule.measure),
        rule.detail,
    )


_HERE: Final = {"policy": "this policy"}


def _notice(rule: Notice) -> str:
    return _sentences(
        f"we show {', '.join(map(lay, rule.shows)) or lay(rule.name)}",
        f"where: {', '.join(_HERE.get(place, place) for place in rule.at)}" if rule.at else "",
        rule.when,
    )


def _complaint(rule: Complaint) -> str:
    of = f" ({country(rule.country)})" if rule.country else ""
    return _sentences(f"you can complain to {rule.to}{of}", rule.url)


_SAYS: Final[Mapping[str, Callable[[Any], str]]] = {
    "controller": _controller,
    "region": _region,
    "role": _role,
    "status": _status,
    "data": _datum,
    "capture": _capture,
    "activity": _activity,
    "automated": _automated,
    "limit": _limit,
    "consent": _consent,
    "cookie": _cookie,
    "audience_age": _audience_age,
    "recipient": _recipient,
    "transfer": _transfer,
    "retain": _retain,
    "right": _right,
    "access": _access,
    "security": _security,
    "notice": _notice,
    "complaint": _complaint,
}
