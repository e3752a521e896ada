"""Two policies compared: their words, their rules, what follows, and what must be assessed."""

from __future__ import annotations

import pytest

from placket.policy.comparing.telling import says
from placket.policy.diff import (
    Change,
    ClauseChange,
    Consequence,
    Difference,
    Duty,
    Effect,
    KeyChange,
    Piece,
    RuleChange,
    Trigger,
    compare,
)
from placket.policy.parse import Document, parse

HEAD = """---
retailer: The Corner Shop
version: '{version}'
effective: '2026-01-31'
---

"""
CALLS = """# Policy

### Calls {#EX-1}

A recording of your call is deleted six months after it.

```placket
- retain: call_recording
  for: 6 months from call.ended
- activity: care_quality
  purpose: quality_monitoring
  uses: [call_recording]
  basis: legitimate_interest
  interest: good answers
```

### Letters {#EX-2}

We write to you by email if you said yes.

```placket
- activity: newsletter
  purpose: direct_marketing
  uses: [name, email]
  basis: consent
  needs: [news]
  channel: email
- consent: news
  activities: [newsletter]
  channel: email
  wordings: [news-1]
```
"""


def document(body: str, version: str = "1") -> Document:
    parsed = parse(HEAD.format(version=version) + body)
    assert parsed.document is not None
    assert parsed.problems == ()
    return parsed.document


def changed(*replaced: tuple[str, str], body: str = CALLS) -> Difference:
    """Return what a version with some words replaced changes of `body`."""
    text = body
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after)
    return compare(document(body), document(text, "2"))


def effects(difference: Difference) -> list[tuple[Effect, tuple[str, ...], str, str, Duty]]:
    return [(c.effect, c.about, c.before, c.after, c.duty) for c in difference.consequences]


def with_rules(*rules: str, body: str = CALLS) -> str:
    """Return the body with more rules in a clause of their own."""
    blocks = "\n".join(f"\n```placket\n{rule}\n```" for rule in rules)
    return f"{body}\n### More {{#EX-9}}\n\nMore.\n{blocks}\n"


def test_a_policy_does_not_differ_from_itself() -> None:
    difference = changed()

    assert difference == Difference(
        old="1", new="2", clauses=(), rules=(), consequences=(), triggers=()
    )
    assert difference.is_empty


# Words


def test_a_clause_shows_the_words_that_went_and_came() -> None:
    difference = changed(("deleted six months after", "deleted one year after"))

    assert difference.clauses == (
        ClauseChange(
            clause="EX-1",
            title="Calls",
            title_before="Calls",
            changes=(Change.REWORDED,),
            words=(
                Piece(what="same", text="A recording of your call is deleted "),
                Piece(what="out", text="six months "),
                Piece(what="in", text="one year "),
                Piece(what="same", text="after it."),
            ),
        ),
    )
    assert difference.rules == ()


def test_where_a_line_ends_is_no_change() -> None:
    assert changed(("your call is deleted", "your call\nis deleted")).is_empty


def test_a_clause_is_retitled_added_or_removed() -> None:
    old = document(CALLS)
    new = document(CALLS.replace("### Calls", "### Your calls") + "\n### New {#EX-3}\n\nHello.\n")

    assert [(c.clause, c.title_before, c.title, c.changes) for c in compare(old, new).clauses] == [
        ("EX-1", "Calls", "Your calls", (Change.RETITLED,)),
        ("EX-3", "", "New", (Change.ADDED,)),
    ]
    assert [(c.clause, c.changes) for c in compare(new, old).clauses] == [
        ("EX-1", (Change.RETITLED,)),
        ("EX-3", (Change.REMOVED,)),
    ]


# Rules by meaning


def test_a_changed_key_is_told_as_the_block_writes_it() -> None:
    difference = changed(("6 months from call.ended", "1 year from call.ended"))

    assert difference.rules == (
        RuleChange(
            kind="retain",
            name="call_recording",
            clause="EX-1",
            clause_before="EX-1",
            changes=(Change.CHANGED,),
            before="We keep call recording for 6 months from “call ended”. Then it is deleted.",
            after="We keep call recording for 1 year from “call ended”. Then it is deleted.",
            keys=(
                KeyChange(
                    key="for", before="6 months from call.ended", after="1 year from call.ended"
                ),
            ),
        ),
    )


