"""A retailer's installation, made once a module, and a copy of it for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.requests import Installed, Office, installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.acceptance.retailers import Shop


@pytest.fixture(scope="module")
def ready(
    request: pytest.FixtureRequest, shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> Installed:
    """Return the installation of the retailer whose tests stand in this folder."""
    retailer = request.path.parent.name.removesuffix("_brands")
    return installed(retailer, shop.policy, tmp_path_factory.mktemp(retailer))


@pytest.fixture
def office(ready: Installed, tmp_path: Path) -> Iterator[Office]:
    """Return an installation of the test's own, with its shop and a desk for requests."""
    made = ready.office(tmp_path / "office")
    yield made
    made.close()
