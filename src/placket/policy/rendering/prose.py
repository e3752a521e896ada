"""From a clause's Markdown to safe HTML: no raw HTML, no pictures, no script links."""

from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@lru_cache(maxsize=4096)
def as_html(prose: str) -> Markup:
    """Return the HTML of a clause's prose; what the author typed as HTML is shown as text."""
    return Markup(_MARKDOWN.render(prose))  # noqa: S704  # rendered with HTML switched off
