"""Power that goes at any moment: what was acknowledged is there, whatever the disk then holds."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

import pytest

from placket.gate.opening import gate_on
from placket.gate.versions import Versions
from placket.keyring import open_keyring
from placket.store.opening import open_ledger
from tests.contract.gates import Shop, newcomer, policy, shop_in
from tests.crash.disks import states
from tests.crash.files import expected, is_part
from tests.crash.recorded import Said, recorded
from tests.crash.work import Acknowledged
from tests.property.counts import cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.gate import Gate
    from tests.counted import Counted
    from tests.crash.disks import Left
    from tests.crash.recorded import Act

pytestmark = pytest.mark.usefixtures("strace")

SEED: Final = 20_261_124
STATES: Final = cases(quick=100, long=10_000)
FILES: Final = cases(quick=200, long=3_000)
WHOLLY: Final = 4
"""Of so many states one is verified leaf by leaf, and written to."""


@pytest.fixture(scope="module")
def memory() -> Iterator[Path]:
    """Lend a folder in memory, where there is one: a sync is then free."""
    at = Path("/dev/shm")  # noqa: S108 - its folder is made by mkdtemp
    folder = Path(mkdtemp(prefix="placket-", dir=at if at.is_dir() else None)).resolve()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def acts(memory: Path) -> list[Act]:
    """Return what the work does to the disk."""
    return acts_of("durably", memory)


def acts_of(work: str, memory: Path, module: str = "work") -> list[Act]:
    folder = memory / work
    folder.mkdir()
    return recorded(f"tests.crash.{module}:{work}", folder, memory / f"{work}.trace")


@dataclass(slots=True)
class Checked:
    """Distinct states that were checked, and what was wrong with them."""

    memory: Path
    seen: dict[bytes, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    versions: Versions = field(default_factory=lambda: Versions(()))

    def check(self, left: Left) -> None:
        """Check a state, unless it was and no more has been acknowledged since."""
        digest = left.digest
        if self.seen.get(digest) == len(left.said):
            return
        self.seen[digest] = len(left.said)
        folder = self.memory / "state"
        folder.mkdir()
        left.put(folder)
        try:
            found = self._found(left, Acknowledged.of(left.said), shop_in(folder))
        except Exception as raised:  # noqa: BLE001 - whatever is raised is the finding
            found = [f"{type(raised).__name__}: {raised}"]
        shutil.rmtree(folder)
        self.faults += [f"after {left.after} acts, {left.how}: {fault}" for fault in found]

    def _found(self, left: Left, told: Acknowledged, shop: Shop) -> list[str]:
        if not told.installed:
            return whole(shop.create(policy("v1")), told)
        found = whole(shop.open(), told) if self._is_due() else self._opened(told, shop)
        return [*found, *told.traces(shop.settings.folder)]

    def _is_due(self) -> bool:
        return len(self.seen) % WHOLLY == 0

    def _opened(self, told: Acknowledged, shop: Shop) -> list[str]:
        """Open ledger and keyring alone: to read the policies costs more than all else."""
        settings = shop.settings
        with (
            open_ledger(settings.location(settings.ledger)) as ledger,
            open_keyring(
                settings.location(settings.keyring),
                keyring_id=ledger.keyring_id,
                key_file=Path(settings.location(settings.key_file)),
            ) as keys,
        ):
            self.versions = self.versions.renewed(ledger.policies())
            return told.faults(gate_on(settings, ledger, keys, self.versions, shop.clock))


def whole(gate: Gate, told: Acknowledged) -> list[str]:
    """Return what is wrong with an installation that is opened as always, and close it."""
    with gate:
        found = told.faults(gate)
        gate.append(newcomer(gate, "email:eve@example.org", "p_eve"), is_placed=True)
        verified = gate.verify(standing=True)
        if verified.damage is not None:
            found.append(str(verified.damage))
        return found


def checked(acts: list[Act], memory: Path, most: int) -> Checked:
    """Return what came of `most` distinct states, spread over all acts."""
    done, random = Checked(memory), Random(SEED)  # noqa: S311 - the same states again
    # The first round, which is never cut short, finds fewer than `most`.
    while len(done.seen) < most:
        for left in states(acts, random, most / len(acts) / 2):
            done.check(left)
            if len(done.seen) == most:
                break
    return done


def test_after_a_power_loss_all_that_was_acknowledged_is_there(
    acts: list[Act], memory: Path, counted: Counted
) -> None:
    done = checked(acts, memory, STATES)

    assert done.faults == []
    counted("states after a power loss", len(done.seen))
    assert len(done.seen) == STATES


def test_a_ledger_that_does_not_sync_is_seen_to_lose_what_it_acknowledged(memory: Path) -> None:
    done, acts = Checked(memory), acts_of("less_durably", memory)
    for left in states(acts, Random(SEED), 0):  # noqa: S311 - none is drawn
        done.check(left)

    assert any(fault.endswith(" is lost") for fault in done.faults)


def files_left(work: str, memory: Path) -> Checked:
    """Return what came of states of a folder of files, none of which may be half written."""
    acts = acts_of(work, memory, "files")
    steps = list(expected([act.text for act in acts if isinstance(act, Said)]))
    done, random = Checked(memory), Random(SEED)  # noqa: S311 - the same states again
    for left in states(acts, random, FILES / len(acts)):
        done.seen[left.digest] = 1
        there = {name: body for name, body in left.files.items() if not is_part(name)}
        told = len(left.said)
        if there not in steps[told : told + 2]:
            done.faults.append(f"after {left.after} acts, {left.how}: {sorted(there)}")
    return done


def test_a_file_that_is_written_is_the_old_one_or_the_new_and_the_new_once_that_is_said(
    memory: Path, counted: Counted
) -> None:
    done = files_left("written_files", memory)

    assert done.faults == []
    counted("files after a power loss", len(done.seen))


def test_a_file_that_is_renamed_before_it_is_synced_is_found(memory: Path) -> None:
    done = files_left("hasty_file", memory)

    assert done.faults
