"""Theorems about recipients: what no sequence of passages, tellings and answers brings about."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from placket.facts import Fact, Kind
from placket.rights.recipients import WAITS, Impossible, State, told_of
from placket.rights.right import Right
from tests.unit.rights.asking import asked_for, request_of
from tests.unit.rights.test_recipients import answer, handed, telling
from tests.unit.standing.telling import day

REQUESTS = tuple(
    request_of(asked_for(right, 10, data=data))
    for right in (Right.ERASURE, Right.RECTIFICATION, Right.RESTRICTION, Right.ACCESS)
    for data in ((), ("email",))
)
ACTS = ("erase", "rectify", "restrict", "access", "dance")
RECIPIENTS = ("ferry", "desk", "")
DAYS = (1, 5, 10, 10.5, 11, 12, 20, 30, 60)
RECEIPTS = ("", "ab" * 32, "cd" * 32, "yes", "AB" * 32)
STATES = (*State, "done", "done", "finished", "")


@st.composite
def events(draw: st.DrawFn) -> Fact:
    """Draw something that may be told of a recipient, sensible or not."""
    on, recipient = draw(st.sampled_from(DAYS)), draw(st.sampled_from(RECIPIENTS))
    name = f"{draw(st.integers(0, 10**6))}"
    parts: dict[str, Any] = {"id": name, "recipient": recipient}
    kind = draw(st.sampled_from((Kind.SHARED, Kind.RECIPIENT_TOLD, Kind.RECIPIENT_ANSWERED)))
    data = draw(st.sampled_from(((), ("email",), ("order", "phone"), ("all_held",))))
    if kind is Kind.SHARED:
        return handed(on, **parts, data=data)
    parts |= {
        "what": draw(st.sampled_from((*ACTS, "erase", "erase"))),
        "about": draw(st.sampled_from(("r", "r", "r", "r2"))),
        "by": draw(st.sampled_from(("", "mia"))),
        "ground": draw(st.sampled_from(("", "unable", "unreachable", *Impossible))),
        "until": draw(st.sampled_from((None, day(15), day(4000)))),
    }
    if kind is Kind.RECIPIENT_TOLD:
        return telling(on, **parts, data=data)
    return answer(on, draw(st.sampled_from(STATES)), draw(st.sampled_from(RECEIPTS)), **parts)


stories = st.lists(events(), max_size=12, unique_by=lambda fact: fact.id)
requests = st.sampled_from((*REQUESTS, REQUESTS[0], REQUESTS[0]))


@given(stories.flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts * 2))))
def test_neither_order_nor_repetition_matters(both: tuple[list[Fact], list[Fact]]) -> None:
    facts, mixed = both

    for request in REQUESTS:
        assert told_of(mixed, request) == told_of(facts, request)


@given(stories, requests)
def test_nobody_is_done_without_a_receipt_for_what_they_were_told(
    facts: list[Fact], request: Any
) -> None:
    for found in told_of(facts, request):
        if found.state is not State.DONE:
            continue
        own = [f for f in facts if (f.about, f.recipient) == ("r", found.recipient)]
        receipts = [f for f in own if f"receipt:{found.receipt}" in f.marks]
        tellings = [f for f in own if f.kind is Kind.RECIPIENT_TOLD]

        assert re.fullmatch("[0-9a-f]{64}", found.receipt)
        assert any("state:done" in f.marks and f.what == found.act for f in receipts)
        assert min(f.occurred_at for f in tellings) <= max(f.occurred_at for f in receipts)


@given(stories, requests)
def test_nothing_is_impossible_without_a_reason_and_whoever_decided(
    facts: list[Fact], request: Any
) -> None:
    for found in told_of(facts, request):
        if found.state is State.IMPOSSIBLE:
            assert found.reason in set(Impossible)
            assert found.decided_by


@given(stories, requests)
def test_a_recipient_is_settled_or_asked_again_or_a_person_is(
    facts: list[Fact], request: Any
) -> None:
    for found in told_of(facts, request):
        ways = (found.is_settled, found.needs_a_person, found.next_at is not None)

        assert ways.count(True) == 1
        assert found.next_at is None or found.attempts <= len(WAITS)


@given(stories, requests)
def test_whoever_got_what_is_asked_for_is_listed(facts: list[Fact], request: Any) -> None:
    listed = {found.recipient for found in told_of(facts, request)}

    got = {
        f.recipient
        for f in facts
        if f.kind is Kind.SHARED and (not f.data or not request.data or "email" in f.data)
    }

    if request.right is not Right.ACCESS:
        assert got - {""} <= listed


@given(stories, events(), requests)
def test_what_is_said_of_one_recipient_changes_nothing_of_another(
    facts: list[Fact], more: Fact, request: Any
) -> None:
    before = {t.recipient: t for t in told_of(facts, request)}

    after = {t.recipient: t for t in told_of([*facts, more], request)}

    if more.id not in {fact.id for fact in facts}:
        before.pop(more.recipient, None)
        after.pop(more.recipient, None)
        assert after == before
