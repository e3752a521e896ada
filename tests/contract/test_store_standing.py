"""The ledger under the shipped fold of a real policy: choices, a merge, an erasure, a return."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from placket.facts import Fact, Kind
from placket.policy.compile import Policy
from placket.policy.load import bind
from placket.policy.parse import parse
from placket.standing.fold import fold, refold
from placket.standing.history import Connected
from placket.standing.layout import Layout, layout_of
from placket.standing.standing import Standing
from placket.store import Ledger, open_ledger
from tests.contract.ledgers import ADA, BEA, HASH, linked, told, voided
from tests.contract.test_store_tree import SIGNER

DAY = 86_400_000_000
NOW = 20_400 * DAY

TEXT = """---
retailer: Example Shop
version: 2026-01
effective: 2026-01-01
language: en-GB
time_zone: Europe/London
accounting_year_ends: 31 March
---

# Privacy notice

## Where we sell {#EX-001}

We sell everywhere.

```placket
region: everywhere
countries: [rest]
law: {GB: uk, EEA: eu, rest: uk}
```

## News {#EX-002}

We write to you about new things only when you asked us to.

```placket
- consent: marketing_email
  activities: [newsletter]
  channel: email
  asked: {at: [sign_up], wording: news-2026-01}
- activity: newsletter
  purpose: direct_marketing
  about: customer
  uses: [name, email]
  basis: consent
  channel: email
```
"""


@dataclass(frozen=True, slots=True)
class Under:
    """The shipped fold under a policy."""

    policy: Policy

    @property
    def layout(self) -> Layout:
        return layout_of(self.policy)

    def concerns(self, fact: Fact) -> bool:
        return fact.kind not in (Kind.USED, Kind.SHARED)

    def fold(self, person: str, facts: Sequence[Fact], connected: Connected) -> Standing:
        return fold(self.policy, person, facts, connected=connected)

    def refold(
        self, before: Standing, news: Sequence[Fact], facts: Sequence[Fact], connected: Connected
    ) -> Standing:
        return refold(self.policy, before, news, facts, connected=connected)


def policy() -> Policy:
    # A whole policy must also say how marketing is switched off, and more; the fold need not.
    document = parse(TEXT, "policy.md").document
    assert document is not None
    return bind(document, on=date(2026, 1, 1))


UNDER = Under(policy())


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ledger]:
    url = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_database")
    with open_ledger(url, create=True) as made:
        made.prepare_fold(UNDER)
        yield made


def answer(kind: Kind, person: str, days: int) -> Fact:
    return told(
        kind,
        person,
        NOW - days * DAY,
        what="marketing_email",
        channel="email",
        marks=("wording:news-2026-01",),
    )


def may(ledger: Ledger, person: str) -> bool:
    standing = ledger.standing_of(person, UNDER.layout.digest)
    assert standing is not None
    return standing.holds("consent.marketing_email.email", NOW)


def eligible(ledger: Ledger) -> list[str]:
    """Return by the wide rows who said yes."""
    layout = UNDER.layout
    stem = layout.columns["consent.marketing_email.email"]
    sign = ":now" if ledger.dialect == "sqlite" else "%(now)s"
    held = f"{stem}_from <= {sign} AND {stem}_until > {sign}"
    sql = f"SELECT person FROM {layout.wide} WHERE {held} ORDER BY person"  # noqa: S608  # a layout's names
    return list(ledger.select(sql, {"now": NOW}))


def append(ledger: Ledger, *facts: Fact, **hashes: bytes) -> None:
    ledger.append(facts, [UNDER], now=NOW, identifiers=hashes)


def test_a_yes_permits_until_it_is_withdrawn(ledger: Ledger) -> None:
    append(ledger, answer(Kind.CONSENT_GIVEN, ADA, 9), answer(Kind.CONSENT_GIVEN, BEA, 9))
    before = (may(ledger, ADA), eligible(ledger))

    append(ledger, answer(Kind.CONSENT_WITHDRAWN, ADA, 3))

    assert before == (True, [ADA, BEA])
    assert (may(ledger, ADA), eligible(ledger)) == (False, [BEA])


def test_a_no_told_late_counts_from_when_it_was_said(ledger: Ledger) -> None:
    append(ledger, answer(Kind.CONSENT_GIVEN, ADA, 2))

    append(ledger, answer(Kind.CONSENT_WITHDRAWN, ADA, 5))

    assert may(ledger, ADA)


def test_a_no_is_never_undone_by_a_merge(ledger: Ledger) -> None:
    link = linked(ADA, BEA, NOW - DAY)
    append(ledger, answer(Kind.CONSENT_WITHDRAWN, ADA, 9), answer(Kind.CONSENT_GIVEN, BEA, 2))
    apart = (may(ledger, ADA), may(ledger, BEA))

    append(ledger, link)
    together = (may(ledger, ADA), may(ledger, BEA), eligible(ledger))
    append(ledger, voided(link, NOW))

    assert apart == (False, True)
    assert together == (False, False, [])
    assert (may(ledger, ADA), may(ledger, BEA), eligible(ledger)) == (False, True, [BEA])


def test_an_erased_no_still_speaks_to_who_comes_back(ledger: Ledger) -> None:
    named, back = told(Kind.IDENTIFIED, ADA, NOW - 9 * DAY), told(Kind.IDENTIFIED, BEA, NOW)
    mark = (Kind.CONSENT_WITHDRAWN.value,)
    no = told(Kind.TOMBSTONE, "", NOW - 5 * DAY, thing=HASH.hex(), channel="email", marks=mark)
    append(ledger, named, **{named.id: HASH})
    ledger.bury(
        told(Kind.ERASURE_STARTED, ADA, NOW - 6 * DAY),
        lambda _: [told(Kind.KEY_DESTROYED, ADA, NOW - 5 * DAY), no],
        [UNDER],
        now=NOW,
    )

    append(ledger, back, answer(Kind.CONSENT_GIVEN, BEA, 7), **{back.id: HASH})
    imported = may(ledger, BEA)
    append(ledger, answer(Kind.CONSENT_GIVEN, BEA, 1))

    assert not imported
    assert may(ledger, BEA)


def test_the_ledger_verifies_under_the_shipped_fold(ledger: Ledger) -> None:
    for number in range(40):
        append(ledger, answer(Kind.CONSENT_GIVEN, f"p_{number}", number + 1))
    append(ledger, linked("p_3", "p_4", NOW))
    ledger.sequence(SIGNER, now=NOW)

    found = ledger.verify(SIGNER.public_key, standing=UNDER)

    assert (found.damage, found.facts, found.standings) == (None, 41, 39)
