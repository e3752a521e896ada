"""The notice by itself: short first, every clause once, nothing of the blocks, safe to open."""

import re

import pytest

from placket.policy.rendering.mapped import map_as_html
from placket.policy.rendering.notice import day_in, notice_as_html, notice_as_markdown
from placket.policy.rendering.outline import outline
from placket.policy.rendering.pages import words_in
from placket.policy.rendering.record import record_as_html, record_of
from placket.policy.rendering.summary import MOST_POINTS, topics
from placket.policy.translation import translated
from tests.unit.policy.rendering.shop import FRENCH, RETAILERS, TEXT, document, policy, retailer

CLAUSES = [f"CS-{number}" for number in range(1, 8)]


def ids(html: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', html)


def in_french() -> str:
    text = translated(document(TEXT), document(FRENCH))
    return notice_as_html(policy(), text, sheet="body { color: black }")


def test_every_clause_stands_once_and_every_link_leads_somewhere() -> None:
    html = notice_as_html(policy(), document(TEXT), sheet="")

    anchors = ids(html)
    assert len(anchors) == len(set(anchors))
    assert [anchor for anchor in anchors if anchor in CLAUSES] == CLAUSES
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(anchors)


def test_it_needs_nothing_beside_it_and_runs_nothing() -> None:
    html = notice_as_html(policy(), document(TEXT), sheet="body { color: black }")

    assert "<style>body { color: black }</style>" in html
    assert "<script" not in html
    assert not re.search(r"<(?:link|img|iframe|object)|src=", html)
    assert "&lt;b&gt;all&lt;/b&gt;" in html


def test_no_block_stands_in_it() -> None:
    for shown in (
        notice_as_html(policy(), document(TEXT), sheet=""),
        notice_as_markdown(document(TEXT)),
    ):
        assert "relation:" not in shown
        assert "placket" not in shown


def test_each_topic_is_short_and_names_its_clauses() -> None:
    found = {topic.key: topic for topic in topics(policy())}

    assert list(found) == [
        "who", "hold", "uses", "given", "kept", "rights", "cookies", "safe", "complain"
    ]  # fmt: skip
    assert all(len(topic.points) <= MOST_POINTS for topic in found.values())
    assert found["uses"].clauses == ("CS-2", "CS-3", "CS-4")
    assert [row.cells for row in found["uses"].rows] == [
        ("Delivery", "Name and delivery address", "To do what you ordered or asked for"),
        ("Direct marketing", "Email", "Only if you said yes"),
        ("Website features", "Cookie data", "We have a fair reason to, which you can object to"),
    ]
    assert found["hold"].points == (
        "Your device: cookie data.",
        "Name and contact: delivery address, email and name.",
    )
    assert next(row.cells for row in found["kept"].rows) == (
        "Name and delivery address",
        "6 years from “order placed”",
        "Deleted",
    )


def test_a_language_of_ours_speaks_throughout() -> None:
    html = in_french()

    assert html.startswith('<!doctype html>\n<html lang="fr" dir="ltr">')
    assert "En bref" in html
    assert "31 janvier 2026" in html
    assert "En short" not in html
    assert 'lang="en"' not in html
    assert "Delivery" not in html
    assert [anchor for anchor in ids(html) if anchor in CLAUSES] == CLAUSES


def test_words_that_we_lack_in_a_language_are_marked_as_english() -> None:
    arabic = FRENCH.replace("language: fr", "language: ar")
    text = translated(document(TEXT), document(arabic))

    html = notice_as_html(policy(), text, sheet="")

    assert '<html lang="ar" dir="rtl">' in html
    assert '<h2 id="in-short" lang="en" dir="ltr">In short</h2>' in html


def test_every_word_of_the_page_is_in_each_of_our_languages() -> None:
    english, french = words_in("en-GB"), words_in("fr")

    assert list(english) == list(french)
    assert all([*english.values(), *french.values()])
    assert words_in("de") == {}


def test_a_day_in_a_language_that_nobody_knows_is_still_a_day() -> None:
    day = policy().front.effective

    assert day_in("en-GB", day) == "31 January 2026"
    assert day_in("en", day) == "31 January 2026"
    assert day_in("en-US", day) == "January 31, 2026"
    assert day_in("xx", day) == "2026-01-31"


def test_a_text_of_no_version_yet_says_that_it_is_a_draft() -> None:
    drafted = TEXT.replace("version: 2026-01", "version: draft")
    french = document(FRENCH.replace("version: 2026-01", "version: draft"))

    shown = (
        notice_as_html(policy(drafted), document(drafted), sheet=""),
        notice_as_markdown(document(drafted)),
        map_as_html(policy(drafted), sheet=""),
        record_as_html(record_of(policy(drafted)), sheet=""),
    )

    assert [text.count("in force from") for text in shown] == [0, 0, 0, 0]
    assert [text.lower().count("draft, not in force") for text in shown] == [2, 1, 2, 2]
    assert "Projet, pas encore en vigueur" in notice_as_markdown(french)
    assert "Version 2026-01, in force from 31 January 2026." in notice_as_markdown(document(TEXT))


def test_markdown_links_its_contents() -> None:
    text = notice_as_markdown(document(TEXT))

    assert text.startswith("# Privacy policy\n\nThis policy says what we do")
    assert "- [Who we are](#who-we-are)" in text
    assert '<a id="CS-2"></a>\n\n### Your order\n\nWe use your name' in text
    assert text.count("### ") == len(CLAUSES)


def test_a_text_without_sections_has_one_for_each_clause() -> None:
    lines = TEXT.splitlines(keepends=True)
    flat = "".join(line for line in lines if not line.startswith(("# ", "## ")))

    html = notice_as_html(policy(flat), document(flat), sheet="")

    assert [len(section.clauses) for section in outline(document(flat)).sections] == [1] * 7
    assert html.count(">Your order</h") == 1
    assert notice_as_markdown(document(flat)).startswith("# Privacy policy of The Corner Shop")
    assert '## Your order\n\n<a id="CS-2"></a>\n\nWe use' in notice_as_markdown(document(flat))


def test_a_heading_without_id_is_shown_and_not_linked() -> None:
    text = TEXT.replace("## Your side", "### A word between\n\nNothing promised.\n\n## Your side")

    markdown = notice_as_markdown(document(text))
    html = notice_as_html(policy(text), document(text), sheet="")

    assert "We keep one cookie for your bag.\n\n### A word between\n\nNothing" in markdown
    assert "<h3>A word between</h3>" in html


def test_a_second_part_of_the_text_has_a_heading_of_its_own() -> None:
    parted = TEXT.replace("## Your side", "# Elsewhere\n\nFor others.\n\n## Who we are")

    found = outline(document(parted))

    assert found.title == "Privacy policy"
    assert [(s.anchor, s.is_part, len(s.clauses)) for s in found.sections] == [
        ("who-we-are", False, 1),
        ("what-we-do", False, 3),
        ("elsewhere", True, 0),
        ("who-we-are-2", False, 3),
    ]
    assert "\n# Elsewhere\n\nFor others.\n" in notice_as_markdown(document(parted))


@pytest.mark.parametrize("name", RETAILERS)
def test_the_five_policies_have_each_clause_once(name: str) -> None:
    running = retailer(name)

    html = notice_as_html(running, running.document, sheet="")

    anchors = ids(html)
    assert len(anchors) == len(set(anchors))
    assert [a for a in anchors if a in running.clauses] == list(running.clauses)
