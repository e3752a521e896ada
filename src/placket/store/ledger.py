"""The ledger's Protocol: append facts, read them, their standing, their tree and their end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from placket.facts import Fact
    from placket.standing.history import Connected
    from placket.standing.layout import Layout
    from placket.standing.standing import Standing
    from placket.store.checkpoint import Signer
    from placket.store.moved import Asked, Mark, Moved
    from placket.store.provisos import Proviso
    from placket.store.register import Fence, Record
    from placket.store.trial import Trial
    from placket.store.verifying import Verified

Point = Callable[[str], None]
"""Told the name of each boundary that a killed process may stop at."""

Progress = Callable[[int, int], None]
"""Told how many are done, and of how many."""


def no_point(_name: str) -> None:
    """Do nothing at a boundary."""


def no_progress(_done: int, _total: int) -> None:
    """Tell nobody."""


class Fold(Protocol):
    """All that the ledger asks of a policy: how facts become standing, and how that lies."""

    @property
    def layout(self) -> Layout:
        """Return the tables of the standing; its digest names the fold."""

    def concerns(self, fact: Fact) -> bool:
        """Say whether `fact` can change a standing; when in doubt it does."""

    def fold(self, person: str, facts: Sequence[Fact], connected: Connected) -> Standing:
        """Return the standing of `person`, the root of a cluster, by all facts of the cluster."""

    def refold(
        self, before: Standing, news: Sequence[Fact], facts: Sequence[Fact], connected: Connected
    ) -> Standing:
        """Return what `fold` would of `facts`; `before` was the standing without `news`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What an append did: facts written, facts that stood there already, standings folded."""

    new: int
    known: int
    refolded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHistory:
    """All facts that speak of one person: of the cluster, passages, tombstones; any order.

    person: the cluster's root; members: every person id of the cluster, root included.
    """

    person: str
    members: tuple[str, ...]
    facts: list[Fact]
    connected: Connected


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPolicy:
    """A published policy's text. Times are microseconds UTC; digest: of its canonical text."""

    version: str
    digest: str
    fold_digest: str
    text: str
    effective_from: int
    published_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """The proof that a fact stands in the tree of the checkpoint."""

    fact_id: str
    leaf: bytes
    position: int
    path: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """The proof that the tree of `old_size` leaves is the beginning of the checkpoint's."""

    old_size: int
    path: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erasure that was started: by which fact, whose, and every person id it covers.

    hashes: the keyed hashes by which the persons are found until it ends; for tombstones.
    """

    fact_id: str
    person: str
    members: tuple[str, ...]
    hashes: tuple[bytes, ...]


class Ledger(Protocol):
    """The facts of one installation, their tree, and the standing that they make."""

    @property
    def id(self) -> str:
        """Return the ledger's id."""

    @property
    def keyring_id(self) -> str:
        """Return the id of the ledger's keyring, empty until one is bound."""

    @property
    def dialect(self) -> str:
        """Return sqlglot's name of the SQL that `select` and `count` take."""

    def bind_keyring(self, keyring_id: str) -> None:
        """Remember the ledger's keyring. Raises ForeignKeyring when it has another one."""

    def append(  # noqa: PLR0913 - all but the facts by name
        self,
        facts: Sequence[Fact],
        folds: Sequence[Fold] = (),
        *,
        now: int,
        identifiers: Mapping[str, bytes] | None = None,
        fence: Fence | None = None,
        proviso: Proviso | None = None,
        signer: Signer | None = None,
        point: Point = no_point,
    ) -> Appended:
        """Write the facts that are not there yet, and refold whom they concern, or do nothing.

        now: microseconds UTC, by which a fact is from the future. identifiers: the keyed hash
        that a fact of kind `identified` gives its person, by fact id. folds: every active one.
        fence: under which they are written; raises LeaseLost when it is not the newest. proviso:
        asked in the transaction that writes; what it raises ends that. signer: where the engine
        has one writer at a time the facts get their positions at once, under a checkpoint that
        this signs; `sequence` gives what then still lacks one.
        Raises FactRefused, StaleFolds, FoldMissing, LedgerBusy, LedgerUnwritable,
        LedgerUnreachable (nothing written) or UnknownOutcome.
        """

    def has(self, ids: Collection[str]) -> set[str]:
        """Return those of `ids` that are facts of the ledger."""

    def fact(self, fact_id: str) -> Fact | None:
        """Return the fact of this id, or None."""

    def facts_between(self, start: int, end: int) -> list[Fact]:
        """Return the facts at the tree's positions from `start` to before `end`, in order."""

    def facts_of(self, person: str) -> list[Fact]:
        """Return every fact that speaks of the person's cluster, in order of recording."""

    def facts_known_at(self, person: str, size: int) -> list[Fact]:
        """Return those of `facts_of` that stand in the tree's first `size` leaves."""

    def history_of(self, person: str, *, size: int | None = None) -> PersonHistory | None:
        """Return what a fold needs of one person; None when the person is not known.

        size: only facts of the tree's first `size` leaves, and the cluster as it was then.
        """

    def stream_histories(self) -> Iterator[PersonHistory]:
        """Yield the history of every person who has not been erased, in flat memory."""

    def persons(self) -> Iterator[str]:
        """Yield the root of every cluster that has not been erased."""

    def living(self, persons: Sequence[str]) -> set[str]:
        """Return those of `persons` whom the ledger knows and has not erased."""

    def root_of(self, person: str) -> str | None:
        """Return the root of the person's cluster; None when the person is not known."""

    def roots_of(self, persons: Sequence[str]) -> dict[str, str]:
        """Return what `root_of` would, for those of `persons` who are known."""

    def members_of(self, persons: Sequence[str]) -> set[str]:
        """Return every id of the clusters of `persons`, those ids that are unknown too."""

    def find(self, keyed_hash: bytes) -> str | None:
        """Return the root of the person first identified by this hash, or None."""

    def holders(self, keyed_hash: bytes) -> tuple[str, ...]:
        """Return the roots of all persons identified by this hash, first identified first.

        More than one where a household shares an address, or two processes met a newcomer at
        once: a no must reach each of them.
        """

    def holders_of(self, hashes: Sequence[bytes]) -> dict[bytes, tuple[str, ...]]:
        """Return what `holders` would, for those of `hashes` that are known."""

    def find_many(self, hashes: Sequence[bytes]) -> dict[bytes, str]:
        """Return what `find` would, for those of `hashes` that are known."""

    def find_own(self, hashes: Sequence[bytes]) -> dict[bytes, str]:
        """Return the person first identified by each known hash: the id itself, not the root.

        By it a row is told of the same person again, after its cluster has grown.
        """

    def tombstones(self, hashes: Sequence[bytes]) -> dict[bytes, list[Fact]]:
        """Return the tombstone facts that name these hashes, by hash."""

    def standing_of(self, person: str, digest: str) -> Standing | None:
        """Return the standing of the person's cluster under fold `digest`, or None."""

    def standing_by_identifier(self, keyed_hash: bytes, digest: str) -> Standing | None:
        """Return the standing of the person first identified by this hash, in one query."""

    def select(self, sql: str, params: Mapping[str, object]) -> Iterator[str]:
        """Yield the first column of a compiled statement: persons."""

    def rows(self, sql: str, params: Mapping[str, object]) -> Iterator[Sequence[object]]:
        """Yield the rows of a compiled statement."""

    def count(self, sql: str, params: Mapping[str, object]) -> int:
        """Return the number that a compiled statement counts."""

    def prepare_fold(
        self,
        fold: Fold,
        *,
        indexes: Sequence[Sequence[str]] = (),
        policy: KeptPolicy | None = None,
        progress: Progress = no_progress,
    ) -> None:
        """Build the standing under `fold` from all facts and make it active; safe to repeat.

        indexes: each as its states, over the persons alone who have the first of them.
        policy: kept as `keep_policy` does, in the transaction that makes the fold active, so
        that nobody sees a published policy without its standing.
        """

    def active_folds(self) -> tuple[str, ...]:
        """Return the digests of the folds whose standing is kept, oldest first."""

    def drop_fold(self, digest: str) -> None:
        """Forget the standing under fold `digest`; safe to repeat."""

    def trial(
        self, folds: Sequence[Fold], *, progress: Progress = no_progress
    ) -> AbstractContextManager[Trial]:
        """Lend the standing under `folds`, all of one instant, in tables nobody else sees.

        What the ledger answers meanwhile does not change, and nothing is left at the end, also
        after a kill.
        """

    def mark(self) -> Mark:
        """Return a point that every later fact and person comes after."""

    def moved(self, asked: Asked) -> Moved | None:
        """Return who moved since a mark, and how they stand; None where they are too many."""

    def kept_set(self, key: str) -> bytes | None:
        """Return what `keep_set` kept, or None."""

    def keep_set(self, key: str, body: bytes, *, digest: str, until: int, now: int) -> None:
        """Keep a set of persons until it is past or its fold goes, in place of the one before.

        until, now: microseconds UTC.
        """

    def keep_policy(self, policy: KeptPolicy) -> None:
        """Keep a published policy's text. Raises PolicyConflict when the version is taken."""

    def count_policies(self) -> int:
        """Return how many policies are published; cheap, since none is ever changed."""

    def policies(self) -> tuple[KeptPolicy, ...]:
        """Return the published policies, by when they take effect."""

    def remembered(self, slots: Collection[str]) -> dict[str, str]:
        """Return what `remember` kept for those of `slots` that it knows."""

    def remember(self, values: Mapping[str, str]) -> None:
        """Keep the value of each slot in place of the one before."""

    def remember_after(self, slot: str, before: str, value: str) -> bool:
        """Keep the value where the slot still holds `before`, or nothing; say whether it does."""

    def put_records(
        self, records: Sequence[Record], *, fence: Fence | None = None, point: Point = no_point
    ) -> None:
        """Write all the records or none, each over the one of its kind and id.

        Raises LeaseLost when `fence` is not the newest: nothing was written.
        """

    def record(self, kind: str, record_id: str) -> Record | None:
        """Return the record of this kind and id, or None."""

    def records(
        self, kind: str, *, request: str = "", person: str = "", state: str = ""
    ) -> list[Record]:
        """Return the records of a kind, by when they were made and id; an empty text is any."""

    def due_records(self, kind: str, now: int, limit: int) -> list[Record]:
        """Return at most `limit` records whose `until` is not after `now`, the earliest first."""

    def move_record(self, kind: str, record_id: str, *, before: str, after: str) -> bool:
        """Put a record's state from `before` to `after`; say whether it stood at `before`."""

    def drop_records(self, kind: str, ids: Collection[str]) -> None:
        """Delete records so that nothing is left of their bodies, as far as the engine can.

        SQLite overwrites them. PostgreSQL frees their pages and keeps the bytes there, in its
        WAL and with replicas until they are used again: there the key alone ends a body.
        """

    def tally(self, name: str, *, now: int, within: int) -> int:
        """Count one more of `name`; return how many were counted after `now - within`.

        now, within: microseconds.
        """

    def tallied(self, name: str, *, now: int, within: int) -> int:
        """Return what `tally` would have returned last, and count nothing."""

    def lease(self, task: str, holder: str, *, now: int, seconds: int) -> Fence | None:
        """Return a fence of a greater number than any before; None while another's lease runs.

        A holder who asks again gets a new one, and the one before is good for nothing.
        """

    def renew(self, fence: Fence, *, now: int, seconds: int) -> Fence | None:
        """Return the fence with a later end; None when it is not the newest."""

    def release(self, fence: Fence) -> None:
        """End a lease; nothing is written with its fence from here. Safe to repeat."""

    def requested(self, *, after: int = 0, limit: int = 1000) -> list[tuple[int, Fact]]:
        """Return (number, fact) of the facts of kind `requested`, by number.

        after: facts of a greater number alone. What is being appended meanwhile may come later
        with a smaller one: whoever goes on from a number takes it from `mark`, before reading.
        """

    def sequence(self, signer: Signer, *, now: int, point: Point = no_point) -> str | None:
        """Give committed facts their positions; return the new checkpoint, None without news."""

    def latest_checkpoint(self) -> str | None:
        """Return the newest signed checkpoint, or None before the first."""

    def tree_size(self) -> int:
        """Return how many facts have a position in the tree."""

    def inclusion_proof(self, fact_id: str) -> Inclusion:
        """Return the proof that a fact stands in the tree. Raises NotInTree."""

    def consistency_proof(self, old_size: int) -> Consistency:
        """Return the proof that the tree of `old_size` leaves stands unchanged in the newest."""

    def verify(
        self,
        public_key: bytes,
        *,
        standing: Fold | None = None,
        progress: Progress = no_progress,
    ) -> Verified:
        """Recompute every leaf from its stored bytes, the tree and every checkpoint.

        standing: refold every person under it too, and compare with what is kept.
        """

    def identified(self, *, is_found: bool) -> Iterator[tuple[Fact, bytes | None]]:
        """Yield the `identified` facts of the living, and the hash that finds its person.

        is_found: those too that have such a hash, else those alone that have none.
        """

    def stray_identifier(self) -> str | None:
        """Return a person who is found by a hash that no fact gave, or None."""

    def bury(
        self,
        started: Fact,
        destroy: Callable[[Erasure], Sequence[Fact]],
        folds: Sequence[Fold] = (),
        *,
        now: int,
        point: Point = no_point,
    ) -> None:
        """Erase a person: write `started`, destroy the keys, write the facts that `destroy` gives.

        started: `erasure_started` of the person, whose standing goes at once. destroy: destroys
        the keys of every member, then gives `key_destroyed` of the same person, and tombstones.
        The identifiers go with these. After a kill, call it again with the fact named by
        `unfinished_erasures`. folds: every active one.
        """

    def erased(self) -> set[str]:
        """Return every person id that an erasure covered which has ended."""

    def unfinished_erasures(self) -> tuple[Erasure, ...]:
        """Return the erasures that were started and have no `key_destroyed` yet."""

    def close(self) -> None:
        """Let go of the database."""

    def __enter__(self) -> Self:
        """Return the ledger itself."""

    def __exit__(self, *raised: object) -> None:
        """Close."""
