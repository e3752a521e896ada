"""`GET /v1/audit/...`: the ledger's checkpoint, proofs, and the clear part of a fact."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final

from placket.gate.instants import rfc3339
from placket.store.refusals import NotInTree
from placket.web.api.messages import (
    ConsistencyShown,
    FactShown,
    InclusionShown,
    Nothing,
    Since,
    Which,
)
from placket.web.api.operations import TEXT, Operation
from placket.web.api.refusals import Refused

if TYPE_CHECKING:
    from placket.facts import Fact
    from placket.gate.gate import Gate
    from placket.web.api.keys import Caller

VERB: Final = "audit"


def checkpoint(gate: Gate, caller: Caller, nothing: Nothing) -> str:
    """Return the newest checkpoint, a signed note."""
    del caller, nothing
    note = gate.checkpoint()
    if note is None:
        raise Refused("not-in-tree", "the ledger has no checkpoint yet")
    return note


def prove(gate: Gate, caller: Caller, which: Which) -> InclusionShown:
    """Return the proof that a fact stands in the tree of the newest checkpoint."""
    del caller
    if gate.fact(which.fact) is None:
        raise Refused("fact-unknown")
    try:
        proof = gate.prove(which.fact)
    except NotInTree:
        raise Refused("not-in-tree") from None
    return InclusionShown(
        fact=proof.fact_id,
        leaf=b64encode(proof.leaf).decode(),
        position=proof.position,
        path=[b64encode(step).decode() for step in proof.path],
        checkpoint=proof.checkpoint,
    )


def consistency(gate: Gate, caller: Caller, since: Since) -> ConsistencyShown:
    """Return the proof that nothing of the earlier tree was changed."""
    del caller
    try:
        proof = gate.consistency(since.old_size)
    except (NotInTree, IndexError):
        raise Refused("not-in-tree") from None
    return ConsistencyShown(
        old_size=proof.old_size,
        path=[b64encode(step).decode() for step in proof.path],
        checkpoint=proof.checkpoint,
    )


def fact(gate: Gate, caller: Caller, which: Which) -> FactShown:
    """Return the clear part of a fact."""
    del caller
    found = gate.fact(which.fact)
    if found is None:
        raise Refused("fact-unknown")
    return clear_part(found)


def clear_part(found: Fact) -> FactShown:
    """Return what of a fact is not sealed; of a list of persons, only how many."""
    return FactShown(
        id=found.id,
        kind=found.kind.value,
        occurred_at=rfc3339(found.occurred_at),
        recorded_at=rfc3339(found.recorded_at),
        person=found.person,
        persons=len(found.persons) or int(bool(found.person)),
        what=found.what,
        activity=found.activity,
        channel=found.channel,
        topic=found.topic,
        region=found.region,
        recipient=found.recipient,
        clause=found.clause,
        version=found.version,
        route=found.route,
        by=found.by,
        thing=found.thing,
        ground=found.ground,
        about=found.about,
        until=None if found.until is None else rfc3339(found.until),
        data=list(found.data),
        marks=list(found.marks),
        sealed=bool(found.sealed),
    )


OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/v1/audit/checkpoint",
        verb=VERB,
        summary="Return the newest signed checkpoint",
        takes=Nothing,
        gives=str,
        run=checkpoint,
        media=TEXT,
    ),
    Operation(
        method="GET",
        path="/v1/audit/proof/{fact}",
        verb=VERB,
        summary="Prove that a fact stands in the ledger",
        takes=Which,
        gives=InclusionShown,
        run=prove,
        waits=True,
    ),
    Operation(
        method="GET",
        path="/v1/audit/consistency",
        verb=VERB,
        summary="Prove that the ledger only grew",
        takes=Since,
        gives=ConsistencyShown,
        run=consistency,
        waits=True,
    ),
    Operation(
        method="GET",
        path="/v1/audit/fact/{fact}",
        verb=VERB,
        summary="Return the clear part of a fact",
        takes=Which,
        gives=FactShown,
        run=fact,
    ),
)
