"""The demo shop's views hold whom `decide` permits, row by row."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa

from placket.decide.decide import decide, prepare
from placket.decide.question import Decision, Question
from placket.demo.examples import DEFAULT, catalogue_of, example_policy
from placket.demo.schema import METADATA
from placket.demo.shop import build_shop
from placket.identity import Identifier
from placket.law.calendar import to_instant
from placket.sources.connect import open_source
from placket.sources.replica import (
    Replica,
)
from placket.sources.replica_plan import plan_replica
from placket.sources.views import (
    View,
    view_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from placket.catalogue.model import Source, Table
    from placket.standing.standing import Standing
from tests.contract.viewed import DAY, NOW, TODAY, Ledger, policy_of, shown, synced
from tests.contract.viewed import catalogue_of as read_catalogue

# A shop of hundreds of rows on a server is dear; the generated crowds are on each in every run.
LONG = [pytest.param(name, marks=pytest.mark.long) for name in ("postgresql", "mariadb")]


@pytest.fixture(params=["sqlite", *LONG])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop.db"
    by = {"postgresql": "postgres_database", "mariadb": "mariadb_database"}
    name: str = request.getfixturevalue(by[request.param])
    return name


# The demo shop: for every activity the rows of the view are those that `decide` permits.


FOLDER = example_policy(DEFAULT)
POLICY = policy_of((FOLDER / "policy.md").read_text(encoding="utf-8"))


ACTIVITIES = (
    Question(activity="newsletter"),
    Question(activity="offers_to_buyers", channel="email"),
    Question(activity="train_by_recordings"),
    Question(activity="record_browsing"),
    Question(activity="keep_tax_records"),
    Question(activity="legal_claims"),
    Question(activity="screen_for_fraud"),
)
DEMO_INSTANTS = (NOW, NOW + 380 * DAY)


def build(url: str, folder: Path) -> None:
    """Build the shop; where the demo has none for the database, as a copy of that in SQLite."""
    if not url.startswith("mysql"):
        build_shop(url, today=TODAY, scale=0.003)
        return
    first = f"sqlite:///{folder}/first.db"
    build_shop(first, today=TODAY, scale=0.003)
    source, target = sa.create_engine(first), sa.create_engine(url)
    with target.begin() as connection:
        # The codes of two articles differ in their letter case alone.
        connection.exec_driver_sql("ALTER DATABASE COLLATE utf8mb4_bin")
    METADATA.create_all(target)
    with source.connect() as reading, target.begin() as writing:
        for table in METADATA.sorted_tables:
            rows = [row._asdict() for row in reading.execute(sa.select(table))]
            if rows:
                writing.execute(sa.insert(table), rows)
    source.dispose()
    target.dispose()


def test_the_views_of_the_demo_shop_hold_whom_decide_permits(url: str, tmp_path: Path) -> None:
    policy = POLICY
    catalogue = read_catalogue(catalogue_of(FOLDER).read_text(encoding="utf-8"))
    build(url, tmp_path)
    engine = open_source(url)
    ledger = Ledger(policy)
    synced(engine, catalogue, ledger, NOW)
    source = catalogue.sources[0]
    purposes = {q: view_of(prepare(policy, q), catalogue, source) for q in ACTIVITIES}
    plan = plan_replica(source, policy, purposes.values())
    replica = Replica(engine)
    replica.apply(plan)
    replica.replicate(
        plan, ledger, now=NOW, good_for_seconds=20 * 365 * 24 * 3600, position=len(ledger.facts)
    )
    DECIDED.clear()
    shop = Rows(engine, source)
    owned = {
        table.name: [(row, ledger.standing(person)) for row, person in shop.owned(table.name)]
        for table in source.tables
    }
    for question, purpose in purposes.items():
        for view in purpose.views:
            for when in DEMO_INSTANTS:
                found = shown(engine, view, when)

                expected = [
                    visible((question, when), view, row, standing)
                    for row, standing in owned[view.table.name]
                ]
                assert found == sorted((r for r in expected if r is not None), key=repr), view.name
    engine.dispose()


Values = dict[str, Any]


class Rows:
    """The shop's rows, each with its person found by walking the owners row by row."""

    def __init__(self, engine: sa.Engine, source: Source) -> None:
        self.tables = {table.name: table for table in source.tables}
        self.by_value: dict[tuple[str, str], dict[Any, list[Values]]] = {}
        with engine.connect() as connection:
            self.rows = {name: read(connection, name) for name in self.tables}

    def at(self, table: str, column: str, value: object) -> list[Values]:
        if (table, column) not in self.by_value:
            by_value = self.by_value.setdefault((table, column), {})
            for row in self.rows[table]:
                by_value.setdefault(row[column], []).append(row)
        return self.by_value[table, column].get(value, [])

    def owned(self, name: str) -> list[tuple[Values, Identifier]]:
        found = ((row, self.person(self.tables[name], row)) for row in self.rows[name])
        return [(row, person) for row, person in found if person is not None]

    def person(self, table: Table, row: Values) -> Identifier | None:
        owners = (
            (self.tables[link.table], owner)
            for link in table.owner
            for owner in self.at(link.table, link.target, row[link.column])
        )
        led = (self.person(*owner) for owner in owners)
        return next((found for found in led if found is not None), None) or itself(table, row)


