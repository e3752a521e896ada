"""Pages that stand alone, opened from a file: axe, narrow and wide, dark, on paper, no script."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from placket.cli.report import as_report
from placket.policy.check import check_published
from placket.policy.load import Loaded
from placket.policy.rendering.mapped import map_as_html, map_as_svg
from placket.policy.rendering.notice import notice_as_html
from placket.policy.rendering.record import record_as_html, record_of
from placket.policy.translation import translated
from placket.web.look.rendering import style_sheet
from tests.browser.test_pages import SPACING, overflow, violations
from tests.unit.plan.test_package import made
from tests.unit.policy.rendering.shop import FRENCH, TEXT, document, policy, retailer

pytestmark = pytest.mark.xdist_group("browser pages")

NAMES = ["notice", "french", "record", "map", "report", "copy"]
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with each page, of a policy of middling size, and a small one in French."""
    folder, sheet = tmp_path_factory.mktemp("rendered"), style_sheet()[0].decode()
    shop = retailer("netaporter")
    judged = Loaded(None, check_published(shop.document), shop.document)
    french = translated(document(TEXT), document(FRENCH))
    pages = {
        "notice.html": notice_as_html(shop, shop.document, sheet=sheet),
        "french.html": notice_as_html(policy(), french, sheet=sheet),
        "record.html": record_as_html(record_of(shop), sheet=sheet),
        "map.html": map_as_html(shop, sheet=sheet),
        "map.svg": map_as_svg(shop),
        "copy.html": made(sheet=sheet).files["index.html"].decode(),
        "report.html": as_report(judged, "policy.md", of_text=True),
    }
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def url(folder: Path, name: str) -> str:
    return (folder / f"{name}.html").as_uri()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_in_either_scheme(
    browser: Browser, rendered: Path, name: str, width: int, scheme: str
) -> None:
    with browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]  # one of the two words
    ) as context:
        page = context.new_page()
        page.goto(url(rendered, name))

        assert overflow(page) == 0
        page.evaluate(OPEN_ALL)
        assert overflow(page) == 0
        assert violations(page) == []


@pytest.mark.parametrize("name", NAMES)
def test_wider_text_and_right_to_left_fit(browser: Browser, rendered: Path, name: str) -> None:
    with browser.new_context(viewport={"width": 320, "height": 900}) as context:
        page = context.new_page()
        page.goto(url(rendered, name))
        page.evaluate("document.documentElement.dir = 'rtl'")
        page.add_style_tag(content=SPACING)

        assert overflow(page) == 0


def test_a_topic_leads_to_its_clause_without_a_script(browser: Browser, rendered: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(url(rendered, "french"))
        page.get_by_role("link", name="Votre commande").first.click()

        assert page.url.endswith("#CS-2")
        assert page.get_by_role("heading", name="Votre commande").is_visible()


def test_on_paper_the_notice_has_its_topics_and_clauses_alone(page: Page, rendered: Path) -> None:
    page.goto(url(rendered, "notice"))

    page.emulate_media(media="print")

    assert page.get_by_role("heading", name="What we do with it", exact=True).is_visible()
    assert page.locator("#NP-001").is_visible()
    assert not page.locator(".contents").is_visible()
    assert page.locator(".topic details:visible").count() == 0
    page.goto(url(rendered, "french"))
    assert page.locator(".says a:visible").first.inner_text() == "Qui répond"


def test_a_copy_can_be_read_without_a_script_and_prints_whole(
    browser: Browser, rendered: Path
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(url(rendered, "copy"))
        page.get_by_text("Goes on 4 January 2028").click()
        page.get_by_role("link", name="G-001").first.click()

        assert page.url.endswith("#G-001")
        page.emulate_media(media="print")
        assert page.get_by_text("all checks passed", exact=True).first.is_visible()
        assert page.get_by_role("heading", name="Every row").is_visible()
        assert not page.locator(".contents").is_visible()


def test_a_box_of_the_map_leads_to_what_it_holds(page: Page, rendered: Path) -> None:
    page.goto(url(rendered, "map"))

    page.get_by_role("link", name="Money and payment").first.click()

    assert page.url.endswith("#group-money")
    assert (
        page.locator("#group-money").get_by_role("rowheader", name="Payment details").is_visible()
    )


def test_the_picture_by_itself_is_named(page: Page, rendered: Path) -> None:
    page.goto((rendered / "map.svg").as_uri())

    assert (
        page.locator("svg > title").text_content()
        == "Data map of NET A PORTER Group, version 2026-03"
    )
    first = page.locator("svg text.head").first.bounding_box()
    assert first is not None
    assert first["width"] > 0
