"""A catalogue beside a policy."""

from pathlib import Path

from placket.catalogue import parse
from placket.policy.parse import parse as parse_policy
from placket.sources.checks import PolicyWords, check_policy, words_of

POLICY = PolicyWords(
    data=frozenset({"email", "name"}),
    events=frozenset({"order.placed", "call.ended", "interaction"}),
    consents=frozenset({"newsletter"}),
    purposes=frozenset({"direct_marketing"}),
)
SHOP = """\
catalogue: shop
sources:
  shop:
    tables:
      customer:
        subject: {email: mail}
        tells:
          - order.placed at placed_at
          - {tell: consent.given at x, of: newsleter, channel: emial}
          - {tell: objection.made at x, of: snooping}
        holds: {e_mail: mail, gender: sex}
        keep: {until: 6 yeers from order.placed, basis: duty}
        expire: {after: soon from x, then: delete}
"""


def test_an_event_that_no_row_tells_is_told_where_the_catalogue_waits_for_it() -> None:
    text = SHOP.replace("6 yeers from order.placed", "6 years from order.sealed")
    catalogue = parse(text, "c.yaml").catalogue
    assert catalogue is not None

    problems = [p for p in check_policy(catalogue, POLICY) if p.code == "C306"]

    waits = next(n for n, line in enumerate(text.splitlines(), start=1) if "order.sealed" in line)
    assert [(p.at.line, p.summary.split("`")[1]) for p in problems] == [
        (1, "call.ended"),
        (waits, "order.sealed"),
    ]


def test_each_word_that_the_policy_does_not_know_is_told() -> None:
    catalogue = parse(SHOP, "c.yaml").catalogue
    assert catalogue is not None

    problems = check_policy(catalogue, POLICY)

    assert [(p.code, p.summary) for p in problems] == [
        ("C306", "a clock waits for `call.ended`, and no row tells it"),
        ("C303", "`emial` is no channel"),
        ("C304", "the policy has no consent or cookie `newsleter`"),
        ("C304", "the policy has no purpose `snooping`"),
        ("C301", "`e_mail` is no category of data"),
        ("C302", "`customer` holds `gender`, and no clause of the policy names it"),
        ("C305", "`6 yeers from order.placed` is not a period"),
        ("C305", "`soon` is not a period"),
    ]


def test_the_example_policy_and_its_catalogue_agree() -> None:
    folder = Path("policies/justelegance")
    document = parse_policy((folder / "policy.md").read_text(encoding="utf-8")).document
    catalogue = parse((folder / "catalogue.yaml").read_text(encoding="utf-8")).catalogue
    assert document is not None
    assert catalogue is not None

    problems = check_policy(catalogue, words_of(document))

    assert problems == ()
