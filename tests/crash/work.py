"""What a small shop does with its installation, each act acknowledged, and what must then be so."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from placket.decide.question import Question
from placket.facts import Kind
from placket.gate.requests.desk import Desk
from placket.gate.requests.post import letters_of
from placket.gate.requests.register import Opening, Register
from placket.gate.sealing import open_payload
from placket.keyring import KeyringExists
from placket.keyring import sqlite as keyring_sqlite
from placket.rights.right import Right
from placket.sources.told import Told
from placket.store import sqlite as ledger_sqlite
from tests.contract.gates import fact, newcomer, no, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from placket.gate.gate import Gate
    from tests.contract.gates import Shop
    from tests.crash.traced import Say

NEWS: Final = Question(activity="newsletter", channel="email")
ADA, BEN, CLEO, DAN = "p_ada", "p_ben", "p_cleo", "p_dan"
SUBJECTS: Final = {
    ADA: "email:ada@example.org",
    BEN: "email:ben@example.org",
    CLEO: "email:cleo@example.org",
    DAN: "email:dan@example.org",
}
REFERENCE: Final = "r_asked"


@dataclass(frozen=True, slots=True)
class Work:
    """The acts of the shop, in order. Each does nothing where it is done already.

    say: told what is about to be done, and what was done once the call returned.
    """

    shop: Shop
    say: Say

    def all(self) -> None:
        """Do all of it."""
        gate = self.make()
        self.go_on(gate)
        gate.close()

    def make(self) -> Gate:
        """Make the installation, or what is missing of it, with its first policy."""
        try:
            gate = self.shop.create(policy("v1"))
        except KeyringExists:
            gate = self.shop.open()
        self._did(installed=True, policies=["v1"])
        return gate

    def go_on(self, gate: Gate) -> None:
        """Do what a shop does that is there."""
        for person in (ADA, BEN, CLEO):
            self._append(gate, newcomer(gate, SUBJECTS[person], person), is_placed=True)
        self._append(gate, [yes(gate, ADA), yes(gate, BEN)])
        self._sequence(gate)
        self._ask(gate)
        self._erase(gate, BEN)
        self._append(gate, [_says(gate, ADA)])
        self._rotate(gate)
        self._publish(gate)
        self._append(gate, newcomer(gate, SUBJECTS[DAN], DAN))
        self._append(gate, [no(gate, ADA), yes(gate, DAN)], is_placed=True)
        self._did(refusing=[ADA])
        self._erase(gate, CLEO)
        self._sequence(gate)

    def _did(self, **what: Any) -> None:
        self.say(json.dumps(what))

    def _append(self, gate: Gate, told: Sequence[Told], *, is_placed: bool = False) -> None:
        ids = [item.fact.id for item in told]
        self._did(together=ids)
        if not gate.has(ids):
            gate.append(told, is_placed=is_placed)
        sealed = {t.fact.id: t.private for t in told if t.private is not None}
        self._did(facts=ids, sealed=sealed)

    def _sequence(self, gate: Gate) -> None:
        gate.sequence()
        self._did(size=gate.size(), checkpoint=gate.checkpoint())

    def _ask(self, gate: Gate) -> None:
        desk = Desk(register=Register(gate=gate), web="https://privacy.example.org")
        asked = Opening(subject=SUBJECTS[ADA], right=Right.ACCESS, route="web", reference=REFERENCE)
        if not _has_asked(gate):
            desk.open(asked)
        elif desk.register.case(REFERENCE).request.acknowledged_at is None:
            desk.acknowledge(REFERENCE)
        kinds = [
            written.kept.kind
            for written in letters_of(desk.register, desk.register.case(REFERENCE))
        ]
        self._did(letters=kinds)

    def _erase(self, gate: Gate, person: str) -> None:
        self._did(erasing=person)
        wraps = self._wraps(person)
        if not is_erased(gate, person):
            gate.erase(person, by="test", route="test")
        self._did(erased=person, gone=wraps)

    def _rotate(self, gate: Gate) -> None:
        old = [*self._wraps(), self._path("key_file").read_bytes().hex()]
        gate.keys.rotate()
        self._did(gone=old)

    def _wraps(self, person: str = "") -> list[str]:
        """Return the wrapped keys that the keyring has, of one person or of all."""
        with closing(sqlite3.connect(self._path("keyring"))) as sql:
            rows = sql.execute("SELECT person, wrapped FROM person_key").fetchall()
        return [wrap.hex() for name, wrap in rows if person in {"", name} and any(wrap)]

    def _path(self, name: str) -> Path:
        settings = self.shop.settings
        return Path(settings.location(getattr(settings, name)))

    def _publish(self, gate: Gate) -> None:
        self.shop.publish(gate, policy("v2", "2024-02-01", calls=True))
        self._did(policies=["v1", "v2"])


def _says(gate: Gate, person: str) -> Told:
    """Return a fact that says something in confidence."""
    return Told(fact(gate, Kind.DATA_COLLECTED, person, data=("phone",)), {"phone": "07700 900123"})


def _has_asked(gate: Gate) -> bool:
    return any(each.kind is Kind.REQUESTED for each in gate.ledger.facts_of(ADA))


def is_erased(gate: Gate, person: str) -> bool:
    """Say whether the person's erasure has ended."""
    return not gate.keys.has(person) and person in gate.keys.destroyed()


