"""The shop's policy, read and bound once, and the page of its notice."""

from __future__ import annotations

import pytest

from tests.acceptance.retailers import Shop, notice_of, shop_of


@pytest.fixture(scope="session")
def shop() -> Shop:
    """Return the shop under its policy."""
    return shop_of("justelegance")


@pytest.fixture(scope="session")
def notice(shop: Shop) -> str:
    """Return the words of the notice's page in one line, without their markup."""
    return notice_of(shop.policy)
