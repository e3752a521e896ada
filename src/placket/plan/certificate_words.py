"""A certificate in plain words: each line says what is known, and nothing says more."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.plan.certificate import Grounding
from placket.plan.words import counted, told_act, told_day, told_reason
from placket.rights.request import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from placket.plan.certificate import Certificate, Gone, Grounded, Recipient, Stayed
    from placket.plan.scanned import Finding

_STATES: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.FULFILLED: "fulfilled: the plan is carried out, and a second reading found no more",
        State.ACTION_DELAYED: "action delayed: what is left stands below",
    }
)
_DEPTHS: Final[Mapping[Grounding, str]] = MappingProxyType(
    {
        Grounding.HIDDEN: "hidden",
        Grounding.DELETED: "deleted",
        Grounding.VACUUMED: "vacuumed",
        Grounding.KEY_DESTROYED: "the key is destroyed",
    }
)
_ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "to_tell": "is not asked yet",
        "told": "is asked",
        "received": "has received the request",
        "done": "says that it is done",
        "partial": "says that part of it is done",
        "refused": "refuses",
        "impossible": "cannot be asked",
        "failed": "could not be reached",
        "silent": "does not answer",
        "escalated": "does not answer; a person looks into it",
    }
)
_FORMS_SHOWN: Final = 12


def certificate_words(certificate: Certificate, zone: ZoneInfo) -> tuple[str, ...]:
    """Return the certificate line by line, days told in `zone`.

    Whether it is signed is not said here: `verify_certificate` comes first.
    """
    return (
        _head(certificate, zone),
        _STATES[certificate.state],
        *_part("done", (_gone(each) for each in certificate.gone)),
        *_part("stays, and why", (_stayed(each, zone) for each in certificate.stayed)),
        *_part("left to do", _left(certificate)),
        *_part("how deep", (_grounded(each, zone) for each in certificate.groundings)),
        *_part("read again", _read(certificate)),
        *_part("found", (_found(each) for each in certificate.findings)),
        *_part("found in what stays", (_found(each) for each in certificate.kept)),
        *_part("found in rows of whoever came later", (_found(each) for each in certificate.newer)),
        *_part("not read", (f"{each.where}: {each.why}" for each in certificate.unread)),
        *_part("recipients", (_recipient(each) for each in certificate.recipients)),
        f"plan {certificate.plan}",
        f"policy {certificate.policy}",
        f"ledger {certificate.ledger}{_size(certificate)}",
    )


def _head(certificate: Certificate, zone: ZoneInfo) -> str:
    made = told_day(certificate.made_at, zone)
    return f"{certificate.right} for request {certificate.request}, as of {made}"


def _part(title: str, lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if not number:
            yield f"{title}:"
        yield f"  {line}"


def _gone(each: Gone) -> str:
    return told_act(each.action, each.rows, f"{each.source}.{each.table}", each.columns)


def _stayed(each: Stayed, zone: ZoneInfo) -> str:
    said = told_act(each.action, each.rows, f"{each.source}.{each.table}", each.columns)
    return f"{said}{told_reason(each.because, zone)}"


def _left(certificate: Certificate) -> Iterator[str]:
    for each in certificate.left:
        step = f"step {each.step}, " if each.step else ""
        yield f"{step}`{each.source}.{each.table}`: {each.says}"
    for waiting in certificate.waiting:
        yield f"`{waiting.source}.{waiting.table}`: waits, as said above"


def _grounded(each: Grounded, zone: ZoneInfo) -> str:
    says = f" ({each.says})" if each.says else ""
    until = each.in_backups_until
    backups = f"; in backups until {told_day(until - 1, zone)}" if until is not None else ""
    return f"{each.source}: {_DEPTHS[each.reached]}{says}{backups}"


def _read(certificate: Certificate) -> Iterator[str]:
    probes = certificate.probes
    if probes:
        rows = sum(probe.rows for probe in probes)
        yield f"{counted(len(probes), 'place')}, {counted(rows, 'row')}"
    forms = sorted({form for probe in probes for form in probe.forms})
    if forms:
        more = f" and {len(forms) - _FORMS_SHOWN} more" if len(forms) > _FORMS_SHOWN else ""
        yield f"for {', '.join(forms[:_FORMS_SHOWN])}{more}"


def _found(each: Finding) -> str:
    return f"{each.where}: {each.form}, {counted(each.count, 'time')}"


def _recipient(each: Recipient) -> str:
    receipt = f", receipt {each.receipt}" if each.receipt else ""
    reason = f", because of {each.reason.replace('_', ' ')}" if each.reason else ""
    answer = _ANSWERS.get(each.state, each.state.replace("_", " "))
    return f"{each.name}, asked to {each.act.replace('_', ' ')}: {answer}{reason}{receipt}"


def _size(certificate: Certificate) -> str:
    """Return how large the ledger was at the checkpoint: the second line of its note."""
    lines = certificate.checkpoint.split("\n")
    return f", at {lines[1]} facts" if len(lines) > 1 else ""
