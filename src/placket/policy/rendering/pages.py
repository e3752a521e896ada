"""Templates to pages that need nothing beside them: the style sheet stands inside."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from placket.policy.rendering.lay import capital, lay, lay_list, standing_in_text
from placket.policy.rendering.outline import direction_of
from placket.policy.rendering.prose import as_html

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def templates_of(*packages: str) -> Environment:
    """Return the templates of other packages, which may extend ours: escaped by default."""
    templates = Environment(
        loader=ChoiceLoader(
            [PackageLoader(package, "templates") for package in (*packages, str(__package__))]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.filters |= {
        "capital": capital,
        "lay": lay,
        "lay_list": lay_list,
        "prose": as_html,
        "standing": standing_in_text,
    }
    return templates


def page(template: str, *, sheet: str, language: str, **shown: Any) -> str:
    """Return a page as HTML. sheet: the style sheet, CSS of our own."""
    return (
        templates_of()
        .get_template(template)
        .render(
            sheet=Markup(sheet),  # noqa: S704 - our own file
            language=language,
            direction=direction_of(language),
            **shown,
        )
    )


@cache
def words_in(language: str) -> Mapping[str, str]:
    """Return the page's own words in a language, empty when we have none in it."""
    text = files(__package__).joinpath("words.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    spoken = language.partition("-")[0]
    return {row["key"]: row[spoken] for row in rows} if spoken in rows[0] else {}
