from placket.facts import Fact, Kind
from placket.gate.erasing import standing_noes, tombstones
from placket.store.ledger import Erasure, PersonHistory
from tests.unit.standing.telling import day, shop, told

SHOP = shop(
    """
- consent: news
  activities: [newsletter]
  channel: email
- activity: newsletter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
- activity: site_check
  purpose: site_analytics
  uses: [email]
  basis: legitimate_interest
"""
)
NO = told(Kind.CONSENT_WITHDRAWN, 1, what="news", channel="email")
YES = told(Kind.CONSENT_GIVEN, 3, what="news", channel="email")
OBJECTION = told(Kind.OBJECTED, 1, activity="site_check")


def history(*facts: Fact, joined: int | None = None) -> PersonHistory:
    return PersonHistory(
        person="ada", members=("ada",), facts=list(facts), connected=lambda _a, _b: joined
    )


def decided(on: float, *marks: str) -> Fact:
    return told(Kind.OBJECTION_DECIDED, on, about=OBJECTION.id, marks=marks)


def test_a_no_that_stands_is_buried_and_one_that_was_lifted_is_not() -> None:
    assert standing_noes(SHOP, history(NO), day(9)) == [NO]
    assert standing_noes(SHOP, history(NO, YES), day(9)) == []


def test_a_no_that_another_of_the_cluster_lifted_is_not_buried() -> None:
    theirs = told(Kind.CONSENT_GIVEN, 3, person="bea", what="news", channel="email")

    assert standing_noes(SHOP, history(NO, theirs, joined=day(2)), day(9)) == []
    assert standing_noes(SHOP, history(NO, theirs), day(9)) == [NO]


def test_an_overruled_objection_is_not_buried() -> None:
    assert standing_noes(SHOP, history(OBJECTION), day(9)) == [OBJECTION]
    assert standing_noes(SHOP, history(OBJECTION, decided(2)), day(9)) == [OBJECTION]
    assert standing_noes(SHOP, history(OBJECTION, decided(2, "overruled")), day(9)) == []


def test_a_tombstone_tells_the_no_and_nothing_of_the_person() -> None:
    erasure = Erasure(fact_id="e1", person="ada", members=("ada",), hashes=(b"\x01",))

    erased, buried = tombstones([NO], erasure, day(9))

    assert (erased.thing, erased.marks) == ("01", ("erased",))
    assert (buried.person, buried.thing, buried.what) == ("", "01", "news")
    assert (buried.occurred_at, buried.marks) == (day(1), ("consent_withdrawn",))
