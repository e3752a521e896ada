"""The policy as fideslang YAML: systems, privacy declarations, in Fides' own keys."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from placket.policy import vocabulary
from placket.policy.compile import uses_of
from placket.policy.rendering.flows import (
    kept_for,
    recipients_of,
    rules_on,
    sources,
    unbound,
    unused,
    variants,
)
from placket.policy.rendering.lay import capital, lay, lay_list, lay_period, standing_in_text
from placket.policy.rendering.rule_words import period_of
from placket.policy.rules import Controller, Cookie, Datum, Recipient, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from placket.policy.compile import Policy
    from placket.policy.rules import Activity

_BARE: Final = re.compile(r"[a-z]+[_.][a-z_.]+")
"""A key that no reader of YAML 1.1 takes for anything but text."""
_COOKIE: Final = "user.device.cookie"
_NO_KEY: Final = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was made of a policy, and what of it the other language has no words for."""

    content: dict[str, Any]
    left_out: tuple[str, ...]


@cache
def _ours() -> Mapping[tuple[str, str], str]:
    """Return the Fides word of each term that the vocabulary has none for."""
    text = files(__package__).joinpath("fides.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["kind"], row["term"]): row["fides"] for row in rows}


def fides_term(kind: str, name: str) -> str:
    """Return the Fides key or word of a term, empty where Fides has none."""
    term = vocabulary.terms(kind).get(name)
    return (term.fides if term else "") or _ours().get((kind, name), "")


def as_fides(policy: Policy) -> Exported:
    """Return the policy as the manifest of fideslang 3.1: one system, and one per recipient."""
    key = _key(policy.front.retailer)
    declared = [d for variant in variants(policy) for d in _declarations(policy, variant)]
    receivers = dict.fromkeys(name for v in variants(policy) for name in recipients_of(policy, v))
    receivers |= dict.fromkeys(name for _, names in unbound(policy) for name in names)
    content = {
        "organization": [_organization(policy, key)],
        "system": [
            _system(policy, key, declared, receivers),
            *(_receiver(policy, key, name) for name in receivers),
        ],
    }
    return Exported(content, tuple(dict.fromkeys(_left_out(policy))))


def fides_as_yaml(exported: Exported, policy: Policy) -> str:
    """Return the manifest as YAML that readers of 1.1 and 1.2 read alike."""
    out = io.StringIO()
    yaml = YAML(pure=True)
    yaml.default_flow_style = False
    yaml.width = 10_000
    yaml.dump(_quoted(exported.content), out)
    front = policy.front
    head = [
        f"Policy of {front.retailer}, version {front.version}, for fideslang 3.1",
        *(f"Left out: {what}" for what in exported.left_out),
    ]
    return "".join(f"# {' '.join(line.split())}\n" for line in head) + out.getvalue()


def _organization(policy: Policy, key: str) -> dict[str, Any]:
    rule = next(iter(policy.rules(Controller)), None)
    found: dict[str, Any] = {"fides_key": key, "name": policy.front.retailer}
    if rule is not None:
        found["controller"] = {
            "name": rule.name,
            "address": rule.address or rule.post,
            "email": rule.email,
            "phone": rule.phone,
        }
    if rule is not None and rule.officer:
        found["data_protection_officer"] = {"name": rule.officer}
    named = list(as_dict(rule.representative).values()) if rule else []
    if named:
        found["representative"] = {"name": str(named[0])}
    return found


def _system(
    policy: Policy, key: str, declared: list[dict[str, Any]], receivers: Iterable[str]
) -> dict[str, Any]:
    return {
        "fides_key": f"{key}_policy",
        "organization_fides_key": key,
        "name": f"{policy.front.retailer}, as its privacy policy says",
        "description": capital(standing_in_text(policy.front)),
        "system_type": "Service",
        "responsibility": ["Controller"],
        "uses_cookies": _uses_cookies(policy),
        "egress": [{"fides_key": f"{key}_{name}", "type": "system"} for name in receivers],
        "privacy_declarations": declared,
    }


def _uses_cookies(policy: Policy) -> bool:
    """Say whether a rule speaks of cookies, or data that Fides counts among them are held."""
    held = (fides_term("data", datum) for datum in sources(policy))
    return bool(policy.rules(Cookie)) or any(term.startswith(_COOKIE) for term in held)


def _receiver(policy: Policy, key: str, name: str) -> dict[str, Any]:
    rules = [rule for rule in policy.rules(Recipient) if name in rule.name]
    is_processor = any(_works_for_us(rule) for rule in rules)
    transfers = [fides_term("transfer", rule.safeguard) for rule in rules if rule.safeguard]
    return {
        "fides_key": f"{key}_{name}",
        "organization_fides_key": key,
        "name": capital(lay(name)),
        "system_type": "Third Party",
        "responsibility": ["Processor" if is_processor else "Controller"],
        "does_international_transfers": bool(transfers),
        "legal_basis_for_transfers": list(dict.fromkeys(transfers)),
        "privacy_declarations": [],
    }


def _works_for_us(rule: Recipient) -> bool:
    return "processor" in (rule.role if isinstance(rule.role, str) else as_dict(rule.role))


def _declarations(policy: Policy, activity: Activity) -> Iterator[dict[str, Any]]:
    """Yield a declaration for each Fides use of the activity's purposes."""
    categories = _terms("data", uses_of(activity))
    uses = _terms("purpose", activity.purpose)
    where = f" ({', '.join(activity.regions)})" if activity.regions else ""
    for use in uses if categories else ():
        tail = f", {use}" if len(uses) > 1 else ""
        yield {
            "name": f"{lay(activity.name)}{where}{tail}",
            "data_categories": categories,
            "data_use": use,
            "data_subjects": _terms("data_subject", activity.about),
            "flexible_legal_basis_for_processing": False,
            **_particulars(policy, activity),
            **_shared(policy, activity),
        }


def _terms(kind: str, names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, (fides_term(kind, name) for name in names))))


