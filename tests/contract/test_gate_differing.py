"""A policy that is tried: what it would mean for whom, while what is in force answers on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from placket.decide.decide import prepare
from placket.decide.question import Question
from placket.gate.concerned import Asked, Overdue, Reach, concerned
from placket.gate.folds import PolicyFold
from placket.gate.opening import UTC_ZONE
from placket.law.calendar import date_of
from placket.policy.load import load_policy
from placket.settings import write_settings
from tests.contract.gates import ADA, DAY, Shop, known, no, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.gate import Gate
    from placket.policy.compile import Policy

NEWS = Question(activity="newsletter", channel="email")
READERS = tuple(f"email:reader{number}@example.org" for number in range(5))


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    is_server = request.param == "postgresql"
    ledger = request.getfixturevalue("postgres_database") if is_server else "placket.db"
    made = shop_in(tmp_path, ledger)
    yield made
    made.close()


@pytest.fixture
def gate(shop: Shop) -> Gate:
    """Return a gate on an installation where five persons said yes and one of them then no."""
    made = shop.create(policy("v1"))
    persons = [known(made, reader) for reader in READERS]
    made.record([yes(made, person) for person in persons])
    shop.clock.now += 1
    made.record([no(made, persons[0])])
    return made


def running(gate: Gate, text: str) -> Policy:
    loaded = load_policy(text, "policy.md", on=date_of(gate.now(), UTC_ZONE))
    assert loaded.policy is not None, [str(problem) for problem in loaded.problems]
    return loaded.policy


def in_other_words(gate: Gate) -> Policy:
    """Return the next version, whose consent counts by another wording alone."""
    text = policy("v2", calls=True).replace(
        "  channel: email\n- activity: care",
        "  channel: email\n  wordings: [news-2]\n- activity: care",
    )
    assert "news-2" in text
    return running(gate, text)


def tables(gate: Gate) -> set[str]:
    """Return the tables that a new connection sees."""
    names = (
        "SELECT name FROM sqlite_master"
        if gate.ledger.dialect == "sqlite"
        else "SELECT relname FROM pg_class WHERE starts_with(relname, 'standing')"
    )
    return {str(row[0]) for row in gate.ledger.rows(names, {})}


def test_it_tells_who_gains_who_loses_and_who_is_asked_again(gate: Gate) -> None:
    with concerned(gate, gate.policy, in_other_words(gate)) as asked:
        assert asked.reaches() == (
            Reach(activity="newsletter", channel="email", before=4, after=0, gained=0, lost=4),
            Reach(activity="care_quality", channel="", before=0, after=5, gained=5, lost=0),
        )
        assert asked.asked() == (Asked(what="news", channel="email", why="wording", persons=4),)
        assert (asked.count_asked(), asked.count_told()) == (4, 5)
        assert list(asked.list_asked()) == sorted(known(gate, r) for r in READERS[1:])
        assert list(asked.list_told()) == sorted(known(gate, r) for r in READERS)


def test_a_consent_to_a_wording_that_is_listed_as_equal_holds(gate: Gate) -> None:
    text = policy("v2", calls=True).replace(
        "  channel: email\n- activity: care",
        "  channel: email\n  wordings: [news-2, news-1]\n- activity: care",
    )

    with concerned(gate, gate.policy, running(gate, text)) as asked:
        assert [reach.activity for reach in asked.reaches()] == ["care_quality"]
        assert asked.asked() == ()


def test_the_answers_of_the_ledger_do_not_change_meanwhile(gate: Gate, shop: Shop) -> None:
    other = shop.open()
    folds = gate.ledger.active_folds()

    with concerned(gate, gate.policy, in_other_words(gate)) as asked:
        during = gate.count(NEWS), other.count(NEWS), gate.ledger.active_folds()
        decided = gate.decide(READERS[1], NEWS).outcome
        assert asked.reaches()[0].after == 0

    assert during == (4, 4, folds)
    assert decided == "permit"
    assert (gate.count(NEWS), gate.ledger.active_folds()) == (4, folds)


def test_what_is_appended_meanwhile_moves_the_ledger_and_not_the_difference(
    gate: Gate, shop: Shop
) -> None:
    other = shop.open()

    with concerned(gate, gate.policy, in_other_words(gate)) as asked:
        shop.clock.now += 1
        other.record([yes(other, known(other, ADA))])
        assert other.count(NEWS) == 5
        assert asked.reaches()[0].before == 4


def test_nothing_is_left_of_it(gate: Gate) -> None:
    before = tables(gate)

    with concerned(gate, gate.policy, in_other_words(gate)) as asked:
        asked.reaches()

    assert tables(gate) == before
    with concerned(gate, gate.policy, in_other_words(gate)) as asked:
        assert asked.reaches()[0].lost == 4


def test_neither_policy_needs_to_be_in_force(gate: Gate, shop: Shop) -> None:
    text = policy("v3", calls=True).replace("6 years from last", "1 day from last")
    shop.clock.now += 2 * DAY
    old, new = in_other_words(gate), running(gate, text)

    with concerned(gate, old, new) as asked:
        found, late = asked.reaches(), asked.overdue()

    assert found == by_hand(gate, old, new, gate.now())
    assert [(reach.activity, reach.gained, reach.lost) for reach in found] == [
        ("care_quality", 0, 5)
    ]
    assert late == (Overdue(datum="all_held", persons=5),)


KILLED = """
import os, signal, sys
from pathlib import Path
from placket.gate.concerned import concerned
from placket.gate.opening import open_gate
from placket.policy.load import load_policy
from placket.settings import read_settings
from datetime import date

text = Path(sys.argv[2]).read_text()
with open_gate(read_settings(Path(sys.argv[1]))) as gate:
    new = load_policy(text, "policy.md", on=date(2026, 11, 24)).policy
    with concerned(gate, gate.policy, new) as asked:
        asked.reaches()
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_one_leaves_nothing(gate: Gate, shop: Shop, tmp_path: Path) -> None:
    before, answer = tables(gate), gate.count(NEWS)
    (tmp_path / "placket.toml").write_text(write_settings(shop.settings))
    (tmp_path / "next.md").write_text(policy("v2", calls=True))

    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "placket.toml"), str(tmp_path / "next.md")],
        check=False,
        capture_output=True,
    )

    assert (done.returncode, done.stderr) == (-signal.SIGKILL, b"")
    wait_until_gone(gate)
    assert (tables(gate), gate.count(NEWS)) == (before, answer)


def wait_until_gone(gate: Gate) -> None:
    """Return when the server has seen that the killed process is gone; a file needs no waiting."""
    if gate.ledger.dialect == "sqlite":
        return
    others = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND starts_with(state, 'idle in transaction')"
    )
    deadline = time.monotonic() + 10
    while gate.ledger.count(others, {}) and time.monotonic() < deadline:
        pass


def by_hand(gate: Gate, old: Policy, new: Policy, at: int) -> tuple[Reach, ...]:
    """Return what folding every history under both policies and deciding of each gives."""
    found = []
    for question in (NEWS, Question(activity="care_quality")):
        pairs = []
        for history in gate.ledger.stream_histories():
            permitted = []
            for side in (old, new):
                one = PolicyFold(policy=side, keys=gate.keys)
                standing = one.fold(history.person, history.facts, history.connected)
                permitted.append(prepare(side, question).decide(standing, at).is_permitted)
            pairs.append(tuple(permitted))
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
    return tuple(found)
