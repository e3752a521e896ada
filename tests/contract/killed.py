"""A process that applies a plan again and again, and is killed at each boundary in turn."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import event

from placket.plan.apply import apply
from tests.contract.written import Place, all_of, engine_for, erased, erasure, fill, refill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placket.plan.plan import Plan
    from placket.sources.writing import SqlTarget

MOST: Final = 500


@dataclass(frozen=True)
class Journal:
    """A journal in a file, written whole or not at all."""

    file: Path

    def carried(self) -> frozenset[int]:
        return frozenset(json.loads(self.file.read_text())) if self.file.exists() else frozenset()

    def carry(self, numbers: Sequence[int]) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(json.dumps(sorted({*self.carried(), *numbers})))
        draft.replace(self.file)


class Killer:
    """Counts boundaries; kills the process at the k-th, without farewell."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, *_what: object) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


NEVER: Final = Killer(0)


@dataclass(frozen=True)
class Shop:
    """The shop that is killed over; this process looks at it, and its children write."""

    place: Place
    plan: Plan
    target: SqlTarget
    journal: Journal

    def put_back(self) -> None:
        self.journal.file.unlink(missing_ok=True)
        refill(self.place.engine)

    def apply(self, how: str = "", killer: Killer = NEVER) -> None:
        """Apply the plan over connections of this process's own."""
        engine = engine_for(self.place.engine.url.render_as_string(hide_password=False))
        if how == "statement":
            event.listen(engine, "before_cursor_execute", killer)
            event.listen(engine, "commit", killer)
        applied = apply(
            self.plan,
            targets={"shop": replace(self.target, engine=engine)},
            journal=self.journal,
            fence=1,
            point=killer if how == "point" else NEVER,
        )
        engine.dispose()
        if not applied.is_whole:
            raise AssertionError(applied.left)

    def apply_killed(self, how: str, number: int) -> bool:
        """Apply the plan in a child that is killed at boundary `number`; say whether it was."""
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                self.apply(how, Killer(number))
                os._exit(0)
            os._exit(1)
        _, status = os.waitpid(child, 0)
        if status and not os.WIFSIGNALED(status):
            raise AssertionError(f"the child of {how} {number} ended by itself: {status}")
        return bool(status)


def killed_everywhere(shop: Shop, how: str, step: int = 1) -> int:
    """Kill at each `step`-th boundary until a run survives, each time resumed; return how often."""
    shop.put_back()
    before = all_of(shop.place.engine)
    for kills, number in enumerate(range(step, MOST, step)):
        shop.put_back()
        killed = shop.apply_killed(how, number)
        found, carried = all_of(shop.place.engine), shop.journal.carried()
        if found not in (before, erased()) or (carried and found == before):
            raise AssertionError(f"{how} {number}: half done, or recorded and not done")
        shop.apply()
        # The log tells what was done twice.
        if all_of(shop.place.engine) != erased() or len(shop.journal.carried()) != len(
            shop.plan.steps
        ):
            raise AssertionError(f"{how} {number}: not the end of a run without a kill")
        if not killed:
            return kills
    raise AssertionError("the plan was never carried out")


def main(url: str, folder: str, step: str = "1", *hows: str) -> None:
    engine = engine_for(url)
    fill(engine)
    place = Place(engine)
    plan = erasure(place)
    shop = Shop(place, plan, place.target, Journal(Path(folder) / "journal.json"))
    hows = hows or ("point", "statement")
    counts = {how: killed_everywhere(shop, how, int(step)) for how in hows}
    engine.dispose()
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    main(*sys.argv[1:])
