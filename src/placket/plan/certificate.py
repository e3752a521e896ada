"""The certificate of a request: what is gone, what stays and why, what a second reading found."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from placket.catalogue.filenames import PATH
from placket.law.calendar import Instant
from placket.plan.inventory import At, Pairs
from placket.plan.plan import CHANGING, STAYING, Action, Because, Plan, Step
from placket.plan.scanned import Finding, Probe, Scanned, Unread, file_name
from placket.rights.recipients import Telling
from placket.rights.request import State

_WAITING: Final = frozenset({Action.WAIT, Action.HOLD})
_NOT_YET: Final = "it is not carried out yet"
_NOT_READ: Final = "it was not read again"


class Grounding(StrEnum):
    """How deep a source let what is gone go, the shallowest first."""

    HIDDEN = "hidden"
    DELETED = "deleted"
    VACUUMED = "vacuumed"
    KEY_DESTROYED = "key_destroyed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounded:
    """What one source reached at least; says: how that is known.

    in_backups_until: when the last backup that still holds it expires; None when the retailer
    keeps none, or does not say.
    """

    source: str
    reached: Grounding
    says: str = ""
    in_backups_until: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What was done to some rows of one table; columns: none for whole rows."""

    action: Action
    source: str
    table: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stayed:
    """What stays of some rows of one table, and why: kept, waiting for a case, or held."""

    action: Action
    source: str
    table: str
    columns: tuple[str, ...]
    rows: int
    because: Because


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """How far a recipient is that was asked to do the same.

    receipt: the digest of what it signed, and the only proof that it did; reason: of a refusal,
    or of why asking is impossible.
    """

    name: str
    act: str
    state: str
    receipt: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A step of the plan that is not carried out, by its number; 0 for what stands against all."""

    step: int
    source: str
    table: str
    says: str


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of one request at one instant; its state follows from the rest.

    ledger: whose key signs it; policy, plan: digests. kept: what the scan found in rows that
    stay for a stated reason; newer: in rows of whoever is known by the same since the erasure;
    findings: all else. checkpoint: the ledger's, as a signed note.
    """

    ledger: str
    request: str
    right: str
    person: str
    policy: str
    plan: str
    made_at: Instant
    gone: tuple[Gone, ...] = ()
    stayed: tuple[Stayed, ...] = ()
    groundings: tuple[Grounded, ...] = ()
    probes: tuple[Probe, ...] = ()
    findings: tuple[Finding, ...] = ()
    kept: tuple[Finding, ...] = ()
    newer: tuple[Finding, ...] = ()
    unread: tuple[Unread, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    left: tuple[Left, ...] = ()
    checkpoint: str = ""

    @property
    def waiting(self) -> tuple[Stayed, ...]:
        """Return what is in scope and stays for now: an open case, or a hold."""
        return tuple(each for each in self.stayed if each.action in _WAITING)

    @property
    def state(self) -> State:
        """Return `fulfilled` only where nothing is left, all was read again and nothing found."""
        remains = self.left or self.waiting or self.findings or self.unread or not self.probes
        return State.ACTION_DELAYED if remains else State.FULFILLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What became of an approved plan, as its makers tell it.

    carried: numbers of its steps that are carried out; unreached: sources with why they were not
    written; sources: all that are connected, each of which must have been read again. newer: the
    rows of whoever came after the erasure and is known by the same.
    """

    carried: Collection[int]
    scanned: Scanned
    sources: Collection[str]
    unreached: Mapping[str, str]
    newer: Collection[At] = ()
    groundings: Iterable[Grounded] = ()
    recipients: Iterable[Telling] = ()


def certify(
    plan: Plan, evidence: Evidence, *, ledger: str, policy: str, made_at: Instant
) -> Certificate:
    """Return the certificate of what became of the plan; the checkpoint is put in when signed."""
    stays = [step for step in plan.steps if step.action in STAYING]
    found = evidence.scanned.findings
    kept = [each for each in found if _is_explained(each, stays)]
    newer = [each for each in found if each not in kept and _is_newer(each, stays, evidence.newer)]
    return Certificate(
        ledger=ledger,
        request=plan.request,
        right=plan.right,
        person=plan.person,
        policy=policy,
        plan=plan.digest(),
        made_at=made_at,
        gone=_gone(plan, evidence.carried),
        stayed=tuple(_stayed(step) for step in stays),
        groundings=tuple(evidence.groundings),
        probes=evidence.scanned.probes,
        findings=tuple(each for each in found if each not in kept and each not in newer),
        kept=tuple(kept),
        newer=tuple(newer),
        unread=(*evidence.scanned.unread, *_unread(evidence)),
        recipients=tuple(_recipient(telling) for telling in evidence.recipients),
        left=(*_left(plan, evidence), *_obstacles(plan)),
    )


def _gone(plan: Plan, carried: Collection[int]) -> tuple[Gone, ...]:
    return tuple(
        Gone(
            action=step.action,
            source=step.source,
            table=step.table,
            columns=step.columns,
            rows=len(step.rows),
        )
        for number, step in enumerate(plan.to_do, start=1)
        if number in carried and step.action in CHANGING
    )


def _stayed(step: Step) -> Stayed:
    return Stayed(
        action=step.action,
        source=step.source,
        table=step.table,
        columns=step.columns,
        rows=len(step.rows),
        because=step.because,
    )


def _left(plan: Plan, evidence: Evidence) -> Iterable[Left]:
    for number, step in enumerate(plan.to_do, start=1):
        if number not in evidence.carried:
            says = evidence.unreached.get(step.source, _NOT_YET)
            yield Left(step=number, source=step.source, table=step.table, says=says)


def _obstacles(plan: Plan) -> Iterable[Left]:
    for each in plan.obstacles:
        yield Left(step=0, source=each.source, table=each.table, says=each.says)


def _unread(evidence: Evidence) -> Iterable[Unread]:
    """Yield the sources of which no place was read and of which nothing says why."""
    told = {each.where.partition(".")[0] for each in evidence.scanned.probes}
    told |= {each.where.partition(".")[0] for each in evidence.scanned.unread}
    for source in sorted(set(evidence.sources) - told):
        yield Unread(where=source, why=_NOT_READ)


def _recipient(telling: Telling) -> Recipient:
    return Recipient(
        name=telling.recipient,
        act=telling.act.value,
        state=telling.state.value,
        receipt=telling.receipt,
        reason=telling.reason,
    )


def _is_explained(finding: Finding, stays: Iterable[Step]) -> bool:
    """Say whether what was found stands in rows that stay for a stated reason, and in no other.

    By the rows' keys where the scan tells them all, else by how many there are.
    """
    if not finding.table:
        return finding.column in _files(finding.source, stays)
    rows = _staying(finding, stays)
    keys = {_as_written(key) for key in finding.keys}
    named = {tuple(name for name, _ in key) for key in keys | rows}
    if len(keys) == finding.count and len(named) == 1:
        return keys <= rows
    return finding.count <= len(rows)


def _is_newer(finding: Finding, stays: Iterable[Step], newer: Iterable[At]) -> bool:
    """Say whether what was found stands in rows of whoever came later, beside those that stay.

    By the rows' keys alone: how many rows somebody has says nothing of which they are.
    """
    where = (finding.source, finding.table)
    later = {_as_written(at.key) for at in newer if (at.source, at.table) == where}
    keys = {_as_written(key) for key in finding.keys}
    return len(keys) == finding.count and keys <= later | _staying(finding, stays)


def _staying(finding: Finding, stays: Iterable[Step]) -> set[tuple[tuple[str, str], ...]]:
    """Return the keys of the rows that stay where something was found."""
    return {
        _as_written(key)
        for step in stays
        if (step.source, step.table) == (finding.source, finding.table)
        and (not step.columns or finding.column in step.columns)
        for key in step.rows
    }


def _files(source: str, stays: Iterable[Step]) -> frozenset[str]:
    """Return by what the files of one source are told that stay."""
    keys = (key for step in stays if step.source == source for key in step.rows)
    return frozenset(file_name(str(value)) for key in keys for name, value in key if name == PATH)


def _as_written(key: Pairs) -> tuple[tuple[str, str], ...]:
    """Return a key as text: a driver may give a number where another gives its digits."""
    return tuple((name, str(value)) for name, value in key)


_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_DECODER: Final = msgspec.json.Decoder(Certificate)


def write_certificate(certificate: Certificate) -> bytes:
    """Return the certificate as canonical JSON on one line, read back by `read_certificate`."""
    return _ENCODER.encode(certificate)


def read_certificate(body: bytes) -> Certificate:
    """Return the certificate of `body`. Raises `msgspec.DecodeError` when it is none."""
    return _DECODER.decode(body)
