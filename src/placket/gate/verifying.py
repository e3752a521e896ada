"""What a verification looks at beside the leaves: policies, signatures, who is found by what."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from placket.facts import Kind, fact_id
from placket.gate.sealing import IDENTIFIER, open_payloads
from placket.identity.identifier import Identifier, keyed_hash, parse_identifier
from placket.policy.parse import parse
from placket.policy.render import render
from placket.store.histories import BATCH
from placket.store.verifying import Damage
from placket.store.witness import unlike_kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from placket.gate.sealing import Keys
    from placket.store.ledger import KeptPolicy, Ledger
    from placket.store.verifying import Verified


def beside_the_leaves(ledger: Ledger, found: Verified, keys: Keys, *, is_hashed: bool) -> Verified:
    """Return `found` with the first damage that the leaves alone do not show, if there is any.

    A kept policy is what its published fact names, facts that have a position were signed, and
    whom a fact identified is found. is_hashed: open each identifier and hash it again too.
    """
    if found.damage is not None:
        return found
    changed = next((kept for kept in ledger.policies() if not _is_as_published(ledger, kept)), None)
    if changed is not None:
        what = f"the text of policy {changed.version} is not the one that was published"
        return replace(found, damage=Damage(what=what))
    if ledger.tree_size() and not found.checkpoints:
        return replace(found, damage=Damage(what="the checkpoints that were signed are missing"))
    return replace(found, damage=_first_unfound(ledger, keys, is_hashed=is_hashed))


def beside_what_was_kept(
    ledger: Ledger, found: Verified, public_key: bytes, kept: Sequence[str]
) -> Verified:
    """Return `found` with the first of `kept` that the ledger does not fit, if there is any.

    kept: checkpoints, or texts that hold one, as others kept them; public_key: the ledger's.
    """
    if found.damage is not None:
        return found
    unlike = (unlike_kept(ledger, text, public_key) for text in kept)
    return replace(found, damage=next((damage for damage in unlike if damage is not None), None))


def _first_unfound(ledger: Ledger, keys: Keys, *, is_hashed: bool) -> Damage | None:
    """Return the first identifier that finds nobody, somebody else, or stands without a fact."""
    stray = ledger.stray_identifier()
    if stray is not None:
        return Damage(what=f"person `{stray}` is found by an identifier that no fact gave")
    found = ledger.identified(is_found=is_hashed)
    while read := list(islice(found, BATCH)):
        private = open_payloads([fact for fact, _ in read], keys) if is_hashed else {}
        for fact, keyed in read:
            if fact.sealed and keyed is None:
                what = f"nobody is found by the identifier of fact `{fact.id}`"
                return Damage(what=what, fact_id=fact.id)
            if not _is_hash_of(keyed, private.get(fact.id), keys):
                what = f"the identifier of fact `{fact.id}` is kept under another hash"
                return Damage(what=what, fact_id=fact.id)
    return None


def _is_hash_of(keyed: bytes | None, payload: Mapping[str, object] | None, keys: Keys) -> bool:
    written = parse_identifier(str(payload[IDENTIFIER])) if payload else None
    return not isinstance(written, Identifier) or keyed == keyed_hash(written, keys.hmac_key)


def _is_as_published(ledger: Ledger, kept: KeptPolicy) -> bool:
    fact = ledger.fact(fact_id("policy", kept.digest))
    # Published and then killed before its fact: the next publishing writes it.
    told = fact is None or (
        fact.kind is Kind.POLICY_PUBLISHED
        and fact.thing == kept.digest
        and fact.version == kept.version
    )
    return _canonical_digest(kept.text) == kept.digest and told


@lru_cache(maxsize=8)
def _canonical_digest(text: str) -> str:
    """Return the digest of a policy's canonical text; empty where it is no policy's."""
    document = parse(text, "policy.md").document
    return "" if document is None else hashlib.sha256(render(document).encode()).hexdigest()
