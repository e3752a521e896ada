"""Make an installation, open it, and publish a policy into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from placket.facts import Fact, Kind, fact_id
from placket.gate.folds import PolicyFold
from placket.gate.gate import Gate
from placket.gate.in_force import InForce
from placket.gate.instants import system_now
from placket.gate.versions import Versions
from placket.keyring import KeyringExists, create_keyring, open_keyring
from placket.law.calendar import date_of
from placket.policy.load import load_policy
from placket.sources.told import Told
from placket.store.ledger import KeptPolicy, no_progress
from placket.store.opening import open_ledger
from placket.store.refusals import PolicyConflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.keyring import Keyring
    from placket.problems import Problem
    from placket.settings import Settings
    from placket.store.ledger import Ledger, Progress

UTC_ZONE: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing gave: the version, or the problems that stopped it."""

    version: str
    problems: tuple[Problem, ...]


def create_gate(settings: Settings, *, clock: Callable[[], int] = system_now) -> Gate:
    """Return a new installation: an empty ledger and a keyring of its own.

    One whose making was cut short is finished: its keyring, where nobody has a key yet, is
    taken. Raises KeyringExists where a keyring is in use, and what the ledger refuses with.
    """
    keys = _new_keyring(settings, clock())
    ledger = open_ledger(settings.location(settings.ledger), create=True)
    ledger.bind_keyring(keys.id)
    return gate_on(settings, ledger, keys, Versions(()), clock)


def gate_on(
    settings: Settings,
    ledger: Ledger,
    keys: Keyring,
    versions: Versions,
    clock: Callable[[], int] = system_now,
) -> Gate:
    """Return the gate of a ledger and a keyring that are open; clock: microseconds UTC."""
    in_force = InForce(ledger=ledger, keys=keys, versions=versions, clock=clock)
    return Gate(settings=settings, ledger=ledger, keys=keys, in_force=in_force)


def _new_keyring(settings: Settings, now: int) -> Keyring:
    url, key_file = settings.location(settings.keyring), Path(settings.location(settings.key_file))
    try:
        return create_keyring(url, key_file=key_file, now=now)
    except KeyringExists:
        keys = open_keyring(url, key_file=key_file)
        if keys.is_unused:
            return keys
        keys.close()
        raise


def open_gate(
    settings: Settings,
    *,
    clock: Callable[[], int] = system_now,
    progress: Progress = no_progress,
) -> Gate:
    """Return the installation of `settings`, an erasure that was cut short finished first.

    progress: told while standing is built anew, which a change of the law can ask for.
    Raises what the ledger or the keyring refuses with.
    """
    ledger = open_ledger(settings.location(settings.ledger))
    keys = open_keyring(
        settings.location(settings.keyring),
        keyring_id=ledger.keyring_id or None,
        key_file=Path(settings.location(settings.key_file)),
    )
    gate = gate_on(settings, ledger, keys, Versions(ledger.policies()), clock)
    if gate.versions.kept:
        gate.in_force.catch_up(progress)
        for begun in ledger.unfinished_erasures():
            gate.erase(begun.person, by="recovery", route="recovery")
        # An older copy of the ledger beside the newest keyring: whose key was destroyed stays
        # erased, whatever the copy says.
        for person in sorted(ledger.living(keys.destroyed())):
            gate.erase(person, by="recovery", route="recovery")
        # An older copy of the keyring beside the newest ledger: what it brought back goes again.
        brought_back = keys.keys_for(sorted(ledger.erased()))
        if brought_back:
            keys.destroy(*brought_back)
    return gate


def publish(
    gate: Gate, text: str, file: str, *, by: str, progress: Progress = no_progress
) -> Published:
    """Publish a policy: checked, kept, told as a fact, its standing built.

    A policy with an error changes nothing. Raises PolicyConflict when the version is taken by
    another text.
    """
    now = gate.now()
    loaded = load_policy(text, file, on=date_of(now, UTC_ZONE))
    policy = loaded.policy
    if policy is None:
        return Published("", loaded.problems)
    front = policy.front
    kept = KeptPolicy(
        version=front.version,
        digest=policy.digest,
        fold_digest=policy.fold_digest,
        text=text,
        effective_from=front.effective_from,
        published_at=now,
    )
    _expect_free(gate, kept)
    # Its standing first: until then the policy before answers.
    in_force = gate.versions.renewed((kept,)).at(max(now, front.effective_from))
    fold = PolicyFold(policy=in_force, keys=gate.keys)
    gate.ledger.prepare_fold(fold, indexes=fold.indexes, policy=kept, progress=progress)
    gate.in_force.reload()
    gate.in_force.catch_up(progress)
    told = Told(_published(kept, by))
    if not gate.ledger.has([told.fact.id]):
        gate.append([told])
    gate.sequence()
    return Published(front.version, loaded.problems)


def _published(policy: KeptPolicy, by: str) -> Fact:
    return Fact(
        id=fact_id("policy", policy.digest),
        kind=Kind.POLICY_PUBLISHED,
        what=policy.version,
        version=policy.version,
        thing=policy.digest,
        by=by,
        occurred_at=policy.published_at,
        recorded_at=policy.published_at,
    )


def _expect_free(gate: Gate, policy: KeptPolicy) -> None:
    """Raise PolicyConflict before anything is built when the version is taken."""
    for other in gate.ledger.policies():
        if other.version == policy.version and other.digest != policy.digest:
            raise PolicyConflict(PolicyConflict.__doc__)
