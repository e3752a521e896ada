"""The pages of requests in Chromium: axe, narrow and wide, both schemes, right to left."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import uvicorn

from placket.gate.requests.planning import make_plan
from placket.gate.requests.register import Opening
from placket.rights.right import Right
from tests.acceptance.web.asking import web_in
from tests.browser.test_pages import SPACING, overflow, violations
from tests.contract.rights_shop import ADA, BEN, CAT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.acceptance.web.asking import Web

# One process serves the shop, and one browser opens it.
pytestmark = pytest.mark.xdist_group("browser requests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The shop served on a free port. pages: where each page is, by a name."""

    web: Web
    address: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Yield the shop with requests in different states, served from a thread of this process."""
    web = web_in(tmp_path_factory.mktemp("asked"))
    pages = prepared(web)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(web.app, lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Site(web=web, address=f"http://127.0.0.1:{listener.getsockname()[1]}", pages=pages)
    server.should_exit = True
    thread.join()
    web.asked.close()


def prepared(web: Web) -> dict[str, str]:
    """Open requests, one of them planned and one answered; return the pages by name."""
    desk = web.asked.desk
    some = ("call_recording", "email")
    own = desk.open(Opening(subject=ADA, right=Right.ERASURE, route="web", data=some))
    desk.send_code(own.request.id, web.register.address_id(ADA))
    planned = web.asked.strongly(CAT, Right.ERASURE).request.id
    make_plan(web.register, planned)
    desk.assign(planned, "noor", by="noor")
    words = "The parcel was open.\nNobody answered when I called."
    wrote = desk.open(Opening(subject=BEN, right=Right.COMPLAINT, route="phone", words=words))
    (notice,) = web.letters(own, "notice")
    at = notice.kept.body.index("/privacy/requests/stop/")
    return {
        "rights": "/privacy/requests",
        "form": "/privacy/requests/new/access",
        "correct": "/privacy/requests/new/rectification",
        "sent": "/privacy/requests/sent",
        "code": f"/privacy/requests/prove?reference={own.request.id}",
        "stop": notice.kept.body[at:].split()[0],
        "spent": "/privacy/requests/stop/nothing",
        "no copy": "/privacy/requests/copy/nothing",
        "queue": "/console/requests",
        "planned": f"/console/requests/{planned}",
        "complaint": f"/console/requests/{wrote.request.id}",
        "erasure": f"/console/requests/{own.request.id}",
    }


OWN = "own"
BACK = "back"
LETTER = "letter"
FAULTY = "faulty"
REFUSED = "refused"
OPENED = (
    *("rights", "form", "correct", "sent", "code", "stop", "spent", "no copy"),
    *("queue", "planned", "complaint", "erasure"),
)
ALL = (*OPENED, OWN, BACK, LETTER, FAULTY, REFUSED)


def go(page: Page, site: Site, name: str) -> None:
    """Open a page by its name; the last ones need a form to be sent."""
    if name in OPENED:
        page.goto(site.address + site.pages[name])
    elif name == FAULTY:
        page.goto(site.address + site.pages["correct"])
        page.get_by_role("button", name="Send").click()
    elif name == REFUSED:
        page.goto(site.address + site.pages["erasure"])
        sign_on(page)
        page.get_by_text("Take two more months", exact=True).click()
        page.get_by_label("Complexity").check()
        page.get_by_text("Answer", exact=True).last.click()
        page.get_by_role("button", name="Send the answer").click()
    else:
        prove(page, site)
        if name == BACK:
            page.get_by_role("link", name="Take the request back").click()
        if name == LETTER:
            page.get_by_role("link", name="We have your request").click()
    page.wait_for_load_state()


def sign_on(page: Page) -> None:
    """Say who acts."""
    page.get_by_label("Your staff id").fill("noor")
    page.get_by_role("button", name="Remember").or_(
        page.get_by_role("button", name="Change")
    ).click()


def prove(page: Page, site: Site) -> None:
    """Enter a fresh code, as the person does."""
    page.goto(site.address + site.pages["code"])
    reference = page.get_by_label("Reference").first.input_value()
    case = site.web.register.case(reference)
    site.web.pass_days(1)
    site.web.asked.desk.send_code(reference, site.web.register.address_id(ADA))
    page.get_by_label("Code", exact=True).fill(site.web.code(case))
    page.get_by_role("button", name="Show my request").click()


@pytest.fixture(params=[320, 1280])
def plain(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield a page in each width; axe is a script of the test's own, let past the policy."""
    width = {"width": request.param, "height": 900}
    with browser.new_context(viewport=width, bypass_csp=True) as context:  # type: ignore[arg-type]  # a TypedDict
        yield context.new_page()


@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing_and_nothing_overflows(plain: Page, site: Site, name: str) -> None:
    go(plain, site, name)

    plain.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert overflow(plain) == 0
    assert violations(plain) == []
    plain.evaluate("document.documentElement.dir = 'rtl'")
    assert overflow(plain) == 0
    plain.add_style_tag(content=SPACING)
    assert overflow(plain) == 0


def test_a_request_is_asked_proven_and_taken_back_without_script(
    browser: Browser, site: Site
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site.address}/privacy/requests")
        page.get_by_role("link", name="Get a copy").click()
        page.get_by_label("Your email address").fill("ben@example.org")
        page.get_by_label("Call recording").check()
        page.get_by_role("button", name="Send").click()
        page.get_by_role("link", name="Enter the code").click()
        case = site.web.newest(BEN)
        page.get_by_label("Reference").first.fill(case.request.id)
        page.get_by_label("Code", exact=True).fill(site.web.code(case))
        page.get_by_role("button", name="Show my request").click()
        page.get_by_role("link", name="Take the request back").click()
        page.get_by_role("button", name="Take it back").click()

        assert case.request.data == ("call_recording",)
        assert page.get_by_text("Ended", exact=True).first.is_visible()
        assert site.web.code(case) not in page.url


def test_what_is_to_be_mended_takes_the_focus(page: Page, site: Site) -> None:
    go(page, site, FAULTY)

    assert page.evaluate("document.activeElement.className") == "errors"
    page.get_by_role("link", name="Choose what is wrong.").click()
    assert page.evaluate("document.activeElement.id") == "category"


def test_a_guard_s_sentence_is_reached_from_the_summary(page: Page, site: Site) -> None:
    go(page, site, REFUSED)

    page.get_by_role("link", name="It is not decided.").click()

    assert page.url.endswith("#act-answer")
    assert page.locator("#why-answer").is_visible()


def test_no_page_breaks_its_own_policy(page: Page, site: Site) -> None:
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text))

    for name in (name for name in ALL if name not in {"spent", "no copy", FAULTY, REFUSED}):
        go(page, site, name)

    assert told == []


@pytest.mark.parametrize("name", ALL)
def test_the_dark_scheme_has_its_contrast(browser: Browser, site: Site, name: str) -> None:
    with browser.new_context(color_scheme="dark", bypass_csp=True) as context:
        page = context.new_page()
        go(page, site, name)

        assert violations(page) == []
