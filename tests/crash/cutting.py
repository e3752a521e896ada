"""A shop's work that is killed at a system call, or has one fail, and is then taken up again."""

from __future__ import annotations

import json
import shutil
import sys
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from typing import TYPE_CHECKING, Final

from placket.cli.failures import ended
from placket.cli.outcome import WORLD
from placket.gate.requests.post import letters_of
from placket.gate.requests.register import Register
from tests.contract.gates import shop_in
from tests.crash.traced import Ended, traced
from tests.crash.work import NEWS, REFERENCE, SUBJECTS, Acknowledged, Work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.facts import Fact
    from tests.crash.traced import Say

CALLS: Final = (
    "pwrite64",
    "fdatasync",
    "fsync",
    "openat",
    "ftruncate",
    "unlink",
    "rename",
    "write",
)
"""The calls that change what is on the disk, or open what is about to be."""

KILL: Final = "signal=KILL"
FAULTS: Final = (KILL, "error=EIO", "error=ENOSPC")


@dataclass(frozen=True, slots=True)
class Hurt:
    """One call that is cut or fails: the `number`-th of its name."""

    call: str
    number: int
    fault: str

    def __str__(self) -> str:
        return f"{self.call} {self.number} {self.fault}"


def working(folder: Path, say: Say) -> None:
    """Do the work, and end as a command does: with a sentence, and the code that goes with it."""
    try:
        Work(shop_in(folder), say).all()
    except Exception as raised:
        known = ended(raised)
        if known is None:
            raise
        say(json.dumps({"sentence": f"{known.code} {type(raised).__name__} {known}"}))
        raise SystemExit(known.code) from raised


def survey(folder: Path) -> Counter[str]:
    """Return how often the work makes each call."""
    at = folder / "surveyed"
    at.mkdir()
    trace = folder / "trace"
    found = traced(
        lambda say: working(at, say), ["-o", str(trace), "-e", f"trace={','.join(CALLS)}"]
    )
    assert found.code == 0, found
    names = (line.split("(")[0].split()[-1] for line in trace.read_text().splitlines())
    return Counter(name for name in names if name in CALLS)


def chosen(calls: Counter[str], most: int) -> list[Hurt]:
    """Return `most` cuts and failures, each call and fault in its turn, spread over all of it."""
    of_each = [
        [Hurt(call, number, fault) for number in range(1, count + 1)]
        for call, count in sorted(calls.items())
        for fault in FAULTS
    ]
    # The rarest first, so that what they leave of their share goes to the others.
    of_each = sorted(of_each, key=len)[:: -(-len(of_each) // most)]
    found = list[Hurt]()
    for at, all_of_it in enumerate(of_each):
        share = (most - len(found)) // (len(of_each) - at)
        step = -(-len(all_of_it) // share)
        found += all_of_it[step // 2 :: step]
    return found


@dataclass(slots=True)
class Tried:
    """What came of all that was tried."""

    folder: Path
    uncut: list[str]
    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    sentences: Counter[str] = field(default_factory=Counter)

    def once(self, hurt: Hurt) -> None:
        """Hurt the work once, look at what it left, and do it again to the end."""
        at = self.folder / "hurt"
        at.mkdir()
        inject = f"inject={hurt.call}:{hurt.fault}:when={hurt.number}"
        found = traced(
            lambda say: working(at, say),
            ["-o", "/dev/null", "-e", f"trace={hurt.call}", "-e", inject],
        )
        try:
            faults = [*self._ended(found, hurt), *self._left(at, found)]
        except Exception:  # noqa: BLE001 - whatever is raised is the finding
            faults = [traceback.format_exc()]
        shutil.rmtree(at)
        self.faults += [f"{hurt}: {fault}" for fault in faults]

    def _ended(self, found: Ended, hurt: Hurt) -> Iterator[str]:
        how = "killed" if hurt.fault == KILL else "failed" if found.code else "borne"
        self.ends[how] += 1
        sentence = next((s for s in map(_sentence, found.said) if s), "")
        self.sentences[sentence.split(":")[0]] += 1
        if hurt.fault == KILL and found.code != -SIGKILL:
            yield f"it was not killed: {found.code}"
        if hurt.fault != KILL and found.code not in {0, WORLD}:
            yield f"it ended with {found.code}: {sentence}"

    def _left(self, at: Path, found: Ended) -> Iterator[str]:
        told = Acknowledged.of(s for s in found.said if not _sentence(s))
        if told.installed:
            with shop_in(at).open() as gate:
                yield from told.faults(gate)
                verified = gate.verify(standing=True)
                if verified.damage is not None:
                    yield str(verified.damage)
        again = list[str]()
        Work(shop_in(at), again.append).all()
        yield from told.traces(at)
        yield from (f"not as without a cut: {line}" for line in unlike(summary(at), self.uncut))


def _sentence(said: str) -> str:
    return str(json.loads(said).get("sentence", ""))


def summary(folder: Path) -> list[str]:
    """Return what an installation holds at the end, less what is random, a line for each."""
    with shop_in(folder).open() as gate:
        register = Register(gate=gate)
        letters = letters_of(register, register.case(REFERENCE))
        return [
            *(f"fact {_said(fact)}" for fact in gate.facts(0, gate.size())),
            # One that was cut short after its letter is told once more, with another link.
            *{f"letter {written.kept.kind}" for written in letters},
            *(f"policy {kept.version}" for kept in gate.ledger.policies()),
            *(f"{to}: {gate.decide(to, NEWS).outcome}" for to in SUBJECTS.values()),
            *(f"erased {person}" for person in gate.keys.destroyed()),
        ]


def unlike(found: list[str], wanted: list[str]) -> list[str]:
    """Return what is too much and what is missing, in whatever order."""
    more, fewer = Counter(found) - Counter(wanted), Counter(wanted) - Counter(found)
    return [*(f"more {line}" for line in more), *(f"fewer {line}" for line in fewer)]


def _said(fact: Fact) -> str:
    """Return what a fact says. By whom an erasure was ended differs where one was cut short."""
    return f"{fact.kind} {fact.person} {fact.what} {fact.channel} {fact.marks} {bool(fact.sealed)}"


def program() -> None:
    """Try as many calls as the command line says, in the folder that it names; print what came."""
    folder, most = Path(sys.argv[1]), int(sys.argv[2])
    (folder / "uncut").mkdir()
    working(folder / "uncut", lambda _told: None)
    tried = Tried(folder, summary(folder / "uncut"))
    calls = survey(folder)
    for hurt in chosen(calls, most):
        tried.once(hurt)
    found = {"ends": tried.ends, "faults": tried.faults, "sentences": tried.sentences}
    sys.stdout.write(json.dumps(found))
