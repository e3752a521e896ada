"""A world of one trap: an installation of the test's own over shops of a few rows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from placket.catalogue import Catalogue, parse
from placket.facts import Fact, Kind, fact_id
from placket.gate.opening import create_gate, gate_on, publish
from placket.gate.requests.carrying import carry_out
from placket.gate.requests.certifying import certify_whole
from placket.gate.requests.desk import Desk
from placket.gate.requests.planning import approve, make_plan, read_kept
from placket.gate.requests.post import letters_of
from placket.gate.requests.register import Opening, Register
from placket.gate.requests.telling import Messenger
from placket.gate.requests.upkeep import Upkeep
from placket.keyring import open_keyring
from placket.rights.right import Right
from placket.settings import Settings, SourceSettings
from placket.sources.connect import open_source, parse_url
from placket.sources.processors.outgoing import Outgoing
from placket.sources.sync import sync
from placket.sources.told import Told
from placket.store.opening import open_ledger
from tests.contract.gates import DAY, NOON, SECOND
from tests.contract.rights_shop import POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.gate.gate import Gate
    from placket.gate.requests.carrying import Carried
    from placket.gate.requests.register import Case
    from placket.gate.versions import Versions
    from placket.plan.certificate import Certificate
    from placket.plan.plan import Plan

ADA = "email:ada@example.org"
BEN = "email:ben@example.org"
CAT = "email:cat@example.net"
BOSS = "boss-1"
HOUR = DAY // 24


@dataclass(slots=True)
class Ticking:
    """A clock that a test moves, and that never says the same instant twice."""

    now: int = NOON

    def __call__(self) -> int:
        """Return the next instant."""
        self.now += 1_000
        return self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """An installation with a policy and nobody in it; each test gets a copy."""

    folder: Path
    versions: Versions = field(repr=False)

    def gate(self, folder: Path, sources: Mapping[str, SourceSettings]) -> Gate:
        """Return a copy in `folder`, with these sources set."""
        shutil.copytree(self.folder, folder)
        return self.opened(folder, sources, Ticking())

    def opened(self, folder: Path, sources: Mapping[str, SourceSettings], clock: Ticking) -> Gate:
        """Return a gate on the installation in `folder`, as one more worker has it."""
        settings = replace(Settings(folder=folder), ledger="placket.db", sources=dict(sources))
        ledger = open_ledger(settings.location(settings.ledger))
        keys = open_keyring(
            settings.location(settings.keyring),
            keyring_id=ledger.keyring_id or None,
            key_file=folder / settings.key_file,
        )
        return gate_on(settings, ledger, keys, self.versions, clock)


def empty_in(folder: Path, policy: str = POLICY) -> Empty:
    """Return an installation in `folder` with the policy published."""
    folder.mkdir(exist_ok=True)
    settings = replace(Settings(folder=folder), ledger="placket.db")
    gate = create_gate(settings, clock=Ticking())
    done = publish(gate, policy.lstrip(), "policy.md", by="test")
    assert done.version, [str(problem) for problem in done.problems]
    versions = gate.versions
    gate.close()
    return Empty(folder=folder, versions=versions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What an erasure came to: the request, its plan and its certificate."""

    case: Case
    plan: Plan = field(repr=False)
    certificate: Certificate