def test_a_rule_that_stands_in_another_clause_has_moved() -> None:
    body = CALLS.replace("- retain: call_recording\n  for: 6 months from call.ended\n", "")
    moved = with_rules("retain: call_recording\nfor: 6 months from call.ended", body=body)

    (found,) = compare(document(CALLS), document(moved, "2")).rules

    assert (found.kind, found.clause_before, found.clause) == ("retain", "EX-1", "EX-9")
    assert (found.changes, found.keys) == ((Change.MOVED,), ())


def test_a_list_of_data_with_one_more_is_the_same_rule() -> None:
    (found,) = changed(("retain: call_recording", "retain: [call_recording, voice]")).rules

    assert (found.changes, found.keys) == (
        (Change.CHANGED,),
        (KeyChange(key="retain", before="call_recording", after="call_recording, voice"),),
    )


def test_a_rule_that_only_has_another_name_is_renamed() -> None:
    (found,) = changed(("activity: care_quality", "activity: quality")).rules

    assert found.keys == (KeyChange(key="activity", before="care_quality", after="quality"),)


def test_rules_of_one_name_are_paired_by_their_regions() -> None:
    regions = (
        "- region: eu\n  countries: [EEA]\n  law: eu\n- region: uk\n  countries: [GB]\n  law: uk"
    )
    one = "retain: chat_messages\nfor: 1 month from chat.ended\nregions: [eu]"
    two = "retain: chat_messages\nfor: 2 months from chat.ended\nregions: [uk]"
    old = document(with_rules(regions, one, two))
    new = document(with_rules(regions, two.replace("2 months", "3 months"), one), "2")

    difference = compare(old, new)

    assert [rule.keys for rule in difference.rules] == [
        (KeyChange(key="for", before="2 months from chat.ended", after="3 months from chat.ended"),)
    ]
    assert [(c.effect, c.regions) for c in difference.consequences] == [
        (Effect.PERIOD_LONGER, ("uk",))
    ]


# What follows


def test_another_basis_is_told_and_one_that_becomes_consent_is_asked_for() -> None:
    told = changed(("basis: legitimate_interest\n  interest: good answers", "basis: contract"))
    asked = changed(("basis: legitimate_interest\n  interest: good answers", "basis: consent"))

    assert effects(told) == [
        (Effect.BASIS_CHANGED, ("care_quality",), "legitimate interest", "contract", Duty.TELL)
    ]
    assert effects(asked) == [
        (Effect.BASIS_CHANGED, ("care_quality",), "legitimate interest", "consent", Duty.ASK)
    ]


def test_more_of_an_activity_is_told_and_less_is_not() -> None:
    more = changed(
        ("purpose: quality_monitoring", "purpose: [quality_monitoring, staff_training]"),
        ("uses: [call_recording]", "uses: [call_recording, name]\n  recipients: [contact_centre]"),
    )
    less = compare(
        document(
            CALLS.replace("purpose: quality_monitoring", "purpose: [quality_monitoring, audit]")
        ),
        document(CALLS, "2"),
    )

    assert effects(more) == [
        (Effect.PURPOSE_ADDED, ("care_quality",), "", "staff training", Duty.TELL),
        (Effect.DATUM_ADDED, ("care_quality",), "", "name", Duty.TELL),
        (Effect.RECIPIENT_ADDED, ("care_quality",), "", "contact centre", Duty.TELL),
    ]
    assert effects(less) == [(Effect.PURPOSE_ENDED, ("care_quality",), "audit", "", Duty.NONE)]
    assert less.material == ()


def test_what_an_activity_extends_counts_as_its_own() -> None:
    body = with_rules("activity: sale_news\nextends: newsletter")

    difference = changed(("uses: [name, email]", "uses: [name, email, birthday]"), body=body)

    assert [(c.effect, c.about, c.after) for c in difference.consequences] == [
        (Effect.DATUM_ADDED, ("newsletter",), "birthday"),
        (Effect.DATUM_ADDED, ("sale_news",), "birthday"),
    ]
    assert len(difference.rules) == 1


def test_a_channel_more_or_less_is_named() -> None:
    more = changed(("channel: email\n- consent", "channel: [email, sms]\n- consent"))

    assert effects(more) == [(Effect.CHANNEL_ADDED, ("newsletter",), "", "SMS", Duty.NONE)]


