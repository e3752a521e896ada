"""Ledger, keyring and shop of the first day, put back in every mix: who was erased stays erased."""

from __future__ import annotations

import shutil
from contextlib import closing
from itertools import product
from typing import TYPE_CHECKING

import pytest

from placket.decide.question import Question
from placket.gate.opening import open_gate
from placket.store.refusals import LedgerRefuses
from tests.contract.gates import known, no, yes
from tests.contract.rights_shop import ADA, CAT, Asked, asked_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.counted import Counted

NEWS = Question(activity="newsletter", channel="email")
PARTS = {
    "ledger": ("placket.db",),
    "keyring": ("placket-keys.db", "placket.key"),
    "shop": ("shop.db",),
}
MIXES = list(product((False, True), repeat=len(PARTS)))


def put_back(home: Path, day: Path, names: tuple[str, ...]) -> None:
    for name in names:
        for ending in ("-wal", "-shm"):
            (home / f"{name}{ending}").unlink(missing_ok=True)
        shutil.copy(day / name, home / name)


def test_each_mix_of_a_first_day_brings_nobody_back_whom_a_part_of_now_knows_as_erased(
    tmp_path: Path, counted: Counted
) -> None:
    home, first, now = tmp_path / "home", tmp_path / "first", tmp_path / "now"
    home.mkdir()
    made = asked_in(home, f"sqlite:///{home}/shop.db")
    cat = known(made.gate, CAT)
    made.gate.record([yes(made.gate, each) for each in (cat, known(made.gate, ADA))])
    made.close()
    shutil.copytree(home, first)
    with open_gate(made.shop.settings, clock=made.shop.clock) as gate:
        made.shop.clock.now += 1_000_000
        gate.record([no(gate, known(gate, ADA))])
        gate.erase(cat, by="test", route="test")
        gate.sequence()
        size = gate.size()
    shutil.copytree(home, now)

    for mix in MIXES:
        for names, is_old in zip(PARTS.values(), mix, strict=True):
            put_back(home, first if is_old else now, names)
        old_ledger, old_keyring, _ = mix
        with closing(Asked(made.shop, made.shop.open(), made.engine)) as asked:
            asked.sync()
            is_back = asked.gate.decide(CAT, NEWS).is_permitted
            has_key = asked.gate.keys.has(cat)
            assert (is_back, has_key) == (old_ledger and old_keyring,) * 2, mix
            # Who withdrew is known by the ledger alone: a checkpoint that was kept tells its age.
            assert asked.gate.decide(ADA, NEWS).is_permitted is old_ledger, mix
            assert asked.gate.verify().is_whole
            if old_ledger and old_keyring:
                with pytest.raises(LedgerRefuses):
                    asked.gate.consistency(size)
    counted("restore mixes", len(MIXES))
