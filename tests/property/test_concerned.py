"""Theorems of the difference: its counts and lists are what each history and `decide` give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from placket.decide.condition import is_true
from placket.decide.decide import prepare
from placket.decide.question import Question
from placket.gate.concerned import Concerned, Reach, is_over
from placket.policy.concerning import activities_concerned
from placket.policy.diff import Effect
from placket.policy.rules import Retain
from placket.policy.vocabulary import members
from placket.standing.fold import fold
from placket.standing.layout import Layout, layout_of
from placket.standing.standing import relations
from placket.store.postgres import PostgresDatabase
from placket.store.sqlite import SqliteDatabase
from placket.store.standings import make_bare_tables, write_bare
from placket.store.trial import Trial
from tests.property.counts import cases
from tests.property.strategies import edges, lives, policies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.policy.compile import Policy
    from placket.standing.standing import Standing
    from placket.store.session import Database, Session

Pair = tuple["Standing", "Standing"]


@st.composite
def shops(draw: st.DrawFn) -> tuple[Policy, Policy, tuple[Pair, ...], int]:
    """Draw two policies and the standing of a few persons under each, at an instant."""
    old, new = draw(policies), draw(policies)
    crowd = draw(st.lists(lives(largest=12), min_size=1, max_size=6))
    at = draw(st.sampled_from((*edges(old, crowd[0]), *edges(new, crowd[0]))))

    def folded(policy: Policy) -> list[Standing]:
        return [
            fold(policy, f"p{n}", life.by(at), private=life.private, connected=life.connected)
            for n, life in enumerate(crowd)
        ]

    return old, new, tuple(zip(folded(old), folded(new), strict=True)), at


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Yield an empty database of each engine, shared by the cases of the module."""
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("concerned")
        opened: Database = SqliteDatabase(folder / "standing.db", create=True)
    else:
        opened = PostgresDatabase(request.getfixturevalue("postgres_url"))
    yield opened
    opened.close()


def tried(session: Session, policies: tuple[Policy, Policy], crowd: tuple[Pair, ...]) -> Trial:
    """Return a trial of the standings of both policies."""
    layouts = []
    for side, policy in enumerate(policies):
        layout = layout_of(policy)
        own = Layout(digest=f"{side}_{layout.digest}", names=layout.names)
        make_bare_tables(session, own)
        write_bare(session, own, [pair[side] for pair in crowd])
        layouts.append(own)
    return Trial(session, (layouts[0], layouts[1]))


def questions(old: Policy, new: Policy) -> list[Question]:
    found = []
    for name in dict.fromkeys((*new.activities, *old.activities)):
        variants = [v for p in (new, old) for v in p.activities.get(name, ())]
        channels = dict.fromkeys(channel for v in variants for channel in v.channel)
        found += [Question(activity=name, channel=channel) for channel in channels or ("",)]
    return found


def permitted(policy: Policy, question: Question, standing: Standing, at: int) -> bool:
    if question.activity not in policy.activities:
        return False
    return prepare(policy, question).decide(standing, at).is_permitted


def reaches(old: Policy, new: Policy, crowd: tuple[Pair, ...], at: int) -> list[Reach]:
    """Return what deciding of everybody, one by one, gives."""
    found = []
    for question in questions(old, new):
        pairs = [
            (permitted(old, question, before, at), permitted(new, question, after, at))
            for before, after in crowd
        ]
        gained, lost = pairs.count((False, True)), pairs.count((True, False))
        both = pairs.count((True, True))
        if gained or lost:
            found.append(
                Reach(
                    activity=question.activity,
                    channel=question.channel,
                    before=both + lost,
                    after=both + gained,
                    gained=gained,
                    lost=lost,
                )
            )
    return found


def holds_open(policy: Policy, standing: Standing, at: int) -> bool:
    return any(standing.holds(f"open.{name}", at) for name in relations(policy))


def in_some_place(policy: Policy, standing: Standing, at: int) -> bool:
    return any(standing.holds(f"in.{place.name}", at) for place in policy.places)


