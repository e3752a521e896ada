"""A small policy in versions, and gates on one installation under a clock of the test's own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from placket.facts import Fact, Kind, fact_id
from placket.gate.gate import Gate, new_person
from placket.gate.opening import create_gate, open_gate, publish
from placket.gate.sealing import IDENTIFIER
from placket.law.calendar import to_instant
from placket.settings import Settings
from placket.sources.told import Told

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400_000_000
SECOND = 1_000_000
NOON = to_instant(datetime(2026, 11, 24, 12, tzinfo=UTC))
ADA = "email:ada@example.org"

POLICY = """
---
retailer: Small Shop
version: {version}
effective: {effective}
language: en-GB
time_zone: Europe/London
---

# Policy

## All of it {{#S-1}}

{prose}

```placket
- region: everywhere
  countries: [rest]
  law: {{GB: uk, EEA: eu, rest: uk}}
- role: customer
  taken_by: [account.opened]
- activity: newsletter
  purpose: direct_marketing
  uses: [name, email]
  requires: [email]
  basis: consent
  needs: [news]
  channel: email
- consent: news
  activities: [newsletter]
  channel: email
{more}
- retain: all
  for: 6 years from last interaction
```
"""

CALLS = """
- activity: care_quality
  purpose: quality_monitoring
  uses: [call_recording]
  requires: [call_recording]
  basis: legitimate_interest
  interest: good answers
  assessment: li-1
"""


def policy(version: str, effective: str = "2024-01-01", *, calls: bool = False) -> str:
    """Return a policy of one activity, or of two whose standing is another."""
    prose = "Newsletters go to those who said yes."
    prose += " Calls are recorded so that we answer well." if calls else ""
    more = CALLS.strip() if calls else ""
    return POLICY.lstrip().format(version=version, effective=effective, prose=prose, more=more)


@dataclass(slots=True)
class Clock:
    """The instant that a test says it is."""

    now: int = NOON

    def __call__(self) -> int:
        """Return it."""
        return self.now


@dataclass(slots=True)
class Shop:
    """An installation on which several gates are opened, all under one clock."""

    settings: Settings
    clock: Any = field(default_factory=Clock)
    gates: list[Gate] = field(default_factory=list)

    def create(self, text: str) -> Gate:
        """Make the installation and publish its first policy."""
        gate = create_gate(self.settings, clock=self.clock)
        self.gates.append(gate)
        self.publish(gate, text)
        return gate

    def open(self) -> Gate:
        """Return another gate on it, as another process has one."""
        gate = open_gate(self.settings, clock=self.clock)
        self.gates.append(gate)
        return gate

    def publish(self, gate: Gate, text: str) -> None:
        """Publish a policy that has no error."""
        done = publish(gate, text, "policy.md", by="test")
        assert done.version, [str(problem) for problem in done.problems]

    def close(self) -> None:
        """Close all gates."""
        for gate in self.gates:
            gate.close()


def shop_in(folder: Path, ledger: str = "placket.db", keyring: str = "placket-keys.db") -> Shop:
    """Return a shop whose installation is in `folder`."""
    return Shop(replace(Settings(folder=folder), ledger=ledger, keyring=keyring))


def known(gate: Gate, subject: str) -> str:
    """Return the person of `subject`, made and told in Great Britain if there was none."""
    person = gate.person_of(subject)
    if person is not None:
        return person
    person = new_person()
    gate.record(newcomer(gate, subject, person))
    return person


def newcomer(gate: Gate, subject: str, person: str) -> list[Told]:
    """Return what makes `person` known by `subject`."""
    identifier = gate.identifier(subject)
    name = gate.hash_of(identifier).hex()[:8]
    private = {IDENTIFIER: f"{identifier.kind}:{identifier.value}"}
    return [
        Told(fact(gate, Kind.IDENTIFIED, person, what=identifier.kind, thing=name), private),
        Told(fact(gate, Kind.LOCATED, person, region="GB")),
        Told(fact(gate, Kind.DATA_COLLECTED, person, data=("name", "email"))),
    ]


def yes(gate: Gate, person: str) -> Told:
    """Return the person's yes to the newsletter."""
    wording = ("wording:news-1",)
    given = fact(gate, Kind.CONSENT_GIVEN, person, what="news", channel="email", marks=wording)
    return Told(given)


def no(gate: Gate, person: str) -> Told:
    """Return the person's later no to the newsletter."""
    return Told(fact(gate, Kind.CONSENT_WITHDRAWN, person, what="news", channel="email"))


def fact(gate: Gate, kind: Kind, person: str, **said: object) -> Fact:
    """Return a fact of now."""
    now = gate.now()
    name = fact_id("test", kind.value, person, now, *map(str, said.values()))
    return Fact(
        id=name,
        kind=kind,
        person=person,
        occurred_at=now,
        recorded_at=now,
        **said,  # type: ignore[arg-type]  # as the fact has them
    )
