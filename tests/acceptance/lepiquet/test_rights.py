"""The rights: what each request leaves to be used, by whom, and what is given anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.policy.rules import Retain, Right, as_dict
from tests.acceptance.lepiquet.persons import ADA, BUYER, EXPERIENCE, REACH, bought_online
from tests.acceptance.retailers import (
    agreed,
    deny,
    erased,
    objected,
    on_consent,
    on_contract,
    permit,
    restricted,
    told,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

NEWS = agreed("email_marketing", "2026-05-01", wording="news-1", channel="email")
CARD = agreed("card_kept", "2026-05-01", wording="card-1")
PARCEL = ("name", "delivery_address")


def rights(shop: Shop, name: str) -> list[Right]:
    return [rule for rule in shop.policy.rules(Right) if rule.name == name]


@pytest.mark.clause("LP-008")
def test_a_copy_is_free(shop: Shop) -> None:
    assert [(r.clause, r.fee) for r in rights(shop, "access")] == [
        ("LP-008", "none"),
        ("LP-025", ""),
    ]


@pytest.mark.clause("LP-009", "LP-010")
def test_a_correction_may_need_proof_and_the_field_rests_meanwhile(shop: Shop) -> None:
    told_by = [(r.clause, r.evidence, r.meanwhile) for r in rights(shop, "rectification")]

    assert told_by == [
        ("LP-009", "", ""),
        ("LP-010", "may_be_asked", ""),
        ("LP-010", "", "freeze_field"),
    ]


@pytest.mark.clause("LP-010")
def test_a_disputed_address_is_used_for_nothing_until_it_is_settled(shop: Shop) -> None:
    disputed = restricted("2026-05-28", "delivery_address")
    settled = told(Kind.RESTRICTION_LIFTED, "2026-05-30", about=disputed[0].id)

    assert shop.ask((*ADA, *disputed), "deliver_order") == deny(
        "restricted LP-049", withheld=("delivery_address",)
    )
    assert shop.ask((*ADA, *disputed, *settled), "deliver_order") == permit(
        *on_contract("LP-049"), data=PARCEL
    )


@pytest.mark.clause("LP-011", "LP-071", "LP-076")
@pytest.mark.parametrize(
    ("activity", "clause", "data"),
    [
        ("improve_shopping", "LP-071", ("purchase_history",)),
        ("offers_to_buyers", "LP-076", ("email",)),
        ("run_account", "LP-054", ("email",)),
        ("deliver_order", "LP-049", ("delivery_address",)),
    ],
)
def test_who_asked_us_to_stop_is_left_alone_and_the_data_stay(
    shop: Shop, activity: str, clause: str, data: tuple[str, ...]
) -> None:
    stops = (*BUYER, *restricted("2026-05-28"))

    assert shop.rule("LP-011", Right).meanwhile == "stop_processing"
    assert shop.ask(stops, activity, at="2026-05-27", data=data).outcome == "permit"
    assert shop.ask(stops, activity, data=data) == deny(f"restricted {clause}", withheld=data)
    assert shop.ask(stops, "legal_claims", data=("name",)) == permit(
        "permitted.legitimate_interest LP-037", data=("name",)
    )


@pytest.mark.clause("LP-012")
def test_what_an_erasure_took_is_used_by_nobody(shop: Shop) -> None:
    gone = (*ADA, *erased(("all_held",), "2026-05-28"))

    assert as_dict(rights(shop, "erasure")[0].covers) == {
        "data": "all_held",
        "also_at": "processors",
    }
    assert shop.ask(gone, "deliver_order") == deny(
        "erased LP-049", "erased LP-049", withheld=PARCEL
    )
    assert shop.ask(gone, "legal_claims", data=("name",)) == deny(
        "erased LP-037", withheld=("name",)
    )


@pytest.mark.clause("LP-013")
def test_the_note_of_a_request_holds_a_name_and_serves_claims_alone(shop: Shop) -> None:
    (rule,) = shop.clause("LP-013")

    assert isinstance(rule, Retain)
    assert (rule.what, rule.fields, rule.ground, str(rule.period)) == (
        ("erasure_note",),
        ("name", "request"),
        "claims",
        "7 years from request.closed",
    )
    assert shop.using("erasure_note") == []


@pytest.mark.clause("LP-014")
def test_who_was_erased_and_buys_again_begins_anew(shop: Shop) -> None:
    gone = (*ADA, *erased(("all_held",), "2026-05-28"))
    back = (*gone, *bought_online("O-2", "2026-05-29"), *took(PARCEL, "2026-05-29", by="checkout"))

    assert shop.rule("LP-014", Right).new_data == "start_anew"
    assert shop.ask(back, "deliver_order") == permit(*on_contract("LP-049"), data=PARCEL)
    assert shop.ask(back, "fulfil_order", data=("purchase_history",)) == deny(
        "erased LP-046", withheld=("purchase_history",)
    )


@pytest.mark.clause("LP-014")
def test_a_request_to_stop_covers_what_was_held_then(shop: Shop) -> None:
    later = (*ADA, *restricted("2026-05-28"), *took(PARCEL, "2026-05-29", by="checkout"))

    assert shop.ask(later, "deliver_order") == permit(*on_contract("LP-049"), data=PARCEL)
    assert shop.ask(later, "run_account", data=("email",)) == deny(
        "restricted LP-054", withheld=("email",)
    )


@pytest.mark.clause("LP-015", "LP-016")
def test_data_are_handed_over_for_a_machine_and_sent_on(shop: Shop) -> None:
    told_by = {r.clause: (r.format, r.direct_transfer) for r in rights(shop, "portability")}

    assert told_by == {
        "LP-015": (("json", "csv"), ""),
        "LP-016": ((), "where_feasible"),
        "LP-025": ((), ""),
    }


@pytest.mark.clause("LP-024")
def test_each_yes_is_taken_back_by_itself_and_at_once(shop: Shop) -> None:
    said = (*ADA, *NEWS, *CARD)
    back = (*said, *withdrew("card_kept", "2026-05-25 10:00", route="account_settings"))
    kept = permit(*on_consent("LP-053", "LP-053"), data=("saved_card",))

    assert shop.ask(back, "remember_card", at="2026-05-25 09:59") == kept
    assert shop.ask(back, "remember_card", at="2026-05-25 10:00") == deny(
        "basis.consent_refused LP-053"
    )
    assert shop.ask(back, "newsletter").outcome == "permit"


@pytest.mark.clause("LP-024")
def test_a_yes_that_was_narrowed_permits_what_is_left_of_it(shop: Shop) -> None:
    both = (*BUYER, *NEWS)
    narrowed = (*both, *told(Kind.PREFERENCE_OFF, "2026-05-25", "topic:newsletter"))

    assert shop.ask(both, "newsletter").outcome == "permit"
    assert shop.ask(narrowed, "newsletter") == deny("preference.topic LP-034")
    assert shop.ask(narrowed, "offers_to_buyers").outcome == "permit"


@pytest.mark.clause("LP-024")
def test_every_consent_has_ways_to_be_taken_back(shop: Shop) -> None:
    without = [n for n, c in shop.policy.consents.items() if not c.withdrawn_by]

    assert shop.rule("LP-024", Right, "withdraw_consent").at_any_time is True
    assert without == ["shop"]


@pytest.mark.clause("LP-025", "LP-026", "LP-027", "LP-028")
def test_an_answer_says_what_is_held_back_and_why(shop: Shop) -> None:
    assert [as_dict(r.covers) for r in shop.clause("LP-025")] == [
        {"leaves_out": "data of others"},
        {"leaves_out": "data of others"},
    ]
    assert [as_dict(r.kept) for c in ("LP-026", "LP-027") for r in shop.clause(c)] == [
        {"ground": "duty"},
        {"ground": "claims", "needs": ("justification", "approver")},
    ]
    assert [r.tells for r in shop.clause("LP-028")] == [("what was held back", "ground")]


@pytest.mark.clause("LP-026")
def test_what_a_law_obliges_us_to_hold_outlives_an_erasure(shop: Shop) -> None:
    books = ("transaction_records", "billing_records")
    marks = tuple(f"kept:{datum}:duty:" for datum in books)
    gone = (*ADA, *erased(("all_held",), "2026-05-28", *marks))

    assert shop.ask(gone, "keep_books") == permit(
        "permitted.legal_obligation LP-037", "permitted.relation LP-037", data=books
    )
    assert shop.ask(gone, "deliver_order", data=("name",)) == deny(
        "erased LP-049", withheld=("name",)
    )


@pytest.mark.clause("LP-029")
def test_what_was_kept_serves_its_reason_alone(shop: Shop) -> None:
    kept = (*ADA, *erased(("all_held",), "2026-05-28", "kept:name:claims:"))

    assert as_dict(shop.rule("LP-029", Right).kept) == {"lock": "its_ground"}
    assert shop.ask(kept, "legal_claims", data=("name",)) == permit(
        "permitted.legitimate_interest LP-037", data=("name",)
    )
    assert shop.ask(kept, "deliver_order", data=("name",)) == deny(
        "lock.kept_after_erasure LP-049", withheld=("name",)
    )


@pytest.mark.clause("LP-030")
def test_services_close_for_who_asked_us_to_stop_and_are_told_before(shop: Shop) -> None:
    (rule,) = shop.clause("LP-030")
    stops = (*ADA, *restricted("2026-05-28"))

    assert rule.tells == ("services that end", "before the request is confirmed")
    assert shop.ask(stops, "requested_service", data=REACH) == deny(
        *["restricted LP-057"] * len(REACH), withheld=REACH
    )


@pytest.mark.clause("LP-031")
def test_a_privacy_question_and_every_right_have_a_way_in(shop: Shop) -> None:
    form, ways = shop.clause("LP-031")

    assert (form.channels, form.topics) == (("web_form", "email", "post"), ("privacy",))
    assert (ways.name, ways.by) == ("any", ("email", "post", "web_form", "account_settings"))


@pytest.mark.clause("LP-071")
def test_an_objection_stops_what_rests_on_our_interest(shop: Shop) -> None:
    objects = (*ADA, *EXPERIENCE, *objected("personalisation", "2026-05-30 13:00"))

    assert shop.ask(objects, "fitting_offers") == deny("objection.legitimate_interest LP-073")
    assert shop.ask(objects, "improve_shopping") == deny("objection.legitimate_interest LP-071")
