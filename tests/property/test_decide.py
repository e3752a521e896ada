"""Theorems of decide: the plain second implementation agrees, and a no is never lost."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from placket.decide.condition import is_true, leaves
from placket.decide.decide import decide, permits, prepare
from placket.decide.question import Decision, Question
from placket.facts import Fact, Kind
from placket.policy.compile import Policy
from placket.standing.fold import fold
from placket.standing.standing import dense_names
from tests.property.model import Verdict, oracle
from tests.property.strategies import (
    DATA_NAMED,
    Life,
    documents,
    edges,
    lives,
    policies,
    policy_of,
    questions,
)

Cases = tuple[Policy, Life, Question, int]


@st.composite
def cases(draw: st.DrawFn) -> Cases:
    """Draw a policy, a life, a question and an instant at which something may change."""
    policy, life = draw(policies), draw(lives())
    return policy, life, draw(questions(policy)), draw(st.sampled_from(edges(policy, life)))


def decided(policy: Policy, life: Life, question: Question, at: int) -> Decision:
    """Return the decision by what had happened at the instant."""
    known = life.by(at)
    private, connected = life.private, life.connected
    standing = fold(policy, "p1", known, private=private, connected=connected) if known else None
    return decide(policy, standing, question, at)


def judged(policy: Policy, life: Life, question: Question, at: int) -> Verdict:
    return oracle(policy, life.facts, life.private, life.connected, question, at)


def agrees(decision: Decision, expected: Verdict) -> bool:
    """Say whether outcome, data and codes are the expected ones.

    Where no law holds only that is expected, and whatever else every place denies may be told.
    """
    noes = frozenset(code for code in decision.codes if not code.startswith("permitted."))
    if "declared.country" in expected.codes:
        noes &= expected.codes
    return Verdict(decision.outcome, frozenset(decision.data), noes) == expected


def is_no_wider(narrow: Decision, wide: Decision) -> bool:
    return wide.is_permitted >= narrow.is_permitted and set(narrow.data) <= set(wide.data)


@given(policies, lives(), st.data())
def test_the_oracle_agrees(policy: Policy, life: Life, data: st.DataObject) -> None:
    asked = data.draw(st.lists(questions(policy), min_size=1, max_size=6))
    instants = data.draw(st.lists(st.sampled_from(edges(policy, life)), min_size=1, max_size=5))
    for at in instants:
        for question in asked:
            found = decided(policy, life, question, at)

            assert agrees(found, judged(policy, life, question, at))


@given(policies, lives(), st.data())
def test_one_standing_answers_for_every_instant_until_the_next_fact(
    policy: Policy, life: Life, data: st.DataObject
) -> None:
    question = data.draw(questions(policy))
    assume(life.facts)
    latest = max(fact.occurred_at for fact in life.facts)
    standing = fold(policy, "p1", life.facts, private=life.private, connected=life.connected)
    for at in (edge for edge in edges(policy, life)[::7] if edge >= latest):
        assert agrees(decide(policy, standing, question, at), judged(policy, life, question, at))


@given(cases())
def test_a_prohibition_outranks_and_what_nothing_denies_is_permitted(case: Cases) -> None:
    policy, life, question, at = case
    known = life.by(at)
    assume(question.activity in policy.activities and known)
    standing = fold(policy, "p1", known, private=life.private, connected=life.connected)
    prepared = prepare(policy, question)
    denials = {
        step for step in prepared.steps if is_true(step.denies, standing.dense, standing.sparse, at)
    }

    decision = decide(policy, standing, question, at)

    assert decision.is_permitted == denials.isdisjoint(permits(prepared))


@given(policies, st.data())
def test_a_step_asks_for_each_state_where_the_fold_puts_it(
    policy: Policy, data: st.DataObject
) -> None:
    dense = set(dense_names(policy))
    name = data.draw(st.sampled_from(tuple(policy.activities)))
    channels = {c: None for variant in policy.activities[name] for c in variant.channel or ("",)}
    question = Question(activity=name, channel=data.draw(st.sampled_from(tuple(channels))))

    steps = prepare(policy, question).steps

    asked = [leaf for step in steps for leaf in leaves(step.denies)]
    assert [leaf for leaf in asked if leaf.sparse is (leaf.name in dense)] == []


@given(cases())
def test_a_permission_names_its_clauses(case: Cases) -> None:
    policy, life, _, at = case
    known = {"", *(fact.id for fact in life.by(at))}
    for name, variants in policy.activities.items():
        for channel in {c for variant in variants for c in variant.channel or ("",)}:
            question = Question(activity=name, channel=channel, occasion="x1")

            decision = decided(policy, life, question, at)

            if decision.is_permitted:
                first = decision.because[0]
                assert first.code in {f"permitted.{variant.basis}" for variant in variants}
                assert first.clause in {variant.clause for variant in variants}
                assert {reason.clause for reason in decision.because} <= set(policy.clauses)
                assert {reason.fact for reason in decision.because} <= known


@given(cases())
def test_every_no_says_what_would_change_it(case: Cases) -> None:
    policy, life, question, at = case

    decision = decided(policy, life, question, at)

    noes = [r for r in decision.because if not r.code.startswith("permitted.")]
    assert noes or decision.is_permitted
    assert all(reason.code and reason.changes_when for reason in noes)
    assert all(reason.clause in {"", *policy.clauses} for reason in noes)
    assert set(decision.data).isdisjoint(decision.withheld)


@given(cases(), st.data())
def test_order_and_repetition_of_facts_do_not_matter(case: Cases, data: st.DataObject) -> None:
    policy, life, question, at = case
    told_twice = (*life.facts, *life.facts[::2])
    mixed = life._replace(facts=tuple(data.draw(st.permutations(told_twice))))

    assert decided(policy, mixed, question, at) == decided(policy, life, question, at)


NOES = st.sampled_from(
    [
        {"kind": kind, "what": what, "channel": channel, "topic": topic}
        for kind in (Kind.CONSENT_WITHDRAWN, Kind.CONSENT_REFUSED, Kind.OBJECTED)
        for what in ("", "news", "study", "analysis")
        for channel in ("", "email", "sms")
        for topic in ("", "sale")
    ]
    + [
        {"kind": Kind.OBJECTED, "activity": activity}
        for activity in ("newsletter", "offers", "care", "audience")
    ]
)
LOSSES = st.sampled_from(
    [
        {"kind": kind, "data": data}
        for kind in (Kind.DATA_ERASED, Kind.RESTRICTED)
        for data in DATA_NAMED
    ]
    + [
        {"kind": Kind.DATA_ERASED, "data": data, "marks": (f"kept:{data[0]}:{ground}:",)}
        for data in DATA_NAMED
        for ground in ("claims", "duty")
    ]
    + [{"kind": Kind.RESTRICTED, "activity": a} for a in ("newsletter", "care", "claims")]
    + [{"kind": Kind.PREFERENCE_OFF, "what": w} for w in ("channel:email", "topic:sale")]
    + [{"kind": Kind.AUTOMATION_DECLINED, "what": "scoring"}]
    + [{"kind": Kind.SENT, "activity": "newsletter", "channel": "email"}]
)


def now(at: int, **parts: Any) -> Fact:
    about: dict[str, Any] = {"id": "now", "person": "p1", "occurred_at": at, "recorded_at": at}
    return Fact(**(about | parts))


@given(cases(), NOES)
def test_withdrawing_refusing_and_objecting_never_widen(case: Cases, no: dict[str, Any]) -> None:
    policy, life, question, at = case
    # Any contact with the person may start a clock anew; the no is compared with a mere one.
    wrote = now(at, kind=Kind.INTERACTED, channel=no.get("channel", ""))

    before = decided(policy, life.with_facts(wrote), question, at)
    after = decided(policy, life.with_facts(now(at, **no)), question, at)

    assert is_no_wider(after, before)


@given(cases(), LOSSES)
def test_erasing_restricting_declining_and_switching_off_never_widen(
    case: Cases, loss: dict[str, Any]
) -> None:
    policy, life, question, at = case
    assume(life.by(at))

    before = decided(policy, life, question, at)
    after = decided(policy, life.with_facts(now(at, **loss)), question, at)

    assert is_no_wider(after, before)


PROHIBITIONS = st.sampled_from(
    (
        """
