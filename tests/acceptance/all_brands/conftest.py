"""The shop's policy, read and bound once."""

from __future__ import annotations

import pytest

from tests.acceptance.retailers import Shop, shop_of


@pytest.fixture(scope="session")
def shop() -> Shop:
    """Return the shop under its policy."""
    return shop_of("all")
