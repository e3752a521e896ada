"""The shop's policy, read and bound once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.load import bind
from tests.acceptance.retailers import LAW_OF, Shop, read, shop_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.policy.compile import Policy

RETAILER = "lepiquet"


@pytest.fixture(scope="session")
def shop() -> Shop:
    """Return the shop under its policy."""
    return shop_of(RETAILER)


@pytest.fixture(scope="session")
def rewritten() -> Callable[[str, str], Policy]:
    """Return a function that gives the policy with one passage written otherwise."""
    text = text_of(RETAILER)

    def policy(old: str, new: str) -> Policy:
        assert text.count(old) == 1
        return bind(read(text.replace(old, new)), on=LAW_OF)

    return policy
