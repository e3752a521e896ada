"""Ledger, keyring and shop of the first day, put back in every mix: who was erased stays erased."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from placket.decide.question import Question
from placket.gate.opening import open_gate
from placket.sources.connect import open_source
from placket.store.refusals import LedgerRefuses
from tests.contract.gates import known, no, yes
from tests.contract.rights_shop import ADA, CAT, Asked, asked_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.contract.gates import Shop
    from tests.counted import Counted
    from tests.servers import PostgresServer

NEWS = Question(activity="newsletter", channel="email")
FILES = {
    "ledger": ("placket.db",),
    "keyring": ("placket-keys.db", "placket.key"),
    "shop": ("shop.db",),
}
MIXES = list(product((False, True), repeat=len(FILES)))


@dataclass(slots=True)
class InFiles:
    """Three files beside each other."""

    home: Path

    def urls(self) -> dict[str, str]:
        """Return where each part stands."""
        ours = {"ledger": "placket.db", "keyring": "placket-keys.db"}
        return {**ours, "shop": f"sqlite:///{self.home}/shop.db"}

    def keep(self, day: str) -> None:
        """Keep all parts as they are."""
        shutil.copytree(self.home, self.home.with_name(day))

    @contextmanager
    def mixed(self, days: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Put each part back as it was on its day; yield where they stand."""
        for part, day in days.items():
            for name in FILES[part]:
                for ending in ("-wal", "-shm"):
                    (self.home / f"{name}{ending}").unlink(missing_ok=True)
                kept = self.home.with_name(day) / name
                if kept.exists():
                    shutil.copy(kept, self.home / name)
        yield self.urls()


@dataclass(slots=True)
class OnServer:
    """Three databases of one server, and the file of the wrapping key."""

    home: Path
    server: PostgresServer
    stack: ExitStack
    parts: dict[str, str] = field(default_factory=dict)
    kept: dict[tuple[str, str], str] = field(default_factory=dict)

    def urls(self) -> dict[str, str]:
        """Return where each part stands, made if it was not."""
        self.parts = self.parts or {part: self._copied("template1") for part in FILES}
        return self.parts

    def keep(self, day: str) -> None:
        """Keep all parts as they are."""
        InFiles(self.home).keep(day)
        for part, url in self.parts.items():
            self.kept[day, part] = self._copied(_name_in(url))

    @contextmanager
    def mixed(self, days: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Make databases of each part as it was on its day; yield where they stand."""
        with ExitStack() as stack, InFiles(self.home).mixed(days):
            kept = {part: _name_in(self.kept[day, part]) for part, day in days.items()}
            yield {
                part: stack.enter_context(self.server.database(template=name))
                for part, name in kept.items()
            }

    def _copied(self, name: str) -> str:
        return self.stack.enter_context(self.server.database(template=name))


Place = InFiles | OnServer


def _name_in(url: str) -> str:
    return url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    home = tmp_path / "home"
    home.mkdir()
    if request.param == "sqlite":
        yield InFiles(home)
        return
    with ExitStack() as stack:
        yield OnServer(home, request.getfixturevalue("postgres"), stack)


def opened(shop: Shop, urls: Mapping[str, str]) -> Asked:
    """Return the shop's installation where its parts now stand."""
    source = replace(shop.settings.sources["shop"], url=urls["shop"])
    settings = replace(
        shop.settings, ledger=urls["ledger"], keyring=urls["keyring"], sources={"shop": source}
    )
    there = replace(shop, settings=settings, gates=[])
    return Asked(there, there.open(), open_source(urls["shop"]))


def test_each_mix_of_a_first_day_brings_nobody_back_whom_a_part_of_now_knows_as_erased(
    place: Place, counted: Counted
) -> None:
    urls = place.urls()
    made = asked_in(place.home, urls["shop"], urls["ledger"], urls["keyring"])
    cat = known(made.gate, CAT)
    made.gate.record([yes(made.gate, each) for each in (cat, known(made.gate, ADA))])
    made.close()
    place.keep("first")
    with open_gate(made.shop.settings, clock=made.shop.clock) as gate:
        made.shop.clock.now += 1_000_000
        gate.record([no(gate, known(gate, ADA))])
        gate.erase(cat, by="test", route="test")
        gate.sequence()
        size = gate.size()
    place.keep("now")

    for mix in MIXES:
        old_ledger, old_keyring, _ = mix
        days = {part: "first" if is_old else "now" for part, is_old in zip(FILES, mix, strict=True)}
        with place.mixed(days) as there, closing(opened(made.shop, there)) as asked:
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
