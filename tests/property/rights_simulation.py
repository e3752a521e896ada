"""A small town from one seed: a shop, workers, a lying recipient, shoppers, faults and a clock."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind, fact_id
from placket.gate.requests.carrying import InHand, carry_out
from placket.gate.requests.certifying import certify_whole
from placket.gate.requests.planning import NoPlan, approve, make_plan
from placket.gate.requests.register import MoveRefused, Opening
from placket.gate.requests.telling import tellings
from placket.gate.requests.upkeep import Upkeep
from placket.plan.apply import TakenOver
from placket.plan.build import NeedsNoPlan
from placket.plan.plan import StalePlan
from placket.rights.letters import Unsaid
from placket.rights.recipients import State as Said
from placket.rights.request import State
from placket.rights.right import Right
from placket.sources.connect import SourceUnreachable
from placket.sources.processors.outgoing import Outgoing
from placket.sources.told import Told
from placket.store.refusals import LeaseLost
from tests.acceptance.rights.customers import CUSTOMER, CUSTOMERS, ORDER, ORDERS, customer, order
from tests.acceptance.rights.worlds import Empty, World, world
from tests.contract.gates import DAY, SECOND
from tests.property.town_faults import Died, Fragile, Gossip, Liar, Mortal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from placket.gate.requests.register import Case
    from placket.rights.request import Request

REFUSED: Final = (
    InHand,
    LeaseLost,
    MoveRefused,
    NeedsNoPlan,
    NoPlan,
    SourceUnreachable,
    StalePlan,
    TakenOver,
    Unsaid,
)
"""What a caller may be told at any time: none of it is a fault of the program."""

NAMES: Final = ("ada", "ben", "cat")
CLERK, BOSS = "clerk-1", "boss-1"
SHOP: Final = (CUSTOMERS + ORDERS).strip("\n")
DESK: Final = """
  desk:
    tables:
      ticket:
        subject: {email: email, since: at, match: [email]}
        holds: {email: email, correspondence: words}
        delete: true
"""
TICKET: Final = """
CREATE TABLE ticket (
    id INTEGER PRIMARY KEY, email VARCHAR(80), words VARCHAR(80), at TIMESTAMP
)"""
CATALOGUE: Final = f"catalogue: town\nsources:\n  shop:\n    tables:\n{SHOP}{DESK}"


def address(name: str) -> str:
    """Return the address of a shopper."""
    return f"{name}@example.org"


def ticket(number: int, name: str) -> str:
    """Return the statement that adds a ticket of somebody."""
    row = f"({number}, '{address(name)}', 'of {number}', '2026-05-01 10:00:00')"
    return f"INSERT INTO ticket VALUES {row}"  # noqa: S608 - a row of the test's own


class Broken(AssertionError):
    """Something that must always hold did not."""


@dataclass
class Town:
    """The world under simulation, and a plain account of what everybody did.

    orders: what the books must say of each, for ever. given: the requests with which proof of
    who asks was given; strong: those of which that was written down. erasing: of whom an erasure
    was approved. whose: who asked, also where the request was lost to a kill.
    """

    random: Random
    world: World
    liar: Liar
    orders: dict[int, tuple[str, int]] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)
    strong: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    erasing: set[str] = field(default_factory=set)
    whose: dict[str, str] = field(default_factory=dict)
    away: bool = False
    number: int = 100
    log: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    # What happens

    def step(self) -> None:
        """Let one thing happen, and check that all holds."""
        act = self.random.choices(list(ACTS), weights=list(ACTS.values()))[0]
        self.counts[act.__name__] += 1
        self.log.append(act.__name__)
        try:
            with self._fragile():
                act(self)
        except REFUSED as refused:
            self.log[-1] += f" refused: {type(refused).__name__}"
            self.counts["refused"] += 1
        except Died:
            self.log[-1] += " killed"
            self.counts["killed"] += 1
            self._restart()
        self._hear()
        check(self)

    def _hear(self) -> None:
        """Note which requests came in, and of which it is known who asks: one may be cut short."""
        self.requests = [each for each in self.whose if self.world.gate.has([each])]
        found = [self.world.register.case(each).request for each in self.requests]
        self.strong = {request.id for request in found if request.proofs}
        # Whoever approved may have been killed right after.
        erased = (r for r in found if r.approvals and r.right is Right.ERASURE)
        self.erasing |= {self.whose[request.id] for request in erased}

    @contextmanager
    def _fragile(self) -> Iterator[None]:
        """Let the worker die at one of the writes to ledger and keyring, or mostly not."""
        gate, number = self.world.gate, self.random.randint(1, 20)
        whole = gate.ledger, gate.keys
        if self.random.random() < 0.5:
            fate, is_after = [number], self.random.random() < 0.5
            gate.ledger, gate.keys = (Fragile(of, fate, is_after=is_after) for of in whole)
        try:
            yield
        finally:
            gate.ledger, gate.keys = whole

    def _restart(self) -> None:
        """Open all anew, as whoever comes next does: an erasure that was cut short is ended."""
        before = self.world
        if self.away:
            before.bring_back("desk")
        self.world = before.again()
        before.close()
        if self.away:
            self.world.take_away("desk")
        gate = self.world.gate
        for begun in gate.ledger.unfinished_erasures():
            gate.erase(begun.person, by="recovery", route="recovery")
        # The lease of the dead runs out.
        self.world.clock.now += self.random.choice((SECOND, 61 * SECOND))

    def pick(self, wanted: Callable[[Request], object]) -> Case | None:
        """Return a request, mostly one of those that are wanted; None where nobody asked."""
        cases = [self.world.register.case(reference) for reference in self.requests]
        fit = [case for case in cases if wanted(case.request)]
        if fit and self.random.random() < 0.9:
            return self.random.choice(fit)
        return self.random.choice(cases) if cases else None

    def mortal(self) -> Mortal:
        """Return a worker's fate: mostly a long life."""
        return Mortal(self.random.randint(1, 16) if self.random.random() < 0.5 else 0)

    def upkeep(self) -> Upkeep:
        """Return one more worker."""
        calls = Outgoing(loopback=True)
        messenger = Gossip(register=self.world.register, calls=calls, liar=self.liar)
        holder = f"w{self.random.randint(1, 3)}"
        return Upkeep(register=self.world.register, messenger=messenger, holder=holder)