def durably(folder: Path, say: Say) -> None:
    """Do all the work on an installation in `folder`."""
    Work(shop_in(folder), say).all()


def less_durably(folder: Path, say: Say) -> None:
    """Do all the work with a ledger and a keyring that do not sync at each commit.

    No setting of Placket's asks for that, so what is asked of SQLite is changed from outside; this
    process does nothing else.
    """
    for module in (ledger_sqlite, keyring_sqlite):
        asked: tuple[tuple[str, ...], ...] = vars(module)["_PRAGMAS"]
        less = (("synchronous", "normal", 1) if a[0] == "synchronous" else a for a in asked)
        vars(module)["_PRAGMAS"] = tuple(less)
    durably(folder, say)


@dataclass(slots=True)
class Acknowledged:
    """All that was acknowledged, and what was begun."""

    installed: bool = False
    policies: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    sealed: dict[str, Any] = field(default_factory=dict)
    together: list[list[str]] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    erasing: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    refusing: list[str] = field(default_factory=list)
    size: int = 0
    checkpoint: str = ""

    @classmethod
    def of(cls, said: Iterable[str]) -> Acknowledged:
        """Return what these words acknowledge."""
        made = cls()
        for each in said:
            for name, value in json.loads(each).items():
                made._take(name, value)
        return made

    def _take(self, name: str, value: Any) -> None:
        match name:
            case "facts" | "gone":
                getattr(self, name).extend(value)
            case "sealed":
                self.sealed |= value
            case "together" | "erasing" | "erased":
                getattr(self, name).append(value)
            case _:
                setattr(self, name, value)

    def faults(self, gate: Gate) -> list[str]:
        """Return what is lost, or done by half, of what was acknowledged."""
        return [
            *self._of_facts(gate),
            *self._of_sealed(gate),
            *self._of_erasures(gate),
            *self._of_rest(gate),
        ]

    def traces(self, folder: Path) -> list[str]:
        """Return what an opened installation still has of keys that were destroyed."""
        held = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
        gone = [bytes.fromhex(each) for each in self.gone]
        return [
            f"key {at} was destroyed and is there" for at, key in enumerate(gone) if key in held
        ]

    def _of_facts(self, gate: Gate) -> Iterable[str]:
        lost = set(self.facts) - gate.has(self.facts)
        yield from (f"fact {each} is lost" for each in sorted(lost))
        for ids in self.together:
            there = len(gate.has(ids))
            if there not in {0, len(ids)}:
                yield f"of {len(ids)} facts that were told together, {there} are there"

    def _of_sealed(self, gate: Gate) -> Iterable[str]:
        for name, private in self.sealed.items():
            found = gate.fact(name)
            if found is None or found.person in self.erasing:
                continue
            if open_payload(found, gate.keys) != private:
                yield f"fact {name} does not open"

    def _of_erasures(self, gate: Gate) -> Iterable[str]:
        for person in (*self.erased, *self.refusing):
            if gate.decide(SUBJECTS[person], NEWS).is_permitted:
                yield f"{person} gets letters again"
        for person in self.erased:
            if gate.keys.has(person):
                yield f"{person} has a key again"
            if gate.person_of(SUBJECTS[person]) is not None:
                yield f"{person} is found by an identifier again"
            if gate.ledger.living([person]):
                yield f"{person} is not erased any more"

    def _of_rest(self, gate: Gate) -> Iterable[str]:
        versions = {kept.version for kept in gate.ledger.policies()}
        yield from (f"policy {v} is lost" for v in self.policies if v not in versions)
        if gate.size() < self.size:
            yield f"the tree has {gate.size()} leaves, {self.size} were signed"
        if self.letters:
            register = Register(gate=gate)
            found = letters_of(register, register.case(REFERENCE))
            if not set(self.letters) <= {written.kept.kind for written in found}:
                yield "a letter is lost or does not open"
