"""A process whose connections to PostgreSQL are cut, one a run, and which then goes on."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from psycopg.conninfo import conninfo_to_dict

from placket.cli.failures import CODES
from tests.contract.cut_ends import end_of
from tests.contract.cut_grounds import Ground
from tests.contract.cut_runs import START, differing
from tests.contract.cut_wire import COMMITTED, Wire
from tests.contract.cut_works import WORKS, hear
from tests.contract.cuts import in_child

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.contract.cut_works import Work
    from tests.contract.gates import Shop

ONE_GATE: Final = "facts told by one gate"
TRIES: Final = 3


def is_refusal(raised: Exception) -> bool:
    """Say whether an error is one that the product has a sentence for."""
    kinds = type(raised).__mro__
    return any(f"{kind.__module__}.{kind.__qualname__}" in CODES for kind in kinds)


def insisting(do: Callable[[], None]) -> None:
    """Do it, and once more when it is refused: nothing but refusals may come up."""
    for _ in range(TRIES):
        try:
            do()
        except Exception as raised:
            if not is_refusal(raised):
                raise
        else:
            return
    raise AssertionError("refused over a wire that is whole again")


def told_by_one_gate(ground: Ground) -> None:
    """Tell facts through a gate that stays open, as a server has one."""
    gates: list[Any] = []
    insisting(lambda: gates.append(ground.gate()))
    with gates[0] as gate:
        insisting(partial(hear, gate))


@dataclass(slots=True)
class Run:
    """All whose wires are cut."""

    ground: Ground
    share: int
    chance: Random
    cuts: int = 0
    wrong: list[str] = field(default_factory=list)

    def work(self, name: str, work: Work, do: Callable[[Ground], None]) -> None:
        """Cut one kind of work as often as its share says, half of it at COMMITs."""
        work.prepare(self.ground)
        self.ground.keep(START)
        work.do(self.ground)
        end = end_of(self.ground)
        whole = self._over(do)
        half = self.share // 2
        commits = self.chance.choices(whole.commits, k=half)
        bytes_of = [at + self.chance.randrange(len(COMMITTED)) for at in commits]
        bytes_of += self.chance.choices(range(1, whole.passed), k=self.share - half)
        for after in bytes_of:
            self._cut(name, do, after, end)

    def _cut(
        self, name: str, do: Callable[[Ground], None], after: int, end: dict[str, Any]
    ) -> None:
        try:
            self.cuts += self._over(do, after).is_cut
            found = list(differing(end, end_of(self.ground)))
        except Exception as failed:  # noqa: BLE001 - told with where it was cut
            found = [f"{type(failed).__name__}: {failed}"]
        self.wrong += [f"{name}, cut after byte {after}: {each}"[:2000] for each in found]

    def _over(self, do: Callable[[Ground], None], after: int = 0) -> Wire:
        """Do it in a child, over a wire that is cut."""
        self.ground.put_back(START)
        server = conninfo_to_dict(self.ground.server)
        straight = self.ground.shop
        with Wire((str(server["host"]), int(str(server["port"]))), after) as wire:
            self.ground.shop = _over(straight, str(server["port"]), str(wire.port))
            try:
                in_child(partial(do, self.ground))
            finally:
                self.ground.shop = straight
        return wire


def _over(shop: Shop, port: str, other: str) -> Shop:
    """Return the shop with every URL of the server's port over another one."""

    def moved(url: str) -> str:
        return url.replace(f":{port}/", f":{other}/")

    said = shop.settings
    sources = {name: replace(of, url=moved(of.url)) for name, of in said.sources.items()}
    settings = replace(
        said, ledger=moved(said.ledger), keyring=moved(said.keyring), sources=sources
    )
    return replace(shop, settings=settings)


def program() -> None:
    """Cut as the command line says in JSON; tell the count and what went wrong."""
    asked = json.loads(sys.argv[1])
    ground = Ground(Path(asked["folder"]), asked["server"])
    run = Run(ground, asked["share"], Random(asked["seed"]))  # noqa: S311 - the same cuts again
    try:
        for name in asked["works"]:
            if name == ONE_GATE:
                run.work(name, WORKS["facts told"], told_by_one_gate)
            else:
                work = WORKS[name]
                run.work(name, work, lambda at, do=work.do: insisting(partial(do, at)))  # type: ignore[misc]
    finally:
        ground.close()
    sys.stdout.write(json.dumps({"cuts": run.cuts, "wrong": run.wrong}))
