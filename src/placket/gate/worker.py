"""The work that nobody waits for: positions, fresh views, young keys, ended erasures."""

from __future__ import annotations

import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from placket.gate.requests.upkeep import Kept
from placket.gate.views import CatalogueUnusable, SourceViews
from placket.keyring import KeyringUnusable
from placket.law.calendar import DAY
from placket.sources.connect import DriverMissing, NotADatabase, SourceUnreachable
from placket.sources.grants import RoleRefused
from placket.sources.replica import NotReplicated, PlanTooNarrow, ViewStillReads
from placket.sources.replica_plan import TooManyStates
from placket.sources.trees import UnsupportedDialect
from placket.store.refusals import LedgerRefuses

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.gate.gate import Gate
    from placket.gate.requests.upkeep import Upkeep
    from placket.sources.replica import Replicated

SEQUENCE_SECONDS: Final = 1.0
"""How long at most a committed fact waits for its position."""

ABANDONED: Final = 60_000_000
"""After how many microseconds an erasure that has not ended is taken for one that was killed."""

REFUSALS: Final = (
    LedgerRefuses,
    KeyringUnusable,
    SourceUnreachable,
    NotADatabase,
    DriverMissing,
    UnsupportedDialect,
    NotReplicated,
    PlanTooNarrow,
    ViewStillReads,
    TooManyStates,
    RoleRefused,
    CatalogueUnusable,
    OSError,
)
"""What is told and tried again."""


REQUESTS: Final = "requests"
"""Under which name trouble with requests is told."""

KEYRING: Final = "keyring"
"""Under which name trouble with the keyring is told."""


class Stopped(Exception):
    """the worker was asked to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What one round did. failed: by source, or empty for the ledger, what was refused."""

    sequenced: bool
    erasures: int
    rotated: bool
    views: dict[str, Replicated]
    failed: dict[str, str]
    requests: Kept | None = None


@dataclass(slots=True, kw_only=True)
class Worker:
    """Works for one installation, until it is told to stop.

    every_seconds: how often the views of each source are renewed. tell: told in a sentence
    what was refused, once until it works again. stop: set, it ends between two transactions.
    upkeep: of the requests of persons.
    """

    gate: Gate
    every_seconds: float
    tell: Callable[[str], None]
    upkeep: Upkeep | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    troubled: dict[str, str] = field(default_factory=dict)

    def once(self) -> Worked:
        """Do one round of everything, each part whether or not another was refused."""
        erasures, sequenced = 0, False
        with suppress(*REFUSALS), self._watched(""):
            erasures = self.finish_erasures()
            self.gate.in_force.catch_up()
            sequenced = self.gate.sequence() is not None
        rotated, requests = self._keep_keys(), self._keep_requests()
        views: dict[str, Replicated] = {}
        for name in self.gate.settings.databases:
            with suppress(*REFUSALS), self._watched(name), closing(self._views(name)) as found:
                views[name] = found.refresh_changed(progress=self._unless_stopped)
        failed = dict(self.troubled)
        return Worked(
            sequenced=sequenced,
            erasures=erasures,
            rotated=rotated,
            views=views,
            failed=failed,
            requests=requests,
        )

    def run(self) -> None:
        """Work until `stop` is set; each source has a thread, so that none waits for another."""
        names = self.gate.settings.databases
        threads = [threading.Thread(target=self._refresh, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        try:
            self._keep_ledger()
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def finish_erasures(self) -> int:
        """End erasures that a killed process began; return how many."""
        done = 0
        for begun in self.gate.ledger.unfinished_erasures():
            fact = self.gate.ledger.fact(begun.fact_id)
            if fact is not None and fact.recorded_at < self.gate.now() - ABANDONED:
                self.gate.erase(begun.person, by="recovery", route="recovery")
                done += 1
        return done

    def _keep_keys(self) -> bool:
        """Change the wrapping key where it has served its days; say whether it was."""
        days = self.gate.settings.key_days
        now = self.gate.now()
        if not days:
            return False
        with suppress(*REFUSALS), self._watched(KEYRING):
            due, since = now - days * DAY, self.gate.keys.rotated_at
            # Asked without a lock first: a rotation makes all others wait. A clock that once ran
            # years ahead must not put it off for years.
            is_due = not due <= since <= now + DAY
            return is_due and self.gate.keys.rotate(now=now, before=due)
        return False

    def _keep_requests(self) -> Kept | None:
        """Do what is due of the requests, and tell what was refused."""
        if self.upkeep is None:
            return None
        kept = Kept()
        with suppress(*REFUSALS), self._watched(REQUESTS):
            kept = self.upkeep.round()
        for reference, why in kept.refused.items():
            self.tell(f"{reference or 'the letters'}: {why}")
        return kept

    def _keep_ledger(self) -> None:
        looked = -self.every_seconds
        while not self.stop.is_set():
            with suppress(*REFUSALS), self._watched(""):
                self.gate.sequence()
                if time.monotonic() - looked >= self.every_seconds:
                    looked = time.monotonic()
                    self.finish_erasures()
                    self.gate.in_force.catch_up()
                    self._keep_keys()
                    self._keep_requests()
            self.stop.wait(SEQUENCE_SECONDS)

    def _refresh(self, name: str) -> None:
        """Renew the views of one source until the end."""
        with suppress(Stopped):
            while not self.stop.is_set():
                with suppress(*REFUSALS), closing(self._views(name)) as views:
                    self._renew(name, views)
                self.stop.wait(self.every_seconds)

    def _renew(self, name: str, views: SourceViews) -> None:
        """Renew until something is refused; the connection is then made anew."""
        read = self._catalogue_read(name)
        while not self.stop.is_set() and read == self._catalogue_read(name):
            began = time.monotonic()
            with self._watched(name):
                views.refresh_changed(progress=self._unless_stopped)
            # A pass over everybody may take longer than the term: it is renewed at once.
            self.stop.wait(max(0.0, self.every_seconds - (time.monotonic() - began)))

    def _catalogue_read(self, name: str) -> int:
        return self.gate.settings.sources[name].catalogue.stat().st_mtime_ns

    def _views(self, name: str) -> SourceViews:
        return SourceViews(gate=self.gate, name=name)

    def _unless_stopped(self, _table: str, _done: int, _total: int) -> None:
        if self.stop.is_set():
            raise Stopped

    def _watched(self, name: str) -> _Watched:
        return _Watched(self, name)


@dataclass(frozen=True, slots=True)
class _Watched:
    """Tells of a refusal within, once, and of its end."""

    worker: Worker
    name: str

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, raised: object, _trace: object) -> None:
        """Tell what is new."""
        troubled, tell = self.worker.troubled, self.worker.tell
        if kind is not None and not issubclass(kind, REFUSALS):
            return
        if kind is None:
            if troubled.pop(self.name, None) is not None:
                tell(f"{self._what} works again")
            return
        sentence = str(raised) or str(kind.__doc__)
        if self.name not in troubled:
            troubled[self.name] = sentence
            tell(f"{self._what}: {sentence}; it is tried again")

    @property
    def _what(self) -> str:
        own = {"": "the ledger", KEYRING: "the keyring"}
        return own.get(self.name, f"source `{self.name}`")
