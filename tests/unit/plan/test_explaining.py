"""What an answer says of each category beside the copy."""

from __future__ import annotations

from placket.facts import Kind
from placket.plan.explaining import About, Received, explained
from placket.rights.right import Right
from tests.unit.plan.shops import asking, row
from tests.unit.standing.telling import day, shop, standing_of, told

CUSTOMER = """
      customer:
        subject: {email: email}
        holds: {email: email, name: name, phone: phone, gender: gender}
        hide: [gender]
"""
ADA = row(
    "customer",
    {"id": 1, "email": "ada@example.org", "name": "Ada", "phone": None, "gender": "f"},
)
POLICY = shop(
    """
activity: ship
purpose: order_fulfilment
uses: [name]
basis: contract
recipients: [courier]
""",
    """
activity: score
purpose: credit_assessment
uses: [name, email]
basis: legitimate_interest
""",
    """
automated: scoring
activities: [score]
gateway: {lending: contract}
review: 5 days
""",
    """
- recipient: mailing_house
  as: processor
  names: [Letters Ltd]
  gets: [email]
- data: email
  source: third_party
- retain: email
  for: 1 year from visit.made
""",
    kept="2 years from visit.made",
)


def test_each_category_held_is_told_with_all_that_article_15_asks() -> None:
    visit = told(Kind.HAPPENED, 3, what="visit.made")
    passed = told(Kind.SHARED, 4, recipient="courier", data=("name",))
    of = asking(
        CUSTOMER,
        [],
        [ADA],
        right=Right.ACCESS,
        policy=POLICY,
        standing=standing_of(POLICY, visit),
    )

    found = explained(of, [visit, passed])

    assert found == (
        About(
            category="email",
            purposes=("credit_assessment",),
            bases=("legitimate_interest",),
            clauses=("G-002",),
            recipients=("Letters Ltd",),
            periods=("1 year from visit.made",),
            goes_at=day(3) + 365 * 86_400_000_000,
            sources=("third_party",),
            automated=("scoring",),
        ),
        About(
            category="name",
            purposes=("order_fulfilment", "credit_assessment"),
            bases=("contract", "legitimate_interest"),
            clauses=("G-001", "G-002"),
            recipients=("courier",),
            received=(Received(at=day(4), recipient="courier"),),
            periods=("2 years from visit.made",),
            goes_at=day(3) + 730 * 86_400_000_000,
            automated=("scoring",),
        ),
    )


def test_a_clock_that_has_not_begun_sets_no_day() -> None:
    of = asking(CUSTOMER, [], [ADA], right=Right.ACCESS, policy=POLICY, data=("name",))

    (name,) = explained(of, [])

    assert (name.category, name.goes_at) == ("name", None)
