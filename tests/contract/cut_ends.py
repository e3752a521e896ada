"""What an installation came to, told so that two runs which did the same tell the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from placket.facts import Fact, Kind
from placket.gate.in_force import LOADING
from placket.gate.requests.sealed import KINDS, LETTER
from placket.gate.sealing import open_payloads
from tests.contract.cut_grounds import Ground, files_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.gate.gate import Gate

HOUR: Final = 3_600_000_000


def end_of(ground: Ground) -> dict[str, Any]:
    """Return all that the installation holds, after it was verified.

    Ids that are drawn are named by what they stand for, a person by the hash of an identifier.
    """
    with ground.gate() as gate:
        gate.sequence()
        found = gate.verify(standing=True)
        if not found.is_whole:
            raise AssertionError(f"not whole: {found.damage}")
        if gate.ledger.unfinished_erasures() or gate.remembered([LOADING]).get(LOADING):
            raise AssertionError("something was left begun")
        return {**_of_ledger(gate), **_of_shop(ground), "files": list(_files(ground))}


def _of_ledger(gate: Gate) -> dict[str, Any]:
    facts = gate.facts(0, gate.size())
    names = _names(gate)
    kinds = {fact.id: fact.kind.value for fact in facts}
    opened = open_payloads(facts, gate.keys)
    told = (_told(fact, names, kinds, opened.get(fact.id)) for fact in facts)
    persons = sorted({fact.person for fact in facts if fact.person})
    living = gate.keys.keys_for(persons)
    return {
        "facts": sorted(told, key=repr),
        "living": sorted(names.get(person, person) for person in gate.ledger.persons()),
        "clusters": sorted(
            (names.get(person, person), names.get(root, root))
            for person, root in gate.ledger.roots_of(persons).items()
        ),
        "keys": sorted(names.get(person, person) for person in living),
        "folds": sorted(gate.ledger.active_folds()),
        "policies": [policy.version for policy in gate.ledger.policies()],
        "records": sorted(_records(gate, names)),
    }


def _names(gate: Gate) -> dict[str, str]:
    """Return a name for each living person that is equal in each run."""
    found: dict[str, set[str]] = {}
    for fact, hashed in gate.ledger.identified(is_found=True):
        if hashed is not None:
            found.setdefault(fact.person, set()).add(hashed.hex()[:12])
    return {person: min(hashes) for person, hashes in found.items()}


def _told(
    fact: Fact, names: Mapping[str, str], kinds: Mapping[str, str], private: object
) -> dict[str, Any]:
    """Return what a fact says, without ids that are drawn and times that only its writing has."""
    said: dict[str, Any] = msgspec.structs.asdict(fact)
    for name in ("id", "generation", "sealed"):
        del said[name]
    for name in ("about", "thing"):
        said[name] = kinds.get(said[name], names.get(said[name], said[name]))
    said["person"] = names.get(fact.person, fact.person)
    said["persons"] = tuple(sorted(names.get(person, person) for person in fact.persons))
    said["occurred_at"], said["recorded_at"] = (
        fact.occurred_at // HOUR,
        fact.recorded_at // HOUR,
    )
    # Whoever ends what another began says so.
    if fact.kind in {Kind.ERASURE_STARTED, Kind.KEY_DESTROYED}:
        said["by"] = said["route"] = ""
    said["private"] = private if not fact.sealed else private or "sealed"
    return {name: value for name, value in said.items() if value}


def _records(gate: Gate, names: Mapping[str, str]) -> set[tuple[str, ...]]:
    """Return the records, each kind of letter once: one that was cut short is written again."""
    return {
        (
            record.kind,
            record.id.split(":")[1] if record.kind == LETTER else "",
            record.state,
            record.request,
            names.get(record.person, record.person),
        )
        for kind in KINDS
        for record in gate.ledger.records(kind)
    }


def _of_shop(ground: Ground) -> dict[str, Any]:
    tables, views = ground.look()
    ours = [name for name in tables if name.startswith("placket_")]
    own = {name: rows for name, rows in tables.items() if name not in ours}
    return {"rows": own, "views": views, "ours": ours}


def _files(ground: Ground) -> list[str]:
    """Return the names of the files; of a fence, without its number."""
    names = (name for name in files_of(ground.home) if not name.endswith(("-wal", "-shm")))
    return [name.rpartition(".")[0] if "fence/" in name else name for name in names]