def ask(town: Town) -> None:
    """Somebody asks, and it is known who or it is not."""
    name = town.random.choice(NAMES)
    right = town.random.choice((Right.ERASURE, Right.ERASURE, Right.ACCESS, Right.RESTRICTION))
    is_strong = town.random.random() < 0.8
    proof = ("code", "second_channel") if is_strong else ()
    by = town.random.choice(("", CLERK))
    reference = f"r_{town.random.randrange(10**12):012}"
    town.whose[reference] = name
    if is_strong:
        town.given.add(reference)
    opening = Opening(
        subject=f"email:{address(name)}",
        right=right,
        route="web",
        proof=proof,
        by=by,
        reference=reference,
    )
    town.world.desk.open(opening)


def plan(town: Town) -> None:
    """Staff make a plan."""
    if case := town.pick(lambda request: request.need.planned and not request.is_approved):
        make_plan(town.world.register, case.request.id)


def decide(town: Town) -> None:
    """Somebody approves the newest plan: the boss, or whoever took the request down."""
    case = town.pick(lambda request: request.plan and not request.is_approved)
    if case is None or case.request.plan is None:
        return
    by = town.random.choice((BOSS, BOSS, CLERK))
    approve(town.world.register, case.request.id, case.request.plan.digest, by=by)


def carry(town: Town) -> None:
    """Carry a plan out, and maybe die of it."""
    if case := town.pick(lambda request: request.is_approved and request.is_open):
        holder = f"w{town.random.randint(1, 3)}"
        carry_out(town.world.register, case.request.id, holder=holder, point=town.mortal())


def work(town: Town) -> None:
    """Do what is due, as a worker."""
    town.upkeep().round()


def certify(town: Town) -> None:
    """Someone looks whether all is gone."""
    case = town.pick(lambda request: request.is_approved and request.is_open)
    if case is None or not case.request.is_approved or not case.request.is_open:
        return
    made = certify_whole(town.world.register, case.request.id)
    if made is not None and made.state is State.FULFILLED:
        no_trace(town, town.whose[case.request.id])


def answer(town: Town) -> None:
    """Staff answer."""
    if case := town.pick(lambda request: request.is_decided and request.is_open):
        town.world.desk.answer(case.request.id)


