"""Whatever happens in whatever order, nothing goes round a guard, and all ends well."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from typing import TYPE_CHECKING

from tests.acceptance.rights.worlds import empty_in
from tests.property.rights_simulation import settle, town_in

if TYPE_CHECKING:
    import pytest

    from tests.counted import Counted

IS_LONG = os.environ.get("PLACKET_TEST_PROFILE") == "long"
SEEDS = int(os.environ.get("PLACKET_TEST_SEEDS", "800" if IS_LONG else "10"))
FIRST = int(os.environ.get("PLACKET_TEST_SEED", "0"))
STEPS = 40


def test_a_town_of_any_seed_keeps_what_must_hold(
    tmp_path_factory: pytest.TempPathFactory, counted: Counted
) -> None:
    folder = tmp_path_factory.mktemp("towns")
    empty, counts = empty_in(folder / "empty"), Counter[str]()

    for seed in range(FIRST, FIRST + SEEDS):
        town = town_in(folder / f"town{seed}", empty, seed)
        try:
            for _ in range(STEPS):
                town.step()
            settle(town)
        except Exception as fault:
            told = "\n".join(town.log)
            raise AssertionError(f"PLACKET_TEST_SEED={seed}: {fault!r}\n{told}") from fault
        finally:
            counts += town.counts
            town.world.close()
            shutil.rmtree(folder / f"town{seed}")

    counted("towns of shoppers and staff", SEEDS)
    assert counts["killed"] > 0
