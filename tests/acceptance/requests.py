"""A retailer's requests as tests run them: its policy and catalogue over a shop with a few rows."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from placket.decide.question import Question
from placket.demo.examples import catalogue_of
from placket.demo.schema import METADATA
from placket.facts import Fact, Kind, fact_id
from placket.gate.folds import PolicyFold
from placket.gate.opening import create_gate, gate_on
from placket.gate.requests.carrying import carry_out
from placket.gate.requests.desk import Desk
from placket.gate.requests.packing import fetch
from placket.gate.requests.planning import approve, make_plan
from placket.gate.requests.post import letters_of
from placket.gate.requests.register import Opening, Register
from placket.gate.requests.telling import Messenger
from placket.gate.requests.upkeep import Upkeep
from placket.gate.versions import Versions
from placket.gate.views import read_catalogue
from placket.keyring import open_keyring
from placket.settings import Settings, SourceSettings
from placket.sources.connect import open_source
from placket.sources.processors.outgoing import Outgoing
from placket.sources.sync import sync
from placket.sources.told import Told
from placket.store.ledger import KeptPolicy
from placket.store.opening import open_ledger
from tests.acceptance.retailers import POLICIES, Answer, in_short, instant

if TYPE_CHECKING:
    from pathlib import Path

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case
    from placket.plan.plan import Plan, Step
    from placket.policy.compile import Policy
    from placket.rights.right import Right

ADA = "email:ada@example.org"
"""In Britain, with an account; her order was delivered, and a gift in it went to Gil."""
BEN = "email:ben@example.org"
"""In Britain, with an account; his order is on its way."""
CAT = "email:cat@example.net"
"""In Britain, with an account; her order was delivered, and her complaint about it is open."""
NOOR = "email:noor@example.com"
"""In Pakistan, with an account; her order was delivered."""
LENA = "email:lena@example.org"
"""In Germany, with an account; her order was delivered."""
DAN = "email:dan@example.com"
"""In Britain, without an account; his order was delivered."""
FAY = "email:fay@example.org"
"""In Britain, with an account and a yes to the news; she never bought."""
GIL = "email:gil@example.net"
"""In Britain, to whom Ada sent a gift; he is no customer."""

DAY = 86_400_000_000
HOUR = DAY // 24
SECOND = 1_000_000
TODAY = instant("2026-06-01")
WEB = "https://privacy.example.org"
BOSS, STAFF = "boss-1", "staff-1"


def _on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def _customer(number: int, email: str, last: str, country: str) -> dict[str, Any]:
    first = email.partition("@")[0].title()
    return {
        "id": number,
        "email": email,
        "phone": f"07700 90000{number}",
        "first_name": first,
        "last_name": last,
        "country": country,
        "language": "en",
        "created_at": _on("2025-01-02"),
        "last_seen_at": _on("2026-05-01"),
    }


def _order(number: int, customer: int | None, *, sent: bool = True, **said: Any) -> dict[str, Any]:
    return {
        "id": number,
        "invoice_no": f"I-{number}",
        "customer_id": customer,
        "placed_at": _on("2026-04-01"),
        "paid_at": _on("2026-04-01"),
        "delivered_at": _on("2026-04-08") if sent else None,
        "status": "delivered" if sent else "sent",
        "total_pence": 4_000,
        "country": "GB",
        "delivery_name": "A buyer",
        "delivery_address": "1 Elm Row",
        "refusal_offered": True,
        **said,
    }


def _with(order: int) -> dict[str, list[dict[str, Any]]]:
    """Return what stands beside an order: its line, its payment, its invoice."""
    return {
        "order_line": [{"id": order, "order_id": order, "product_id": 1, "quantity": 1}],
        "payment": [
            {
                "id": order,
                "order_id": order,
                "method": "card",
                "token": f"tok-{order}",
                "card_last4": "4242",
                "paid_at": _on("2026-04-01"),
                "amount_pence": 4_000,
            }
        ],
        "invoice": [
            {
                "id": order,
                "order_id": order,
                "number": f"I-{order}",
                "dated_at": _on("2026-04-01"),
                "billing_name": "A buyer",
                "billing_address": "1 Elm Row",
            }
        ],
    }


_OWN: dict[str, list[dict[str, Any]]] = {
    "product": [{"id": 1, "code": "P-1", "name": "a coat", "in_stock": True}],
    "customer": [
        _customer(1, "ada@example.org", "Ker", "GB"),
        _customer(2, "ben@example.org", "Ash", "GB"),
        _customer(3, "cat@example.net", "Bay", "GB"),
        _customer(4, "noor@example.com", "Sand", "PK"),
        _customer(5, "lena@example.org", "Weg", "DE"),
        _customer(6, "fay@example.org", "Hill", "GB"),
    ],
    "address": [
        {"id": n, "customer_id": n, "role": "home", "line_1": f"{n} Elm Row", "town": "Ayr"}
        for n in (1, 2, 3, 4, 5, 6)
    ],
    "orders": [
        _order(11, 1, note="ring twice"),
        _order(12, 2, sent=False),
        _order(13, 3),
        _order(14, 4, country="PK"),
        _order(15, 5, country="DE"),
        _order(
            16,
            None,
            guest_email="dan@example.com",
            guest_name="Dan Oak",
            guest_phone="07700 900016",
        ),
    ],
    "gift_recipient": [
        {
            "id": 1,
            "order_id": 11,
            "name": "Gil Fern",
            "address": "9 Oak Lane",
            "country": "GB",
            "email": "gil@example.net",
            "message": "for you",
        }
    ],
    "wish_list_item": [{"id": 1, "customer_id": 1, "product_id": 1, "added_at": _on("2026-03-01")}],
    "newsletter_choice": [
        {
            "id": n,
            "email": f"{name}@example.org",
            "customer_id": n,
            "choice": "yes",
            "channel": "email",
            "wording": "news-2",
            "route": "newsletter_form",
            "chosen_at": _on("2026-05-01"),
            "confirmed_at": _on("2026-05-01"),
        }
        for n, name in ((1, "ada"), (5, "lena"), (6, "fay"))
    ],
    "care_call": [
        {
            "id": 1,
            "customer_id": 1,
            "started_at": _on("2026-05-02"),
            "ended_at": _on("2026-05-02"),
            "recording_path": "ada.wav",
            "topic": "size",
        }
    ],
    "care_case": [
        {
            "id": 3,
            "customer_id": 3,
            "order_id": 13,
            "kind": "complaint",
            "channel": "email",
            "opened_at": _on("2026-05-10"),
            "closed_at": None,
            "summary": "a seam",
        }
    ],
    "web_visit": [
        {
            "id": 1,
            "visitor": "v-1",
            "customer_id": 1,
            "started_at": _on("2026-05-03"),
            "ip": "192.0.2.1",
            "device": "phone",
            "country": "GB",
        },
        {
            "id": 6,
            "visitor": "v-6",
            "customer_id": 6,
            "started_at": _on("2026-05-03"),
            "ip": "192.0.2.6",
            "device": "phone",
            "country": "GB",
        },
    ],
    "lead": [
        {
            "id": 1,
            "email": "lena@example.org",
            "name": "Lena Weg",
            "country": "DE",
            "source": "a fair",
            "received_at": _on("2026-03-01"),
            "permission_at": _on("2026-03-01"),
        }
    ],
}


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the shop by table, without what a column must have and nobody reads."""
    found = {table: list(each) for table, each in _OWN.items()}
    for order in (11, 12, 13, 14, 15, 16):
        for table, beside in _with(order).items():
            found.setdefault(table, []).extend(beside)
    return found


