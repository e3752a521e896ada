"""The index that pays: over a yes that the activity cannot do without, and none else."""

from datetime import date

from placket.decide.decide import prepare
from placket.decide.index import suggested_index, suggested_indexes
from placket.decide.question import Question
from placket.policy.load import load_policy
from placket.standing.layout import layout_of
from tests.contract.gates import policy as written

LOADED = load_policy(written("v1", calls=True), "policy.md", on=date(2026, 11, 24)).policy
assert LOADED is not None
POLICY = LOADED
LAYOUT = layout_of(POLICY)


def test_an_activity_on_consent_has_an_index_over_who_said_yes() -> None:
    prepared = prepare(POLICY, Question(activity="newsletter", channel="email"))

    index = suggested_index(prepared, LAYOUT)

    assert index[0] == "consent.news.email"
    assert len(set(index)) == len(index)
    assert set(index) <= set(LAYOUT.names)


def test_an_activity_that_anybody_may_be_permitted_has_none() -> None:
    prepared = prepare(POLICY, Question(activity="care_quality"))

    index = suggested_index(prepared, LAYOUT)

    assert index == ()


def test_activities_that_need_one_yes_share_an_index() -> None:
    indexes = suggested_indexes(POLICY, LAYOUT)

    assert [index[0] for index in indexes] == ["consent.news.email"]
