"""Shopify both ways: its compliance webhooks as they come in, and its shop asked to erase."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placket.identity.identifier import Identifier
from placket.rights.recipients import Act, State
from placket.rights.right import Right
from placket.sources.processors.message import Answer, asked
from placket.sources.processors.message import told as tell
from placket.sources.processors.shopify import Shopify
from placket.sources.processors.shopify_inbound import (
    LARGEST,
    Inbound,
    InboundRefused,
    Topic,
    read_inbound,
)
from tests.unit.sources.processors.fakes import ADA, Reply, message, outgoing

if TYPE_CHECKING:
    from tests.unit.sources.processors.conftest import Serve

SECRET = b"the secret of the app"
SHOP = {"shop_id": 954889, "shop_domain": "harbour.myshopify.com"}
PERSON = {"id": 191167, "email": "Ada@Example.org", "phone": "+44 7700 900123"}
WHOM = (
    Identifier("customer", "shopify:191167"),
    Identifier("email", "ada@example.org"),
    Identifier("phone", "+447700900123"),
)
DATA_REQUEST = {
    **SHOP,
    "orders_requested": [299938, 280263],
    "customer": PERSON,
    "data_request": {"id": 9999},
}
REDACT = {**SHOP, "customer": PERSON, "orders_to_redact": [299938]}


def headers_of(body: bytes, topic: str, secret: bytes = SECRET) -> dict[str, str]:
    mac = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    return {"x-shopify-topic": topic, "x-shopify-hmac-sha256": mac}


def inbound(topic: str, said: Any) -> Inbound:
    body = json.dumps(said).encode()
    return read_inbound(headers_of(body, topic), body, SECRET)


def refused(headers: dict[str, str], body: bytes) -> int:
    with pytest.raises(InboundRefused) as raised:
        read_inbound(headers, body, SECRET)
    assert "ada" not in str(raised.value).lower()
    return raised.value.status


# In


def test_a_request_for_data_is_read() -> None:
    found = inbound("customers/data_request", DATA_REQUEST)

    assert found == Inbound(
        id=found.id,
        topic=Topic.DATA_REQUEST,
        shop="harbour.myshopify.com",
        right=Right.ACCESS,
        whom=WHOM,
        orders=("299938", "280263"),
        reference="9999",
    )


def test_a_redaction_is_read() -> None:
    found = inbound("customers/redact", REDACT)

    assert found == Inbound(
        id=found.id,
        topic=Topic.REDACT,
        shop="harbour.myshopify.com",
        right=Right.ERASURE,
        whom=WHOM,
        orders=("299938",),
    )


def test_the_redaction_of_a_shop_is_of_no_person() -> None:
    found = inbound("shop/redact", SHOP)

    assert (found.topic, found.right, found.whom) == (Topic.SHOP_REDACT, None, ())


def test_a_webhook_that_comes_again_has_the_same_id() -> None:
    assert inbound("customers/redact", REDACT).id == inbound("customers/redact", REDACT).id
    assert inbound("shop/redact", SHOP).id != inbound("customers/redact", REDACT).id


@pytest.mark.parametrize("lacking", [None, "", "no address"])
def test_a_customer_is_known_by_the_id_at_least(lacking: str | None) -> None:
    person = {"id": 191167, "email": lacking, "phone": lacking}

    found = inbound("customers/redact", {**REDACT, "customer": person})

    assert found.whom == WHOM[:1]


def test_what_a_later_version_adds_is_passed_over() -> None:
    assert inbound("shop/redact", {**SHOP, "reason": "uninstalled"}).topic == Topic.SHOP_REDACT


BODY = json.dumps(REDACT).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-shopify-topic": "customers/redact"},
        {**headers_of(BODY, "customers/redact"), "x-shopify-hmac-sha256": ""},
        {**headers_of(BODY, "customers/redact"), "x-shopify-hmac-sha256": "é"},
        {**headers_of(BODY, "customers/redact"), "x-shopify-hmac-sha256": "bm90IGl0"},
        headers_of(BODY + b" ", "customers/redact"),
        headers_of(BODY, "customers/redact", b"another secret"),
    ],
)
def test_a_wrong_signature_is_answered_with_401(headers: dict[str, str]) -> None:
    assert refused(headers, BODY) == 401


@given(st.binary(max_size=64), st.text(max_size=64))
def test_nothing_is_read_that_is_not_signed(body: bytes, signature: str) -> None:
    headers = {"x-shopify-topic": "shop/redact", "x-shopify-hmac-sha256": signature}

    assert refused(headers, body) == 401


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("customers/update", REDACT),
        ("", REDACT),
        ("shop/redact", REDACT),
        ("shop/redact", DATA_REQUEST),
        ("customers/redact", DATA_REQUEST),
        ("customers/data_request", REDACT),
        ("customers/redact", SHOP),
        ("customers/redact", {**SHOP, "customer": PERSON}),
        ("customers/redact", {**REDACT, "orders_to_redact": ["a"]}),
        ("customers/redact", {**REDACT, "customer": {**PERSON, "id": "191167"}}),
        ("customers/redact", {**REDACT, "customer": {"email": "ada@example.org"}}),
        ("shop/redact", {**SHOP, "shop_domain": "https://elsewhere.example/"}),
        ("shop/redact", []),
    ],
)
def test_a_webhook_of_another_form_or_topic_is_refused(topic: str, said: Any) -> None:
    body = json.dumps(said).encode()

    assert refused(headers_of(body, topic), body) == 400


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":' * 50_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert refused(headers_of(body, "shop/redact"), body) == 400


def test_a_webhook_that_is_too_long_is_not_even_verified() -> None:
    body = b" " * (LARGEST + 1)

    assert refused(headers_of(body, "shop/redact"), body) == 413


# Out

TOKEN = "shpat_1"  # noqa: S105  # invented
GID = "gid://shopify/Customer/7"
TAKEN = {"data": {"customerRequestDataErasure": {"customerId": GID, "userErrors": []}}}


def shopify(url: str) -> Shopify:
    return Shopify(url=url, token=TOKEN, calls=outgoing())


def answered(serve: Serve, said: Any) -> Answer:
    shop = serve(lambda _seen: Reply(200, json.dumps(said).encode()))
    return tell(shopify(shop.url), message())


def failed(why: str) -> Answer:
    return Answer(state=State.FAILED, why=why)


def test_a_shop_is_asked_to_erase_the_customer(serve: Serve) -> None:
    shop = serve(lambda _seen: Reply(200, json.dumps(TAKEN).encode()))

    found = tell(shopify(shop.url), message())

    (seen,) = shop.seen
    assert seen.headers["x-shopify-access-token"] == TOKEN
    assert "customerRequestDataErasure(customerId: $id)" in seen.said["query"]
    assert seen.said["variables"] == {"id": GID}
    assert b"ada@" not in seen.body
    assert found == Answer(state=State.RECEIVED, reference=GID)


def test_a_customer_whom_the_shop_does_not_know_goes_to_a_person(serve: Serve) -> None:
    error = {"code": "DOES_NOT_EXIST", "message": "Customer does not exist", "field": None}
    result = {"customerId": None, "userErrors": [error]}

    found = answered(serve, {"data": {"customerRequestDataErasure": result}})

    assert found == Answer(state=State.REFUSED)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"errors": [{"message": "no access"}]}, "unreadable"),
        ({**TAKEN, "errors": [{}]}, "unreadable"),
        ({"data": None}, "unreadable"),
        ({"data": {}}, "unreadable"),
        ([], "unreadable"),
        (
            {"data": {"customerRequestDataErasure": {"customerId": "x", "userErrors": []}}},
            "of_another",
        ),
    ],
)
def test_a_shop_that_does_not_say_yes_has_not_taken_it(serve: Serve, said: Any, why: str) -> None:
    assert answered(serve, said) == failed(why)


@pytest.mark.parametrize(("customer", "state"), [(None, State.DONE), ({"id": GID}, State.RECEIVED)])
def test_a_customer_is_erased_when_the_shop_no_longer_has_them(
    serve: Serve, customer: Any, state: State
) -> None:
    shop = serve(lambda _seen: Reply(200, json.dumps({"data": {"customer": customer}}).encode()))

    found = asked(shopify(shop.url), message(), GID)

    assert (found.state, bool(found.receipt)) == (state, state is State.DONE)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"data": {}}, "unreadable"),
        ({"data": None}, "unreadable"),
        ({"data": {"customer": None}, "errors": [{}]}, "unreadable"),
        ({"data": {"customer": {"id": "gid://shopify/Customer/8"}}}, "of_another"),
    ],
)
def test_a_fault_is_not_taken_for_a_customer_who_is_gone(serve: Serve, said: Any, why: str) -> None:
    shop = serve(lambda _seen: Reply(200, json.dumps(said).encode()))

    assert asked(shopify(shop.url), message(), GID) == failed(why)


def test_a_reference_of_another_customer_is_not_asked_about(serve: Serve) -> None:
    shop = serve(lambda _seen: Reply(200, b'{"data":{"customer":null}}'))

    assert asked(shopify(shop.url), message(), "gid://shopify/Customer/8") == failed("of_another")
    assert shop.seen == []


@pytest.mark.parametrize(
    "parts",
    [
        {"act": Act.RECTIFY},
        {"whom": ADA[:1]},
        {"whom": (Identifier("customer", "shop:seven"),)},
        {"whom": (Identifier("customer", "shop:7"), Identifier("customer", "shop:8"))},
    ],
)
def test_what_a_shop_cannot_be_told_goes_to_a_person(parts: Any) -> None:
    assert tell(shopify("http://127.0.0.1:9/"), message(**parts)) == failed("unable")
