"""Who is told of a version of the policy, and the record that they were."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind, fact_id
from placket.gate.concerned import Concerned, concerned
from placket.law.calendar import date_of
from placket.policy.load import bind
from placket.sources.told import Told
from placket.store.ledger import no_progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.gate.gate import Gate
    from placket.policy.compile import Policy
    from placket.policy.parse import Document
    from placket.store.ledger import Progress

SHOWN: Final = "notice.shown"
"""The event of having shown a version of the notice to a person."""

AT_ONCE: Final = 1_000
"""Persons of one fact at most."""


class NobodyKnown(ValueError):
    """the list names somebody whom the ledger does not know."""


class NothingBefore(ValueError):
    """there is no version before this one, so it changes nothing."""


@contextmanager
def change_of(gate: Gate, version: str, *, progress: Progress = no_progress) -> Iterator[Concerned]:
    """Lend for whom `version` differs from the one before it; both asked of now.

    Raises UnknownVersion, and NothingBefore for the first version.
    """
    before, after = gate.versions.pair(version)
    if before is None:
        raise NothingBefore(str(NothingBefore.__doc__))
    with concerned(gate, _bound(gate, before), _bound(gate, after), progress=progress) as asked:
        yield asked


def _bound(gate: Gate, document: Document) -> Policy:
    return bind(document, on=date_of(gate.now(), document.front.timezone))


def record_shown(gate: Gate, version: str, persons: Iterable[str], *, by: str, route: str) -> int:
    """Record that `version` of the notice was shown to `persons`; return how many facts are new.

    The same list recorded twice is recorded once. Raises UnknownVersion, and NobodyKnown before
    anything is recorded.
    """
    gate.versions.pair(version)
    named = sorted(set(persons))
    parts = [named[start : start + AT_ONCE] for start in range(0, len(named), AT_ONCE)]
    for part in parts:
        if gate.ledger.living(part) != set(part):
            raise NobodyKnown(str(NobodyKnown.__doc__))
    facts = {fact_id(SHOWN, version, *part): part for part in parts}
    known = gate.has(list(facts))
    now = gate.now()
    told = [
        Told(
            Fact(
                id=name,
                kind=Kind.HAPPENED,
                what=SHOWN,
                thing=version,
                version=version,
                persons=tuple(part),
                by=by,
                route=route,
                occurred_at=now,
                recorded_at=now,
            )
        )
        for name, part in facts.items()
        if name not in known
    ]
    return gate.record(told) if told else 0