def told(shop: Concerned, crowd: tuple[Pair, ...]) -> list[str]:
    """Return who is told, asked of each person in turn."""
    old, new, at, material = shop.old, shop.new, shop.at, shop.difference.material
    by_change = [activities_concerned(change, old, new) for change in material]
    names = frozenset[str]().union(*by_change)
    asked = [question for question in questions(old, new) if question.activity in names]

    def is_told(before: Standing, after: Standing) -> bool:
        is_addressed = any(
            permitted(old, question, before, at) or permitted(new, question, after, at)
            for question in asked
        )
        is_anybody = not all(by_change) and (
            in_some_place(old, before, at) or in_some_place(new, after, at)
        )
        is_near = holds_open(old, before, at) or holds_open(new, after, at)
        return bool(material) and (is_addressed or is_anybody or is_near)

    return [before.person for before, after in crowd if is_told(before, after)]


def asked_again(shop: Concerned, crowd: tuple[Pair, ...]) -> list[str]:
    """Return who is asked again, asked of each person in turn."""
    old, new, at = shop.old, shop.new, shop.at

    def states(policy: Policy, name: str) -> set[str]:
        consent = policy.consents[name]
        channels = getattr(consent, "channel", ()) or ("",)
        return {
            f"consent.{name}.{channel}" if channel else f"consent.{name}" for channel in channels
        }

    shared = {
        state
        for name in old.consents.keys() & new.consents.keys()
        for state in states(old, name) & states(new, name)
    }
    changes = [c for c in shop.difference.material if c.duty.value == "ask"]
    widened = {
        state
        for change in changes
        if change.effect is Effect.CONSENT_WIDENED
        for state in states(new, change.about[0])
    }
    without = {c.about[0] for c in changes if c.effect is Effect.BASIS_CHANGED}
    lost = [question for question in questions(old, new) if question.activity in without]

    def is_asked(before: Standing, after: Standing) -> bool:
        has_fallen = any(before.holds(s, at) and not after.holds(s, at) for s in shared)
        is_left = any(
            permitted(old, question, before, at) and not permitted(new, question, after, at)
            for question in lost
        )
        return has_fallen or is_left or any(after.holds(state, at) for state in widened)

    return [before.person for before, after in crowd if is_asked(before, after)]


def overdue(old: Policy, new: Policy, crowd: tuple[Pair, ...], at: int, datum: str) -> int:
    def over(policy: Policy, standing: Standing) -> bool:
        return is_true(is_over(policy, datum), standing.dense, standing.sparse, at)

    return sum(over(new, after) and not over(old, before) for before, after in crowd)


def kept_by_name(old: Policy, new: Policy) -> set[str]:
    """Return the data that some rule names a period for, `all_held` where it names all."""
    named = {d for p in (old, new) for rule in p.rules(Retain) if not rule.at for d in rule.what}
    return {"all_held" if d == "all" else d for d in members(tuple(named))}


# A failing crowd is small enough to read as it is drawn, and shrinking one takes minutes.
@settings(
    max_examples=cases(quick=6, long=12), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(shop=shops())
def test_the_counts_are_what_each_history_under_both_policies_gives(
    database: Database, shop: tuple[Policy, Policy, tuple[Pair, ...], int]
) -> None:
    old, new, crowd, at = shop
    with database.trial() as session:
        asked = Concerned(
            trial=tried(session, (old, new), crowd),
            dialect=database.dialect,
            old=old,
            new=new,
            at=at,
        )
        one_by_one = replace(asked, most_alone=-1)

        assert list(one_by_one.reaches()) == list(asked.reaches())
        assert list(asked.reaches()) == reaches(old, new, crowd, at)
        assert list(asked.list_told()) == told(asked, crowd)
        assert asked.count_told() == len(told(asked, crowd))
        assert list(asked.list_asked()) == asked_again(asked, crowd)
        assert asked.count_asked() == len(asked_again(asked, crowd))
        late = {datum: overdue(old, new, crowd, at, datum) for datum in kept_by_name(old, new)}
        assert {row.datum: row.persons for row in asked.overdue()} == {
            datum: persons for datum, persons in late.items() if persons
        }