def read(connection: sa.Connection, table: str) -> list[Values]:
    every = sa.select(sa.text("*")).select_from(sa.table(table))
    return [dict(row) for row in connection.execute(every).mappings()]


def itself(table: Table, row: Values) -> Identifier | None:
    """Return the person that a row itself is."""
    subject = table.subject
    if subject is None or any(row[c.column] not in c.any_of for c in subject.when):
        return None
    key = row[subject.key or table.key[0]]
    if key is None:
        return None
    key = str(key).lower() if (subject.key or "").endswith("email") else key
    return Identifier("customer", f"shop.{subject.anchor or table.name}:{key}")


LONDON = ZoneInfo("Europe/London")


def later(value: object, months: int) -> int:
    """Return the instant so many calendar months after a row's time."""
    begun = datetime.fromisoformat(str(value))
    local = (begun if begun.tzinfo else begun.replace(tzinfo=UTC)).astimezone(LONDON)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return to_instant(local.replace(year=year, month=month + 1, day=min(local.day, last)))


def accounting_year_after(value: object, years: int) -> int:
    """Return the end of the accounting year (31 December) in which so many years have passed."""
    passed = datetime.fromtimestamp(later(value, 12 * years) / 10**6, LONDON)
    return to_instant(datetime(passed.year + 1, 1, 1, tzinfo=LONDON))


CLOCKS: dict[str, list[tuple[str, Any]]] = {
    "app_device": [
        ("retain.MU-024.push_token", lambda row: later(row["opened_at"], 13)),
    ],
    "care_call": [
        ("retain.MU-069.call_recording", lambda row: later(row["ended_at"], 6)),
    ],
    "web_visit": [
        ("retain.MU-118.cookie_data", lambda row: later(row["started_at"], 13)),
        ("retain.MU-036.device_info", lambda row: later(row["started_at"], 13)),
    ],
    "invoice": [
        ("retain.MU-061.billing_records", lambda row: accounting_year_after(row["dated_at"], 7)),
    ],
}
"""By table the clocks that each row starts for itself, and when its own ends."""


Asked = tuple[Question, int]


def visible(
    asked: Asked, view: View, row: Values, standing: Standing | None
) -> tuple[Any, ...] | None:
    """Return what of a row may be seen: `decide`, as if the row's clock were the person's."""
    if standing is None:
        return None
    clocks = CLOCKS.get(view.table.name, ())
    decision = decided(asked, standing, tuple((prefix, due(row)) for prefix, due in clocks))
    allowed = set(decision.data)
    if not decision.is_permitted or not any(allowed & set(d) for d in view.columns.values()):
        return None
    data = [name for name in view.columns if name not in view.table.key]
    return (
        *(row[name] for name in view.table.key),
        *(row[name] if allowed.issuperset(view.columns[name]) else None for name in data),
    )


DECIDED: dict[tuple[Asked, str, tuple[tuple[str, int], ...]], Decision] = {}


def decided(asked: Asked, standing: Standing, dues: tuple[tuple[str, int], ...]) -> Decision:
    """Return the decision with each named clock ending when the row's does, if that is sooner."""
    found = DECIDED.get((asked, standing.person, dues))
    if found is None:
        dense = dict(standing.dense)
        for prefix, due in dues:
            # A clock of the other half of the policy runs for nobody who lives here.
            for state in [name for name in dense if name.startswith(prefix)]:
                start, until, fact = dense[state]
                dense[state] = (start, min(until, due), fact)
        question, when = asked
        clocked = msgspec.structs.replace(standing, dense=dense)
        found = DECIDED[asked, standing.person, dues] = decide(POLICY, clocked, question, when)
    return found
