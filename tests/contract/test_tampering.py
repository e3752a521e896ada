"""What somebody with the databases' passwords changes is noticed, and what notices it is known."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from placket.keyring.refusals import KeyringUnusable, SealBroken
from placket.store.certifying import BadCertificate
from tests.contract.tampered import WAYS, Hand, Scene, Way, copied, make_scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.counted import Counted
    from tests.servers import PostgresServer

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "ledger-and-keys.md"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)

VERIFY = "`placket audit verify`"
STANDING = "with `--standing`"
KEPT = "with `--checkpoint`"
OPENING = "whoever opens it"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.long)])
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("scene")
    if request.param == "sqlite":
        yield make_scene(folder, "placket.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database(prefix="scene") as url:
        yield make_scene(folder, url)


@pytest.fixture
def hand(scene: Scene, tmp_path: Path) -> Iterator[Hand]:
    with copied(scene, tmp_path) as made:
        yield made


def noticed(way: Way, hand: Hand) -> tuple[str, str]:
    """Return what notices the way first, of what an owner can do, and what it says."""
    if way.opens is not None:
        with pytest.raises((KeyringUnusable, SealBroken, BadCertificate)) as raised:
            way.opens(hand)
        return OPENING, str(raised.value)
    with hand.open() as gate:
        for does, found in (
            (VERIFY, gate.verify()),
            (STANDING, gate.verify(standing=True)),
            (KEPT, gate.verify(standing=True, kept=[hand.scene.kept])),
        ):
            if found.damage is not None:
                return does, found.damage.what
    return "nothing", ""


def told() -> dict[str, tuple[str, str]]:
    """Return what the page says of each way: what notices it, and in which words."""
    table = PAGE.read_text(encoding="utf-8").partition("| what is changed |")[2]
    return {what: (does, says) for what, does, says in ROW.findall(table.partition("\n\n")[0])}


def plain(says: str) -> str:
    """Return a sentence without the names and numbers of one ledger."""
    return re.sub(r"\d+", "N", re.sub(r"`[^`]+`", "`...`", says))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.what)
def test_what_is_tampered_with_is_noticed_as_the_page_says(
    hand: Hand, way: Way, counted: Counted
) -> None:
    way.tamper(hand)

    does, says = noticed(way, hand)

    assert (does, plain(says)) == told().get(way.what)
    counted("ways to tamper", 1)


def test_the_page_names_every_way_in_order() -> None:
    assert [what for what in told() if what != "---"] == [way.what for way in WAYS]


def test_what_nobody_touched_is_whole(hand: Hand) -> None:
    with hand.open() as gate:
        certificate, proof = hand.scene.certificate, f'{{"checkpoint": {gate.checkpoint()!a}}}'

        found = gate.verify(
            standing=True, kept=[hand.scene.kept, certificate, proof.replace("'", '"')]
        )

    assert found.damage is None
    assert found.unplaced == 1
