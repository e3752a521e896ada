"""A purpose view: made cold and again, and its rows beside a join written by hand."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import sqlalchemy as sa

from bench.ground import MARIADB, POSTGRES, policy_text
from bench.measure import MICRO, MILLI, MOST, Row, Spread, Target, each, repeated_in_turns
from bench.shop import NEWSLETTER, policy_of, standing_of, subject_of
from placket import catalogue as catalogues
from placket.decide.decide import prepare
from placket.gate.instants import system_now
from placket.sources.connect import open_source
from placket.sources.replica import Replica
from placket.sources.replica_plan import plan_replica
from placket.sources.trees import state_stem
from placket.sources.views import apply_views, select_of, view_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.ground import Ground
    from placket.catalogue.model import Catalogue, Source
    from placket.identity import Identifier
    from placket.policy.compile import Policy
    from placket.sources.views import PurposeViews
    from placket.standing.standing import Standing

NAME: Final = "view"
CATALOGUE: Final = Path(__file__).parent / "catalogue.yaml"
SHOP: Final = "shop"
COLD: Final = Target(sense=MOST, bound=3)
CACHED: Final = Target(sense=MOST, bound=20)
QUERY: Final = Target(sense=MOST, bound=1.2, is_ratio=True)
A_WEEK: Final = 7 * 86_400
HOLDS: Final = "consent.email_marketing.email"
HOLD_NOT: Final = (
    "objected.newsletter.email",
    "refused.newsletter.email",
    "off.channel.email",
    "off.topic.newsletter",
    "restricted.email",
)
CUSTOMER: Final = sa.Table(
    "customer",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("email", sa.String(190)),
    sa.Column("first_name", sa.String(190)),
    sa.Column("last_name", sa.String(190)),
    sa.Column("accepts_marketing", sa.Integer),
    sa.Column("country", sa.String(2)),
    sa.Column("created_at", sa.DateTime),
)


def measure(ground: Ground) -> Iterator[Row]:
    """Time the making of a view's statements, and reading every row of it."""
    policy = policy_of(ground.size.policy)
    catalogue = _catalogue()
    source = catalogue.source(SHOP)
    if source is None:
        raise ValueError("the catalogue of the benchmarks has the shop")
    for engine in (POSTGRES, MARIADB):
        yield from _making(ground, engine, policy, catalogue, source)
    for engine in ground.shops:
        with ground.database(engine) as url:
            yield from _reading(ground, engine, url, policy, catalogue, source)


def _catalogue() -> Catalogue:
    parsed = catalogues.parse(policy_text(CATALOGUE), CATALOGUE.name)
    if parsed.catalogue is None:
        raise ValueError("\n".join(str(problem) for problem in parsed.problems))
    return parsed.catalogue


