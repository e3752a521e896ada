"""Purpose views on each engine: columns, rows, clocks, staleness, roles."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from placket.decide.decide import decide
from placket.decide.question import Question
from placket.facts import Kind
from placket.identity import Identifier
from placket.sources.grants import NoRoles, RoleTooWide
from placket.sources.replica import (
    NotReplicated,
    PlanTooNarrow,
    Replica,
    ViewStillReads,
)
from placket.sources.views import PurposeViews, apply_views

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from placket.standing.standing import Standing
from tests.contract.viewed import (
    CALL,
    CUSTOMER,
    MINUTE_SECONDS,
    NOW,
    POLICY,
    Small,
    day,
    policy_of,
    small_in,
)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb", "duckdb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param in {"sqlite", "duckdb"}:
        return f"{request.param}:///{tmp_path}/shop.db"
    by = {"postgresql": "postgres_database", "mariadb": "mariadb_database"}
    name: str = request.getfixturevalue(by[request.param])
    return name


# What each database says in its own SQL is quick on each, what Python does on two of them.
ON_TWO = pytest.mark.parametrize(
    "url",
    [
        "sqlite",
        "postgresql",
        *(pytest.param(n, marks=pytest.mark.long) for n in ("mariadb", "duckdb")),
    ],
    indirect=True,
)


@pytest.fixture
def small(url: str) -> Iterator[Small]:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    yield small_in(engine)
    engine.dispose()


def test_a_view_shows_the_declared_columns_of_the_permitted(small: Small) -> None:
    small.ready("newsletter")

    found = small.rows("customer", "newsletter")

    assert found == [
        (1, "ada@example.org", "Ada", "A"),
        (2, "bo@example.org", "Bo", "B"),
    ]


def test_each_row_has_its_own_clock(small: Small) -> None:
    small.ready("care_quality")

    found = small.rows("x;--", "care_quality")

    # Ada's call of February and Bo's of March are past; nobody's and the dangling are no one's.
    assert [(row[0], row[1], row[2], row[4]) for row in found] == [(2, "a", "two.ogg", "colour")]
    assert decide_of(small, "shop.customer:1", "care_quality").is_permitted
    assert not decide_of(small, "shop.customer:2", "care_quality").is_permitted


def decide_of(small: Small, key: str, activity: str, when: int = NOW) -> Any:
    standing = small.ledger.standing(Identifier("customer", key))
    return decide(small.policy, standing, Question(activity=activity), when)


@ON_TWO
def test_a_guest_order_is_found_by_its_own_key_and_nobodys_row_by_none(small: Small) -> None:
    small.ready("claims")

    assert small.rows("orders", "claims") == [(7, 700), (8, 800)]
    assert small.rows("order_line", "claims") == [(1, "hat"), (2, "belt")]


@ON_TWO
def test_a_stale_replica_shows_nothing(small: Small) -> None:
    small.ready("newsletter")

    assert small.rows("customer", "newsletter", NOW + MINUTE_SECONDS * 10**6 - 1)
    assert small.rows("customer", "newsletter", NOW + MINUTE_SECONDS * 10**6) == []


def test_the_databases_own_clock_is_asked(small: Small) -> None:
    plan = small.ready("newsletter")
    [views] = small.views("newsletter")
    with small.engine.begin() as connection:
        apply_views(connection, views)
    counted = sa.select(sa.func.count()).select_from(sa.table("placket_newsletter_customer"))

    with small.engine.connect() as connection:
        stale = connection.scalar(counted)
    far = 10 * 365 * 24 * 3600
    small.replicate(plan, good_for_seconds=far)
    with small.engine.connect() as connection:
        fresh = connection.scalar(counted)
    small.replicate(plan, now=0, good_for_seconds=1)
    with small.engine.connect() as connection:
        past = connection.scalar(counted)

    assert (stale in {0, 2}, fresh, past) == (True, 2, 0)


@ON_TWO
def test_another_policys_digest_shows_nothing(small: Small) -> None:
    small.ready("newsletter")
    small.policy = policy_of(POLICY.replace("2024-01-01", "2024-02-01"))

    assert small.rows("customer", "newsletter") == []


@ON_TWO
def test_a_withdrawal_reaches_the_view_by_the_persons_id_alone(small: Small) -> None:
    plan = small.ready("newsletter")
    key = Identifier("customer", "shop.customer:1")
    small.ledger.add(Kind.CONSENT_WITHDRAWN, "shop.customer:1", NOW, what="news", channel="email")
    small.ledger.asked = 0

    done = small.replicate(plan, keys=[small.ledger.persons[key]], position=2, since=1)

    assert small.rows("customer", "newsletter") == [(2, "bo@example.org", "Bo", "B")]
    assert (done.written, done.removed, done.renewed, small.ledger.asked) == (1, 0, True, 1)


@ON_TWO
def test_a_change_out_of_order_does_not_renew_the_term(small: Small) -> None:
    plan = small.ready("newsletter")
    later = NOW + 30 * 10**6

    done = small.replicate(plan, keys=["p1"], now=later, position=9, since=8)
    unsaid = small.replicate(plan, keys=["p1"], now=later, position=9)

    assert (done.renewed, unsaid.renewed) == (False, False)
    assert small.rows("customer", "newsletter", NOW + MINUTE_SECONDS * 10**6) == []


@ON_TWO
def test_the_erased_and_the_lost_leave_the_replica(small: Small) -> None:
    plan = small.ready("newsletter", "claims")
    small.ledger.erased.add("shop.customer:1")
    with small.engine.begin() as connection:
        connection.execute(sa.delete(CUSTOMER).where(CUSTOMER.c.id == 2))

    done = small.replicate(plan)

    kept: sa.Select[tuple[Any]] = sa.select(sa.column("id")).select_from(
        sa.table("placket_standing_customer")
    )
    with small.engine.connect() as connection:
        assert connection.scalars(kept).all() == [3]
    assert (done.written, done.removed) == (0, 2)
    assert small.rows("customer", "newsletter") == []


def test_a_second_replication_writes_nothing(small: Small) -> None:
    plan = small.ready("newsletter", "claims", "care_quality")

    done = small.replicate(plan, now=NOW + 1)

    assert (done.written, done.removed, done.renewed) == (0, 0, True)


@ON_TWO
def test_a_plan_that_would_leave_columns_stale_is_refused(small: Small) -> None:
    small.ready("newsletter", "claims")
    narrow = small.plan("claims")

    with pytest.raises(PlanTooNarrow):
        small.replicate(narrow)
    with pytest.raises(NotReplicated):
        small.replicate(small.plan("newsletter", "claims", "care_quality"))


def test_columns_that_no_view_needs_go(small: Small) -> None:
    small.ready("newsletter", "claims")

    changed = Replica(small.engine).apply(small.plan("claims"))

    # What changed shows nothing until it is filled again.
    assert "placket_standing_customer" in changed
    assert (7, 700) not in small.rows("orders", "claims")
    small.replicate(small.plan("claims"))
    assert small.rows("orders", "claims") == [(7, 700), (8, 800)]


def test_a_column_that_a_view_still_reads_stays(small: Small) -> None:
    plan = small.ready("newsletter", "claims")
    [views] = small.views("newsletter")
    with small.engine.begin() as connection:
        apply_views(connection, views)

    with pytest.raises(ViewStillReads):
        Replica(small.engine).apply(small.plan("claims"))

    small.replicate(plan)
    assert len(small.rows("customer", "newsletter")) == 2


@ON_TWO
def test_a_new_row_without_its_date_is_not_shown(small: Small) -> None:
    plan = small.ready("care_quality")
    with small.engine.begin() as connection:
        row = (6, "a", 1, "new.ogg", "size", day(11, 20))
        values = {c: sa.literal(v, c.type) for c, v in zip(CALL.c, row, strict=True)}
        connection.execute(sa.insert(CALL).values(values))

    before = [row[0] for row in small.rows("x;--", "care_quality")]
    small.replicate(plan)
    after = [row[0] for row in small.rows("x;--", "care_quality")]

    assert (before, after) == ([2], [2, 6])


def test_sqlite_has_no_roles(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shop.db")
    with engine.begin() as connection, pytest.raises(NoRoles):
        apply_views(connection, PurposeViews(activity="newsletter", views=()), role="marketing")
    engine.dispose()


def test_a_withdrawal_during_a_replication_is_not_written_over(small: Small) -> None:
    plan = small.plan("newsletter")
    Replica(small.engine).apply(plan)
    ada = Identifier("customer", "shop.customer:1")

    class Meanwhile:
        """A second process that replicates the withdrawal as soon as it may write."""

        def standings(self, identifiers: Sequence[Identifier]) -> Sequence[Standing | None]:
            found = small.ledger.standings(identifiers)
            if not others:
                small.ledger.add(
                    Kind.CONSENT_WITHDRAWN, "shop.customer:1", NOW, what="news", channel="email"
                )
                other = threading.Thread(
                    target=small.replicate, args=(plan,), kwargs={"keys": [person], "position": 2}
                )
                other.start()
                # It has to wait, so this ends without it; else it would be done by then.
                other.join(timeout=1)
                others.append(other)
            return found

    person = small.ledger.persons[ada]
    others: list[threading.Thread] = []

    Replica(small.engine).replicate(
        plan, Meanwhile(), now=NOW, good_for_seconds=MINUTE_SECONDS, position=1
    )
    others[0].join()

    assert [row[0] for row in small.rows("customer", "newsletter")] == [2]


# On PostgreSQL a role of its own reads the views, and neither the tables nor the replica.


WITH_ROLES = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
def role(small: Small) -> Iterator[str]:
    name = 'mark"et;-- %'
    quoted = small.engine.dialect.identifier_preparer.quote_identifier(name)
    options = {"no_parameters": True}
    quoted = quoted.replace("%%", "%")
    with small.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {quoted}", execution_options=options)
    yield name
    with small.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {quoted}", execution_options=options)
        connection.exec_driver_sql(f"DROP ROLE {quoted}", execution_options=options)


def as_role(small: Small, role: str, sql: str) -> list[Any] | str:
    """Return what the role reads, or the state in which the database refuses."""
    options = {"no_parameters": True}
    quoted = role.replace('"', '""')
    with small.engine.connect() as connection:
        connection.exec_driver_sql(f'SET ROLE "{quoted}"', execution_options=options)
        try:
            return list(connection.exec_driver_sql(sql, execution_options=options))
        except sa.exc.DBAPIError as refused:
            return str(getattr(refused.orig, "sqlstate", ""))
        finally:
            connection.rollback()
            connection.exec_driver_sql("RESET ROLE")


DENIED = "42501"
NO_TABLE = "55000"
"""The state in which PostgreSQL refuses to change a view of several tables."""


@WITH_ROLES
def test_the_role_reaches_the_views_alone(small: Small, role: str) -> None:
    plan = small.ready("newsletter", "claims")
    [views, _] = small.views("newsletter", "claims")
    small.replicate(plan, good_for_seconds=10 * 365 * 24 * 3600)
    with small.engine.begin() as connection:
        apply_views(connection, views, role=role)

    read = as_role(small, role, "SELECT id FROM placket_newsletter_customer ORDER BY id")

    assert read == [(1,), (2,)]
    assert as_role(small, role, "SELECT born FROM placket_newsletter_customer") == "42703"
    for hidden in (
        "SELECT email FROM customer",
        "SELECT count(*) FROM customer",
        "SELECT person FROM placket_standing_customer",
        "SELECT * FROM placket_replica",
        "SELECT * FROM orders",
    ):
        assert as_role(small, role, hidden) == DENIED, hidden
    for change in (
        "UPDATE placket_newsletter_customer SET email = ''",
        "DELETE FROM placket_newsletter_customer",
    ):
        assert as_role(small, role, change) in {DENIED, NO_TABLE}, change


@WITH_ROLES
def test_no_function_of_the_reader_sees_a_row_before_the_view(small: Small, role: str) -> None:
    plan = small.ready("newsletter")
    [views] = small.views("newsletter")
    small.replicate(plan, good_for_seconds=10 * 365 * 24 * 3600)
    with small.engine.begin() as connection:
        apply_views(connection, views, role=role)
    # A division by zero on a hidden row would tell that it is there.
    peek = "SELECT 1 FROM placket_newsletter_customer WHERE 1 / (id - 3) = 9 OR id = 1"

    assert as_role(small, role, peek) == [(1,)]


@WITH_ROLES
def test_a_role_that_reads_more_already_is_refused(small: Small, role: str) -> None:
    small.ready("newsletter")
    [views] = small.views("newsletter")
    quoted = role.replace('"', '""')
    with small.engine.begin() as connection:
        connection.exec_driver_sql(
            f'GRANT SELECT (email) ON customer TO "{quoted}"',
            execution_options={"no_parameters": True},
        )

    with small.engine.begin() as connection, pytest.raises(RoleTooWide):
        apply_views(connection, views, role=role)
