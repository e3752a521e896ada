"""A notice whose place is the policy itself stands on the page that is made of it."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from placket.policy.load import bind
from placket.policy.parse import parse
from placket.policy.rendering.leaflets import contact_page
from placket.policy.rendering.places import regions_of
from placket.policy.rendering.rule_words import words_of
from placket.policy.rules import Complaint, Controller, Notice
from placket.policy.trace import is_enforced
from placket.web.centre.notice import render_notice
from tests.acceptance.retailers import LAW_OF, POLICIES

if TYPE_CHECKING:
    from placket.policy.compile import Policy

RETAILERS = sorted(folder.parent.name for folder in POLICIES.glob("*/policy.md"))


@lru_cache
def policy_of(retailer: str) -> Policy:
    document = parse((POLICIES / retailer / "policy.md").read_text(encoding="utf-8")).document
    assert document is not None
    return bind(document, on=LAW_OF)


@lru_cache
def words_on_page(retailer: str) -> str:
    """Return the words of the retailer's notice page, without markup."""
    page, _ = render_notice(policy_of(retailer))
    text = html.unescape(re.sub(r"<[^>]+>", " ", page.decode()))
    return " ".join(text.split())


@pytest.mark.parametrize("retailer", RETAILERS)
def test_what_is_told_in_the_policy_is_on_its_page(retailer: str) -> None:
    policy = policy_of(retailer)
    shown = [rule for rule in policy.rules(Notice) if is_enforced(rule)]

    page = words_on_page(retailer)

    said = {rule.clause: " ".join(words_of(rule, regions_of(policy)).split()) for rule in shown}
    assert said
    assert [clause for clause, words in said.items() if words not in page] == []


@pytest.mark.parametrize("retailer", RETAILERS)
def test_who_answers_and_where_to_complain_are_on_the_page_of_contacts(retailer: str) -> None:
    policy = policy_of(retailer)

    page = contact_page(policy)

    assert [c.name for c in page.contacts] == [rule.name for rule in policy.rules(Controller)]
    assert len(page.authorities) == len(policy.rules(Complaint))


@pytest.mark.clause("MU-004", "MU-153", "MU-279", "MU-282", "MU-283")
def test_the_notice_of_muse_says_what_is_owed_and_how_it_is_reached() -> None:
    page = words_on_page("muse")

    assert "We show your data are held securely, you are told truthfully" in page
    assert "customercare@museluxe.com" in page
    assert "+92 300 84 94 871" in page
    for clause in ("MU-004", "MU-153", "MU-279", "MU-282", "MU-283"):
        (rule, *_) = policy_of("muse").clauses[clause].rules
        assert " ".join(words_of(rule, regions_of(policy_of("muse"))).split()) in page
