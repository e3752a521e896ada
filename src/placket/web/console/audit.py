"""The ledger: its size, its newest checkpoint, and the proof of one fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.store.checkpoint import BadCheckpoint, Checkpoint
from placket.store.checkpoint import verify as verify_checkpoint
from placket.store.refusals import NotInTree
from placket.store.tree import verify_inclusion
from placket.web.api.audit import clear_part
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from placket.facts import Fact
    from placket.gate.gate import Gate
    from placket.store.ledger import Inclusion
    from placket.store.verifying import Verified
    from placket.web.api.messages import FactShown


SHOWN: Final = 8
"""Newest facts on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A fact's proof, checked here as any holder of the checkpoint can check it."""

    position: int
    leaf: str
    path: tuple[str, ...]
    size: int
    holds: bool


def overview(request: Request) -> Response:
    """Answer with the checkpoint, and with one fact when the address names it."""
    gate: Gate = request.app.state.gate
    wanted = request.query_params.get("fact", "").strip()
    found = gate.fact(wanted) if wanted else None
    shown = clear_part(found) if found is not None else None
    return _page(gate, wanted=wanted, fact=shown, proof=proof_of(gate, wanted) if shown else None)


def verify(request: Request) -> Response:
    """Answer with what recomputing every leaf, the tree and every checkpoint found."""
    gate: Gate = request.app.state.gate
    return _page(gate, verified=gate.verify())


def proof_of(gate: Gate, fact_id: str) -> Proof | None:
    """Return the fact's proof of inclusion, None while it waits for the next checkpoint."""
    try:
        found = gate.prove(fact_id)
    except NotInTree:
        return None
    checkpoint = checked(gate, found.checkpoint)
    if checkpoint is None:
        return None
    return Proof(
        position=found.position,
        leaf=found.leaf.hex(),
        path=tuple(step.hex() for step in found.path),
        size=checkpoint.size,
        holds=_holds(found, checkpoint),
    )


def _holds(found: Inclusion, checkpoint: Checkpoint) -> bool:
    return verify_inclusion(
        found.leaf, found.position, checkpoint.size, found.path, checkpoint.root
    )


def checked(gate: Gate, note: str | None) -> Checkpoint | None:
    """Return the checkpoint in `note` when the signature of this ledger's key holds."""
    origin = (note or "").partition("\n")[0]
    try:
        return verify_checkpoint(note or "", origin, gate.keys.public_key)
    except BadCheckpoint:
        return None


def newest(gate: Gate) -> list[Fact]:
    """Return the newest facts of the tree, the newest first."""
    size = gate.size()
    return gate.facts(max(size - SHOWN, 0), SHOWN)[::-1]


def _page(
    gate: Gate,
    *,
    wanted: str = "",
    fact: FactShown | None = None,
    proof: Proof | None = None,
    verified: Verified | None = None,
) -> Response:
    note = gate.checkpoint()
    return page(
        "audit.html",
        status=404 if wanted and fact is None else 200,
        front=gate.policy.front,
        note=note,
        checkpoint=checked(gate, note),
        wanted=wanted,
        fact=fact,
        proof=proof,
        verified=verified,
        newest=newest(gate),
    )
