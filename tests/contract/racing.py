"""Two processes at one installation, let loose together; each tells what it was answered."""

from __future__ import annotations

import json
import multiprocessing
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from placket.decide.question import Question
from placket.facts import Fact, Kind
from placket.gate.newcomers import spread
from placket.gate.opening import open_gate
from placket.gate.sealing import IDENTIFIER
from placket.settings import read_settings
from placket.sources.told import Told
from placket.store.refusals import FactConflict
from tests.contract.gates import NOON, SECOND, Clock
from tests.contract.raced import RACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.synchronize import Barrier

    from placket.gate.gate import Gate
    from tests.contract.raced import Op, Race

AT_ONCE: Final = 8
"""Races that begin at one start."""

MOST_ACTS: Final = 2
"""Acts of one side in a race."""

MADE_AT_ONCE: Final = 200
"""Races whose persons are made in one append."""

NEWS: Final = Question(activity="newsletter", channel="email")
NOW: Final = NOON + 100 * SECOND


def person_of(race: Race, name: str) -> str:
    return f"p_{race.number:06}{name}"


def subject_of(race: Race, name: str) -> str:
    return f"email:r{race.number}{name}@example.org"


def told(race: Race, name: str, kind: Kind, fact_id: str, at: int = 0, **said: Any) -> Fact:
    """Return a fact about a person of the race, so many seconds after noon."""
    made = {"person": person_of(race, name)} | said
    instant = NOON + at * SECOND
    return Fact(id=fact_id, kind=kind, occurred_at=instant, recorded_at=instant, **made)


def newcomer(race: Race, name: str, start: str, person: str, at: int = 0) -> list[Told]:
    """Return what makes a person of the race known, who has said yes."""
    private = {IDENTIFIER: subject_of(race, name)}

    def about(kind: Kind, **said: Any) -> Fact:
        return told(race, name, kind, f"{start}{name}.{kind.value}", at, person=person, **said)

    news = {"what": "news", "channel": "email", "marks": ("wording:news-1",)}
    return [
        Told(about(Kind.IDENTIFIED, what="email"), private),
        Told(about(Kind.LOCATED, region="GB")),
        Told(about(Kind.DATA_COLLECTED, data=("name", "email"))),
        Told(about(Kind.CONSENT_GIVEN, **news)),
    ]


def prepared(race: Race) -> Iterator[Told]:
    """Yield what is there before the race."""
    start = f"r{race.number}.0"
    if race.start is None:
        return
    for name, at in race.start.yeses:
        yield from newcomer(race, name, start, person_of(race, name), at)
    if race.start.linked is not None:
        yield Told(_linked(race, f"r{race.number}.l", race.start.linked))


def _linked(race: Race, fact_id: str, at: int) -> Fact:
    return told(race, "x", Kind.IDENTITY_LINKED, fact_id, at, about=person_of(race, "y"))


def done(gate: Gate, race: Race, op: Op) -> object:
    """Do one act; return what it was answered."""
    word, name, *about = op
    return _ACTS[str(word)](gate, race, str(name), *about)


def _tell(gate: Gate, race: Race, name: str, said: str) -> object:
    try:
        return gate.append([Told(told(race, "x", Kind.HAPPENED, name, what="seen", ground=said))])
    except FactConflict:
        return "conflict"


def _act(gate: Gate, race: Race, name: str, who: str) -> object:
    said = {"activity": NEWS.activity, "channel": NEWS.channel}
    return gate.act(Told(told(race, who, Kind.SENT, name, 100, **said)), NEWS).outcome


def _recorded(gate: Gate, race: Race, fact: Fact) -> int:
    """Record a fact as the product does; of ten races one gives it its place too."""
    if race.number % 10:
        return gate.append(spread([Told(fact)], gate.ledger, gate.keys))
    return gate.record([Told(fact)])


def _no(gate: Gate, race: Race, name: str, who: str, at: int) -> object:
    said = {"what": "news", "channel": "email"}
    return _recorded(gate, race, told(race, who, Kind.CONSENT_WITHDRAWN, name, at, **said))


def _link(gate: Gate, race: Race, name: str, at: int) -> object:
    return _recorded(gate, race, _linked(race, name, at))


def _void(gate: Gate, race: Race, name: str, link: str) -> object:
    return _recorded(gate, race, told(race, "x", Kind.LINK_VOIDED, name, 30, about=link))


def _meet(gate: Gate, race: Race, name: str, *who: str) -> object:
    """Tell of several who are met at once, as a sync does of a page of rows."""
    keys = [(gate.identifier(subject_of(race, each)),) for each in who]
    # Each side met them at another second.
    at = 1 + len(who)
    batch: list[Told] = []
    for each, person in zip(who, gate.persons_for(keys), strict=True):
        batch += newcomer(race, each, name, person, at)
    return gate.append(batch) and 1


_ACTS: Final[dict[str, Callable[..., object]]] = {
    "tell": _tell,
    "act": _act,
    "no": _no,
    "link": _link,
    "void": _void,
    "meet": _meet,
}


def _side(folder: str, mine: int, races: Sequence[Race], start: Barrier) -> None:
    """Be one of the two sides, and write down what every act was answered."""
    answers: list[list[object]] = [[] for _ in races]
    with open_gate(read_settings(Path(folder, "placket.toml")), clock=Clock(NOW)) as gate:
        gate.in_force.ready()
        for first in range(0, len(races), AT_ONCE):
            start.wait()
            group = range(first, min(first + AT_ONCE, len(races)))
            # Every other group is met from both ends.
            order = group[::-1] if mine and first // AT_ONCE % 2 else group
            for turn in range(MOST_ACTS):
                for number in order:
                    for op in races[number].sides[mine][turn : turn + 1]:
                        answers[number].append(done(gate, races[number], op))
    Path(folder, f"answers-{mine}.json").write_text(json.dumps(answers), encoding="utf-8")


def main() -> None:
    """Make the persons of so many races of a kind, and let both sides loose."""
    folder, kind, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    races = [RACES[kind](number) for number in range(count)]
    with open_gate(read_settings(Path(folder, "placket.toml")), clock=Clock(NOW)) as gate:
        for first in range(0, count, MADE_AT_ONCE):
            batch = [
                fact for race in races[first : first + MADE_AT_ONCE] for fact in prepared(race)
            ]
            gate.append(batch)
    forked = multiprocessing.get_context("fork")
    start = forked.Barrier(2)
    sides = [forked.Process(target=_side, args=(folder, mine, races, start)) for mine in (0, 1)]
    for side in sides:
        side.start()
    for side in sides:
        side.join()
    sys.exit(max(abs(side.exitcode or 0) for side in sides))
