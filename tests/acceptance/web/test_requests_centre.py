"""Requests in the shoppers' centre: asked, proven, followed, stopped, and nothing given away."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from placket.gate.requests.carrying import carry_out
from placket.gate.requests.planning import approve, make_plan
from placket.gate.requests.proof import CODES_A_DAY
from placket.rights.request import State, proof_at
from placket.rights.right import Proof, Right
from tests.acceptance.web.asking import Web, web_in
from tests.contract.gates import DAY
from tests.contract.rights_shop import ADA, BEN, CAT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = web_in(tmp_path)
    yield made
    made.asked.close()


def ask(web: Web, right: str, email: str, **form: str) -> httpx.Response:
    return web.browser.post(f"/privacy/requests/new/{right}", data={"email": email, **form})


def same(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Return all that whoever asks can see of an answer."""
    return answer.status_code, answer.content, answer.headers.multi_items()


def test_each_right_is_told_with_its_clause(web: Web) -> None:
    text = web.browser.get("/privacy/requests").text

    assert 'href="/privacy/requests/new/erasure"' in text
    assert "Newsletters go to those who said yes" in text
    assert 'href="/privacy/notice#S-1"' in text
    assert 'href="/privacy/requests/new/portability"' in text
    assert "chat_transcript" not in text


def lock(web: Web, subject: str) -> None:
    """Let so many codes be asked for that no more are sent today."""
    for _ in range(CODES_A_DAY):
        name = f"codes:{web.register.address_id(subject)}"
        web.gate.ledger.tally(name, now=web.gate.now(), within=DAY)


def test_an_answer_says_nothing_of_whom_the_shop_knows(web: Web) -> None:
    web.gate.erase(web.gate.person_of(CAT) or "", by="test", route="test")
    lock(web, BEN)
    kinds = {
        "known": "ada@example.org",
        "locked": "ben@example.org",
        "erased": "cat@example.net",
        "unknown": "eve@example.com",
    }

    first = {kind: ask(web, "access", email) for kind, email in kinds.items()}
    again = {kind: ask(web, "access", email) for kind, email in kinds.items()}

    assert first["known"].status_code == 303
    assert first["known"].headers["location"] == "/privacy/requests/sent"
    answers = [*first.values(), *again.values()]
    assert [same(answer) for answer in answers] == [same(first["known"])] * 8
    assert len(web.letters(web.newest(ADA), "code")) == 2
    assert web.letters(web.newest(BEN), "code") == []


def test_an_answer_takes_its_time_whoever_asks(tmp_path: Path) -> None:
    web = web_in(tmp_path, answer_seconds=0.4)
    ask(web, "access", "warm@example.com")

    took = []
    for email in ("ada@example.org", "eve@example.com"):
        begun = time.perf_counter()
        ask(web, "access", email)
        took.append(time.perf_counter() - begun)

    assert all(seconds >= 0.4 for seconds in took)
    web.asked.close()


def test_a_copy_is_fetched_once_by_the_link_of_its_letter(web: Web) -> None:
    case = web.asked.strongly(ADA, Right.ACCESS)
    plan = make_plan(web.register, case.request.id).plan
    approve(web.register, case.request.id, plan.digest(), by="boss-1")
    carry_out(web.register, case.request.id, holder="test")
    answered = web.asked.desk.answer(case.request.id)
    body = web.letters(answered, "answered")[0].kept.body
    link = body[body.index("/privacy/requests/copy/") :].split()[0]

    web.asked.desk.send_code(case.request.id, web.register.address_id(ADA))
    web.prove(answered)
    page = web.browser.get(f"/privacy/requests/{case.request.id}").text
    looked = [web.other_browser().get(link) for _ in range(2)]
    fetched = [web.other_browser().post(link) for _ in range(2)]

    assert "It waits until" in page
    assert [answer.status_code for answer in looked] == [200, 200]
    assert [answer.status_code for answer in fetched] == [200, 404]
    assert fetched[0].headers["content-disposition"].startswith("attachment")
    assert fetched[0].headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(fetched[0].content)) as archive:
        assert any(name.endswith(".html") for name in archive.namelist())


def test_a_new_code_says_nothing_of_whom_the_shop_knows(web: Web) -> None:
    ask(web, "access", "ada@example.org")
    ada = web.newest(ADA).request.id
    asked = [
        {"again": ada, "email": "ada@example.org"},
        {"again": ada, "email": "eve@example.com"},
        {"again": "r_222222222222", "email": "ada@example.org"},
    ]

    answers = [web.browser.post("/privacy/requests/code", data=form) for form in asked]

    assert answers[0].status_code == 303
    assert [same(answer) for answer in answers] == [same(answers[0])] * 3
    assert len(web.letters(web.newest(ADA), "code")) == 2


