"""The reference shop under this policy: what its rows tell, and what may be done by that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from placket.catalogue import check_schema
from placket.decide.decide import decide
from placket.decide.question import Question
from placket.demo import schema
from placket.identity import Identifier
from placket.policy.parse import parse
from placket.problems import has_errors
from placket.sources.checks import check_policy, words_of
from placket.sources.reflect import reflect
from tests.acceptance.retailers import (
    POLICIES,
    deny,
    in_short,
    on_consent,
    on_interest,
    on_soft_opt_in,
    permit,
    text_of,
)
from tests.contract.viewed import NOW, Ledger, catalogue_of, synced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.catalogue.model import Catalogue
    from tests.acceptance.retailers import Answer, Shop

NEWS = ("name", "email", "marketing_preferences")
CALLED = ("name", "phone", "mobile", "wish_list")


def on(month: int, day: int = 1) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def account(number: int, email: str, phone: str | None = None) -> dict[str, Any]:
    return {
        "id": number,
        "email": email,
        "phone": phone,
        "first_name": "Ada",
        "last_name": "Kerr",
        "country": "GB",
        "language": "en",
        "created_at": on(1),
        "accepts_email_marketing": True,
    }


def order(number: int, **whose: Any) -> dict[str, Any]:
    return {
        "id": number,
        "invoice_no": f"M-{number}",
        "placed_at": on(11, 2),
        "paid_at": on(11, 2),
        "status": "sent",
        "total_pence": 900,
        "country": "GB",
        "delivery_name": "Ada Kerr",
        "delivery_address": "1 Example Street",
        "checkout_wording": "checkout-1",
        "refusal_offered": True,
        **whose,
    }


def choice(number: int, email: str, word: str, day: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "email": email,
        "choice": word,
        "channel": "email",
        "wording": "news-1",
        "route": "sign_up",
        "chosen_at": on(11, day),
        "customer_id": 3,
        **more,
    }


ROWS: dict[str, list[dict[str, Any]]] = {
    "customer": [
        account(1, "lena@example.org", "07700 900001"),
        account(2, "max@example.org"),
        account(3, "ida@example.org"),
    ],
    "product": [{"id": 1, "code": "P1", "name": "boots", "price_pence": 900, "in_stock": True}],
    "orders": [
        order(1, customer_id=1),
        order(2, guest_email="guest@example.org", guest_phone="07700 900002"),
        order(3, guest_email="silent@example.org", refusal_offered=False),
    ],
    "wish_list_item": [
        {"id": 1, "customer_id": 1, "product_id": 1, "added_at": on(11), "tell_when_back": True}
    ],
    "newsletter_choice": [
        choice(1, "ida@example.org", "yes", 3, topic="newsletter", confirmed_at=on(11, 4)),
        choice(2, "max@example.org", "yes", 3, topic="newsletter", customer_id=2),
        choice(3, "eve@example.org", "yes", 3, confirmed_at=on(11, 4), customer_id=None),
        choice(4, "eve@example.org", "withdrawn", 9, customer_id=None),
    ],
    "gift_recipient": [
        {
            "id": 1,
            "order_id": 1,
            "name": "Cleo May",
            "address": "2 Example Street",
            "email": "cleo@example.org",
        }
    ],
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_of((POLICIES / "muse" / "catalogue.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def engine() -> Iterator[sa.Engine]:
    """Yield the shop's database in memory with a few rows of invented persons."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    schema.METADATA.create_all(engine)
    with engine.begin() as connection:
        for table in schema.METADATA.sorted_tables:
            for row in ROWS.get(table.name, ()):
                connection.execute(table.insert(), row)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def ledger(shop: Shop, engine: sa.Engine, catalogue: Catalogue) -> Ledger:
    """Return the facts that the rows told."""
    ledger = Ledger(shop.policy)
    synced(engine, catalogue, ledger, NOW)
    return ledger


def answer(shop: Shop, ledger: Ledger, who: str, activity: str, **asked: Any) -> Answer:
    standing = ledger.standing(Identifier("customer", who))
    return in_short(decide(shop.policy, standing, Question(activity=activity, **asked), NOW))


def test_the_catalogue_fits_the_shop_and_the_policy(
    engine: sa.Engine, catalogue: Catalogue
) -> None:
    document = parse(text_of("muse")).document
    assert document is not None

    beside = check_policy(catalogue, words_of(document))

    assert check_schema(catalogue, "shop", reflect(engine)) == ()
    assert not has_errors(beside)
    # What no row of the reference shop tells is told through the programming interface.
    assert {problem.code for problem in beside} == {"C306"}


@pytest.mark.clause("MU-128")
def test_an_order_with_a_refusal_offered_opens_offers_by_email(shop: Shop, ledger: Ledger) -> None:
    data = ("name", "email", "purchase_history")
    offered = permit(*on_soft_opt_in("MU-128"), data=data)

    for buyer in ("shop.customer:1", "shop.contact:guest@example.org"):
        assert answer(shop, ledger, buyer, "offers_to_buyers", data=data) == offered
    assert answer(
        shop, ledger, "shop.contact:silent@example.org", "offers_to_buyers", data=data
    ) == deny("channel.no_soft_opt_in MU-128")


@pytest.mark.clause("MU-012", "MU-130")
def test_only_a_number_given_for_the_account_is_called_for_a_wanted_article(
    shop: Shop, ledger: Ledger
) -> None:
    asked = {"occasion": "boots are back in stock"}

    assert answer(shop, ledger, "shop.customer:1", "restock_call", **asked) == permit(
        on_interest("MU-130"), data=CALLED
    )
    assert answer(
        shop, ledger, "shop.contact:guest@example.org", "restock_call", data=("phone",), **asked
    ) == deny("purpose.not_shown MU-012", withheld=("phone",))


@pytest.mark.clause("MU-063", "MU-064", "MU-127")
def test_the_news_go_to_who_confirmed_and_did_not_cancel(shop: Shop, ledger: Ledger) -> None:
    assert answer(shop, ledger, "shop.customer:3", "newsletter") == permit(
        *on_consent("MU-127", "MU-064"), data=NEWS
    )
    assert answer(shop, ledger, "shop.customer:2", "newsletter") == deny(
        "basis.consent_unconfirmed MU-064", "channel.no_soft_opt_in MU-127"
    )
    assert answer(shop, ledger, "shop.contact:eve@example.org", "newsletter") == deny(
        "basis.consent_refused MU-064",
        "channel.refused MU-127",
        "channel.no_soft_opt_in MU-127",
        "declared.region",  # nobody told where she lives, and elsewhere there is no such letter
    )


@pytest.mark.clause("MU-023")
def test_who_gets_a_gift_is_reached_for_the_gift_alone(shop: Shop, ledger: Ledger) -> None:
    cleo = "shop.gift_recipient:1"

    given = answer(shop, ledger, cleo, "gift_delivery", data=("name", "delivery_address"))

    assert given == permit(on_interest("MU-023"), data=("name", "delivery_address"))
    assert answer(shop, ledger, cleo, "service_messages") == deny(
        "role.not_concerned MU-145",
        "declared.region",
        *["role.confined MU-008"] * 2,
        withheld=("name", "email"),
    )