@dataclass(slots=True, kw_only=True)
class World:
    """Shops with an installation beside them, and the desk that answers."""

    empty: Empty = field(repr=False)
    gate: Gate
    catalogue: Catalogue
    engines: dict[str, sa.Engine] = field(repr=False)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(register=Register(gate=self.gate), web="https://privacy.example.org")

    @property
    def register(self) -> Register:
        """Return the register of requests."""
        return self.desk.register

    @property
    def clock(self) -> Ticking:
        """Return the clock of this world."""
        clock = self.gate.in_force.clock
        assert isinstance(clock, Ticking)
        return clock

    # The shop

    def rows(self, table: str, columns: str = "*", source: str = "shop") -> list[tuple[Any, ...]]:
        """Return columns of every row of a table, sorted."""
        of = sa.table(quoted_name(table, quote=True))
        with self.engines[source].connect() as connection:
            found = connection.execute(sa.select(sa.text(columns)).select_from(of))
            return sorted(map(tuple, found), key=repr)

    def run(self, statements: str, source: str = "shop") -> None:
        """Change a shop by hand."""
        run(self.engines[source], statements)

    def sync(self) -> None:
        """Tell the ledger what the rows say."""
        for name, engine in self.engines.items():
            sync(
                self.catalogue,
                name,
                engine,
                self.gate,
                now=self.gate.now(),
                policy_version=self.gate.versions.version_at,
                secret=self.gate.keys.hmac_key,
            )

    def tell(self, kind: Kind, subject: str, **said: Any) -> Fact:
        """Tell a fact of somebody, and return it."""
        now = self.gate.now()
        fact = Fact(
            id=fact_id("test", kind.value, subject, now),
            kind=kind,
            person=self.gate.person_of(subject) or "",
            occurred_at=now,
            recorded_at=now,
            **said,
        )
        self.gate.record([Told(fact)])
        return fact

    # The person and the staff

    def asks(self, subject: str, right: Right = Right.ERASURE, **said: Any) -> Case:
        """Open a request of whom it is strongly known who asks."""
        told = {"route": "web", "proof": ("code", "second_channel"), **said}
        opened = self.desk.open(Opening(subject=subject, right=right, **told))
        self.clock.now += SECOND
        return self.register.case(opened.request.id)

    def planned(self, case: Case) -> Plan:
        """Return a plan of the request that nothing stands against, approved."""
        made = make_plan(self.register, case.request.id)
        assert made.plan.obstacles == (), made.plan.obstacles
        approve(self.register, case.request.id, made.plan.digest(), by=BOSS)
        return made.plan

    def carry(self, case: Case, **how: Any) -> Carried:
        """Carry the approved plan out."""
        return carry_out(self.register, case.request.id, holder=how.pop("holder", "w1"), **how)

    def ended(self, case: Case) -> Erased:
        """Certify what was carried out, and answer."""
        certificate = certify_whole(self.register, case.request.id)
        assert certificate is not None
        self.desk.answer(case.request.id)
        kept = self.register.case(case.request.id)
        return Erased(case=kept, plan=read_kept(self.gate, kept), certificate=certificate)

    def erases(self, subject: str, **said: Any) -> Erased:
        """Take one erasure from its request to its certificate and answer."""
        case = self.asks(subject, **said)
        self.planned(case)
        assert self.carry(case).is_done
        return self.ended(case)

    def letter(self, case: Case, kind: str) -> str:
        """Return the newest letter of a kind to the person, its lines joined."""
        found = [w.kept.body for w in letters_of(self.register, case) if w.kept.kind == kind]
        return " ".join(found[-1].split()) if found else ""

    def upkeep(self, holder: str = "w1") -> Upkeep:
        """Return a worker that does what is due."""
        messenger = Messenger(register=self.register, calls=Outgoing(loopback=True))
        return Upkeep(register=self.register, messenger=messenger, holder=holder)

    def again(self) -> World:
        """Return the same world as one more process opens it, under the same clock."""
        settings = self.gate.settings
        gate = self.empty.opened(settings.folder, settings.sources, self.clock)
        engines = {name: open_source(each.url) for name, each in settings.sources.items()}
        return World(empty=self.empty, gate=gate, catalogue=self.catalogue, engines=engines)

    def take_away(self, source: str) -> None:
        """Let a source be away: a file of a shop that is not where it was."""
        self.engines[source].dispose()
        file = self._file(source)
        file.rename(file.with_suffix(".away"))

    def bring_back(self, source: str) -> None:
        """Put it back."""
        file = self._file(source)
        file.with_suffix(".away").rename(file)

    def _file(self, source: str) -> Path:
        return Path(self.gate.settings.sources[source].url.removeprefix("sqlite:///"))

    def close(self) -> None:
        """Let go of shops and installation."""
        for engine in self.engines.values():
            engine.dispose()
        self.gate.close()


def run(engine: sa.Engine, statements: str) -> None:
    """Run statements that are parted by semicolons."""
    with engine.begin() as connection:
        for statement in filter(str.strip, statements.split(";")):
            connection.execute(sa.text(statement))


def world(
    empty: Empty,
    folder: Path,
    catalogue: str,
    shops: Mapping[str, str],
    urls: Mapping[str, str] | None = None,
) -> World:
    """Return a world in `folder`, its shops made and synced forty days ago.

    catalogue: of `tables`, indented by six, where there is one shop. shops: the statements that
    make each. urls: where each lies, a file in `folder` when not said.
    """
    text = catalogue if "sources:" in catalogue else _ONE + catalogue.lstrip("\n")
    folder.mkdir(exist_ok=True)
    file = folder / "catalogue.yaml"
    file.write_text(text)
    found = parse(text, "catalogue.yaml")
    assert found.catalogue is not None
    assert not found.problems, [str(problem) for problem in found.problems]
    where = {name: f"sqlite:///{folder}/{name}.db" for name in shops} | dict(urls or {})
    for name, statements in shops.items():
        engine = sa.create_engine(parse_url(where[name]))
        run(engine, statements)
        engine.dispose()
    sources = {name: SourceSettings(url=url, catalogue=file) for name, url in where.items()}
    engines = {name: open_source(url) for name, url in where.items()}
    gate = empty.gate(folder / "installation", sources)
    made = World(empty=empty, gate=gate, catalogue=found.catalogue, engines=engines)
    made.sync()
    made.clock.now += 40 * DAY
    return made


_ONE = "catalogue: trap\nsources:\n  shop:\n    tables:\n"
