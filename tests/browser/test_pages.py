"""Each page in Chromium: axe, narrow and wide, keyboard, no script, both schemes, right to left."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Browser, Page

from tests.acceptance.web.installation import ADA, Served

# One process serves the installation, and one browser opens it.
pytestmark = pytest.mark.xdist_group("browser pages")

PAGES = {
    "home": "/",
    "notice": "/privacy/notice",
    "cookies": "/privacy/cookies",
    "changes": "/privacy/changes",
    "contact": "/privacy/contact",
    "activities": "/console/activities",
    "activity": "/console/activities/offers_to_buyers",
    "decisions": "/console/decisions",
    "audit": "/console/audit",
    "fact": "/console/audit?fact=t_4",
    "problems": "/problems",
    "missing": "/console/activities/telepathy",
}
DECIDED = "decided"
MISTAKEN = "mistaken"
ALL = [*PAGES, DECIDED, MISTAKEN]
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important;"
    " word-spacing: .16em !important } p { margin-bottom: 2em !important }"
)


@pytest.fixture(params=[320, 1280])
def plain(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Yield a page in each width; axe is a script of the test's own, let past the policy."""
    width = {"width": request.param, "height": 900}
    with browser.new_context(viewport=width, bypass_csp=True) as context:  # type: ignore[arg-type]  # a TypedDict
        yield context.new_page()


def go(page: Page, served: Served, name: str) -> None:
    """Open a page by its name; the last two need a form to be sent."""
    if name in PAGES:
        page.goto(served.address + PAGES[name])
        return
    page.goto(f"{served.address}/console/decisions?activity=newsletter&channel=email")
    page.get_by_label("Who").fill(ADA if name == DECIDED else "ada")
    page.get_by_role("button", name="Explain").click()
    page.wait_for_load_state()


def overflow(page: Page) -> int:
    """Return how many pixels the page is wider than its window."""
    found: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return found


def violations(page: Page) -> list[str]:
    """Return what axe finds, each with the first element at fault."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]


@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing_folded_or_open(plain: Page, served: Served, name: str) -> None:
    go(plain, served, name)

    assert overflow(plain) == 0
    plain.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")

    assert overflow(plain) == 0
    assert violations(plain) == []


@pytest.mark.parametrize("name", ALL)
def test_the_dark_scheme_has_its_contrast(browser: Browser, served: Served, name: str) -> None:
    with browser.new_context(color_scheme="dark", bypass_csp=True) as context:
        page = context.new_page()
        go(page, served, name)

        assert violations(page) == []
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == "rgb(16, 20, 28)"


@pytest.mark.parametrize("name", ALL)
def test_right_to_left_and_wider_text_fit(plain: Page, served: Served, name: str) -> None:
    go(plain, served, name)

    plain.evaluate("document.documentElement.dir = 'rtl'")
    assert overflow(plain) == 0
    plain.add_style_tag(content=SPACING)
    assert overflow(plain) == 0


def test_a_digest_that_a_fact_names_fits(plain: Page, served: Served) -> None:
    go(plain, served, "fact")

    plain.evaluate("document.querySelector('.facts code').textContent = 'f0'.repeat(32)")

    assert overflow(plain) == 0


def test_no_word_of_a_table_is_cut_in_two(page: Page, served: Served) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    go(page, served, "cookies")

    page.evaluate("document.querySelector('tbody th b').textContent = 'Remembering'")

    tall = "element => element.getBoundingClientRect().height"
    heights = [page.locator("tbody th b").nth(row).evaluate(tall) for row in (0, 1)]
    assert heights[0] == heights[1]


@pytest.mark.parametrize("name", [name for name in ALL if name != MISTAKEN])
def test_the_first_tab_skips_to_the_content(page: Page, served: Served, name: str) -> None:
    go(page, served, name)

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("#main"))


def test_what_is_to_be_mended_takes_the_focus(page: Page, served: Served) -> None:
    go(page, served, MISTAKEN)

    assert page.evaluate("document.activeElement.className") == "errors"
    page.get_by_role("link", name="No kind is named").click()
    assert page.evaluate("document.activeElement.id") == "subject"
    assert page.title().startswith("Error: ")


def test_a_decision_is_reached_by_keyboard_alone(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/console/decisions")

    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if reached[-1] == "subject":
            page.keyboard.type(ADA)
        if reached[-1] == "activity":
            page.keyboard.type("Offers to buyers")
        if reached[-1] == "channel":
            page.keyboard.type("Email")
        if reached[-1] == "BUTTON":
            page.keyboard.press("Enter")
            break
    page.wait_for_load_state()

    assert page.get_by_role("heading", level=1).inner_text() == "Yes: offers to buyers"
    assert "ada" not in page.url


def test_every_page_works_without_script(browser: Browser, served: Served) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(served.address)
        page.get_by_role("link", name="Activities").click()
        page.get_by_role("link", name="Newsletter", exact=True).first.click()
        page.get_by_role("link", name="Explain it for one person").click()
        page.get_by_label("Who").fill(ADA)
        page.get_by_role("button", name="Explain").click()
        page.get_by_role("link", name="Audit").click()
        page.get_by_role("button", name="Verify the whole ledger").click()

        assert page.get_by_text("The ledger is whole.").is_visible()


def test_no_page_breaks_its_own_policy(page: Page, served: Served) -> None:
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for name in PAGES:
        if name != "missing":
            go(page, served, name)

    assert told == []
    assert [url for url in asked if not url.startswith(served.address)] == []


def test_a_clause_has_its_rule_beside_it(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/privacy/notice#JE-031")

    clause = page.locator("#JE-031")
    prose, rules = clause.locator(".prose"), clause.locator(".rules")
    left, right = prose.bounding_box(), rules.bounding_box()
    assert left is not None
    assert right is not None
    assert right["x"] >= left["x"] + left["width"]
    assert "narrowed" in rules.inner_text()
    rules.get_by_text("As the machine reads it").first.click()
    assert "soft_opt_in" in rules.inner_text()


def test_the_notice_prints_its_clauses_without_menus(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/privacy/notice")

    page.emulate_media(media="print")

    assert page.get_by_role("heading", name="A no outranks our interest").is_visible()
    assert not page.locator(".contents").is_visible()