def buy(town: Town) -> None:
    """Somebody orders, who may have gone: then they are a new customer."""
    name = town.random.choice(NAMES)
    found = [row for row in town.world.rows("customer", "id, email") if row[1] == address(name)]
    town.number += 1
    placed = moment(town)
    if not found:
        town.world.run(customer(town.number, name.title(), address(name), since=placed))
    owner = found[0][0] if found else town.number
    closed = placed if town.random.random() < 0.7 else ""
    add_order(town, town.number, owner, placed, closed)


def deliver(town: Town) -> None:
    """Orders arrive."""
    town.world.run(
        f"UPDATE orders SET closed_at = '{moment(town)}' WHERE closed_at IS NULL"  # noqa: S608 - its own
    )


def complain(town: Town) -> None:
    """Somebody writes to the desk."""
    if not town.away:
        town.number += 1
        town.world.run(ticket(town.number, town.random.choice(NAMES)), source="desk")


def read(town: Town) -> None:
    """Tell the ledger what the rows say."""
    town.world.sync()


def share(town: Town) -> None:
    """Give a recipient somebody's address."""
    name = town.random.choice(NAMES)
    person = town.world.gate.person_of(f"email:{address(name)}")
    if person:
        now = town.world.gate.now()
        fact = Fact(
            id=fact_id("shared", name, now),
            kind=Kind.SHARED,
            person=person,
            recipient="ferry",
            data=("email",),
            occurred_at=now,
            recorded_at=now,
        )
        town.world.gate.record([Told(fact)])


