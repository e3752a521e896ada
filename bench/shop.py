"""Invented persons, the same in every run: what is told of them, by number."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any, Final

from bench.ground import policy_text
from placket.decide.question import Question
from placket.facts import Fact, Kind, fact_id
from placket.gate.folds import PolicyFold
from placket.gate.sealing import IDENTIFIER
from placket.law.calendar import to_instant
from placket.policy.load import load_policy
from placket.sources.told import Told
from placket.standing.fold import fold
from placket.standing.history import never_connected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from placket.gate.gate import Gate
    from placket.policy.compile import Policy
    from placket.standing.standing import Standing

NOW: Final = to_instant(datetime(2026, 6, 1, 12, tzinfo=UTC))
DAY: Final = 86_400_000_000
NEWSLETTER: Final = Question(activity="newsletter", channel="email")
YES: Final = 0.7
WITHDRAWN: Final = 0.15
RARE: Final = 0.02
COUNTRIES: Final = ("GB", "GB", "GB", "FR", "DE", "IE")


@lru_cache
def policy_of(file: Path) -> Policy:
    """Return the policy of a document under the law of the run's day."""
    loaded = load_policy(policy_text(file), file.name, on=date(2026, 6, 1))
    if loaded.policy is None:
        raise ValueError("\n".join(str(problem) for problem in loaded.problems))
    return loaded.policy


def person_of(number: int) -> str:
    """Return the id of a person."""
    return f"p_{number:016x}"


def subject_of(number: int) -> str:
    """Return how a person is asked about."""
    return f"email:p{number}@example.org"


def told_of(number: int) -> list[Told]:
    """Return the history of a person: who, where, an account, a choice, an order, and more."""
    lots = Random(number)  # noqa: S311 - to be the same in every run, not to be secret
    told = [
        _told(
            number, Kind.IDENTIFIED, -300, what="email", private={IDENTIFIER: subject_of(number)}
        ),
        _told(number, Kind.LOCATED, -300, region=lots.choice(COUNTRIES)),
        _told(number, Kind.RELATION_OPENED, -300, what="account", thing=f"a{number}"),
        _told(
            number, Kind.HAPPENED, -lots.randint(1, 200), what="order.placed", thing=f"o{number}"
        ),
        *_chosen(number, lots),
    ]
    if lots.random() < RARE:
        told.append(_told(number, Kind.RESTRICTED, -3, data=("email",)))
    return told


def _chosen(number: int, lots: Random) -> Iterator[Told]:
    if lots.random() < YES:
        yield yes(number, -250)
        if lots.random() < WITHDRAWN:
            yield _told(number, Kind.CONSENT_WITHDRAWN, -20, channel="email")
    if lots.random() < RARE:
        yield _told(number, Kind.OBJECTED, -5)
    if lots.random() < RARE:
        yield _told(number, Kind.PREFERENCE_OFF, -4, what="topic:newsletter")


def more_of(number: int, facts: int) -> list[Told]:
    """Return as many orders more, one a day."""
    return [
        _told(number, Kind.HAPPENED, -199 + n, name=str(n), what="order.placed", thing=f"o{n}")
        for n in range(facts)
    ]


def yes(number: int, days: int, name: str = "yes") -> Told:
    """Return a yes to the newsletter with its evidence, which is sealed."""
    return _told(
        number,
        Kind.CONSENT_GIVEN,
        days,
        name=name,
        what="email_marketing",
        channel="email",
        marks=("wording:news-1",),
        private={"evidence": "form 7, box ticked", "at": "198.51.100.7"},
    )


def _told(
    number: int,
    kind: Kind,
    days: int,
    *,
    name: str = "",
    private: dict[str, object] | None = None,
    **parts: Any,
) -> Told:
    at = NOW + days * DAY + number
    fact = Fact(
        id=fact_id(kind, number, name),
        kind=kind,
        person=person_of(number),
        occurred_at=at,
        recorded_at=at,
        route="web_form",
        by="shop",
        version="v1",
        **parts,
    )
    return Told(fact, private)


def fill(gate: Gate, numbers: Sequence[int]) -> None:
    """Append the histories of `numbers` and give them their place in the tree."""
    step = gate.settings.batch_facts // 8
    for start in range(0, len(numbers), step):
        gate.append([t for number in numbers[start : start + step] for t in told_of(number)])
    gate.sequence()


def standing_of(policy: Policy, number: int) -> Standing:
    """Return what holds for a person, folded in memory."""
    facts = [told.fact for told in told_of(number)]
    return fold(policy, person_of(number), facts, connected=never_connected)


def fold_of(gate: Gate) -> PolicyFold:
    """Return the fold under which an installation keeps standing."""
    return PolicyFold(policy=gate.policy, keys=gate.keys)