_FILLED: dict[type, Any] = {str: "", int: 0, bool: False, datetime: _on("2026-04-01"), date: None}


def _whole(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with something in every column that must not be empty."""
    empty = {c.name: None if c.nullable else _something(c) for c in table.columns}
    return {**empty, **row}


def _something(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.JSON):
        return []
    return _FILLED[column.type.python_type]


def shop_at(url: str) -> None:
    """Make the shop in the database at `url`."""
    engine = sa.create_engine(url)
    METADATA.create_all(engine)
    told = rows()
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            for row in told.get(table.name, []):
                connection.execute(table.insert().values(**_whole(table, row)))
    engine.dispose()


@dataclass(slots=True)
class Ticking:
    """A clock that a test sets, and that never says the same instant twice."""

    now: int = TODAY

    def __call__(self) -> int:
        """Return the next instant."""
        self.now += 1_000
        return self.now


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An installation of a retailer that no test changes: each gets a copy of its own."""

    retailer: str
    folder: Path
    versions: Versions = field(repr=False)

    def office(self, folder: Path, **settings: Any) -> Office:
        """Return a copy in `folder`; settings: what the test sets beside the shop."""
        shutil.copytree(self.folder, folder)
        chosen = replace(settings_in(self.retailer, folder), **settings)
        ledger = open_ledger(chosen.location(chosen.ledger))
        keys = open_keyring(
            chosen.location(chosen.keyring),
            keyring_id=ledger.keyring_id or None,
            key_file=folder / chosen.key_file,
        )
        gate = gate_on(chosen, ledger, keys, self.versions, Ticking())
        return Office(gate=gate, engine=open_source(chosen.sources["shop"].url))


def settings_in(retailer: str, folder: Path) -> Settings:
    """Return the settings of the installation in `folder`, with the shop beside it."""
    shop = SourceSettings(
        url=f"sqlite:///{folder}/shop.db", catalogue=catalogue_of(POLICIES / retailer)
    )
    return replace(Settings(folder=folder), ledger="placket.db", sources={"shop": shop})


def installed(retailer: str, policy: Policy, folder: Path) -> Installed:
    """Return the retailer's installation in `folder`, its policy published and its shop synced.

    policy: as it is bound already; what publishing checks of it is tested elsewhere.
    """
    settings = settings_in(retailer, folder)
    shop_at(settings.sources["shop"].url)
    gate = create_gate(settings, clock=Ticking())
    kept = KeptPolicy(
        version=policy.front.version,
        digest=f"{retailer}-digest",
        fold_digest=policy.fold_digest,
        text="",
        effective_from=0,
        published_at=TODAY,
    )
    gate.in_force.versions = Versions((kept,), documents={kept.digest: policy.document})
    fold = PolicyFold(policy=gate.versions.at(TODAY), keys=gate.keys)
    gate.ledger.prepare_fold(fold, indexes=(), policy=kept)
    gate.in_force.reload()
    gate.in_force.catch_up()
    engine = open_source(settings.sources["shop"].url)
    Office(gate=gate, engine=engine).sync()
    versions = gate.versions
    gate.close()
    engine.dispose()
    return Installed(retailer=retailer, folder=folder, versions=versions)


@dataclass(slots=True, kw_only=True)
class Office:
    """One test's installation: whoever asks there, the desk that answers, the shop's rows."""

    gate: Gate
    engine: sa.Engine = field(repr=False)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(register=Register(gate=self.gate), web=WEB)

    @property
    def register(self) -> Register:
        """Return the register of requests."""
        return self.desk.register

    # The shop

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Return the columns of every row of a table, in order of its key."""
        of = METADATA.tables[table]
        with self.engine.connect() as connection:
            found = connection.execute(
                sa.select(*(of.c[name] for name in columns)).order_by(of.c.id)
            )
            return [tuple(row) for row in found]

    def run(self, statement: str) -> None:
        """Change the shop by hand, and tell the ledger what its rows then say."""
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement))
        self.pass_time(SECOND)
        self.sync()

    def sync(self) -> None:
        """Tell the ledger what the rows say."""
        file = self.gate.settings.sources["shop"].catalogue
        sync(
            read_catalogue(file.read_text(encoding="utf-8"), file.name),
            "shop",
            self.engine,
            self.gate,
            now=self.gate.now(),
            policy_version=self.gate.versions.version_at,
            secret=self.gate.keys.hmac_key,
        )

    def pass_time(self, microseconds: int) -> None:
        """Let time pass."""
        self.gate.in_force.clock.now += microseconds  # type: ignore[attr-defined]  # the clock of these tests

    # The person

    def opened(self, subject: str, right: Right, *, route: str = "email", **said: Any) -> Case:
        """Take a request down of whom it is not known yet who asks."""
        return self.desk.open(Opening(subject=subject, right=right, route=route, **said))

    def strongly(self, subject: str, right: Right, *, route: str = "web", **said: Any) -> Case:
        """Open a request of whom it is strongly known who asks."""
        proof = ("code", "second_channel")
        case = self.opened(subject, right, route=route, proof=proof, **said)
        self.pass_time(SECOND)
        return self.case(case)

    def case(self, case: Case) -> Case:
        """Return the request as it stands now."""
        return self.register.case(case.request.id)

    def letter(self, case: Case, kind: str) -> str:
        """Return the newest letter of a kind to the person, its lines joined."""
        found = [w.kept.body for w in letters_of(self.register, case) if w.kept.kind == kind]
        return " ".join(found[-1].split()) if found else ""

    def copy(self, case: Case) -> dict[str, Any]:
        """Return what the link of an answer opens: `data.json`, the page, the names of files."""
        body = self.letter(case, "answered")
        token = body.partition("/privacy/requests/copy/")[2].split()[0]
        _, archive = fetch(self.register, token)
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            read: dict[str, Any] = json.loads(files.read("data.json"))
            page = files.read("index.html").decode() if "index.html" in files.namelist() else ""
            return {**read, "files": sorted(files.namelist()), "page": page}

    # Staff

    def planned(self, case: Case) -> Plan:
        """Return the plan of a request, made now."""
        return make_plan(self.register, case.request.id).plan

    def carried(self, case: Case) -> Case:
        """Plan, approve and carry out; return the request as it then stands."""
        plan = self.planned(case)
        assert plan.obstacles == ()
        approve(self.register, case.request.id, plan.digest(), by=BOSS)
        done = carry_out(self.register, case.request.id, holder="w1")
        assert done.is_done
        return done.case

    def answered(self, case: Case, **said: str) -> Case:
        """Carry out what was asked and answer."""
        done = self.carried(case) if case.request.need.planned else case
        return self.desk.answer(done.request.id, **said)

    def upkeep(self) -> Upkeep:
        """Return the worker that does what is due; no mail is set, nobody is called."""
        messenger = Messenger(register=self.register, calls=Outgoing(loopback=True))
        return Upkeep(register=self.register, messenger=messenger, holder="w1")

    def told(self, kind: Kind, subject: str, *, days_ago: int = 1, **said: Any) -> Fact:
        """Tell a fact about somebody, and return it."""
        at = self.gate.now() - days_ago * DAY
        fact = Fact(
            id=fact_id("test", kind.value, subject, at, *map(str, said.values())),
            kind=kind,
            person=self.gate.person_of(subject) or "",
            occurred_at=at,
            recorded_at=at,
            **said,
        )
        self.gate.record([Told(fact)])
        return fact

    def shared(self, subject: str, recipient: str, *data: str, days_ago: int = 1) -> Fact:
        """Tell that a recipient got data of somebody."""
        return self.told(Kind.SHARED, subject, days_ago=days_ago, recipient=recipient, data=data)

    # Decisions

    def ask(self, subject: str, activity: str, **asked: Any) -> Answer:
        """Return in short whether an activity may use the person's data now."""
        return in_short(self.gate.decide(subject, Question(activity=activity, **asked)))

    def close(self) -> None:
        """Let go of shop and installation."""
        self.engine.dispose()
        self.gate.close()


def of_table(plan: Plan, table: str) -> list[tuple[str, tuple[str, ...], str]]:
    """Return what becomes of a table's rows by the plan: the act, the columns, the ground."""
    return [
        (step.action.value, step.columns, step.because.ground)
        for step in plan.steps
        if step.table == table
    ]


def steps_of(plan: Plan, action: str) -> list[Step]:
    """Return the steps of one kind of act."""
    return [step for step in plan.steps if step.action.value == action]