def pause(town: Town) -> None:
    """Time passes."""
    town.world.clock.now += town.random.choice((SECOND, DAY // 24, DAY, 8 * DAY, 40 * DAY))


def lose(town: Town) -> None:
    """Take the desk's database away, or bring it back."""
    (town.world.bring_back if town.away else town.world.take_away)("desk")
    town.away = not town.away


ACTS: Final[dict[Callable[[Town], None], int]] = {
    ask: 4,
    plan: 5,
    decide: 5,
    carry: 7,
    work: 4,
    certify: 2,
    answer: 4,
    buy: 2,
    deliver: 1,
    complain: 1,
    read: 2,
    share: 1,
    pause: 3,
    lose: 1,
}
"""What may happen, and how often."""


def moment(town: Town) -> str:
    """Return now as a column has it."""
    at = datetime.fromtimestamp(town.world.clock.now / 1_000_000, tz=UTC)
    return at.strftime("%Y-%m-%d %H:%M:%S")


def add_order(town: Town, number: int, owner: int, placed: str, closed: str) -> None:
    """Add an order, and note what the books must say of it for ever."""
    statement = order(number, owner, placed=placed, closed=closed or placed)
    town.world.run(statement)
    if not closed:
        town.world.run(f"UPDATE orders SET closed_at = NULL WHERE id = {number}")  # noqa: S608
    town.orders[number] = (placed, 40)


# What must hold


def check(town: Town) -> None:
    """Raise Broken unless all that must hold does."""
    books_stand(town)
    others_stand(town)
    for case in town.world.register.cases():
        for of in (request_stands, steps_are_once, receipts_are_real):
            of(town, case)


def demand(holds: object, says: str) -> None:
    """Raise Broken with `says` unless it holds."""
    if not holds:
        raise Broken(says)


def books_stand(town: Town) -> None:
    """Each order's date and total are as they were when it was placed."""
    found = {n: (str(at)[:19], total) for n, at, total in town.world.rows("orders", BOOKS)}
    demand(found == town.orders, "the books changed")


BOOKS: Final = "id, placed_at, total"


def request_stands(town: Town, case: Case) -> None:
    """Each open request has an owner, and a due day or a wait; nothing went round a guard."""
    request, after = case.request, case.next
    if request.is_open:
        demand(after is not None and after.owner, "an open request has no owner")
        demand(
            after is not None and (after.due or after.waits_for or after.until),
            "an open request has neither a day nor a wait",
        )
    if request.approvals:
        demand(request.id in town.given, "approved without proof of who asks")
        demand(not request.requesters & set(request.approvals), "approved by who asked")
    if request.state is State.FULFILLED and request.need.planned:
        demand(not request.remaining, "fulfilled while something is left")


def steps_are_once(_town: Town, case: Case) -> None:
    """No step is told twice, nor more than there are."""
    told = Counter(
        (fact.thing, fact.what)
        for fact in case.history.facts
        if fact.kind is Kind.STEP_CARRIED_OUT and fact.about == case.request.id
    )
    demand(all(count == 1 for count in told.values()), "a step was told twice")
    steps = case.request.plan.steps if case.request.plan else 0
    demand(len(case.request.carried) <= steps, "more steps than the plan has")


def receipts_are_real(town: Town, case: Case) -> None:
    """Nobody has done it but by a receipt that they gave."""
    for telling in tellings(case):
        if telling.state is Said.DONE:
            demand(telling.receipt in town.liar.signed, "done without a receipt")


def others_stand(town: Town) -> None:
    """Of whom no erasure was approved every row is as the shop wrote it."""
    kept = {address(name) for name in set(NAMES) - town.erasing}
    customers = {row[0]: row[1] for row in town.world.rows("customer", "id, email")}
    for name in sorted(set(NAMES) - town.erasing):
        found = address(name) in customers.values()
        demand(found, "a customer who did not ask is gone")
    mine = {number for number, mail in customers.items() if mail in kept}
    orders = town.world.rows("orders", "id, customer_id, ship_to")
    for _, owner, ship_to in orders:
        if owner in mine:
            demand(ship_to == "1 Elm", "a row of somebody who did not ask was changed")


def no_trace(town: Town, name: str) -> None:
    """Find nothing of the address by a plain search of every cell."""
    for source, tables in (("shop", ("customer", "orders")), ("desk", ("ticket",))):
        for table in tables:
            for row in town.world.rows(table, source=source):
                demand(
                    not any(address(name) in str(cell).lower() for cell in row),
                    f"certified, and still in {table}",
                )


# A run


def town_in(folder: Path, empty: Empty, seed: int) -> Town:
    """Return a town with three shoppers."""
    shops = {"shop": f"{CUSTOMER};{ORDER}", "desk": TICKET}
    made = world(empty, folder, CATALOGUE, shops)
    random = Random(seed)  # noqa: S311 - a simulation is drawn from its seed
    town = Town(random=random, world=made, liar=Liar(random))
    for number, name in enumerate(NAMES, start=1):
        made.run(customer(number, name.title(), address(name)))
        add_order(town, number, number, "2026-03-01 10:00:00", "2026-03-09 10:00:00")
        made.run(ticket(number, name), source="desk")
    made.clock.now += SECOND
    made.sync()
    return town


def settle(town: Town) -> None:
    """Let all faults end and all workers work; whoever asked in earnest is then answered."""
    if town.away:
        lose(town)
    deliver(town)
    town.world.clock.now += 61 * SECOND
    town.world.sync()
    for reference in town.requests:
        if reference in town.strong:
            finish(town, reference)
    town.world.clock.now += 40 * DAY
    town.upkeep().round()
    check(town)


def finish(town: Town, reference: str) -> None:
    """Take one request to its end as staff would, trying again where something was refused."""
    register = town.world.register
    for _ in range(4):
        case = register.case(reference)
        if not case.request.is_open:
            break
        town.world.clock.now += 61 * SECOND
        with suppress(StalePlan, MoveRefused):
            advance(town, case)
        with suppress(MoveRefused, Unsaid):
            town.world.desk.answer(reference)
        town.world.clock.now += 40 * DAY
        town.upkeep().round()
    case = register.case(reference)
    demand(not case.request.is_open, f"{case.request.right} never ended: {case.request.state}")
    if case.request.right is Right.ERASURE:
        demand(case.request.state is State.FULFILLED, "an erasure in earnest was not done")


def advance(town: Town, case: Case) -> None:
    """Plan, approve, carry out and certify what is still to do."""
    register, reference = town.world.register, case.request.id
    if case.request.notified_at is None:
        # Whoever took it down was killed before.
        town.world.desk.notify(reference)
        town.world.clock.now += SECOND
    if not case.request.need.planned:
        town.world.desk.accept(reference, by=BOSS)
        return
    if not case.request.is_approved or case.request.deferred:
        made = make_plan(register, reference)
        approve(register, reference, made.plan.digest(), by=BOSS)
        if case.request.right is Right.ERASURE:
            town.erasing.add(town.whose[reference])
    try:
        carry_out(register, reference, holder="last")
    except StalePlan:
        made = make_plan(register, reference)
        approve(register, reference, made.plan.digest(), by=BOSS)
        raise
    certify_whole(register, reference)
