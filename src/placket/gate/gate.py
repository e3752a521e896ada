"""The gate: one installation's ledger, keys and policy, asked before each use of data."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Self

from placket.decide.decide import decide, prepare
from placket.decide.sql import printed, select_eligible
from placket.gate.acting import Act, Denied
from placket.gate.bitmaps import counted
from placket.gate.erasing import Eraser, erased_at
from placket.gate.folds import PolicyFold
from placket.gate.funnels import funnels
from placket.gate.newcomers import duplicates, met_by, renamed, settle, spread, untold
from placket.gate.sealing import identifier_hashes, seal
from placket.gate.verifying import beside_the_leaves, beside_what_was_kept
from placket.identity.identifier import Identifier, keyed_hash, parse_identifier
from placket.standing.layout import Layout, layout_of
from placket.store.ledger import no_progress
from placket.store.refusals import FactConflict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from placket.decide.question import Decision, Question
    from placket.facts import Fact
    from placket.gate.answers import Funnel
    from placket.gate.in_force import InForce
    from placket.gate.versions import Versions
    from placket.keyring import Keyring
    from placket.policy.compile import Policy
    from placket.settings import Settings
    from placket.sources.told import Told
    from placket.standing.standing import Standing
    from placket.store.ledger import Consistency, Inclusion, Ledger, Progress
    from placket.store.register import Fence
    from placket.store.verifying import Verified


class NotAnIdentifier(ValueError):
    """the subject is not written as an identifier."""


class UnknownActivity(ValueError):
    """no clause names this activity."""


def new_person() -> str:
    """Return a fresh person id: random, so that it says nothing of the person."""
    return f"p_{secrets.token_hex(8)}"


@dataclass(slots=True, kw_only=True)
class Gate:
    """An open installation.

    in_force: which policy is, and the standing under it. The gate is the sink of a sync: it
    finds and makes persons, seals payloads and appends.
    """

    settings: Settings
    ledger: Ledger
    keys: Keyring
    in_force: InForce
    made: dict[str, bytes] = field(default_factory=dict, repr=False)
    settled: dict[str, str] = field(default_factory=dict, repr=False)

    def now(self) -> int:
        """Return the present instant, microseconds UTC."""
        return self.in_force.now()

    @property
    def versions(self) -> Versions:
        """Return the published policies."""
        return self.in_force.versions

    @property
    def policy(self) -> Policy:
        """Return the policy in force now."""
        return self.in_force.policy

    @property
    def layout(self) -> Layout:
        """Return how the standing under the policy in force lies in the ledger."""
        return layout_of(self.policy)

    # Persons

    def identifier(self, subject: str) -> Identifier:
        """Return the identifier that `subject` writes. Raises NotAnIdentifier, a sentence."""
        found = parse_identifier(subject)
        if isinstance(found, Identifier):
            return found
        raise NotAnIdentifier(found)

    def hash_of(self, identifier: Identifier) -> bytes:
        """Return the keyed hash under which the ledger finds the identifier."""
        return keyed_hash(identifier, self.keys.hmac_key)

    def person_of(self, subject: str) -> str | None:
        """Return the person whom `subject` identifies, None when the ledger knows nobody.

        The person's own id, whatever cluster it stands in: what is told of it goes with it
        when a link is voided.
        """
        hashed = self.hash_of(self.identifier(subject))
        return self.ledger.find_own([hashed]).get(hashed)

    def met(self, identifier: Identifier) -> str:
        """Return a fresh id for whoever is met by `identifier`, of whom nothing is known.

        Another process may meet them at the same moment: what is appended under the id then
        goes to the one that stands.
        """
        return self._new_person(self.hash_of(identifier))

    def persons_for(
        self, keys: Sequence[tuple[Identifier, ...]], since: Sequence[int] = ()
    ) -> Sequence[str]:
        """Return the person of each key, in order, making those that are new.

        The first identifier of a key decides, and gives the person's own id whatever cluster
        it stands in: an id of a fact names it, and must stay when persons are linked. A
        person whose row's own identifier is buried (an erased one whose shop row stayed) gets
        no new id, nor one with any buried identifier whose row is from before that: empty text,
        nothing is told. since: since when each row stands, now when not given.
        """
        hashes = [self.hash_of(key[0]) for key in keys]
        known = self.ledger.find_own(hashes)
        stands = since or [self.now()] * len(keys)
        erased = self._erased([k for k, h in zip(keys, hashes, strict=True) if h not in known])
        return [
            known.get(h) or ("" if self._is_gone(key, at, erased) else self._new_person(h))
            for h, key, at in zip(hashes, keys, stands, strict=True)
        ]

    def elsewhere(self, identifiers: Collection[Identifier]) -> Mapping[Identifier, str]:
        """Return whose each identifier is by now, after every link; nobody's are left out."""
        hashes = {identifier: self.hash_of(identifier) for identifier in identifiers}
        found = self.ledger.find_many(list(hashes.values()))
        return {i: found[hashed] for i, hashed in hashes.items() if hashed in found}

    def root_of_each(self, persons: Collection[str]) -> Mapping[str, str]:
        """Return the one person that each of these is by now, after every link."""
        return self.ledger.roots_of(sorted(persons))

    def _is_gone(
        self, key: tuple[Identifier, ...], since: int, erased: Mapping[bytes, int]
    ) -> bool:
        if not erased:
            return False
        own, *others = (self.hash_of(identifier) for identifier in key)
        return own in erased or any(since <= erased[o] for o in others if o in erased)

    def _erased(self, keys: Sequence[tuple[Identifier, ...]]) -> dict[bytes, int]:
        """Return when the last person was erased whom each buried identifier named."""
        hashes = [self.hash_of(identifier) for key in keys for identifier in key]
        buried = self.ledger.tombstones(hashes) if hashes else {}
        return {h: max(fact.occurred_at for fact in facts) for h, facts in buried.items()}

    def _new_person(self, keyed: bytes) -> str:
        person = new_person()
        self.made[person] = keyed
        return person

    # Facts

    def has(self, ids: Collection[str]) -> AbstractSet[str]:
        """Return those of `ids` that are facts already."""
        return self.ledger.has(ids)

    def remembered(self, slots: Collection[str]) -> Mapping[str, str]:
        """Return what `remember` kept for those of `slots` that it knows."""
        return self.ledger.remembered(slots)

    def remember(self, values: Mapping[str, str]) -> None:
        """Keep the value of each slot in place of the one before."""
        self.ledger.remember(values)

    def remember_after(self, slot: str, before: str, value: str) -> bool:
        """Keep the value where the slot still holds `before`, or nothing; say whether it does."""
        return self.ledger.remember_after(slot, before, value)

    def append(
        self, told: Sequence[Told], *, fence: Fence | None = None, is_placed: bool = False
    ) -> int:
        """Append facts, their payloads sealed, and return how many were new.

        is_placed: they get their place in the tree with that, where the ledger can do so.
        Whom another process made meanwhile keeps the id given there; where both stand already
        they are linked. Raises FactConflict when a known id says something else.
        """
        said = renamed(told, self.settled) if self.settled else told
        try:
            return self._appended(said, fence, is_placed=is_placed)
        except FactConflict:
            persons = {item.fact.person for item in said}
            found = self.ledger.find_many([self.made[p] for p in persons if p in self.made])
            self.settled |= settle(self.made, found, persons)
            fresh = untold(renamed(said, self.settled), self.ledger, self.keys)
            if fresh == list(said):
                raise
        return self._appended(fresh, fence, is_placed=is_placed)

    def _appended(
        self, told: Sequence[Told], fence: Fence | None = None, *, is_placed: bool = False
    ) -> int:
        facts, hashes = seal(told, self.keys), identifier_hashes(told, self.keys)
        met = self._newly_met(told, hashes)
        appended = self.in_force.under_folds(
            lambda folds: self.ledger.append(
                facts,
                folds,
                now=self.now(),
                identifiers=hashes,
                fence=fence,
                signer=self.keys if is_placed else None,
            )
        )
        self._take_in(told, met)
        return appended.new

    def _take_in(self, told: Sequence[Told], met: Mapping[str, bytes]) -> None:
        """Count whom these facts have met among the known."""
        for person in met:
            self.made.pop(person, None)
        if met:
            self._make_one(told, met)

    def _newly_met(self, told: Sequence[Told], hashes: Mapping[str, bytes]) -> dict[str, bytes]:
        """Return the hash by which each person was met of whom the ledger knows nothing yet."""
        met = met_by(told, hashes)
        asked = [person for person in met if person not in self.made]
        known = self.ledger.roots_of(asked) if asked else {}
        return {p: self.made.get(p, keyed) for p, keyed in met.items() if p not in known}

    def _make_one(self, told: Sequence[Told], met: Mapping[str, bytes]) -> None:
        """Link whom another process made at the same moment, for the same identifier."""
        links = list(duplicates(told, met, self.ledger))
        while links:
            try:
                self._appended(links)
            except FactConflict:
                # The other process linked some of the same at another instant; the rest remain.
                known = self.has([link.fact.id for link in links])
                links = [link for link in links if link.fact.id not in known]
            else:
                return

    def record(self, told: Sequence[Told], *, fence: Fence | None = None) -> int:
        """Append facts and give them their place in the tree; return how many were new.

        A no is told of everybody who shares an address with the person who said it. fence: the
        lease under which this is done. Raises LeaseLost when another worker has taken over.
        """
        new = self.append(spread(told, self.ledger, self.keys), fence=fence, is_placed=True)
        self.sequence()
        return new

    def act(self, told: Told, question: Question, *, first: Sequence[Told] = ()) -> Decision:
        """Record an act where it is permitted at that very moment; return the decision.

        Asked and written in one transaction: nobody writes about the person in between. A denial
        writes nothing. first: what makes the person whom the act meets. Raises FactConflict.
        """
        facts, hashes = seal(said := [*first, told], self.keys), identifier_hashes(said, self.keys)
        met = self._newly_met(said, hashes)

        def write(folds: tuple[PolicyFold, ...]) -> Decision:
            act = Act(policy=self.in_force.ready(), question=question, at=self.now())
            proviso = act.proviso(told.fact.person)
            self.ledger.append(
                facts, folds, now=act.at, identifiers=hashes, proviso=proviso, signer=self.keys
            )
            return act.answer()

        try:
            decision = self.in_force.under_folds(write)
        except Denied as denied:
            return denied.decision
        self._take_in(said, met)
        return decision

    def sequence(self) -> str | None:
        """Give committed facts their positions and sign a checkpoint, None without news."""
        return self.ledger.sequence(self.keys, now=self.now())

    # Decisions

    def decide(
        self,
        subject: str,
        question: Question,
        *,
        at: int | None = None,
        known_at: int | None = None,
    ) -> Decision:
        """Say whether the act in `question` is lawful for `subject`, and why.

        at: what held then; known_at: what was known then; microseconds UTC, both now when
        None. Raises NotAnIdentifier.
        """
        found = self.hash_of(self.identifier(subject))
        if at is None and known_at is None:
            return self.in_force.by_standing(
                lambda policy, now: decide(
                    policy,
                    self.ledger.standing_by_identifier(found, policy.fold_digest),
                    question,
                    now,
                )
            )
        person = self.ledger.find(found)
        moment = self.now() if at is None else at
        return self.decide_then(person, question, at=moment, known_at=known_at)

    def decide_then(
        self, person: str | None, question: Question, *, at: int, known_at: int | None = None
    ) -> Decision:
        """Decide for a person as of a past instant, folding the facts anew."""
        policy = self.versions.at(at)
        standing = self.standing_then(policy, person, at, known_at) if person else None
        return decide(policy, standing, question, at)

    def standing_then(
        self, policy: Policy, person: str, at: int, known_at: int | None
    ) -> Standing | None:
        """Return what held for `person` at `at` by what was known at `known_at`."""
        history = self.ledger.history_of(person)
        if history is None:
            return None
        return PolicyFold(policy=policy, keys=self.keys).then(history, at, known_at)

    def decide_many(
        self, asked: Sequence[tuple[str, Question]], *, at: int | None = None
    ) -> list[Decision]:
        """Return the decision on each (subject, question), in order."""
        return [self.decide(subject, question, at=at) for subject, question in asked]

    # Many persons

    def known(self, question: Question) -> Question:
        """Return `question` when a clause names its activity. Raises UnknownActivity."""
        if question.activity not in self.policy.activities:
            raise UnknownActivity(f"no clause names the activity `{question.activity}`")
        return question

    def count(self, question: Question, *, at: int | None = None) -> int:
        """Return how many persons the act may be done for. Raises UnknownActivity."""
        if at is not None:
            return sum(1 for _ in self.eligible(question, at=at))
        self.known(question)
        return self.in_force.by_standing(lambda policy, now: self._counted(policy, question, now))

    def _counted(self, policy: Policy, question: Question, now: int) -> int:
        return counted(self.ledger, prepare(policy, question), now)

    def eligible(self, question: Question, *, at: int | None = None) -> Iterator[str]:
        """Yield the persons for whom the act is permitted. Raises UnknownActivity.

        at: a past instant folds every history anew, streamed in flat memory.
        """
        self.known(question)
        if at is not None:
            yield from self._eligible_then(question, at)
            return
        yield from self.in_force.by_standing(
            lambda policy, now: self._selected(policy, question, now)
        )

    def _selected(self, policy: Policy, question: Question, now: int) -> Iterator[str]:
        query = select_eligible(prepare(policy, question), layout_of(policy))
        found = self.ledger.select(printed(query, self.ledger.dialect), {"now": now})
        # The first is fetched here, so that a standing that is gone is told before any is.
        first = next(found, None)
        return found if first is None else chain((first,), found)

    def _eligible_then(self, question: Question, at: int) -> Iterator[str]:
        policy = self.versions.at(at)
        prepared, by = prepare(policy, question), PolicyFold(policy=policy, keys=self.keys)
        for history in self.ledger.stream_histories():
            standing = by.then(history, at)
            if standing is not None and prepared.decide(standing, at).is_permitted:
                yield history.person

    def funnel(self, question: Question) -> Funnel:
        """Return how many persons the act may be done for, and which reason loses the others.

        Each person lost is counted once, at the first reason of the table that denies.
        """
        return self.funnels((question,))[0]

    def funnels(self, questions: Sequence[Question]) -> list[Funnel]:
        """Return the funnel of each question, in order, of many by reading everybody once.

        Raises UnknownActivity.
        """
        asked = tuple(self.known(question) for question in questions)
        return self.in_force.by_standing(
            lambda policy, now: funnels(self.ledger, policy, asked, now)
        )

    # Audit

    def fact(self, fact_id: str) -> Fact | None:
        """Return a fact of the ledger, its payload sealed."""
        return self.ledger.fact(fact_id)

    def size(self) -> int:
        """Return how many facts stand in the tree."""
        return self.ledger.tree_size()

    def facts(self, start: int, limit: int) -> list[Fact]:
        """Return up to `limit` facts from position `start` of the tree on, in order."""
        return self.ledger.facts_between(start, start + limit)

    def checkpoint(self) -> str | None:
        """Return the newest signed checkpoint."""
        return self.ledger.latest_checkpoint()

    def prove(self, fact: str) -> Inclusion:
        """Return the proof that the fact stands in the tree."""
        return self.ledger.inclusion_proof(fact)

    def consistency(self, old_size: int) -> Consistency:
        """Return the proof that the tree of `old_size` facts stands unchanged in the newest."""
        return self.ledger.consistency_proof(old_size)

    def verify(
        self,
        *,
        standing: bool = False,
        kept: Sequence[str] = (),
        progress: Progress = no_progress,
    ) -> Verified:
        """Recompute leaves, tree, checkpoints and policies; with `standing`, each fold too.

        kept: checkpoints that others kept, or what holds one; the ledger must go on from each.
        """
        refold = PolicyFold(policy=self.in_force.ready(), keys=self.keys) if standing else None
        found = self.ledger.verify(self.keys.public_key, standing=refold, progress=progress)
        found = beside_the_leaves(self.ledger, found, self.keys, is_hashed=standing)
        return beside_what_was_kept(self.ledger, found, self.keys.public_key, kept)

    # Erasure

    def erase(self, person: str, *, by: str, route: str) -> None:
        """Erase a person: destroy the keys of the cluster, leave a tombstone of each no.

        Safe to repeat after a kill; whose erasure has ended, by whoever, is not erased again.
        Raises what the ledger or the keyring refuses with.
        """
        if self._is_erased(person):
            return
        policy, now = self.policy, erased_at(self.ledger.history_of(person), self.now())

        def erase(folds: tuple[PolicyFold, ...]) -> None:
            Eraser(
                ledger=self.ledger,
                keys=self.keys,
                policy=policy,
                folds=folds,
                now=now,
                by=by,
                route=route,
            ).erase(person)

        self.in_force.under_folds(erase)
        self.sequence()

    def _is_erased(self, person: str) -> bool:
        """Say whether the person is known, gone, and has no key: also none that was restored."""
        ledger = self.ledger
        if ledger.root_of(person) is None or ledger.living([person]):
            return False
        unfinished = any(person in begun.members for begun in ledger.unfinished_erasures())
        return not (unfinished or self.keys.keys_for(sorted(ledger.members_of([person]))))

    def close(self) -> None:
        """Let go of ledger and keyring."""
        self.ledger.close()
        self.keys.close()

    def __enter__(self) -> Self:
        """Return the gate itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close."""
        del raised
        self.close()
