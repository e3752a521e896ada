"""Which policy is in force, and that the ledger keeps standing under it."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from placket.gate.instants import system_now
from placket.store.ledger import no_progress
from placket.store.refusals import FoldMissing, StaleFolds, StandingStale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.gate.folds import PolicyFold
    from placket.gate.versions import Versions
    from placket.keyring import Keyring
    from placket.policy.compile import Policy
    from placket.store.ledger import Ledger, Progress

T = TypeVar("T")

LOOK: Final = 1_000_000
"""How often at most the ledger is asked for newly published policies, microseconds."""

LOADING: Final = "loading"
"""The slot that says since when a first sync is loading; empty when none is."""

_LOADING_AT_MOST: Final = 3_600_000_000


@dataclass(slots=True, kw_only=True)
class InForce:
    """The policies of one ledger and the standing that it keeps under them, followed in time.

    versions: the published policies and which is in force when; what another process publishes
    is seen within a second. clock: microseconds UTC.
    """

    ledger: Ledger
    keys: Keyring
    versions: Versions
    clock: Callable[[], int] = system_now
    is_loading: bool = False
    looked_at: int = 0
    kept_folds: frozenset[str] = frozenset()
    building: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def now(self) -> int:
        """Return the present instant, microseconds UTC."""
        return self.clock()

    @property
    def policy(self) -> Policy:
        """Return the policy in force now."""
        now = self.now()
        self._look(now)
        return self.versions.at(now)

    def _look(self, now: int) -> None:
        """Take over what another process published; the ledger is asked once a second."""
        if abs(now - self.looked_at) < LOOK:
            return
        self.kept_folds = frozenset(self.ledger.active_folds())
        if self.ledger.count_policies() != len(self.versions.kept):
            self.reload()
        self.looked_at = now

    def reload(self) -> None:
        """Read anew which policies are published, and whose standing is kept."""
        self.versions = self.versions.renewed(self.ledger.policies())
        self.kept_folds = frozenset(self.ledger.active_folds())

    def ready(self) -> Policy:
        """Return the policy in force, its standing kept.

        Where the law changed overnight its standing is built first. Raises StandingStale while
        another thread or a first sync builds it: nothing is decided by half a standing.
        """
        policy = self.policy
        if policy.fold_digest not in self.kept_folds:
            self._build(policy)
        return policy

    def _build(self, policy: Policy) -> None:
        since = self.ledger.remembered([LOADING]).get(LOADING)
        is_loading = since and self.now() - int(since) < _LOADING_AT_MOST
        if is_loading or not self.building.acquire(blocking=False):
            raise StandingStale(StandingStale.__doc__)
        try:
            self.catch_up()
        finally:
            self.building.release()
        if policy.fold_digest not in self.kept_folds:
            raise StandingStale(StandingStale.__doc__)

    def by_standing(self, ask: Callable[[Policy, int], T]) -> T:
        """Ask by the standing under the policy in force; once more if another took over.

        ask: told the policy and the instant. Raises StandingStale.
        """
        with suppress(FoldMissing):
            return ask(self.ready(), self.now())
        self.reload()
        try:
            return ask(self.ready(), self.now())
        except FoldMissing as missing:
            raise StandingStale(StandingStale.__doc__) from missing

    def under_folds(self, write: Callable[[tuple[PolicyFold, ...]], T]) -> T:
        """Write under the folds that are kept; once more if another process changed them."""
        with suppress(FoldMissing, StaleFolds):
            return write(self.folds())
        self.reload()
        self.catch_up()
        return write(self.folds())

    def folds(self) -> tuple[PolicyFold, ...]:
        """Return the folds under which the ledger keeps standing, none while loading."""
        now = self.now()
        self._look(now)
        if self.is_loading or not self.versions.kept:
            return ()
        return self.versions.folds(self.keys, now)

    def catch_up(self, progress: Progress = no_progress) -> None:
        """Keep standing under the folds in force and to come, and under no other."""
        wanted = self.folds()
        active = set(self.ledger.active_folds())
        for each in wanted:
            if each.layout.digest not in active:
                self.ledger.prepare_fold(each, indexes=each.indexes, progress=progress)
        kept = frozenset(each.layout.digest for each in wanted)
        for digest in active - kept:
            self.ledger.drop_fold(digest)
        self.kept_folds = kept

    @contextmanager
    def loading(self, progress: Progress = no_progress) -> Iterator[None]:
        """Append within without folding, and fold everybody once at the end.

        For a first sync: table by table each person would else be folded many times over.
        Until the end nothing is decided; after a kill, opening the installation folds.
        """
        for digest in self.ledger.active_folds():
            self.ledger.drop_fold(digest)
        self.ledger.remember({LOADING: str(self.now())})
        self.is_loading, self.kept_folds = True, frozenset()
        try:
            yield
        finally:
            self.is_loading = False
            self.ledger.remember({LOADING: ""})
        self.catch_up(progress)