def test_an_activity_that_comes_or_goes_is_named() -> None:
    more = document(
        with_rules("activity: bag_reminder\npurpose: bag_reminder\nuses: [email]\nbasis: contract"),
        "2",
    )

    assert effects(compare(document(CALLS), more)) == [
        (Effect.ACTIVITY_ADDED, ("bag_reminder",), "", "bag reminder", Duty.TELL)
    ]
    assert effects(compare(more, document(CALLS))) == [
        (Effect.ACTIVITY_ENDED, ("bag_reminder",), "bag reminder", "", Duty.NONE)
    ]


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ("6 months from call.ended", "1 year from call.ended", Effect.PERIOD_LONGER),
        ("6 months from call.ended", "30 days from call.ended", Effect.PERIOD_SHORTER),
        ("6 months from call.ended", "6 months from order.closed", Effect.PERIOD_CHANGED),
        ("6 months from call.ended", "until asked", Effect.PERIOD_LONGER),
        ("until asked", "6 months from call.ended", Effect.PERIOD_SHORTER),
        (
            "6 months from call.ended",
            "latest of (6 months from call.ended, while case is open)",
            Effect.PERIOD_LONGER,
        ),
        (
            "6 years from order.closed to the end of the accounting year",
            "1 month from order.closed",
            Effect.PERIOD_SHORTER,
        ),
        (
            "6 years from order.closed to the end of the accounting year",
            "6 years 6 months from order.closed",
            Effect.PERIOD_CHANGED,
        ),
        ("while case is open", "while case is open then 1 month", Effect.PERIOD_LONGER),
        ("12 months from call.ended", "1 year from call.ended", None),
    ],
)
def test_a_period_is_longer_shorter_or_cannot_be_compared(
    before: str, after: str, effect: Effect | None
) -> None:
    old = CALLS.replace("6 months from call.ended", before)
    new = CALLS.replace("6 months from call.ended", after)

    found = compare(document(old), document(new, "2")).consequences

    assert [c.effect for c in found] == ([] if effect is None else [effect])


def test_a_shorter_period_is_not_material_and_a_longer_one_is() -> None:
    assert changed(("6 months", "5 months")).material == ()
    assert [c.duty for c in changed(("6 months", "7 months")).material] == [Duty.TELL]


def test_a_period_by_a_status_is_as_long_as_the_status_holds() -> None:
    by_status = with_rules(
        "status: in_touch\nholds_while:\n"
        "  - 6 years from last interaction\n  - 6 years from last call.ended",
        "retain: name\nfor: while in_touch",
    )
    old, new = document(by_status), document(by_status.replace("6 years", "2 months"), "2")

    (shorter,) = compare(old, new).consequences

    assert shorter.effect is Effect.PERIOD_SHORTER
    assert shorter.after == (
        "latest of (2 months from last interaction, 2 months from last call.ended)"
    )
    assert [c.effect for c in compare(new, old).consequences] == [Effect.PERIOD_LONGER]


def test_a_period_taken_apart_into_two_rules_is_no_other_period() -> None:
    one = with_rules("retain: [name, email]\nfor: 1 year from last interaction")
    two = with_rules(
        "retain: name\nfor: 1 year from last interaction",
        "retain: email\nfor: 1 year from last interaction",
    )

    assert compare(document(one), document(two, "2")).consequences == ()


def test_a_wording_that_is_not_listed_any_more_asks_again() -> None:
    other = changed(("wordings: [news-1]", "wordings: [news-2]"))
    equal = changed(("wordings: [news-1]", "wordings: [news-2, news-1]"))

    assert effects(other) == [(Effect.WORDING_CHANGED, ("news",), "news-1", "news-2", Duty.ASK)]
    assert effects(equal) == [
        (Effect.WORDING_CHANGED, ("news",), "news-1", "news-2, news-1", Duty.NONE)
    ]


def test_a_consent_that_covers_more_asks_again() -> None:
    difference = changed(("activities: [newsletter]", "activities: [newsletter, care_quality]"))

    assert effects(difference) == [
        (Effect.CONSENT_WIDENED, ("news",), "", "care quality", Duty.ASK)
    ]


COURIER = "recipient: courier\nas: processor\ngets: [name]\ncountry: [GB]"


