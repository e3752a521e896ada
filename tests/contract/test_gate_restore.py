"""What holds after a restore and after a link is voided: a no and an erasure are not undone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from placket.decide.question import Question
from placket.facts import OPEN, Fact, Kind
from placket.gate.gate import Gate, new_person
from placket.gate.instants import NotAnInstant, parse_instant
from placket.gate.newcomers import starts_anew
from placket.gate.opening import create_gate, open_gate, publish
from placket.law.calendar import come_of_age, to_instant
from placket.settings import Settings
from placket.sources.told import Told

if TYPE_CHECKING:
    from pathlib import Path

NOW = to_instant(datetime(2026, 11, 24, 12, tzinfo=UTC))
NEWS = Question(activity="newsletter", channel="email")
POLICY = """---
retailer: Example Shop
version: 2026-01
effective: 2026-01-01
---

## Where and who {#T-1}

Everywhere; whoever subscribed.

```placket
- region: everywhere
  countries: [rest]
  law: uk
  added: the text names none
- role: subscriber
  taken_by: [newsletter.requested]
```

## News {#T-2}

We send a newsletter by email to those who said yes, and keep the address while they want it.

```placket
- activity: newsletter
  purpose: direct_marketing
  about: subscriber
  uses: [email]
  basis: consent
  needs: [news]
  channel: email
- consent: news
  activities: [newsletter]
  channel: email
  withdrawn_by: [mail_link]
- retain: email
  for: until asked
```
"""


def a_fact(name: str, kind: Kind, person: str, day: int, **parts: Any) -> Fact:
    at = NOW - day * int(timedelta(days=1).total_seconds()) * 1_000_000
    return Fact(id=name, kind=kind, person=person, occurred_at=at, recorded_at=at, **parts)


def subscribe(gate: Gate, name: str, subject: str) -> str:
    """Make a person who said yes, known by `subject`; return the id."""
    person = new_person()
    identified = a_fact(f"{name}-is", Kind.IDENTIFIED, person, 30)
    asked = a_fact(f"{name}-role", Kind.HAPPENED, person, 30, what="newsletter.requested")
    yes = a_fact(f"{name}-yes", Kind.CONSENT_GIVEN, person, 30, what="news", channel="email")
    gate.record([Told(identified, {"identifier": subject}), Told(asked), Told(yes)])
    return person


def made(folder: Path) -> Gate:
    gate = create_gate(Settings(folder=folder), clock=lambda: NOW)
    assert publish(gate, POLICY, "policy.md", by="test").version
    return gate


def test_an_older_ledger_beside_the_newest_keyring_brings_nobody_back(tmp_path: Path) -> None:
    with made(tmp_path) as gate:
        person = subscribe(gate, "ada", "email:ada@example.org")
        assert gate.decide("email:ada@example.org", NEWS).is_permitted
    shutil.copy(tmp_path / "placket.db", tmp_path / "day-0.db")
    with open_gate(Settings(folder=tmp_path), clock=lambda: NOW) as gate:
        gate.erase(person, by="test", route="test")
    for part in ("placket.db-wal", "placket.db-shm"):
        (tmp_path / part).unlink(missing_ok=True)
    shutil.copy(tmp_path / "day-0.db", tmp_path / "placket.db")

    with open_gate(Settings(folder=tmp_path), clock=lambda: NOW) as gate:
        decided = gate.decide("email:ada@example.org", NEWS)
        listed = list(gate.eligible(NEWS))

    assert decided.codes == ("subject.unknown",)
    assert listed == []


def test_a_no_goes_with_the_person_who_said_it_when_a_link_is_voided(tmp_path: Path) -> None:
    with made(tmp_path) as gate:
        first = subscribe(gate, "ada", "email:ada@example.org")
        second = subscribe(gate, "bo", "email:bo@example.org")
        link = a_fact("link", Kind.IDENTITY_LINKED, first, 20, about=second, what="email")
        gate.record([Told(link)])
        said_by = gate.person_of("email:bo@example.org")
        assert said_by == second
        no = a_fact("no", Kind.CONSENT_WITHDRAWN, said_by, 10, what="news", channel="email")
        gate.record([Told(no)])
        gate.record([Told(a_fact("void", Kind.LINK_VOIDED, first, 5, about="link"))])

        ada = gate.decide("email:ada@example.org", NEWS)
        bo = gate.decide("email:bo@example.org", NEWS)

    assert ada.is_permitted
    assert not bo.is_permitted


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59.999999-14:00", "0001-01-01T00:00:00+14:00", "tomorrow"]
)
def test_what_is_no_instant_is_told(text: str) -> None:
    with pytest.raises(NotAnInstant):
        parse_instant(text, ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("text", "zone"),
    [("0001-01-01T00:00:00Z", "Europe/London"), ("9999-12-31T23:59:59Z", "Europe/Paris")],
)
def test_an_instant_has_a_day_where_the_policy_is(text: str, zone: str) -> None:
    with pytest.raises(NotAnInstant):
        parse_instant(text, ZoneInfo(zone))


def test_an_age_past_the_last_year_is_never_reached() -> None:
    assert come_of_age(date(9990, 1, 1), 18, ZoneInfo("UTC")) == OPEN


@pytest.mark.parametrize(
    ("statement", "damage"),
    [
        (
            "UPDATE policy SET text = replace(text, 'while they want it', 'for ever')",
            "the text of policy 2026-01 is not the one that was published",
        ),
        ("DELETE FROM checkpoint", "the checkpoints that were signed are missing"),
        (
            "DELETE FROM identifier",
            "nobody is found by the identifier of fact `ada-is`",
        ),
        (
            "INSERT INTO identifier (hash, seq, person) VALUES (x'00', 99, 'ada')",
            "person `ada` is found by an identifier that no fact gave",
        ),
        (
            "UPDATE identifier SET hash = x'00'",
            "the identifier of fact `ada-is` is kept under another hash",
        ),
    ],
)
def test_what_the_leaves_do_not_show_is_damage_too(
    tmp_path: Path, statement: str, damage: str
) -> None:
    with made(tmp_path) as gate:
        subscribe(gate, "ada", "email:ada@example.org")
        assert gate.verify(standing=True).is_whole
    with closing(sqlite3.connect(tmp_path / "placket.db")) as opened, opened:
        opened.execute(statement)

    with open_gate(Settings(folder=tmp_path), clock=lambda: NOW) as gate:
        found = gate.verify(standing=True)

    assert found.damage is not None
    assert found.damage.what == damage


@pytest.mark.parametrize("days_slow", [0, 60])
def test_a_yes_from_before_an_erasure_is_not_that_of_who_comes_back(
    tmp_path: Path, days_slow: int
) -> None:
    with made(tmp_path) as gate:
        person = subscribe(gate, "ada", "email:ada@example.org")
    slow = NOW - days_slow * 86_400_000_000
    with open_gate(Settings(folder=tmp_path), clock=lambda: slow) as gate:
        gate.erase(person, by="test", route="test")

    with open_gate(Settings(folder=tmp_path), clock=lambda: NOW) as gate:
        replayed = subscribe(gate, "old", "email:ada@example.org")
        before = gate.decide("email:ada@example.org", NEWS)

    later = NOW + 3_600_000_000
    with open_gate(Settings(folder=tmp_path), clock=lambda: later) as gate:
        anew = Fact(
            id="anew",
            kind=Kind.CONSENT_GIVEN,
            person=replayed,
            occurred_at=later,
            recorded_at=later,
            what="news",
            channel="email",
        )
        gate.record([Told(anew)])
        after = gate.decide("email:ada@example.org", NEWS)

    assert replayed != person
    assert "basis.consent_not_given" in before.codes
    assert after.is_permitted


@pytest.mark.parametrize("days_slow", [0, 60])
def test_an_act_of_before_an_erasure_brings_nobody_back(tmp_path: Path, days_slow: int) -> None:
    with made(tmp_path) as gate:
        person = subscribe(gate, "ada", "email:ada@example.org")
        keyed = gate.hash_of(gate.identifier("email:ada@example.org"))
    slow = NOW - days_slow * 86_400_000_000
    with open_gate(Settings(folder=tmp_path), clock=lambda: slow) as gate:
        gate.erase(person, by="test", route="test")

        stones = gate.ledger.tombstones([keyed])[keyed]

    yes = a_fact("ada-yes", Kind.CONSENT_GIVEN, person, 30).occurred_at
    assert not starts_anew(Kind.CONSENT_GIVEN, yes, stones)
    assert starts_anew(Kind.CONSENT_GIVEN, NOW + 1, stones)


def test_who_is_erased_is_not_erased_again_by_another(tmp_path: Path) -> None:
    """As when a recovery ended the erasure of a request, and the request then goes on."""
    with made(tmp_path) as gate:
        person = subscribe(gate, "ada", "email:ada@example.org")
        gate.erase(person, by="recovery", route="recovery")
        size = gate.size()

        gate.erase(person, by="r_1", route="request")

        assert gate.size() == size