def _making(
    ground: Ground, engine: str, policy: Policy, catalogue: Catalogue, source: Source
) -> Iterator[Row]:
    dialect, named = ("mysql", f", {MARIADB}") if engine == MARIADB else ("postgres", "")

    def made() -> str:
        return view_of(prepare(policy, NEWSLETTER), catalogue, source).sql(dialect)

    def made_cold(_run: int) -> str:
        prepare.cache_clear()
        return made()

    runs = range(max(ground.size.calls // 100, 1))
    tree = select_of(view_of(prepare(policy, NEWSLETTER), catalogue, source).views[0])
    printing = each(lambda _: tree.sql(dialect), runs)
    for job, took, unit, scale, target in (
        ("made cold", each(made_cold, runs), "ms", MILLI, COLD),
        ("made again", each(lambda _: made(), runs), "µs", MICRO, CACHED),
    ):
        yield Row(
            bench=NAME,
            job=f"a view's statements {job}{named}",
            measured=Spread.of(took, unit, scale=scale),
            floor=Spread.of(printing, unit, scale=scale),
            floor_name="the finished tree printed by sqlglot",
            target=target,
        )


class _Standings:
    """The standing of the shop's customers, by the number in their key."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def standings(self, identifiers: Sequence[Identifier]) -> Sequence[Standing | None]:
        """Return the standing of each."""
        numbers = (int(identifier.value.rpartition(":")[2]) for identifier in identifiers)
        return [standing_of(self._policy, number) for number in numbers]


def _reading(  # noqa: PLR0913, PLR0917 - the parts of a shop
    ground: Ground,
    engine: str,
    url: str,
    policy: Policy,
    catalogue: Catalogue,
    source: Source,
) -> Iterator[Row]:
    views = view_of(prepare(policy, NEWSLETTER), catalogue, source)
    with _shop(url, ground.size.persons) as shop:
        plan = plan_replica(source, policy, [views])
        replica = Replica(shop)
        replica.apply(plan)
        with shop.begin() as connection:
            apply_views(connection, views)
        replica.replicate(
            plan, _Standings(policy), now=system_now(), good_for_seconds=A_WEEK, position=0
        )
        _analyse(engine, shop)
        yield from _queries(ground, engine, shop, views)


def _analyse(engine: str, shop: sa.Engine) -> None:
    """Let the database count its rows, as it does by itself after a while."""
    tables = "customer, placket_standing_customer"
    written = {POSTGRES: "VACUUM (ANALYZE)", MARIADB: f"ANALYZE TABLE {tables}"}.get(engine)
    if written is not None:
        with shop.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(written)


def _queries(ground: Ground, engine: str, shop: sa.Engine, views: PurposeViews) -> Iterator[Row]:
    view, runs = views.views[0], max(ground.size.runs * 5, 1)
    by_view = f"SELECT * FROM {view.name}"  # noqa: S608 - our own names
    by_hand = _by_hand([*view.table.key, *view.columns])
    with shop.connect() as connection:

        def rows(statement: str) -> list[Any]:
            return list(connection.exec_driver_sql(statement).fetchall())

        through, handed = rows(by_view), rows(by_hand)
        took, floored = repeated_in_turns(lambda: rows(by_view), lambda: rows(by_hand), runs)
        yield Row(
            bench=NAME,
            job=f"every row of a view, {engine}",
            measured=Spread.of(took, "ms", scale=MILLI),
            floor=Spread.of(floored, "ms", scale=MILLI),
            floor_name="the join written by hand",
            target=QUERY,
            note=f"{len(through):,} rows, by hand {len(handed):,}",
        )


def _by_hand(columns: Sequence[str]) -> str:
    """Return the join that an engineer would write who knew what the rules come to."""
    at, yes = system_now(), state_stem(HOLDS)
    noes = (state_stem(name) for name in HOLD_NOT)
    named = ", ".join(f"c.{column}" for column in dict.fromkeys(columns))
    free = " AND ".join(
        f"(s.{no}_from IS NULL OR s.{no}_from > {at} OR s.{no}_until <= {at})" for no in noes
    )
    return (
        f"SELECT {named} FROM customer AS c"  # noqa: S608 - our own names
        f" JOIN placket_standing_customer AS s ON s.id = c.id"
        f" WHERE s.{yes}_from <= {at} AND s.{yes}_until > {at} AND {free}"
    )


def _make_file(url: str) -> None:
    """Make the file of a database that is one: a source is never made by opening it."""
    kind, _, path = url.partition(":///")
    if kind == "sqlite":
        Path(path).touch()
    elif kind == "duckdb":
        duckdb.connect(path).close()


@contextmanager
def _shop(url: str, persons: int) -> Iterator[sa.Engine]:
    """Lend a database with as many customers."""
    _make_file(url)
    engine = open_source(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        rows = [
            {
                "id": number,
                "email": subject_of(number).removeprefix("email:"),
                "first_name": f"First {number}",
                "last_name": f"Last {number}",
                "accepts_marketing": number % 2,
                "country": "GB",
            }
            for number in range(persons)
        ]
        with engine.begin() as connection:
            CUSTOMER.create(connection)
            connection.execute(CUSTOMER.insert(), rows)
        yield engine
    finally:
        engine.dispose()
