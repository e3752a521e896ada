"""The shop's policy, read and bound once."""

from __future__ import annotations

import pytest

from tests.acceptance.retailers import Shop, notice_of, shop_of

RETAILER = "muse"


@pytest.fixture(scope="session")
def shop() -> Shop:
    """Return the shop under its policy."""
    return shop_of(RETAILER)


@pytest.fixture(scope="session")
def notice(shop: Shop) -> str:
    """Return the words of the notice's page."""
    return notice_of(shop.policy)
