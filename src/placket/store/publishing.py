"""The published policies, kept as they were written and never changed."""

from placket.store.ledger import KeptPolicy
from placket.store.refusals import PolicyConflict
from placket.store.session import Session


def keep(session: Session, policy: KeptPolicy) -> None:
    """Keep a policy within a transaction; safe to repeat. Raises PolicyConflict."""
    session.run(
        "put_policy",
        policy.version,
        policy.digest,
        policy.fold_digest,
        policy.text,
        policy.effective_from,
        policy.published_at,
    )
    kept = {found.version: found.digest for found in read(session)}
    if kept[policy.version] != policy.digest:
        raise PolicyConflict(PolicyConflict.__doc__)


def read(session: Session) -> tuple[KeptPolicy, ...]:
    """Return the published policies, by when they take effect."""
    names = ("version", "digest", "fold_digest", "text", "effective_from", "published_at")
    rows = session.rows("policies")
    return tuple(KeptPolicy(**dict(zip(names, row, strict=True))) for row in rows)
