"""Shopify's compliance webhooks in this process: signed, once, in any order."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from placket.rights.right import Right
from tests.acceptance.web.asking import Web, web_in
from tests.contract.rights_shop import ADA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

SECRET = b"a-secret-that-shopify-and-we-know"
KEPT_IN = "shopify.txt"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = web_in(tmp_path)
    (tmp_path / KEPT_IN).write_bytes(SECRET + b"\n")
    made.gate.settings = replace(made.gate.settings, shopify_secret_file=KEPT_IN)
    yield made
    made.asked.close()


def data_request(**said: Any) -> dict[str, Any]:
    return {
        "shop_id": 954889,
        "shop_domain": "small-shop.example.com",
        "orders_requested": [299938, 280263],
        "customer": {"id": 191167, "email": "Ada@example.org", "phone": None},
        "data_request": {"id": 9999},
        **said,
    }


def redact() -> dict[str, Any]:
    said = data_request(orders_to_redact=[299938])
    return {key: said[key] for key in said if key not in ("orders_requested", "data_request")}


def send(web: Web, topic: str, said: dict[str, Any], **how: Any) -> httpx.Response:
    body = json.dumps(said).encode()
    mac = hmac.new(how.get("secret", SECRET), body, hashlib.sha256).digest()
    headers = {
        "content-type": "application/json",
        "x-shopify-topic": how.get("told", topic),
        "x-shopify-hmac-sha256": base64.b64encode(mac).decode(),
    }
    sent = how.get("sent", body)
    return web.browser.post(f"/v1/webhooks/shopify/{topic}", content=sent, headers=headers)


def requests(web: Web) -> list[tuple[Right, str]]:
    return [(case.request.right, case.request.route) for case in web.register.cases()]


def test_a_wish_for_a_copy_is_taken_down_once_for_whom_the_ledger_knows(web: Web) -> None:
    answers = [send(web, "customers/data_request", data_request()).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert requests(web) == [(Right.ACCESS, "shopify")]
    case = web.newest(ADA)
    assert case.request.proofs == ()
    assert len(web.letters(case, "received")) == 1


def test_a_wish_for_an_end_comes_before_or_after_one_for_a_copy(web: Web) -> None:
    send(web, "customers/redact", redact())
    send(web, "customers/data_request", data_request())
    send(web, "customers/redact", redact())

    assert sorted(requests(web)) == [(Right.ACCESS, "shopify"), (Right.ERASURE, "shopify")]


def test_what_is_not_signed_by_the_secret_is_refused_before_it_is_read(web: Web) -> None:
    foreign = send(web, "customers/redact", redact(), secret=b"another secret of somebody else")
    changed = send(web, "customers/redact", redact(), sent=b'{"shop_id": 1}')
    garbage = send(web, "customers/redact", redact(), sent=b"\xff not json")

    assert [a.status_code for a in (foreign, changed, garbage)] == [401, 401, 401]
    assert foreign.content == b""
    assert requests(web) == []


def test_a_delivery_under_another_topic_or_address_opens_nothing(web: Web) -> None:
    told = send(web, "customers/redact", data_request())
    shop = send(web, "shop/redact", redact(), told="customers/redact")

    assert [told.status_code, shop.status_code] == [400, 404]
    assert requests(web) == []


def test_a_whole_shop_is_answered_and_names_nobody(web: Web) -> None:
    said = {"shop_id": 954889, "shop_domain": "small-shop.example.com"}

    assert send(web, "shop/redact", said).status_code == 200
    assert requests(web) == []


def test_without_a_secret_there_is_no_such_address(web: Web) -> None:
    web.gate.settings = replace(web.gate.settings, shopify_secret_file="")

    assert send(web, "customers/redact", redact()).status_code == 404
    assert web.browser.get("/v1/webhooks/shopify/customers/redact").status_code == 404


def test_what_is_too_large_is_refused(web: Web) -> None:
    answer = send(web, "customers/redact", redact(), sent=b" " * 300_000)

    assert answer.status_code == 413
