"""Outside the Union and the United Kingdom: two halves, accounts, cards, chats, who looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.muse.cases import EMAILED, NOT_OF_THIS_HALF, REQUESTED, SERVED, case
from tests.acceptance.muse.elsewhere import CARE_CASE, HOLDER
from tests.acceptance.muse.persons import CONTACT, LENA, NOOR
from tests.acceptance.retailers import (
    closed,
    deny,
    erased,
    happened,
    lives,
    on_contract,
    on_interest,
    opened,
    permit,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

REQUEST = (*NOOR, *opened("request", "2026-05-28", "R-1"))
CHATTED = (*lives("AE"), *happened("chat.ended", "2023-01-15"))
RECENT = (*lives("AE"), *happened("chat.ended", "2026-03-01"))
LEFT = (*NOOR, *closed("order", "2026-05-30", "N-1"))
CLOSED = (*HOLDER, *closed("account", "2026-05-30", "A-9"))

HALVES = [
    case(
        "MU-158: who lives elsewhere is served by the second half",
        NOOR,
        "fill_order",
        permit(*on_contract("MU-164"), data=("name",)),
        data=("name",),
    ),
    case("MU-158: and not by the first", NOOR, "take_payment", NOT_OF_THIS_HALF),
    case(
        "MU-158: who lives in the Union is not served by the second",
        LENA,
        "fill_order",
        NOT_OF_THIS_HALF,
        data=("name",),
    ),
    case(
        "MU-158: nobody is served by it whose country is not known",
        happened("visit.made", "2026-05-30"),
        "recall_visit",
        NOT_OF_THIS_HALF,
    ),
]

ACCOUNT = [
    case(
        "MU-266: an account runs while it is open",
        HOLDER,
        "run_registered_account",
        permit(
            *on_contract("MU-266"),
            data=(
                *CONTACT,
                "password",
                "login_details",
                "country",
                "marketing_preferences",
                "wish_list",
                "saved_card",
            ),
        ),
    ),
    case(
        "MU-266: and not once it is closed",
        CLOSED,
        "run_registered_account",
        deny("situation.closed MU-266"),
        data=("email",),
    ),
    case(
        "MU-265: care sees an account while a request of its owner is open",
        REQUEST,
        "serve_request",
        SERVED,
        **REQUESTED,
        actor="customer_care",
        case="R-1",
    ),
    case(
        "MU-265: and not on its own",
        NOOR,
        "serve_request",
        deny(
            "access.no_open_case MU-265",
            "access.no_open_case MU-265",
            withheld=("email", "order_details"),
        ),
        **REQUESTED,
        actor="customer_care",
    ),
    case(
        "MU-265: nor for a case that is closed",
        (*CARE_CASE, *closed("case", "2026-05-30", "K-1")),
        "serve_request",
        deny("access.no_open_case MU-265", withheld=("email",)),
        **EMAILED,
        actor="customer_care",
        case="K-1",
    ),
    case(
        "MU-262: the privacy officer answers a request with all of it",
        REQUEST,
        "run_office",
        permit(on_interest("MU-200"), data=(*CONTACT, "customer_id", "order_id")),
        actor="privacy_officer",
        case="R-1",
    ),
    case(
        "MU-262: and reads nothing without one",
        NOOR,
        "run_office",
        deny("access.no_open_case MU-262", withheld=("name",)),
        data=("name",),
        actor="privacy_officer",
    ),
    case(
        "MU-276: who has no role is refused",
        NOOR,
        "fill_order",
        deny("access.role MU-164"),
        data=("name",),
        actor="temp",
    ),
    case(
        "MU-276: whoever packs sees an open order",
        NOOR,
        "fill_order",
        permit(*on_contract("MU-164"), data=("name", "delivery_address")),
        data=("name", "delivery_address"),
        actor="storekeeper",
        case="N-1",
    ),
    case(
        "MU-276: and no card",
        NOOR,
        "fill_order",
        deny("access.data MU-276", withheld=("payment_details",)),
        data=("payment_details",),
        actor="storekeeper",
        case="N-1",
    ),
    case(
        "MU-276: nor an order that is done",
        LEFT,
        "fill_order",
        deny("access.no_open_case MU-276", withheld=("name",)),
        data=("name",),
        actor="storekeeper",
        case="N-1",
    ),
    case(
        "MU-262 MU-276: no role of the second half looks at the first",
        LENA,
        "take_payment",
        deny("access.role MU-106"),
        data=("name",),
        actor="storekeeper",
        case="N-2",
    ),
]

CARDS = [
    case(
        "MU-267: a saved card is there while the account is",
        NOOR,
        "offer_card_removal",
        permit(*on_contract("MU-268"), data=("saved_card",)),
        data=("saved_card",),
        occasion="address edited",
    ),
    case(
        "MU-267: and gone with it",
        CLOSED,
        "offer_card_removal",
        deny("retention.ended MU-267", withheld=("saved_card",)),
        data=("saved_card",),
        occasion="address edited",
    ),
    case(
        "MU-267: a card that was deleted pays nothing",
        (*NOOR, *erased(("saved_card",), "2026-05-25")),
        "pay_with_saved_card",
        deny("erased MU-211", withheld=("saved_card",)),
    ),
    case(
        "MU-267: and the order goes on with another",
        (*NOOR, *erased(("saved_card",), "2026-05-25")),
        "fill_order",
        permit(*on_contract("MU-164"), data=("payment_details", "name")),
        data=("payment_details", "name"),
    ),
    case(
        "MU-268: an edited address offers to delete the card",
        HOLDER,
        "offer_card_removal",
        permit(*on_contract("MU-268"), data=("saved_card", "billing_address", "delivery_address")),
        occasion="address edited",
    ),
    case(
        "MU-268: and nothing else does",
        HOLDER,
        "offer_card_removal",
        deny("declared.occasion MU-268"),
    ),
    case(
        "MU-269: an address that changes sends the order through checks",
        NOOR,
        "check_order_again",
        permit(
            *on_contract("MU-269"),
            data=("name", "billing_address", "delivery_address", "order_details"),
        ),
        occasion="address changed",
    ),
    case(
        "MU-269: an order that left is not affected",
        LEFT,
        "check_order_again",
        deny("situation.closed MU-269"),
        occasion="address changed",
    ),
    case(
        "MU-269: and no check comes without a change",
        NOOR,
        "check_order_again",
        deny("declared.occasion MU-269"),
    ),
]

CHATS = [
    case(
        "MU-271: a chat is kept for 13 months",
        CHATTED,
        "send_chat_copy",
        permit(on_interest("MU-272"), data=("email", "chat_messages")),
        occasion="asked",
        at="2024-02-14",
    ),
    case(
        "MU-271 MU-273: and then no longer held",
        CHATTED,
        "send_chat_copy",
        deny("retention.ended MU-271", withheld=("chat_messages",)),
        occasion="asked",
        at="2024-02-16",
    ),
    case(
        "MU-272 MU-273: a chat of three months ago is sent on request",
        RECENT,
        "send_chat_copy",
        permit(on_interest("MU-272"), data=("email", "chat_messages")),
        occasion="asked",
    ),
    case("MU-272: and not without one", RECENT, "send_chat_copy", deny("declared.occasion MU-272")),
    case(
        "MU-272: the provider sends it",
        RECENT,
        "send_chat_copy",
        permit(on_interest("MU-272"), data=("email", "chat_messages")),
        occasion="asked",
        recipient="live_chat_provider",
    ),
    case(
        "MU-272: nobody else does",
        RECENT,
        "send_chat_copy",
        deny("declared.recipient MU-272"),
        occasion="asked",
        recipient="supplier",
    ),
]


@pytest.mark.clause("MU-158")
@pytest.mark.parametrize("row", HALVES)
def test_a_person_is_served_by_the_half_of_their_country(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-266", "MU-265", "MU-262", "MU-276")
@pytest.mark.parametrize("row", ACCOUNT)
def test_an_account_is_reached_for_its_owner(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-267", "MU-268", "MU-269")
@pytest.mark.parametrize("row", CARDS)
def test_cards_and_addresses_go_together(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-271", "MU-273", "MU-272")
@pytest.mark.parametrize("row", CHATS)
def test_a_chat_is_kept_and_sent_in_its_time(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
