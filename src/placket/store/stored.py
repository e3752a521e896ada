"""The ledger over a database: what SQLite and PostgreSQL do alike."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final, Self

from placket.identity import clusters
from placket.standing.layout import Layout
from placket.standing.standing import Standing, unpack
from placket.store import erasing, leases, provisos, publishing, sequencing
from placket.store import folds as folding
from placket.store import moved as moving
from placket.store import records as registered
from placket.store import trial as trying
from placket.store.appending import append
from placket.store.checks import checked
from placket.store.clusters import tied
from placket.store.histories import all_histories, facts_of, histories, members_of, read_fact
from placket.store.ledger import (
    Appended,
    Consistency,
    Erasure,
    Fold,
    Inclusion,
    KeptPolicy,
    PersonHistory,
    Point,
    Progress,
    no_point,
    no_progress,
)
from placket.store.refusals import (
    AnotherVersion,
    ForeignKeyring,
    LedgerMissing,
    LedgerRefuses,
    UnknownOutcome,
)
from placket.store.session import CommitFailed, Contended, writing_again
from placket.store.standings import read
from placket.store.verifying import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from placket.facts import Fact
    from placket.store.appending import Bodies
    from placket.store.checkpoint import Signer
    from placket.store.moved import Asked, Mark, Moved
    from placket.store.provisos import Proviso
    from placket.store.register import Fence, Record
    from placket.store.session import Database, Session
    from placket.store.trial import Trial
    from placket.store.verifying import Verified

SCHEMA: Final = "3"
"""The version of the tables; another one is refused."""

BEFORE: Final = "2"
"""The version that lacks some tables alone; they are made when the ledger is opened."""

_GIVEN_WAY: Final = 4
"""How often an append begins again when it gave way to another process."""


@lru_cache(maxsize=32)
def _tables(digest: str) -> Layout:
    return Layout(digest=digest, names=())


class StoredLedger:
    """A ledger in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        if not database.holds_ledger():
            raise LedgerMissing("there is no ledger in this database; create one, or name another")
        with database.reading() as session:
            self._meta: dict[str, str] = dict(session.rows("meta"))
        if self._meta.get("schema") != SCHEMA:
            raise AnotherVersion(AnotherVersion.__doc__)

    @property
    def id(self) -> str:
        """Return the ledger's id."""
        return self._meta["id"]

    @property
    def keyring_id(self) -> str:
        """Return the id of the ledger's keyring, empty until one is bound."""
        return self._meta.get("keyring", "")

    @property
    def dialect(self) -> str:
        """Return sqlglot's name of the SQL that `select` and `count` take."""
        return self._database.dialect

    def bind_keyring(self, keyring_id: str) -> None:
        """Remember the ledger's keyring. Raises ForeignKeyring when it has another one."""
        with writing_again(self._database) as session:
            session.run("put_meta", "keyring", keyring_id)
            self._meta = dict(session.rows("meta"))
        if self.keyring_id != keyring_id:
            raise ForeignKeyring(
                f"the ledger's keyring is `{self.keyring_id}`, not `{keyring_id}`; name that one"
            )

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
        """Write the facts that are not there yet, and refold whom they concern, or do nothing."""
        hashes = identifiers or {}
        told = checked(facts, hashes, now)
        if not told:
            return Appended(new=0, known=0, refolded=0)

        def write(session: Session) -> Appended:
            leases.expect(session, fence)
            provisos.expect(session, proviso)
            done = append(session, told, folds, hashes, point)
            if signer is not None:
                sequencing.place_own(session, self.id, signer, now, point)
            return done

        for _ in range(_GIVEN_WAY):
            with suppress(Contended):
                return self._append(told, write, point)
        return self._append(told, write, point)

    def _append(self, told: Bodies, write: Callable[[Session], Appended], point: Point) -> Appended:
        done = Appended(new=0, known=len(told), refolded=0)
        try:
            with self._database.writing() as session:
                done = write(session)
        except CommitFailed as failed:
            self._expect_committed(told, failed)
        point("committed")
        return done

    def _expect_committed(self, told: Collection[str], failed: CommitFailed) -> None:
        """Read by id what a commit that raised came to; raise unless all of it is there."""
        try:
            there = self.has(told)
        except LedgerRefuses as refused:
            raise UnknownOutcome(UnknownOutcome.__doc__) from refused
        if len(there) < len(told):
            raise failed.refusal from failed

    def has(self, ids: Collection[str]) -> set[str]:
        """Return those of `ids` that are facts of the ledger."""
        with self._database.reading() as session:
            return {row[0] for row in session.among("ids_among", list(ids))}

    def fact(self, fact_id: str) -> Fact | None:
        """Return the fact of this id, or None."""
        with self._database.reading() as session:
            row = session.one("fact", fact_id)
        return None if row is None else read_fact(row[0])

    def facts_between(self, start: int, end: int) -> list[Fact]:
        """Return the facts at the tree's positions from `start` to before `end`, in order."""
        with self._database.reading() as session:
            return [read_fact(row[0]) for row in session.rows("facts_at", start, end)]

    def facts_of(self, person: str) -> list[Fact]:
        """Return every fact that speaks of the person's cluster, in order of recording."""
        found = self.history_of(person)
        return [] if found is None else found.facts

    def facts_known_at(self, person: str, size: int) -> list[Fact]:
        """Return those of `facts_of` that stand in the tree's first `size` leaves."""
        found = self.history_of(person, size=size)
        return [] if found is None else found.facts

    def history_of(self, person: str, *, size: int | None = None) -> PersonHistory | None:
        """Return what a fold needs of one person; None when the person is not known."""
        with self._database.snapshot() as session:
            row = session.one("root_of", person)
            if row is None:
                return None
            if size is None:
                return next(histories(session, [row[0]]))
            return _history_at(session, person, size)

    def stream_histories(self) -> Iterator[PersonHistory]:
        """Yield the history of every person who has not been erased, in flat memory."""
        with self._database.snapshot() as session:
            yield from all_histories(session)

    def persons(self) -> Iterator[str]:
        """Yield the root of every cluster that has not been erased."""
        with self._database.reading() as session:
            yield from (row[0] for row in session.stream("persons"))

    def living(self, persons: Sequence[str]) -> set[str]:
        """Return those of `persons` whom the ledger knows and has not erased."""
        with self._database.reading() as session:
            return {row[0] for row in session.among("persons_among", persons) if not row[2]}

    def root_of(self, person: str) -> str | None:
        """Return the root of the person's cluster; None when the person is not known."""
        with self._database.reading() as session:
            row = session.one("root_of", person)
        return None if row is None else row[0]

    def roots_of(self, persons: Sequence[str]) -> dict[str, str]:
        """Return what `root_of` would, for those of `persons` who are known."""
        with self._database.reading() as session:
            return {row[0]: row[1] for row in session.among("persons_among", persons)}

    def members_of(self, persons: Sequence[str]) -> set[str]:
        """Return every id of the clusters of `persons`, those ids that are unknown too."""
        with self._database.snapshot() as session:
            roots = {row[1] for row in session.among("persons_among", persons)}
            return {*persons, *members_of(session, sorted(roots))}

    def find(self, keyed_hash: bytes) -> str | None:
        """Return the root of the person first identified by this hash, or None."""
        with self._database.reading() as session:
            row = session.one("find_first", keyed_hash)
        return None if row is None else row[0]

    def holders(self, keyed_hash: bytes) -> tuple[str, ...]:
        """Return the roots of all persons identified by this hash, first identified first."""
        return self.holders_of([keyed_hash]).get(keyed_hash, ())

    def holders_of(self, hashes: Sequence[bytes]) -> dict[bytes, tuple[str, ...]]:
        """Return what `holders` would, for those of `hashes` that are known."""
        found: dict[bytes, dict[str, None]] = {}
        with self._database.reading() as session:
            for keyed_hash, root in session.by_hash("find", hashes):
                found.setdefault(bytes(keyed_hash), {})[root] = None
        return {keyed_hash: tuple(roots) for keyed_hash, roots in found.items()}

    def find_many(self, hashes: Sequence[bytes]) -> dict[bytes, str]:
        """Return what `find` would, for those of `hashes` that are known."""
        return self._first("find", hashes)

    def find_own(self, hashes: Sequence[bytes]) -> dict[bytes, str]:
        """Return the person first identified by each known hash: the id itself, not the root."""
        return self._first("find_own", hashes)

    def _first(self, query: str, hashes: Sequence[bytes]) -> dict[bytes, str]:
        found: dict[bytes, str] = {}
        with self._database.reading() as session:
            for keyed_hash, person in session.by_hash(query, hashes):
                found.setdefault(keyed_hash, person)
        return found

    def tombstones(self, hashes: Sequence[bytes]) -> dict[bytes, list[Fact]]:
        """Return the tombstone facts that name these hashes, by hash."""
        found: dict[bytes, list[Fact]] = {}
        with self._database.reading() as session:
            for keyed_hash, body in session.by_hash("tombstones_of", hashes):
                found.setdefault(keyed_hash, []).append(read_fact(body))
        return found

    def standing_of(self, person: str, digest: str) -> Standing | None:
        """Return the standing of the person's cluster under fold `digest`, or None."""
        with self._database.reading() as session:
            return read(session, _tables(digest), person)

    def standing_by_identifier(self, keyed_hash: bytes, digest: str) -> Standing | None:
        """Return the standing of the person first identified by this hash, mostly in one query."""
        layout = _tables(digest)
        with self._database.reading() as session:
            row = session.one(("standing_by_identifier", layout), keyed_hash)
            if row is not None and row[0] is None:
                # Who was found to be one with somebody else has no standing of their own.
                row = session.one(("standing_by_cluster", layout), keyed_hash)
        return None if row is None else unpack(row[0])

    def select(self, sql: str, params: Mapping[str, object]) -> Iterator[str]:
        """Yield the first column of a compiled statement: persons."""
        with self._database.reading() as session:
            yield from (row[0] for row in session.written(sql, params))

    def rows(self, sql: str, params: Mapping[str, object]) -> Iterator[Sequence[object]]:
        """Yield the rows of a compiled statement."""
        with self._database.reading() as session:
            yield from session.written(sql, params)

    def count(self, sql: str, params: Mapping[str, object]) -> int:
        """Return the number that a compiled statement counts."""
        with self._database.reading() as session:
            return sum(int(row[0]) for row in session.written(sql, params))

    def prepare_fold(
        self,
        fold: Fold,
        *,
        indexes: Sequence[Sequence[str]] = (),
        policy: KeptPolicy | None = None,
        progress: Progress = no_progress,
    ) -> None:
        """Build the standing under `fold` from all facts and make it active; safe to repeat."""
        keep = partial(publishing.keep, policy=policy) if policy else folding.nothing_else
        building = folding.Building(fold=fold, indexes=indexes, also=keep)
        folding.prepare(self._database, building, progress)
        if policy is not None:
            # Where the fold was active already nothing was built, and nothing kept beside it.
            self.keep_policy(policy)

    def active_folds(self) -> tuple[str, ...]:
        """Return the digests of the folds whose standing is kept, oldest first."""
        with self._database.reading() as session:
            return tuple(digest for digest, active, _ in session.rows("folds") if active)

    def drop_fold(self, digest: str) -> None:
        """Forget the standing under fold `digest`; safe to repeat."""
        folding.drop(self._database, digest)

    def trial(
        self, folds: Sequence[Fold], *, progress: Progress = no_progress
    ) -> AbstractContextManager[Trial]:
        """Lend the standing under `folds`, all of one instant and nobody else's to see."""
        return trying.trial(self._database, folds, progress)

    def mark(self) -> Mark:
        """Return a point that every later fact and person comes after."""
        return moving.mark(self._database)

    def moved(self, asked: Asked) -> Moved | None:
        """Return who moved since a mark, and how they stand; None where they are too many."""
        with self._database.snapshot() as session:
            return moving.moved(session, asked)

    def kept_set(self, key: str) -> bytes | None:
        """Return what `keep_set` kept, or None."""
        with self._database.reading() as session:
            row = session.one("kept_set", key)
        return None if row is None else bytes(row[0])

    def keep_set(self, key: str, body: bytes, *, digest: str, until: int, now: int) -> None:
        """Keep a set of persons until it is past or its fold goes, in place of the one before."""
        with writing_again(self._database) as session:
            session.run("drop_old_sets", now)
            session.run("put_kept_set", key, digest, until, body)

    def keep_policy(self, policy: KeptPolicy) -> None:
        """Keep a published policy's text. Raises PolicyConflict when the version is taken."""
        with writing_again(self._database) as session:
            publishing.keep(session, policy)

    def count_policies(self) -> int:
        """Return how many policies are published; cheap, since none is ever changed."""
        with self._database.reading() as session:
            row = session.one("count_policies")
        return 0 if row is None else int(row[0])

    def policies(self) -> tuple[KeptPolicy, ...]:
        """Return the published policies, by when they take effect."""
        with self._database.reading() as session:
            return publishing.read(session)

    def remembered(self, slots: Collection[str]) -> dict[str, str]:
        """Return what `remember` kept for those of `slots` that it knows."""
        with self._database.reading() as session:
            return dict(session.among("slots_among", list(slots)))

    def remember(self, values: Mapping[str, str]) -> None:
        """Keep the value of each slot in place of the one before."""
        with writing_again(self._database) as session:
            session.many("put_slot", sorted(values.items()))

    def remember_after(self, slot: str, before: str, value: str) -> bool:
        """Keep the value where the slot still holds `before`, or nothing; say whether it does."""
        with writing_again(self._database) as session:
            return bool(session.run("put_slot_after", slot, value, before))

    def put_records(
        self, records: Sequence[Record], *, fence: Fence | None = None, point: Point = no_point
    ) -> None:
        """Write all the records or none, each over the one of its kind and id."""
        with writing_again(self._database) as session:
            leases.expect(session, fence)
            registered.put(session, records)
            point("records written")
        point("records committed")

    def record(self, kind: str, record_id: str) -> Record | None:
        """Return the record of this kind and id, or None."""
        with self._database.reading() as session:
            return registered.read(session, kind, record_id)

    def records(
        self, kind: str, *, request: str = "", person: str = "", state: str = ""
    ) -> list[Record]:
        """Return the records of a kind, by when they were made and id."""
        with self._database.reading() as session:
            return registered.among(session, kind, request, person, state)

    def due_records(self, kind: str, now: int, limit: int) -> list[Record]:
        """Return at most `limit` records that are due at `now`, the longest due first."""
        with self._database.reading() as session:
            return registered.due(session, kind, now, limit)

    def move_record(self, kind: str, record_id: str, *, before: str, after: str) -> bool:
        """Put a record's state from `before` to `after`; say whether it stood at `before`."""
        with writing_again(self._database) as session:
            return registered.move(session, kind, record_id, before, after)

    def drop_records(self, kind: str, ids: Collection[str]) -> None:
        """Delete records so that nothing is left of them, as far as the engine can."""
        with writing_again(self._database) as session:
            registered.drop(session, kind, ids)
        self._database.forget_deleted()

    def tally(self, name: str, *, now: int, within: int) -> int:
        """Count one more of `name`; return how many there were in the time that ends now."""
        with writing_again(self._database) as session:
            return registered.tally(session, name, now, within)

    def tallied(self, name: str, *, now: int, within: int) -> int:
        """Return how many of `name` were counted in the time that ends now."""
        with self._database.reading() as session:
            return registered.tallied(session, name, now, within)

    def lease(self, task: str, holder: str, *, now: int, seconds: int) -> Fence | None:
        """Return a fence of a greater number than any before; None while another's lease runs."""
        with writing_again(self._database) as session:
            return leases.take(session, task, holder, now, seconds)

    def renew(self, fence: Fence, *, now: int, seconds: int) -> Fence | None:
        """Return the fence with a later end; None when it is not the newest."""
        with writing_again(self._database) as session:
            return leases.renew(session, fence, now, seconds)

    def release(self, fence: Fence) -> None:
        """End a lease; nothing is written with its fence from here."""
        with writing_again(self._database) as session:
            leases.release(session, fence)

    def requested(self, *, after: int = 0, limit: int = 1000) -> list[tuple[int, Fact]]:
        """Return (number, fact) of the facts of kind `requested`, by number."""
        with self._database.reading() as session:
            return [(row[0], read_fact(row[1])) for row in session.rows("requested", after, limit)]

    def sequence(self, signer: Signer, *, now: int, point: Point = no_point) -> str | None:
        """Give committed facts their positions; return the new checkpoint, None without news."""
        return sequencing.sequence(self._database, self.id, signer, now, point)

    def latest_checkpoint(self) -> str | None:
        """Return the newest signed checkpoint, or None before the first."""
        with self._database.reading() as session:
            row = session.one("latest_checkpoint")
        return None if row is None else row[1]

    def tree_size(self) -> int:
        """Return how many facts have a position in the tree."""
        with self._database.reading() as session:
            return sequencing.tree_size(session)

    def inclusion_proof(self, fact_id: str) -> Inclusion:
        """Return the proof that a fact stands in the tree. Raises NotInTree."""
        with self._database.snapshot() as session:
            return sequencing.prove_inclusion(session, fact_id)

    def consistency_proof(self, old_size: int) -> Consistency:
        """Return the proof that the tree of `old_size` leaves stands unchanged in the newest."""
        with self._database.snapshot() as session:
            return sequencing.prove_consistency(session, old_size)

    def identified(self, *, is_found: bool) -> Iterator[tuple[Fact, bytes | None]]:
        """Yield the `identified` facts of the living, and the hash that finds its person."""
        with self._database.snapshot() as session:
            for body, keyed_hash in session.stream("identified", int(is_found)):
                yield read_fact(body), None if keyed_hash is None else bytes(keyed_hash)

    def stray_identifier(self) -> str | None:
        """Return a person who is found by a hash that no fact gave, or None."""
        with self._database.reading() as session:
            row = session.one("stray_identifier")
        return None if row is None else row[0]

    def verify(
        self,
        public_key: bytes,
        *,
        standing: Fold | None = None,
        progress: Progress = no_progress,
    ) -> Verified:
        """Recompute every leaf from its stored bytes, the tree and every checkpoint."""
        with self._database.snapshot() as session:
            return verify(session, self.id, public_key, standing, progress)

    def bury(
        self,
        started: Fact,
        destroy: Callable[[Erasure], Sequence[Fact]],
        folds: Sequence[Fold] = (),
        *,
        now: int,
        point: Point = no_point,
    ) -> None:
        """Erase a person: write `started`, destroy the keys, write what `destroy` gives."""
        erasure = erasing.begin(self._database, started, folds, now, point)
        finished = destroy(erasure)
        point("keys destroyed")
        erasing.finish(self._database, finished, erasure.members, folds, now)
        point("erasure recorded")

    def erased(self) -> set[str]:
        """Return every person id that an erasure covered which has ended."""
        with self._database.reading() as session:
            persons = [row[0] for row in session.rows("erased")]
        return self.members_of(persons) if persons else set()

    def unfinished_erasures(self) -> tuple[Erasure, ...]:
        """Return the erasures that were started and have no `key_destroyed` yet."""
        with self._database.snapshot() as session:
            return erasing.unfinished(session)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Self:
        """Return the ledger itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close."""
        self.close()


def _history_at(session: Session, person: str, size: int) -> PersonHistory | None:
    """Return a person's history as the tree's first `size` leaves tell it."""
    # Positions follow sequence numbers, so the facts of a smaller tree are those up to one.
    row = session.one("seq_at", size)
    bound = 0 if row is None else row[0]
    links, reached = tied(session, {person}, before=bound + 1)
    rooted = clusters(links.links, links.voided)
    root = rooted.get(person, person)
    members = sorted(other for other in reached if rooted.get(other, other) == root)
    facts = facts_of(session, members, lambda seq: seq <= bound)
    if not facts:
        return None
    return PersonHistory(
        person=root, members=tuple(members), facts=facts, connected=links.connected()
    )
