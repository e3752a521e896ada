"""Records of a request, sealed under a key of its own: they outlive the person's erasure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.store.register import Record

if TYPE_CHECKING:
    from placket.gate.gate import Gate

PLAN: Final = "plan"
LETTER: Final = "letter"
ADDRESS: Final = "address"
CODE: Final = "code"
LINK: Final = "link"
PACKAGE: Final = "package"
CERTIFICATE: Final = "certificate"
WORK: Final = "work"
RECEIPT: Final = "receipt"
EVIDENCE: Final = "evidence"
LIFT: Final = "lift"
KINDS: Final = (
    PLAN,
    LETTER,
    ADDRESS,
    CODE,
    LINK,
    PACKAGE,
    CERTIFICATE,
    WORK,
    RECEIPT,
    EVIDENCE,
    LIFT,
)
"""Every kind of record that a request has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """Where the records of one request lie.

    Their key is named by the request, not by the person: what proves how a request was answered
    can still be read once the person's own keys are destroyed, until this key is.
    """

    gate: Gate
    request: str
    person: str

    def put(
        self, kind: str, name: str, body: bytes, *, state: str = "", until: int | None = None
    ) -> None:
        """Keep `body` under kind and name, in place of what stood there."""
        self.gate.ledger.put_records([self.record(kind, name, body, state=state, until=until)])

    def record(
        self, kind: str, name: str, body: bytes, *, state: str = "", until: int | None = None
    ) -> Record:
        """Return `body` sealed, to be kept under kind and name together with others."""
        key = self.gate.keys.ensure([self.request])[self.request]
        return Record(
            kind=kind,
            id=name,
            request=self.request,
            person=self.person,
            at=self.gate.now(),
            until=until,
            state=state,
            generation=key.generation,
            body=key.seal(body, aad=_bound(kind, name, self.request)),
        )

    def get(self, kind: str, name: str) -> bytes | None:
        """Return what is kept there, None for nothing or when its key was destroyed."""
        record = self.gate.ledger.record(kind, name)
        return None if record is None else self.open(record)

    def all(self, kind: str) -> list[Record]:
        """Return the records of a kind, the earliest first."""
        return self.gate.ledger.records(kind, request=self.request)

    def open(self, record: Record) -> bytes | None:
        """Return the record's body, None when its key was destroyed or it is another request's."""
        key = self.gate.keys.keys_for([self.request]).get(self.request)
        if key is None or record.request != self.request or key.generation != record.generation:
            return None
        return key.open(record.body, aad=_bound(record.kind, record.id, self.request))


def _bound(kind: str, name: str, request: str) -> bytes:
    return f"{request}\0{kind}\0{name}".encode()