def test_a_request_is_taken_down_whoever_asks_and_a_code_goes_to_an_address_on_file(
    web: Web,
) -> None:
    ask(web, "erasure", " Ada@Example.org", **{"data.email": "on"})
    ask(web, "erasure", "eve@example.com")

    ada, eve = web.newest(ADA), web.newest("email:eve@example.com")
    assert (ada.request.route, ada.request.data) == ("web", ("email",))
    assert [w.kept.to for w in web.letters(ada, "code")] == ["email:ada@example.org"]
    assert eve.request.state is State.ACKNOWLEDGED
    assert web.letters(eve, "code") == []


def test_a_code_opens_the_page_of_its_request(web: Web) -> None:
    ask(web, "access", "ada@example.org")

    proven = web.prove(web.newest(ADA))

    assert proof_at(proven.request, proven.at, proven.terms.wait) is Proof.KNOWN
    own = web.browser.get(f"/privacy/requests/{proven.request.id}")
    assert own.status_code == 200
    assert "We answer by" in own.text


@pytest.mark.parametrize("part", ["", "/letters/1", "/back"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_s_request_is_as_one_that_there_is_not(web: Web, part: str, method: str) -> None:
    ask(web, "access", "ada@example.org")
    ask(web, "access", "ben@example.org")
    web.prove(web.newest(ADA))

    theirs, nobody = (
        web.browser.request(method, f"/privacy/requests/{reference}{part}")
        for reference in (web.newest(BEN).request.id, "r_222222222222")
    )

    assert theirs.status_code in {404, 405}
    assert same(theirs) == same(nobody)
    assert web.newest(BEN).request.is_open


def test_whoever_was_erased_may_still_read_how_it_ended(web: Web) -> None:
    case = web.asked.strongly(CAT, Right.ERASURE)
    reference = case.request.id
    plan = make_plan(web.register, reference).plan
    approve(web.register, reference, plan.digest(), by="boss-1")
    carry_out(web.register, reference, holder="test")
    web.asked.desk.answer(reference)

    form = {"again": reference, "email": "cat@example.net"}
    web.browser.post("/privacy/requests/code", data=form)
    web.prove(web.register.case(reference))
    text = web.browser.get(f"/privacy/requests/{reference}").text

    assert "cat" not in str(web.asked.rows("customer"))
    assert "Done and answered" in text
    assert "/letters/1" in text
    assert "Take the request back" not in text


def test_a_cookie_is_bound_to_its_request(web: Web) -> None:
    ask(web, "access", "ada@example.org")
    ask(web, "access", "ben@example.org")
    case, other = web.newest(ADA), web.newest(BEN)

    form = {"reference": case.request.id, "code": web.code(case)}
    given = web.browser.post("/privacy/requests/prove", data=form).headers["set-cookie"]

    value = given.partition("=")[2].partition(";")[0]
    assert "HttpOnly" in given
    assert "SameSite=strict" in given
    assert f"Path=/privacy/requests/{case.request.id};" in given
    moved = value.replace(case.request.id, other.request.id)
    for cookie, reference in ((value, other), (moved, other), (value[:-1] + "0", case)):
        stranger = web.other_browser()
        headers = {"cookie": f"placket_request={cookie}"}
        seen = stranger.get(f"/privacy/requests/{reference.request.id}", headers=headers)
        assert seen.status_code == 404
    web.pass_days(1)
    late = web.other_browser().get(
        f"/privacy/requests/{case.request.id}", headers={"cookie": f"placket_request={value}"}
    )
    assert late.status_code == 404


def test_a_cookie_stays_on_tls_where_the_pages_do(tmp_path: Path) -> None:
    web = web_in(tmp_path)
    web.gate.settings = replace(web.gate.settings, web_address="https://privacy.example.org")
    ask(web, "access", "ada@example.org")
    case = web.newest(ADA)

    form = {"reference": case.request.id, "code": web.code(case)}
    answer = web.browser.post("/privacy/requests/prove", data=form)

    assert "; Secure" in answer.headers["set-cookie"]
    web.asked.close()


def test_a_wrong_code_and_an_unknown_reference_are_one_answer(web: Web) -> None:
    ask(web, "access", "ada@example.org")
    case = web.newest(ADA)
    wrong = "000000" if web.code(case) != "000000" else "000001"

    known = web.browser.post(
        "/privacy/requests/prove", data={"reference": case.request.id, "code": wrong}
    )
    unknown = web.browser.post(
        "/privacy/requests/prove", data={"reference": "r_222222222222", "code": wrong}
    )

    assert known.status_code == unknown.status_code == 422
    assert known.text.replace(case.request.id, "") == unknown.text.replace("r_222222222222", "")
    assert wrong not in known.text


def test_letters_are_shown_but_those_that_open_something(web: Web) -> None:
    ask(web, "erasure", "ada@example.org")
    case = web.prove(web.newest(ADA))
    page = f"/privacy/requests/{case.request.id}"

    text = web.browser.get(page).text

    assert "We have your request" in text
    assert "Your code for request" not in text
    assert "Somebody asked for something" not in text
    letter = web.browser.get(f"{page}/letters/1")
    assert "We received your request on" in letter.text
    assert web.browser.get(f"{page}/letters/2").status_code == 404


def test_a_request_is_taken_back_after_a_look_at_what_that_means(web: Web) -> None:
    ask(web, "erasure", "ada@example.org")
    case = web.prove(web.newest(ADA))
    page = f"/privacy/requests/{case.request.id}"

    looked = web.browser.get(f"{page}/back")
    before = web.newest(ADA).request.state
    done = web.browser.post(f"{page}/back")

    assert "then ends" in looked.text
    assert before is not State.UNFULFILLED
    assert done.headers["location"] == page
    assert web.newest(ADA).request.state is State.UNFULFILLED
    assert "Ended" in web.browser.get(page).text
    assert web.browser.post(f"{page}/back").status_code == 409


def stop_link(web: Web) -> str:
    (notice,) = web.letters(web.newest(ADA), "notice")
    return next(
        word.partition("example.org")[2]
        for word in notice.kept.body.split()
        if "/privacy/requests/stop/" in word
    ) or next(
        word[word.index("/privacy/") :] for word in notice.kept.body.split() if "/stop/" in word
    )


def test_the_link_of_a_notice_stops_only_by_its_button_and_once(web: Web) -> None:
    ask(web, "erasure", "ada@example.org")
    case = web.prove(web.newest(ADA))
    link = stop_link(web)

    looked = [web.other_browser().get(link) for _ in range(2)]
    before = web.newest(ADA).request.stopped_at
    pressed = [web.other_browser().post(link) for _ in range(2)]

    assert [answer.status_code for answer in looked] == [200, 200]
    assert "It was not me: stop it" in looked[0].text
    assert before is None
    assert [answer.status_code for answer in pressed] == [200, 404]
    assert "It is stopped" in pressed[0].text
    assert web.newest(ADA).request.stopped_at is not None
    assert web.browser.get(f"/privacy/requests/{case.request.id}").status_code == 404


def test_a_no_works_the_moment_a_code_shows_who_says_it(web: Web) -> None:
    ask(web, "restriction", "ada@example.org")
    before = web.newest(ADA)

    web.prove(before)

    kinds = {fact.kind.value for fact in web.newest(ADA).history.facts}
    assert "restricted" in kinds
    assert "restricted" not in {fact.kind.value for fact in before.history.facts}


def test_what_is_missing_is_told_beside_its_field_and_what_was_written_stays(web: Web) -> None:
    answer = ask(web, "rectification", "ada", value="Lovelace")

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert 'href="#email"' in answer.text
    assert 'id="category-fault"' in answer.text
    assert 'value="Lovelace"' in answer.text
    assert web.gate.person_of("email:ada@example.org") is not None
    assert web.register.cases_of(web.gate.person_of(ADA) or "") == []


def test_what_is_right_instead_is_kept_sealed(web: Web) -> None:
    ask(web, "rectification", "ada@example.org", category="name", value="Ada Lovelace")

    case = web.newest(ADA)
    asked = next(fact for fact in case.history.facts if fact.id == case.request.id)
    assert case.request.data == ("name",)
    assert asked.sealed
    assert b"Lovelace" not in asked.sealed


def test_who_presses_twice_asks_once(web: Web) -> None:
    ask(web, "erasure", "ada@example.org")
    ask(web, "erasure", "ada@example.org")

    assert len(web.register.cases_of(web.gate.person_of(ADA) or "")) == 1
    assert len(web.letters(web.newest(ADA), "code")) == 2


def test_an_address_is_asked_for_five_times_a_day(web: Web) -> None:
    answers = [ask(web, "erasure", "eve@example.com").status_code for _ in range(6)]

    web.pass_days(2)

    assert answers == [303] * 5 + [429]
    assert ask(web, "erasure", "eve@example.com").status_code == 303


def test_one_machine_asks_twenty_times_a_day(web: Web) -> None:
    answers = [ask(web, "erasure", f"eve{n}@example.com").status_code for n in range(21)]

    assert answers == [303] * 20 + [429]


def test_a_form_of_another_site_is_refused(web: Web) -> None:
    headers = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}

    answer = web.browser.post(
        "/privacy/requests/new/erasure", data={"email": "ada@example.org"}, headers=headers
    )

    assert answer.status_code == 403
    assert "came from elsewhere" in answer.text
    assert web.register.cases_of(web.gate.person_of(ADA) or "") == []


def test_a_right_that_there_is_not_has_no_page(web: Web) -> None:
    assert web.browser.get("/privacy/requests/new/telepathy").status_code == 404
    assert web.browser.get("/privacy/requests/new/chat_transcript").status_code == 404
