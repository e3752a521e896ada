"""The notice without its blocks: one HTML page that needs nothing beside it, or Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from markupsafe import Markup

from placket.policy.rendering.outline import outline
from placket.policy.rendering.pages import page, words_in
from placket.policy.rendering.summary import topics

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from placket.policy.compile import Policy
    from placket.policy.front import Front
    from placket.policy.parse import Document
    from placket.policy.rendering.outline import Section

ENGLISH: Final = "en"


def notice_as_html(policy: Policy, text: Document, *, sheet: str) -> str:
    """Return the notice as a page: each topic in short, then every clause in full.

    text: the policy's own document or a translation of it. What a topic says in short is made
    of the rules and is English, so that a notice in another language has the clauses alone.
    sheet: the style sheet that stands in the page.
    """
    language = text.front.language
    own = words_in(language)
    return page(
        "notice.html",
        sheet=sheet,
        language=language,
        front=text.front,
        day=day_in(language, text.front.effective),
        outline=outline(text),
        topics=topics(policy),
        titles={clause.id: clause.title for clause in text.clauses},
        words=own or words_in(ENGLISH),
        foreign=Markup("" if own else ' lang="en" dir="ltr"'),  # noqa: S704 - our own words
        in_words=language.partition("-")[0] == ENGLISH,
    )


def day_in(language: str, day: date) -> str:
    """Return a day as the language writes it; as ISO 8601 in a language we do not know.

    English of no region is that of the other pages: `31 January 2026`.
    """
    try:
        locale = Locale.parse("en-GB" if language == ENGLISH else language, sep="-")
    except (UnknownLocaleError, ValueError):
        return day.isoformat()
    return str(format_date(day, "long", locale))


def notice_as_markdown(text: Document) -> str:
    """Return the notice as Markdown: contents with links, then every clause, no block."""
    found, words = outline(text), words_in(text.front.language) or words_in(ENGLISH)
    front = text.front
    parts = [
        f"# {found.title}",
        found.opening,
        f"{front.retailer}. {_standing(front, words)}.",
        f"## {words['contents']}",
        "\n".join(f"- [{section.title}](#{section.anchor})" for section in found.sections),
    ]
    parts += [part for section in found.sections for part in _section(section)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _standing(front: Front, words: Mapping[str, str]) -> str:
    if front.is_draft:
        return words["draft"]
    day = day_in(front.language, front.effective)
    return f"{words['version']} {front.version}, {words['from']} {day}"


def _section(section: Section) -> Iterator[str]:
    yield f'<a id="{section.anchor}"></a>'
    yield f"{'#' if section.is_part else '##'} {section.title}"
    yield section.prose
    for at, clause in enumerate(section.clauses):
        if clause.id:
            yield f'<a id="{clause.id}"></a>'
        if at or clause.title != section.title:
            yield f"### {clause.title}"
        yield clause.prose
