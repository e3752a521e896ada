"""The data map as a picture by itself, or as a page whose groups open without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.policy.rendering.datamap import COLUMNS, around, flows_of, fold, words_for
from placket.policy.rendering.drawing import STYLE, Told, as_markup, draw
from placket.policy.rendering.lay import capital, lay_list
from placket.policy.rendering.pages import page

if TYPE_CHECKING:
    from collections.abc import Collection

    from markupsafe import Markup

    from placket.policy.compile import Policy
    from placket.policy.rendering.datamap import Flows, Map, Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A group of the map, opened: its picture, and the same as rows of name, whence, whither."""

    name: str
    words: str
    column: str
    picture: Markup
    rows: tuple[tuple[str, str, str], ...]


def map_as_svg(policy: Policy, unfolded: Collection[str] = ()) -> str:
    """Return the data map as SVG. unfolded: names of groups to show one by one, or `all`."""
    shown = fold(flows_of(policy), unfolded)
    return draw(shown, Told(title=_title(policy), description=_in_words(shown))) + "\n"


def map_as_html(policy: Policy, unfolded: Collection[str] = (), *, sheet: str) -> str:
    """Return the map as a page: folded, and below it each group opened, with the same in words."""
    flows = flows_of(policy)
    shown = fold(flows, unfolded)
    groups = tuple(_opened(flows, name) for name in flows.names())
    links = {name: f"#group-{name}" for name in flows.names()}
    told = Told(title=_title(policy), description=_in_words(shown), links=links, styled=False)
    return page(
        "map.html",
        sheet=f"{sheet}\n{STYLE}",
        language="en-GB",
        front=policy.front,
        picture=as_markup(draw(shown, told)),
        columns=COLUMNS,
        groups=groups,
    )


def _title(policy: Policy) -> str:
    return f"Data map of {policy.front.retailer}, version {policy.front.version}"


def _in_words(shown: Map) -> str:
    counts = (
        f"{title}: {', '.join(map(_named, column))}"
        for title, column in zip(COLUMNS, shown.columns, strict=True)
        if column
    )
    return f"Data flow from left to right. {'. '.join(counts)}."


def _named(node: Node) -> str:
    return f"{node.label} ({len(node.members)})" if node.is_folded else node.label


def _opened(flows: Flows, name: str) -> Opened:
    members = flows.members(name)
    shown = around(flows, name)
    words = capital(flows.groups[members[0]].words)
    told = Told(title=words, description=_in_words(shown), key=f"map-{name}", styled=False)
    return Opened(
        name=name,
        words=words,
        column=COLUMNS[members[0][0]],
        picture=as_markup(draw(shown, told)),
        rows=tuple(
            (
                capital(words_for(point)),
                capital(lay_list(map(words_for, flows.before(point)))),
                capital(lay_list(map(words_for, flows.after(point)))),
            )
            for point in members
        ),
    )
