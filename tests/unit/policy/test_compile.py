from placket.policy.compile import retains_for
from placket.policy.parse import parse
from placket.policy.rules import Limit, as_dict
from tests.property.strategies import document, policy_of

HOME = """
region: home
countries: [rest]
law: uk
"""
CARE = """
activity: care
purpose: customer_service
uses: [email]
basis: legitimate_interest
"""


def test_what_keeps_all_data_on_a_ground_keeps_each_of_them() -> None:
    books = "retain: all\nfor: 6 years from call.ended\nground: claims"
    rest = "retain: all\nfor: until asked"
    own = "retain: email\nfor: 1 year from call.ended"

    with_own = policy_of(document((HOME, CARE, books, rest, own)))
    without = policy_of(document((HOME, CARE, books, rest)))

    kept = [retains_for(p, "email", p.places[0]) for p in (with_own, without)]
    assert [[rule.clause for rule in rules] for rules in kept] == [
        ["G-004", "G-002"],
        ["G-002", "G-003"],
    ]


def test_activities_that_extend_each_other_compile_all_the_same() -> None:
    circle = CARE + "extends: calls"
    calls = CARE.replace("care", "calls").replace("uses: [email]\n", "extends: care\n")

    policy = policy_of(document((HOME, circle, calls)))

    assert policy.activities["calls"][0].uses == ("email",)


def test_an_activity_that_extends_itself_compiles_as_it_stands() -> None:
    policy = policy_of(document((HOME, CARE + "extends: care")))

    assert policy.activities["care"][0].uses == ("email",)


def test_a_list_of_lists_is_no_mapping() -> None:
    parsed = parse(document(("limit: calm\nallow: [[once, a, month], [twice, a, year]]",)))
    assert parsed.document is not None

    (limit,) = (rule for rule in parsed.document.rules() if isinstance(rule, Limit))

    assert as_dict(limit.allow) == {}
