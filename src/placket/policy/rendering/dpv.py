"""The policy as JSON-LD in the terms of the W3C Data Privacy Vocabulary, version 2."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from placket.policy import vocabulary
from placket.policy.compile import uses_of
from placket.policy.period import After, WhileHolds, WhileOpen
from placket.policy.rendering.flows import (
    UNSTATED,
    kept_for,
    meet,
    recipients_of,
    sources,
    unbound,
    unused,
    variants,
)
from placket.policy.rendering.lay import capital, lay, lay_period
from placket.policy.rendering.rule_words import period_of
from placket.policy.rules import Controller, Recipient, Right, Security

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.policy.compile import Policy
    from placket.policy.rules import Activity, Retain

CONTEXT: Final = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "tech": "https://w3id.org/dpv/tech#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes of the terms. Source: DPV 2.3 and its extensions."""

_CLASSES: Final = {
    "data": "dpv:PersonalData",
    "purpose": "dpv:Purpose",
    "recipient": "dpv:Recipient",
    "data_subject": "dpv:DataSubject",
    "source": "dpv:DataSource",
    "security": "dpv:TechnicalOrganisationalMeasure",
}
"""What a term of each kind is an instance of; what it stands below comes from the vocabulary."""
_OTHER_BASES: Final = {
    "public_task": "eu-gdpr:A6-1-e",
    "recognised_legitimate_interest": "dpv:LegitimateInterestOfController",
}
_DELETES: Final = {"erase": "dpv:StorageDeletion", "anonymise": "dpv:Anonymise"}
_PLAIN_ID: Final = re.compile(r"[^A-Za-z0-9._-]+")


def as_dpv(policy: Policy) -> dict[str, Any]:
    """Return the policy as a JSON-LD document: the notice, its processes, its terms.

    Names are relative to the document's own IRI, `urn:placket:RETAILER:VERSION:`. Source: DPV
    2.3; ISO/IEC TS 27560:2023 as the guide of the DPVCG reads it, for notice and process.
    """
    front = policy.front
    context = {**CONTEXT, "our": f"urn:placket:{_safe(front.retailer)}:{_safe(front.version)}:"}
    graph = [
        _notice(policy),
        *(_controller(rule, at) for at, rule in enumerate(policy.rules(Controller), 1)),
        *(_process(policy, v, at) for at, v in enumerate(variants(policy), 1)),
        *_terms(policy),
    ]
    return {"@context": context, "@graph": graph}


def dpv_as_json(policy: Policy) -> str:
    """Return the JSON-LD document as text."""
    return json.dumps(as_dpv(policy), ensure_ascii=False, indent=2) + "\n"


def _safe(text: str) -> str:
    """Return a name as part of an IRI: letters, digits and marks that need no quoting."""
    return _PLAIN_ID.sub("-", text.lower()).strip("-") or "policy"


def _ours(kind: str, name: str) -> dict[str, str]:
    return {"@id": f"our:{kind}/{_safe(name)}"}


def _several(kind: str, names: Iterable[str]) -> list[dict[str, str]]:
    return [_ours(kind, name) for name in dict.fromkeys(names)]


def _text(words: str) -> dict[str, str]:
    return {"@language": "en", "@value": words}


def _kept(pairs: dict[str, Any]) -> dict[str, Any]:
    """Return the pairs without those that say nothing."""
    return {key: value for key, value in pairs.items() if value not in ("", [], None)}


def _notice(policy: Policy) -> dict[str, Any]:
    front = policy.front
    rights = (vocabulary.terms("right")[rule.name].dpv for rule in policy.rules(Right))
    return _kept(
        {
            "@id": "our:notice",
            "@type": "dpv:PrivacyNotice",
            "dct:identifier": front.version,
            "dct:title": _text(f"Privacy policy of {front.retailer}"),
            "dct:date": {"@type": "xsd:date", "@value": front.effective.isoformat()},
            "dct:language": front.language,
            "dct:coverage": sorted({place.region for place in policy.places}),
            "dpv:hasDataController": [
                {"@id": f"our:controller/{at}"} for at, _ in enumerate(policy.rules(Controller), 1)
            ],
            "dpv:hasRight": [{"@id": right} for right in dict.fromkeys(rights)],
            "dpv:hasPersonalData": _several("data", _idle(policy)),
            "dpv:hasRecipient": _several("recipient", _unbound(policy)),
            "dpv:hasProcess": [
                {"@id": f"our:process/{at}"} for at, _ in enumerate(variants(policy), 1)
            ],
        }
    )


def _controller(rule: Controller, at: int) -> dict[str, Any]:
    contact = "; ".join(filter(None, (rule.email, rule.phone, rule.post)))
    return _kept(
        {
            "@id": f"our:controller/{at}",
            "@type": "dpv:DataController",
            "dpv:hasName": rule.name,
            "dpv:hasAddress": rule.address,
            "dpv:hasContact": contact,
            "dct:coverage": list(rule.regions),
        }
    )