def test_a_recipient_is_told_by_what_it_gets_where_and_as_what() -> None:
    old = with_rules(COURIER)
    new = old.replace(
        "gets: [name]\ncountry: [GB]",
        "gets: [name, email]\ncountry: [GB, US]\nsafeguard: standard_contractual_clauses",
    ).replace("processor", "controller")

    assert effects(compare(document(old), document(new, "2"))) == [
        (Effect.DATUM_ADDED, ("courier",), "", "email", Duty.TELL),
        (Effect.RECIPIENT_CHANGED, ("courier",), "processor", "controller", Duty.TELL),
        (Effect.TRANSFER_ADDED, ("courier",), "", "US", Duty.TELL),
    ]
    assert effects(compare(document(CALLS), document(old, "2"))) == [
        (Effect.RECIPIENT_ADDED, ("courier",), "", "name", Duty.TELL)
    ]
    assert effects(compare(document(old), document(CALLS, "2"))) == [
        (Effect.RECIPIENT_ENDED, ("courier",), "name", "", Duty.NONE)
    ]


def test_a_right_that_costs_or_goes_is_told() -> None:
    free = with_rules("right: access\nby: [email]\nfee: none")
    paid = free.replace("fee: none", "fee: reasonable\namount: 10 pounds")

    assert [(e, d) for e, _, _, _, d in effects(compare(document(free), document(paid, "2")))] == [
        (Effect.RIGHT_CHANGED, Duty.TELL),
        (Effect.RIGHT_CHANGED, Duty.TELL),
    ]
    assert effects(compare(document(free), document(CALLS, "2"))) == [
        (Effect.RIGHT_ENDED, ("access",), "", "", Duty.TELL)
    ]


def test_who_answers_is_told() -> None:
    one = with_rules("controller: The Corner Shop\ncountry: GB\nemail: shop@example.org")
    moved = one.replace("shop@example.org", "care@example.org")
    sold = one.replace("controller: The Corner Shop", "controller: The Big Shop")

    assert compare(document(one), document(moved, "2")).consequences == ()
    assert [(e, d) for e, _, _, _, d in effects(compare(document(one), document(sold, "2")))] == [
        (Effect.CONTROLLER_CHANGED, Duty.TELL)
    ]


# What must be assessed first


def triggers(*rules: str) -> list[Trigger]:
    return list(compare(document(CALLS), document(with_rules(*rules), "2")).triggers)


def test_a_decision_by_machine_alone_asks_for_an_assessment() -> None:
    assert triggers("automated: checks\ndecides: [credit]\ngateway: {credit: contract}") == [
        Trigger(
            code="automated",
            about="checks",
            clause="EX-9",
            words="a machine alone decides on credit",
            source="GDPR Art. 35(3)(a)",
        )
    ]


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        ("uses: [health_adverse_effect]", ["special"]),
        ("uses: [cctv_footage]", ["monitoring"]),
        ("uses: [gps_location]", ["location"]),
        ("uses: [name]\nprofiling: true", ["profiling"]),
        ("uses: [email]\npurpose: custom_audience", ["audience"]),
        ("uses: [name]", []),
    ],
)
def test_what_an_activity_takes_or_does_asks_for_an_assessment(keys: str, codes: list[str]) -> None:
    purpose = "" if "purpose" in keys else "\npurpose: reporting"

    found = triggers(f"activity: new_use\nbasis: contract\n{keys}{purpose}")

    assert [trigger.code for trigger in found] == codes


def test_what_was_assessed_before_is_no_new_trigger() -> None:
    body = with_rules("activity: watch\npurpose: security\nbasis: contract\nuses: [cctv_footage]")

    assert compare(document(body), document(body, "2")).triggers == ()


# In sentences


@pytest.mark.parametrize(
    ("effect", "sentence"),
    [
        (Effect.BASIS_CHANGED, "Order updates rests on contract, no longer on consent, in EU."),
        (Effect.RECIPIENT_ADDED, "Order updates: data now also go to contract, in EU."),
        (Effect.CONSENT_ENDED, "A yes to order updates is no longer asked for, in EU."),
    ],
)
def test_a_consequence_is_a_sentence(effect: Effect, sentence: str) -> None:
    found = Consequence(
        effect=effect,
        about=("order_updates",),
        clause="EX-1",
        before="consent",
        after="contract",
        regions=("eu",),
    )

    assert says(found) == sentence


@pytest.mark.parametrize("effect", list(Effect))
def test_every_effect_has_its_sentence(effect: Effect) -> None:
    found = Consequence(effect=effect, about=("a_thing",), clause="EX-1")

    assert says(found).endswith(".")
