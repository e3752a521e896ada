"""What a verification looks at beside the leaves: published policies, and that somebody signed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from placket.facts import Kind, fact_id
from placket.policy.parse import parse
from placket.policy.render import render
from placket.store.verifying import Damage

if TYPE_CHECKING:
    from placket.store.ledger import KeptPolicy, Ledger
    from placket.store.verifying import Verified


def beside_the_leaves(ledger: Ledger, found: Verified) -> Verified:
    """Return `found` with the first damage that the leaves alone do not show, if there is any.

    A kept policy is what its published fact names, and facts that have a position were signed.
    """
    if found.damage is not None:
        return found
    changed = next((kept for kept in ledger.policies() if not _is_as_published(ledger, kept)), None)
    if changed is not None:
        what = f"the text of policy {changed.version} is not the one that was published"
        return replace(found, damage=Damage(what=what))
    if ledger.tree_size() and not found.checkpoints:
        return replace(found, damage=Damage(what="the checkpoints that were signed are missing"))
    return found


def _is_as_published(ledger: Ledger, kept: KeptPolicy) -> bool:
    document = parse(kept.text, kept.version).document
    if document is None:
        return False
    digest = hashlib.sha256(render(document).encode()).hexdigest()
    fact = ledger.fact(fact_id("policy", kept.digest))
    # Published and then killed before its fact: the next publishing writes it.
    told = fact is None or (
        fact.kind is Kind.POLICY_PUBLISHED
        and fact.thing == kept.digest
        and fact.version == kept.version
    )
    return digest == kept.digest and told
