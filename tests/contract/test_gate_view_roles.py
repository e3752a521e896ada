"""Rights on the views of an installation: they come back with the views, and go with them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from placket.decide.question import Question
from placket.gate.worker import Worker
from placket.sources.connect import SourceUnreachable
from placket.sources.grants import NoRoles, RoleMissing, RoleTooWide
from tests.contract.gates import policy
from tests.contract.installed import NEWS, Installation, install

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLS = Question(activity="care_quality")
NEWS_VIEW, CALLS_VIEW = "placket_newsletter_email_customer", "placket_care_quality_call"
FIRST, SECOND = f"first_{os.getpid()}", f"second_{os.getpid()}"


@dataclass(frozen=True, slots=True)
class Roled:
    """An installation beside a database with two users."""

    made: Installation
    users: sa.URL

    def does(self, *statements: str) -> None:
        """Carry out what the database's administrator does."""
        with self.made.views.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def reads(self, role: str, view: str = NEWS_VIEW) -> list[Any] | None:
        """Return the ids that the user reads in the view; None when it is refused."""
        login = self.users.set(username=role, password="secret")  # noqa: S106 - of this test
        engine = sa.create_engine(login, poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                ids: sa.Select[Any] = sa.select(sa.column("id")).select_from(sa.table(view))
                return sorted(connection.scalars(ids))
        except sa.exc.DBAPIError:
            return None


@pytest.fixture(params=["postgres", "mariadb"])
def roled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Roled]:
    made = install(tmp_path, request.getfixturevalue(f"{request.param}_database"))
    found = Roled(made, made.views.engine.url)
    if request.param == "postgres":
        made_by, public = (
            "CREATE ROLE {} LOGIN PASSWORD 'secret'",
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        )
        found.does(public)
    else:
        made_by = "CREATE USER {} IDENTIFIED BY 'secret'"
    found.does(made_by.format(FIRST), made_by.format(SECOND))
    yield found
    found.made.views.engine.dispose()
    if request.param == "postgres":
        found.does(f"DROP OWNED BY {FIRST}, {SECOND}", f"DROP ROLE {FIRST}, {SECOND}")
    else:
        found.does(f"DROP USER {FIRST}, {SECOND}")
    made.close()


def test_a_right_comes_back_with_a_view_made_anew_and_goes_with_one_that_goes(roled: Roled) -> None:
    roled.made.views.apply(NEWS, role=FIRST)
    roled.made.views.apply(CALLS, role=FIRST)
    before = roled.reads(FIRST), roled.reads(FIRST, CALLS_VIEW)

    # Without calls.
    roled.made.publish(policy("v2"))
    roled.made.views.refresh()

    after = roled.reads(FIRST), roled.reads(FIRST, CALLS_VIEW)
    assert (before, after) == (([1, 2], [7]), ([1, 2], None))
    assert roled.reads(SECOND) is None


def test_the_second_role_of_an_activity_takes_the_place_of_the_first(roled: Roled) -> None:
    roled.made.views.apply(NEWS, role=FIRST)
    roled.made.views.apply(NEWS, role=SECOND)
    second = roled.reads(FIRST), roled.reads(SECOND)
    roled.made.views.apply(NEWS)
    without = roled.reads(FIRST), roled.reads(SECOND)

    assert (second, without) == ((None, [1, 2]), (None, None))
    assert roled.made.rows(NEWS_VIEW) == [1, 2]


def test_a_role_that_is_refused_leaves_every_view_as_it_was(roled: Roled) -> None:
    roled.made.views.apply(NEWS, role=FIRST)
    roled.does(f"GRANT SELECT ON customer TO {SECOND}")

    with pytest.raises(RoleTooWide):
        roled.made.views.apply(CALLS, role=SECOND)
    with pytest.raises(RoleMissing):
        roled.made.views.apply(CALLS, role="nobody_at_all")

    assert roled.reads(FIRST) == [1, 2]
    assert [each.question for each in roled.made.views.kept().made] == [NEWS]


def test_a_role_that_went_is_told_of_by_the_worker_and_shows_nobody_anything(
    roled: Roled,
) -> None:
    third = f"third_{os.getpid()}"
    roled.does(f"CREATE ROLE {third}")
    roled.made.views.apply(NEWS, role=third)
    roled.does(*_without(roled, third))
    roled.made.publish(policy("v2"))
    told: list[str] = []

    worked = Worker(gate=roled.made.gate, every_seconds=1, tell=told.append).once()

    assert list(worked.failed) == ["shop"]
    assert worked.failed["shop"].startswith(f"the database has no role `{third}`; make it first")
    assert f"`{third}`" in " ".join(told)


def _without(roled: Roled, role: str) -> list[str]:
    if roled.made.views.engine.dialect.name == "postgresql":
        return [f"DROP OWNED BY {role}", f"DROP ROLE {role}"]
    return [f"DROP ROLE {role}"]


def test_a_reader_who_does_not_end_keeps_no_view_from_being_made_anew_for_long(
    roled: Roled,
) -> None:
    roled.made.views.apply(NEWS, role=FIRST)
    login = roled.users.set(username=FIRST, password="secret")  # noqa: S106 - of this test
    engine = sa.create_engine(login, poolclass=sa.NullPool)
    with engine.connect() as reading:
        list(reading.execute(sa.select(sa.text("*")).select_from(sa.table(NEWS_VIEW))))
        with pytest.raises(SourceUnreachable):
            roled.made.views.apply(NEWS, role=FIRST)

    roled.made.views.apply(NEWS, role=FIRST)

    assert roled.reads(FIRST) == [1, 2]


def test_a_database_without_roles_keeps_its_views(tmp_path: Path) -> None:
    made = install(tmp_path, f"sqlite:///{tmp_path / 'shop.db'}")
    made.views.apply(NEWS)

    with pytest.raises(NoRoles):
        made.views.apply(CALLS, role=FIRST)

    assert made.rows(NEWS_VIEW) == [1, 2]
    made.close()
