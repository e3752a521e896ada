"""The shop's policy, read and bound once."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from placket.policy.load import bind
from placket.web.centre.notice import render_notice
from tests.acceptance.retailers import LAW_OF, Shop, read, shop_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.policy.compile import Policy

RETAILER = "justelegance"


@pytest.fixture(scope="session")
def text() -> str:
    """Return the policy as written."""
    return text_of(RETAILER)


@pytest.fixture(scope="session")
def shop() -> Shop:
    """Return the shop under its policy."""
    return shop_of(RETAILER)


@pytest.fixture(scope="session")
def rewritten(text: str) -> Callable[[str, str], Policy]:
    """Return a function that gives the policy with one passage written otherwise."""

    def policy(old: str, new: str) -> Policy:
        assert text.count(old) == 1
        return bind(read(text.replace(old, new)), on=LAW_OF)

    return policy


@pytest.fixture(scope="session")
def notice(shop: Shop) -> str:
    """Return the words of the notice's page in one line, without their markup."""
    html, _ = render_notice(shop.policy)
    page = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", html.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