limit: extra
purpose: [direct_marketing, customer_service, order_fulfilment]
allow: {at_most: 1, each: 2 months}
""",
        """
audience_age: 21
activities: [newsletter, offers, care, shipping, survey]
unknown_age: deny
""",
        """
role: prospect
confined_to: [gift_delivery]
""",
        """
data: [email, name]
needs_permission: true
""",
        """
data: name
special: other
""",
        """
automated: extra
activities: [shipping, care]
""",
    )
)


@given(documents(), PROHIBITIONS, lives(), st.data())
def test_adding_a_prohibition_never_permits(
    text: str, prohibition: str, life: Life, data: st.DataObject
) -> None:
    policy = policy_of(text)
    stricter = policy_of(f"{text}\n### More {{#G-999}}\n\n```placket\n{prohibition}\n```\n")
    question = data.draw(questions(policy))
    at = data.draw(st.sampled_from(edges(policy, life)))

    before = decided(policy, life, question, at)
    after = decided(stricter, life, question, at)

    assert is_no_wider(after, before)


@given(cases(), st.sampled_from(("GB", "FR", "DE", "IE", "US")))
def test_an_unknown_country_permits_at_most_what_each_country_does(
    case: Cases, country: str
) -> None:
    policy, life, question, at = case
    assume(policy.place_of(country) is not None)
    facts = tuple(fact for fact in life.facts if fact.kind is not Kind.LOCATED)
    assume([fact for fact in facts if fact.occurred_at <= at])
    nowhere = life._replace(facts=facts)

    anywhere = decided(policy, nowhere, question, at)
    there = decided(
        policy, nowhere.with_facts(now(at, kind=Kind.LOCATED, region=country)), question, at
    )

    assert is_no_wider(anywhere, there)


@given(policies, st.data())
def test_what_no_clause_names_is_denied(policy: Policy, data: st.DataObject) -> None:
    question = data.draw(questions(policy))

    assert not decide(policy, None, question, 0).is_permitted
    unheard = msgspec.structs.replace(question, activity="unheard_of")
    assert decide(policy, fold(policy, "p1", ()), unheard, 0).codes == ("declared.activity",)