def _particulars(policy: Policy, activity: Activity) -> dict[str, Any]:
    stays = kept_for(policy, activity, uses_of(activity))
    periods = dict.fromkeys(lay_period(period_of(rule)) for rule, _ in stays)
    special = {datum for rule in policy.rules(Datum) if rule.special for datum in rule.what}
    found = {
        "legal_basis_for_processing": fides_term("legal_basis", activity.basis),
        "impact_assessment_location": activity.assessment,
        "retention_period": "; or ".join(periods),
        "processes_special_category_data": bool(
            activity.condition or special & set(uses_of(activity))
        ),
        "special_category_legal_basis": fides_term("condition", activity.condition),
    }
    return {key: value for key, value in found.items() if value}


def _shared(policy: Policy, activity: Activity) -> dict[str, Any]:
    receivers = recipients_of(policy, activity)
    if not receivers:
        return {}
    gets = (
        datum
        for name in receivers
        for rule in rules_on(policy, name, activity)
        for datum in vocabulary.members(rule.gets)
        if datum in uses_of(activity)
    )
    key = _key(policy.front.retailer)
    return {
        "data_shared_with_third_parties": True,
        "third_parties": capital(lay_list(receivers)),
        "shared_categories": _terms("data", gets),
        "egress": [f"{key}_{name}" for name in receivers],
    }


def _left_out(policy: Policy) -> Iterator[str]:
    for variant in variants(policy):
        yield from (
            f"data `{datum}`, which Fides has no category for"
            for datum in uses_of(variant)
            if not fides_term("data", datum)
        )
        yield from (
            f"role `{role}`, which Fides has no data subject for"
            for role in variant.about
            if not fides_term("data_subject", role)
        )
        if not _terms("data", uses_of(variant)):
            yield f"activity `{variant.name}`, whose data Fides has no category for"
    for _, names in unbound(policy):
        yield from (f"what `{name}` receives, for no activity names it" for name in names)
    for _, data in unused(policy):
        yield from (f"data `{datum}`, which are collected without a use" for datum in data)
    yield "clocks, limits, consents, rights and the wording of clauses"


def _key(name: str) -> str:
    return _NO_KEY.sub("_", name.lower()).strip("_.-") or "retailer"


def _quoted(value: Any) -> Any:
    """Return the value with every text quoted that some reader of YAML might take otherwise."""
    match value:
        case dict():
            return {key: _quoted(item) for key, item in value.items()}
        case list():
            return [_quoted(item) for item in value]
        case str() if not _BARE.fullmatch(value):
            return SingleQuotedScalarString(value)
        case _:
            return value
