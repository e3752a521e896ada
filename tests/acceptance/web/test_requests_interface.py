"""`/v1/requests` in this process: opened once, moved under guards, planned, applied, answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from placket.rights.guards import GUARDS
from placket.web.mending import MENDS
from tests.acceptance.web.asking import Web, web_in
from tests.contract.rights_shop import ADA, BEN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

STRONG = ["code", "second_channel"]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = web_in(tmp_path)
    yield made
    made.asked.close()


def post(web: Web, path: str, said: dict[str, Any] | None = None, **how: Any) -> httpx.Response:
    key = how.pop("key", "all")
    headers = {**web.bearing(key), **how.pop("headers", {})}
    return web.browser.post(f"/v1/requests{path}", json=said or {}, headers=headers)


def opened(web: Web, right: str = "erasure", **said: Any) -> dict[str, Any]:
    answer = post(web, "", {"subject": ADA, "right": right, "proof": STRONG, **said})
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def problem(answer: httpx.Response) -> tuple[int, str, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    return body["status"], body["type"].partition("#")[2], body["detail"]


def test_a_request_goes_from_receipt_to_answer(web: Web) -> None:
    reference = opened(web, by="care-1")["reference"]

    planned = post(web, f"/{reference}/plan").json()
    approved = post(web, f"/{reference}/approve", {"digest": planned["digest"]}, key="boss-1")
    applied = post(web, f"/{reference}/apply").json()
    answered = post(web, f"/{reference}/answer").json()

    assert planned["obstacles"] == []
    assert {step["action"] for step in planned["steps"]} >= {"delete", "keep"}
    assert "ada@example.org" not in str(planned)
    assert approved.json()["plan"]["approved_by"] == ["boss-1"]
    assert applied["left"] == {}
    assert answered["state"] == "fulfilled"
    assert answered["next"] is None
    assert "Ada" not in str(web.asked.rows("customer"))


def test_the_same_id_opens_one_request(web: Web) -> None:
    said = {"subject": ADA, "right": "access"}

    first = post(web, "", {**said, "id": "ticket-7"})
    again = post(web, "", said, headers={"idempotency-key": "ticket-7"})
    other = post(web, "", {**said, "id": "ticket-8"})
    another = post(web, "", {**said, "subject": BEN, "id": "ticket-7"})
    mine = post(web, "", {**said, "id": "ticket-7"}, key="clerk")

    assert first.json()["reference"] == again.json()["reference"]
    assert other.json()["reference"] != first.json()["reference"]
    assert problem(another)[:2] == (409, "request-conflict")
    assert mine.json()["reference"] != first.json()["reference"]
    assert len(web.letters(web.register.case(first.json()["reference"]), "received")) == 1


def test_the_same_id_sent_by_many_at_once_opens_one_request(web: Web) -> None:
    said = {"subject": "email:new@example.com", "right": "access", "id": "ticket-7"}

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(web, "", said), range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["reference"] for answer in answers}) == 1
    assert len(list(web.register.cases())) == 1


def test_two_ids_that_disagree_are_refused(web: Web) -> None:
    said = {"subject": ADA, "right": "access", "id": "ticket-7"}

    answer = post(web, "", said, headers={"idempotency-key": "ticket-8"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/id"


def test_the_register_lists_what_is_open_or_all(web: Web) -> None:
    first, second = opened(web)["reference"], opened(web, "access")["reference"]
    post(web, f"/{first}/withdraw")

    asked = {
        state: web.browser.get(f"/v1/requests?state={state}", headers=web.bearing("reader"))
        for state in ("open", "all")
    }
    lines = {state: answer.text.splitlines() for state, answer in asked.items()}

    assert len(lines["open"]) == 1
    assert second in lines["open"][0]
    assert len(lines["all"]) == 2
    assert "example.org" not in str(lines)


def test_what_a_guard_turns_away_is_told_with_its_mend(web: Web) -> None:
    reference = opened(web, proof=[])["reference"]
    planned = post(web, f"/{reference}/plan").json()

    answer = post(web, f"/{reference}/approve", {"digest": planned["digest"]}, key="boss-1")

    status, kind, detail = problem(answer)
    assert (status, kind) == (409, "move-refused")
    assert detail.startswith("it is not known well enough who asks; send a code")


def test_whoever_took_it_down_does_not_approve_it(web: Web) -> None:
    reference = opened(web)["reference"]
    digest = post(web, f"/{reference}/plan").json()["digest"]

    own = post(web, f"/{reference}/approve", {"digest": digest})

    assert problem(own)[2].startswith("whoever asked does not decide")


def test_a_stale_plan_is_refused_and_nothing_is_changed(web: Web) -> None:
    reference = opened(web, by="care-1")["reference"]
    digest = post(web, f"/{reference}/plan").json()["digest"]
    post(web, f"/{reference}/approve", {"digest": digest}, key="boss-1")
    web.asked.run("""INSERT INTO "call" VALUES (9, 1, '2026-11-01 10:00:00', 'new.wav')""")
    before = web.asked.rows("customer")

    answer = post(web, f"/{reference}/apply")

    assert problem(answer)[:2] == (409, "plan-stale")
    assert web.asked.rows("customer") == before


def test_a_source_that_does_not_answer_is_told_and_the_plan_stays_approved(web: Web) -> None:
    reference = opened(web, by="care-1")["reference"]
    digest = post(web, f"/{reference}/plan").json()["digest"]
    post(web, f"/{reference}/approve", {"digest": digest}, key="boss-1")
    there = web.gate.settings
    away = replace(there.sources["shop"], url="postgresql://127.0.0.1:1/away")
    web.gate.settings = replace(there, sources={"shop": away})

    down = post(web, f"/{reference}/apply")
    web.gate.settings = there
    up = post(web, f"/{reference}/apply")

    assert problem(down)[:2] == (503, "source-unavailable")
    assert up.json()["left"] == {}
    assert up.json()["request"]["next"] == "answer"


def test_a_plan_that_another_worker_carries_out_is_left_to_it(web: Web) -> None:
    reference = opened(web, by="care-1")["reference"]
    digest = post(web, f"/{reference}/plan").json()["digest"]
    post(web, f"/{reference}/approve", {"digest": digest}, key="boss-1")
    held = web.gate.ledger.lease(f"request:{reference}", "other", now=web.gate.now(), seconds=60)

    answer = post(web, f"/{reference}/apply")

    assert held is not None
    assert problem(answer)[:2] == (409, "request-in-hand")


def test_a_reference_that_there_is_not_is_a_problem_for_each_act(web: Web) -> None:
    read = web.browser.get("/v1/requests/r_222222222222", headers=web.bearing("all"))
    acted = post(web, "/r_222222222222/accept")

    assert problem(read)[:2] == problem(acted)[:2] == (404, "request-unknown")


@pytest.mark.parametrize(
    ("key", "act", "status"),
    [("reader", "accept", 403), ("clerk", "approve", 403), ("clerk", "accept", 404)],
)
def test_each_act_needs_its_scope(web: Web, key: str, act: str, status: int) -> None:
    said = {"digest": "d" * 64} if act == "approve" else {}

    assert post(web, f"/r_222222222222/{act}", said, key=key).status_code == status


def test_staff_show_who_asks_at_an_address_on_file(web: Web) -> None:
    shown = opened(web, "human_review", proof=[])
    address = shown["addresses"][0]["id"]
    path = f"/{shown['reference']}/verify"

    seen = post(web, path, {"seen": ["staff"], "address": address, "by": "care-1"})
    elsewhere = post(web, path, {"seen": ["staff"], "address": "nowhere"})
    nothing = post(web, path)
    wrong = post(web, path, {"code": "000000"})

    assert seen.json()["proof"] == "known"
    assert problem(elsewhere)[:2] == (422, "address-unknown")
    assert problem(nothing)[:2] == (422, "field")
    assert problem(wrong)[:2] == (422, "code-wrong")


def test_the_acts_between_are_told_by_letters(web: Web) -> None:
    reference = opened(web, by="care-1")["reference"]

    post(web, f"/{reference}/assign", {"owner": "care-2"})
    extended = post(web, f"/{reference}/extend", {"reasons": ["complexity"]})
    asked = post(web, f"/{reference}/ask", {"what": "clarification", "says": ["Which shop?"]})
    came = post(web, f"/{reference}/came", {"what": "clarification"})
    refused = post(web, f"/{reference}/refuse", {"ground": "duty", "by": "boss-1"})

    assert extended.json()["owner"] == "care-2"
    assert asked.json()["waits_for"] == "clarification"
    assert came.json()["waits_for"] is None
    assert refused.json()["state"] == "rejected"
    case = web.register.case(reference)
    assert len(web.letters(case, "refused")) == 1
    assert len(web.letters(case, "clarification_asked")) == 1


def test_a_complaint_is_not_answered_without_what_came_of_it(web: Web) -> None:
    reference = opened(web, "complaint", words="The parcel was open")["reference"]
    post(web, f"/{reference}/accept", {"by": "boss-1"})

    empty = post(web, f"/{reference}/answer")
    whole = post(web, f"/{reference}/answer", {"outcome": "You were right.", "why": "It was torn."})

    assert problem(empty)[:2] == (422, "letter-incomplete")
    assert whole.json()["state"] == "fulfilled"


def test_what_a_person_wrote_lies_sealed(web: Web) -> None:
    reference = opened(web, "complaint", words="The parcel was open")["reference"]

    fact = web.gate.fact(reference)

    assert fact is not None
    assert fact.sealed
    assert b"parcel" not in fact.sealed


def test_every_guard_has_a_mend() -> None:
    whys = {guard.why for guards in GUARDS.values() for guard in guards}

    assert whys | {"the request is closed"} == set(MENDS)
