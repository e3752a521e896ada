import pytest

from placket.facts import Fact, Kind
from placket.standing.fold import refold
from placket.standing.standing import pack
from tests.unit.standing.telling import TWO_LAWS, shop, standing_of, told

NEWS = """
- activity: newsletter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
- consent: news
  activities: [newsletter]
  channel: email
  regions: [kingdom]
"""
SHOP = shop(NEWS, region=TWO_LAWS.replace("law: eu", "law: de"))
SOLD = ("got_from:data_subject", "by:this_retailer", "refusal_offered", "in:negotiation")
SAYS = {"what": "news", "channel": "email"}
YES = told(Kind.CONSENT_GIVEN, 2, **SAYS)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((told(Kind.OBJECTED, 1), YES), "objected.newsletter.email"),
        ((told(Kind.CONSENT_WITHDRAWN, 1, channel="email"), YES), "refused.newsletter.email"),
        ((told(Kind.CONTACT_OBTAINED, 1, channel="email", marks=SOLD),), "soft.email"),
    ],
)
def test_who_moves_is_asked_anew_what_counts_there(facts: tuple[Fact, ...], state: str) -> None:
    abroad, back = told(Kind.LOCATED, 0, region="DE"), told(Kind.LOCATED, 9, region="GB")
    before = standing_of(SHOP, abroad, *facts)
    whole = standing_of(SHOP, abroad, *facts, back)

    after = refold(SHOP, before, [back], [abroad, *facts, back])

    assert (before.get(state) is None) is not (whole.get(state) is None)
    assert pack(after) == pack(whole)
