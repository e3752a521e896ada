"""The worker as a command: one round, many rounds, a source that goes away, an end by signal."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from placket.facts import Fact, Kind, fact_id
from placket.gate.worker import Worker
from tests.contract.gates import DAY, no
from tests.contract.installed import NEWS, Installation, install

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = Path(sys.executable).with_name("placket")
VIEW = "placket_newsletter_email_customer"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Installation]:
    found = install(tmp_path, f"sqlite:///{tmp_path / 'shop.db'}")
    yield found
    found.close()


def started(made: Installation, *words: str) -> subprocess.Popen[str]:
    """Start the command in the installation's folder."""
    return subprocess.Popen(
        [COMMAND, "work", *words],
        cwd=made.shop.settings.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_one_round_gives_positions_and_renews_views(made: Installation) -> None:
    made.views.apply(NEWS)
    made.gate.append([no(made.gate, made.persons[0])])

    process = started(made, "--once")
    out, err = process.communicate()

    assert (process.returncode, err) == (0, "")
    assert out == "new facts have their positions\nviews of `shop`: 1 rows written, 0 removed\n"
    assert made.rows(VIEW) == [2]


def test_a_source_that_went_away_is_told_and_the_rest_is_done(made: Installation) -> None:
    made.views.apply(NEWS)
    made.gate.append([no(made.gate, made.persons[0])])
    shop = made.shop.settings.folder / "shop.db"
    shop.rename(shop.with_suffix(".away"))

    process = started(made, "--once")
    out, err = process.communicate()

    assert process.returncode == 4
    assert out == "new facts have their positions\n"
    assert "placket: source `shop`: " in err
    assert err.endswith("; it is tried again\n")
    assert "Traceback" not in err


def test_a_source_that_comes_back_is_served_again(made: Installation) -> None:
    told: list[str] = []
    made.views.apply(NEWS)
    shop = made.shop.settings.folder / "shop.db"
    worker = Worker(gate=made.gate, every_seconds=0.1, tell=told.append)

    shop.rename(shop.with_suffix(".away"))
    first, second = worker.once(), worker.once()
    shop.with_suffix(".away").rename(shop)
    third = worker.once()

    assert [list(round_.failed) for round_ in (first, second, third)] == [["shop"], ["shop"], []]
    assert len(told) == 2
    assert told[1] == "source `shop` works again"
    assert third.views["shop"].renewed


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(made: Installation, kind: signal.Signals) -> None:
    made.views.apply(NEWS)
    process = started(made, "--every", "0.1")
    assert process.stderr is not None
    first = process.stderr.readline()

    process.send_signal(kind)
    out, err = process.communicate(timeout=30)

    assert first == "working; views are renewed every 0.1 seconds\n"
    assert (process.returncode, out, err) == (0, "", "stopped; nothing is half-written\n")
    assert made.gate.verify().is_whole


def test_an_erasure_that_was_cut_short_is_ended(made: Installation) -> None:
    class Killed(Exception):
        pass

    def die(_erasure: object) -> list[object]:
        raise Killed

    worker = Worker(gate=made.gate, every_seconds=0.1, tell=print)
    started_at = made.gate.now() - 120_000_000
    begun = Fact(
        id=fact_id("erasure", made.persons[0]),
        kind=Kind.ERASURE_STARTED,
        person=made.persons[0],
        occurred_at=started_at,
        recorded_at=started_at,
    )
    with pytest.raises(Killed):
        made.gate.ledger.bury(begun, die, made.gate.in_force.folds(), now=made.gate.now())  # type: ignore[arg-type]  # it gives nothing: it dies

    done = worker.once()

    assert done.erasures == 1
    assert made.gate.ledger.unfinished_erasures() == ()


def test_a_round_changes_a_wrapping_key_that_has_served_its_days(made: Installation) -> None:
    key = Path(made.gate.settings.location(made.gate.settings.key_file))
    since = made.gate.now() - 8 * DAY
    made.gate.keys.rotate(now=since)
    before = key.read_bytes()

    out, err = started(made, "--once").communicate()
    again, _ = started(made, "--once").communicate()

    assert err == ""
    assert out.count("the wrapping key is new, the old one destroyed; next: back up keyring") == 1
    assert "wrapping key" not in again
    assert key.read_bytes() != before
    assert made.gate.keys.rotated_at > since


def test_a_key_that_cannot_be_changed_is_told_once(made: Installation) -> None:
    told: list[str] = []
    worker = Worker(gate=made.gate, every_seconds=0.1, tell=told.append)
    made.gate.keys.rotate(now=made.gate.now() - 8 * DAY)
    key = Path(made.gate.settings.location(made.gate.settings.key_file))

    key.chmod(0o644)
    rotated = [worker.once().rotated, worker.once().rotated]
    key.chmod(0o600)
    rotated.append(worker.once().rotated)

    assert rotated == [False, False, True]
    assert told == [
        (
            "the keyring: the key file is open to others, or no plain file; give it mode 0600; "
            "it is tried again"
        ),
        "the keyring works again",
    ]
