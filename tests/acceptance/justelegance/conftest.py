"""The shop's policy, read and bound once."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import TYPE_CHECKING

import pytest

from placket.policy.load import bind
from placket.policy.parse import Document, parse
from placket.policy.trace import name_of
from placket.web.centre.notice import render_notice
from tests.acceptance.justelegance.persons import POLICY, Shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.policy.compile import Policy

LAW_OF = date(2026, 6, 1)
"""The day whose law holds in these tests."""


def read(text: str) -> Document:
    parsed = parse(text)
    assert parsed.problems == ()
    assert parsed.document is not None
    return parsed.document


@pytest.fixture(scope="session")
def text() -> str:
    """Return the policy as written."""
    return POLICY.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def shop(text: str) -> Shop:
    """Return the shop under its policy."""
    policy = bind(read(text), on=LAW_OF)
    rules = {(rule.KIND, name_of(rule)): rule for rule in policy.document.rules()}
    return Shop(policy=policy, rules=rules)


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
