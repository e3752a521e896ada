"""Requests in the console: the queue, one request whole, each act with its guards' sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Fact, Kind
from placket.gate.requests.register import Opening
from placket.rights.request import State
from placket.rights.right import Refusal, Right
from placket.sources.told import Told
from placket.web.console.requests.acts import ACTS
from tests.acceptance.web.asking import Web, web_in
from tests.contract.rights_shop import ADA, BEN, CAT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from placket.gate.requests.register import Case

STRONG = ("code", "second_channel")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = web_in(tmp_path)
    made.browser.post("/console/requests/by", data={"by": "noor"})
    yield made
    made.asked.close()


def opened(web: Web, right: Right = Right.ERASURE, subject: str = ADA, **said: object) -> Case:
    opening = Opening(subject=subject, right=right, route="phone", by="care-1", **said)  # type: ignore[arg-type]  # as the test says
    return web.asked.desk.open(opening)


def act(web: Web, case: Case, name: str, **form: str) -> httpx.Response:
    said = {f"{name}.{field.replace('__', '.')}": value for field, value in form.items()}
    return web.browser.post(f"/console/requests/{case.request.id}/{name}", data=said)


def see(web: Web, case: Case) -> str:
    return web.browser.get(f"/console/requests/{case.request.id}").text


def test_the_queue_has_the_next_due_first_and_nobody_s_address(web: Web) -> None:
    late = opened(web, Right.ACCESS, BEN)
    web.pass_days(20)
    soon = opened(web, Right.ERASURE, ADA)

    text = web.browser.get("/console/requests").text

    assert text.index(late.request.id) < text.index(soon.request.id)
    assert "See who asks" in text
    assert "days left" in text
    assert "example.org" not in text


def test_the_queue_holds_open_requests_or_all_in_pages(web: Web) -> None:
    cases = [opened(web, Right.COMPLAINT, f"email:eve{n}@example.com") for n in range(3)]
    web.asked.desk.withdraw(cases[0].request.id)

    text = web.browser.get("/console/requests").text
    every = web.browser.get("/console/requests?show=all").text
    rest = web.browser.get("/console/requests?show=all&after=2").text

    assert cases[0].request.id not in text
    assert "1 to 2 of 2" in text
    assert cases[0].request.id in every
    assert "3 to 3 of 3" in rest
    assert cases[0].request.id in rest


def test_a_late_request_says_so(web: Web) -> None:
    case = opened(web)
    web.pass_days(40)

    assert "late</span>" in web.browser.get("/console/requests").text
    assert " days late" in see(web, case)


def test_an_erasure_goes_from_receipt_to_answer_by_forms_alone(web: Web) -> None:
    case = opened(web, proof=STRONG)

    made = act(web, case, "plan")
    text = see(web, case)
    digest = web.register.case(case.request.id).request.plan
    assert digest is not None
    approved = act(web, case, "approve", digest=digest.digest)
    applied = act(web, case, "apply")
    answered = act(web, case, "answer")

    assert [a.status_code for a in (made, approved, applied, answered)] == [303] * 4
    assert "Stays as it is, for one purpose alone" in text
    assert 'href="/privacy/notice#S-1"' in text
    assert f'value="{digest.digest}"' in text
    assert web.register.case(case.request.id).request.state is State.FULFILLED
    after = see(web, case)
    assert "Carried out: " in after
    assert "Plan approved" in after
    assert "noor" in after
    assert "Ada" not in str(web.asked.rows("customer"))


def test_a_guard_s_sentence_stands_in_place_with_its_mend(web: Web) -> None:
    case = opened(web)
    act(web, case, "plan")
    plan = web.register.case(case.request.id).request.plan
    assert plan is not None

    answer = act(web, case, "approve", digest=plan.digest)

    assert answer.status_code == 409
    assert "<title>Error: " in answer.text
    assert 'href="#act-approve"' in answer.text
    assert 'id="why-approve"' in answer.text
    assert "It is not known well enough who asks." in answer.text
    assert "Send a code to an address on file" in answer.text
    assert web.register.case(case.request.id).request.approvals == ()


def test_an_old_digest_approves_nothing(web: Web) -> None:
    case = opened(web, proof=STRONG)
    act(web, case, "plan")

    answer = act(web, case, "approve", digest="d" * 64)

    assert answer.status_code == 409
    assert "This is not the newest plan." in answer.text


def test_nothing_is_done_by_nobody(web: Web) -> None:
    case = opened(web)
    web.browser.cookies.clear()

    answer = act(web, case, "assign", owner="ravi")

    assert answer.status_code == 422
    assert 'href="#by"' in answer.text
    assert "Say who you are first" in answer.text
    assert web.register.case(case.request.id).request.owner == ""


def test_whoever_took_it_down_is_told_that_they_do_not_decide(web: Web) -> None:
    case = opened(web, proof=STRONG)
    web.browser.post("/console/requests/by", data={"by": "care-1"})

    answer = act(web, case, "refuse", ground="duty")

    assert answer.status_code == 409
    assert "Whoever asked does not decide." in answer.text


def test_a_refusal_offers_the_grounds_of_its_right_alone_and_keeps_what_was_written(
    web: Web,
) -> None:
    case = opened(web, Right.RESTRICTION)
    written = "The law gives this right in certain cases."

    foreign = act(web, case, "refuse", ground="duty", why=written)
    done = act(web, case, "refuse", ground="conditions_unmet", why=written)

    assert foreign.status_code == 422
    assert written in foreign.text
    offered = {g.value for g in Refusal if f'<option value="{g.value}"' in foreign.text}
    assert offered >= {"conditions_unmet", "unfounded"}
    assert "accurate" not in offered
    assert done.status_code == 303
    assert written in web.letters(case, "refused")[0].kept.body


def test_staff_confirm_what_they_saw(web: Web) -> None:
    case = opened(web)
    address = web.register.address_id(ADA)

    nothing = act(web, case, "verify", address=address)
    seen = act(web, case, "verify", address=address, ways__staff="on", ways__second_channel="on")

    assert nothing.status_code == 422
    assert "Tick what was seen." in nothing.text
    assert seen.status_code == 303
    assert "Strongly known" in see(web, case)


def test_a_question_is_written_and_its_answer_taken(web: Web) -> None:
    case = opened(web)

    act(web, case, "clarify", says="Which shop?\nWhich year?")
    asked = see(web, case)
    act(web, case, "came", what="clarification_answered")

    assert "for an answer to our question" in asked
    assert "Which year?" in web.letters(case, "clarification_asked")[0].kept.body
    assert "for an answer to our question" not in see(web, case)


def test_what_the_person_wrote_stands_on_the_page_and_opens_nothing(web: Web) -> None:
    case = opened(web, Right.COMPLAINT, CAT, words="<b>The parcel</b> was open")

    text = see(web, case)

    assert "&lt;b&gt;The parcel&lt;/b&gt; was open" in text
    assert "cat@example.net" in text


def test_a_code_and_a_stop_link_are_not_shown_to_staff(web: Web) -> None:
    case = opened(web)
    act(web, case, "code", address=web.register.address_id(ADA))

    text = see(web, case)

    assert "Your code for request" in text
    assert web.code(case) not in text
    assert "/privacy/requests/stop/" not in text


def test_what_did_not_count_is_shown_with_the_why(web: Web) -> None:
    case = opened(web)
    with_code = web.asked.desk.send_code(case.request.id, web.register.address_id(ADA))
    web.asked.desk.withdraw(with_code.request.id)
    late = Fact(
        id="late",
        kind=Kind.REQUEST_MOVED,
        person=case.request.person,
        about=case.request.id,
        what="answered",
        occurred_at=web.gate.now(),
        recorded_at=web.gate.now(),
    )
    web.gate.record([Told(late)])

    text = see(web, case)

    assert "What did not count" in text
    assert "The request is closed" in text


@pytest.mark.parametrize("right", list(Right))
def test_each_right_has_a_page_whose_acts_all_answer(web: Web, right: Right) -> None:
    case = opened(web, right)

    text = see(web, case)
    answers = {
        each.name: act(web, case, each.name).status_code for each in ACTS if each.name != "withdraw"
    }

    assert "What else can be done" in text
    assert set(answers.values()) <= {303, 409, 422}, answers


def test_a_page_of_another_site_cannot_press_a_button(web: Web) -> None:
    case = opened(web)
    headers = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}

    answer = web.browser.post(f"/console/requests/{case.request.id}/withdraw", headers=headers)

    assert answer.status_code == 403
    assert web.register.case(case.request.id).request.is_open


def test_a_reference_or_an_act_that_there_is_not_has_no_page(web: Web) -> None:
    case = opened(web)

    assert web.browser.get("/console/requests/r_222222222222").status_code == 404
    assert act(web, case, "fly").status_code == 404


def test_whoever_acts_is_led_back_to_a_page_of_ours_alone(web: Web) -> None:
    said = {"by": "noor", "back": "https://elsewhere.example/"}

    answer = web.browser.post("/console/requests/by", data=said)

    assert answer.headers["location"] == "/console/requests"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
