"""The empty installation of which each trap gets a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.acceptance.rights.worlds import Empty, World, empty_in, world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Make(Protocol):
    """Makes the world of one trap."""

    def __call__(self, catalogue: str, *shop: str, **how: Any) -> World:
        """Return it, its shops made and synced."""


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Empty:
    return empty_in(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def make(empty: Empty, tmp_path: Path) -> Iterator[Make]:
    made: list[World] = []

    def of(catalogue: str, *shop: str, **how: Any) -> World:
        shops = how.pop("shops", {"shop": ";".join(shop)})
        made.append(world(empty, tmp_path / f"world{len(made)}", catalogue, shops, **how))
        return made[-1]

    yield of
    for each in made:
        each.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return where the shop lies: a file of the test's own, or a database of a server."""
    if request.param == "sqlite":
        return {}
    return {"shop": request.getfixturevalue("postgres_database")}