def _process(policy: Policy, activity: Activity, at: int) -> dict[str, Any]:
    measures = (
        measure
        for rule in policy.rules(Security)
        if meet(rule, activity)
        and (not rule.protects or set(rule.protects) & set(uses_of(activity)))
        for measure in rule.measure
    )
    known = sources(policy)
    whence = (s for datum in uses_of(activity) for s in known[datum] if s != UNSTATED)
    return _kept(
        {
            "@id": f"our:process/{at}",
            "@type": "dpv:Process",
            "dct:identifier": activity.name,
            "dct:title": _text(capital(lay(activity.name))),
            "dct:source": activity.clause,
            "dct:coverage": list(activity.regions),
            "dpv:hasPurpose": _several("purpose", activity.purpose),
            "dpv:hasPersonalData": _several("data", uses_of(activity)),
            "dpv:hasDataSubject": _several("data_subject", activity.about),
            "dpv:hasDataSource": _several("source", whence),
            "dpv:hasRecipient": _several("recipient", recipients_of(policy, activity)),
            "dpv:hasLegalBasis": _basis(activity.basis),
            "dpv:hasProcessing": [{"@id": "dpv:Profiling"}] if activity.profiling else [],
            "dpv:hasStorageCondition": list(_storage(policy, activity)),
            "dpv:hasTechnicalOrganisationalMeasure": _several("security", measures),
            "dpv:hasNotice": {"@id": "our:notice"},
        }
    )


def _basis(name: str) -> list[dict[str, str]]:
    term = vocabulary.terms("legal_basis").get(name)
    iri = term.dpv if term else _OTHER_BASES.get(name, "")
    return [{"@id": iri}] if iri else []


def _storage(policy: Policy, activity: Activity) -> Iterator[dict[str, Any]]:
    """Yield how long each of the activity's data is kept, and what then becomes of it."""
    for rule, data in kept_for(policy, activity, uses_of(activity)):
        about = _several("data", data)
        yield {
            "@type": "dpv:StorageDuration",
            "dct:description": _text(lay_period(period_of(rule))),
            **_duration(rule),
            "dpv:hasPersonalData": about,
        }
        yield {
            "@type": _DELETES.get(rule.then, "dpv:StorageDeletion"),
            "dct:description": _text(lay(rule.then)),
            "dpv:hasPersonalData": about,
        }


def _duration(rule: Retain) -> dict[str, Any]:
    match rule.period:
        case After(duration=counted) | WhileHolds(then=counted) | WhileOpen(then=counted):
            if counted is not None:
                return {"rdf:value": {"@type": "xsd:duration", "@value": counted.iso()}}
        case _:
            pass
    return {}


def _terms(policy: Policy) -> Iterator[dict[str, Any]]:
    """Yield each term that a process names, below its parent in DPV."""
    for kind, names in _used(policy).items():
        for name in dict.fromkeys(names):
            term = vocabulary.terms(kind).get(name)
            parent = term.dpv if term else ""
            yield _kept(
                {
                    "@id": _ours(kind, name)["@id"],
                    "@type": list(dict.fromkeys([_CLASSES[kind], "skos:Concept"])),
                    "skos:broader": {"@id": parent or _CLASSES[kind]},
                    "skos:prefLabel": _text(capital(lay(name))),
                    **(_receiver(policy, name) if kind == "recipient" else {}),
                }
            )


def _used(policy: Policy) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {kind: [] for kind in _CLASSES}
    known = sources(policy)
    for variant in variants(policy):
        found["purpose"] += variant.purpose
        found["data"] += uses_of(variant)
        found["data_subject"] += variant.about
        found["recipient"] += recipients_of(policy, variant)
        found["source"] += [
            source for datum in uses_of(variant) for source in known[datum] if source != UNSTATED
        ]
    found["data"] += _idle(policy)
    found["recipient"] += _unbound(policy)
    found["security"] += [m for rule in policy.rules(Security) for m in rule.measure]
    return found


def _idle(policy: Policy) -> Iterator[str]:
    """Yield the data that are collected and that no process uses."""
    return (datum for _, data in unused(policy) for datum in data)


def _unbound(policy: Policy) -> Iterator[str]:
    """Yield the recipients whom no process names."""
    return (name for _, names in unbound(policy) for name in names)


def _receiver(policy: Policy, name: str) -> dict[str, Any]:
    """Return what is particular about a recipient: names, countries, safeguards of transfers."""
    rules: list[Recipient] = [rule for rule in policy.rules(Recipient) if name in rule.name]
    safeguards = (vocabulary.terms("transfer")[r.safeguard].dpv for r in rules if r.safeguard)
    return {
        "dpv:hasName": list(dict.fromkeys(n for rule in rules for n in rule.names)),
        "dct:spatial": list(dict.fromkeys(c for rule in rules for c in rule.country)),
        "dpv:hasLegalBasis": [{"@id": iri} for iri in dict.fromkeys(safeguards)],
    }
