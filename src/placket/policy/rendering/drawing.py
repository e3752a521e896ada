"""The data map as SVG text: sizes are attributes, colours are classes."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from placket.policy.rendering.datamap import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.rendering.datamap import Link, Map, Node

WIDTH: Final = 1180
_BOX: Final = 196
_STEP: Final = (WIDTH - _BOX) / (len(COLUMNS) - 1)
_EDGE: Final = 4
_TOP: Final = 48
_LINE: Final = 16
_PAD: Final = 8
_GAP: Final = 10
_LETTERS: Final = 27
"""Letters of a label on one line of a box."""
_THICKEST: Final = 160
"""Height of all flows on the busiest side of a box."""

STYLE: Final = """\
.map{--ground:#fff;--text:#1b2130;--faint:#515b6e;--thread:#2b4a8b;--box:#f4f6f9;--edge:#79839a}
@media (prefers-color-scheme:dark){.map{--ground:#10141c;--text:#e8ebf2;--faint:#a7b0c2;\
--thread:#a9c0f7;--box:#181e29;--edge:#77829a}}
.map .ground{fill:var(--ground)}
.map text{font:13px system-ui,sans-serif;fill:var(--text)}
.map .head{font-weight:600}.map .count{fill:var(--faint);font-size:12px}
.map .box{fill:var(--box);stroke:var(--edge)}.map .folded{stroke-dasharray:6 3}
.map .flow{fill:none;stroke:var(--thread);stroke-opacity:.28}
.map .flow:hover{stroke-opacity:.7}
.map a text{text-decoration:underline}
@media print{.map{--ground:#fff;--text:#000;--faint:#333;--thread:#2b4a8b;--box:#fff;--edge:#555}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of the picture. key: makes its ids its own; links: from group to URL."""

    title: str
    description: str
    key: str = "map"
    links: Mapping[str, str] | None = None
    styled: bool = True


@dataclass(frozen=True, slots=True)
class _Box:
    node: Node
    x: float
    y: float
    height: float


def draw(shown: Map, told: Told) -> str:
    """Return the map as one SVG element with a title and a description for who hears it."""
    thickness = _thickness(shown)
    boxes = {box.node: box for box in _boxes(shown, thickness)}
    height = max((box.y + box.height for box in boxes.values()), default=_TOP) + _PAD
    ids = f"{told.key}-title", f"{told.key}-desc"
    role = "group" if told.links else "img"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" width="100%" role="{role}" ',
        f'viewBox="-{_EDGE} 0 {WIDTH + 2 * _EDGE} {height:.0f}" ',
        f'aria-labelledby="{ids[0]}" aria-describedby="{ids[1]}">',
        f'<title id="{ids[0]}">{escape(told.title)}</title>',
        f'<desc id="{ids[1]}">{escape(told.description)}</desc>',
        f"<style>{STYLE}</style>" if told.styled else "",
        f'<rect class="ground" x="-{_EDGE}" width="{WIDTH + 2 * _EDGE}" height="{height:.0f}"/>',
        *_heads(shown),
        *_flows(shown, boxes, thickness),
        *(_drawn(box, told) for box in boxes.values()),
        "</svg>",
    ]
    return "\n".join(filter(None, parts))


def _thickness(shown: Map) -> float:
    """Return the height of one flow, so that the busiest box has room for all of its."""
    sides = [
        sum(link.weight for link in shown.links if getattr(link, side) == node)
        for column in shown.columns
        for node in column
        for side in ("start", "end")
    ]
    return min(6.0, _THICKEST / max([1, *sides]))


def _boxes(shown: Map, thickness: float) -> Iterator[_Box]:
    """Yield a box for each node, the shorter columns in the middle of the longest."""
    heights = [[_height(shown, node, thickness) for node in column] for column in shown.columns]
    longest = max(sum(found) + _GAP * len(found) for found in heights)
    for at, (column, found) in enumerate(zip(shown.columns, heights, strict=True)):
        y = _TOP + (longest - sum(found) - _GAP * len(found)) / 2
        for node, height in zip(column, found, strict=True):
            yield _Box(node, at * _STEP, y, height)
            y += height + _GAP


def _height(shown: Map, node: Node, thickness: float) -> float:
    return max(_words_height(node), _flow_height(shown, node, thickness) + 2 * _PAD)


def _words_height(node: Node) -> float:
    return _LINE * (len(_lines(node)) + node.is_folded) + _PAD * 1.5


def _flow_height(shown: Map, node: Node, thickness: float) -> float:
    incoming = sum(link.weight for link in shown.links if link.end == node)
    outgoing = sum(link.weight for link in shown.links if link.start == node)
    return thickness * max(incoming, outgoing)


def _lines(node: Node) -> list[str]:
    return textwrap.wrap(node.label, _LETTERS) or [node.label]


def _heads(shown: Map) -> Iterator[str]:
    for at, (title, column) in enumerate(zip(COLUMNS, shown.columns, strict=True)):
        if column:
            yield f'<text class="head" x="{at * _STEP:.0f}" y="24">{title}</text>'


def _flows(shown: Map, boxes: Mapping[Node, _Box], thickness: float) -> Iterator[str]:
    """Yield the flows, each leaving and entering below the one before it."""
    order = {node: place for place, node in enumerate(boxes)}
    links = sorted(shown.links, key=lambda link: (order[link.start], order[link.end]))
    left: dict[Node, float] = {}
    entered: dict[Node, float] = {}
    for link in links:
        wide = max(1.0, thickness * link.weight)
        out = _slot(boxes[link.start], left, wide)
        into = _slot(boxes[link.end], entered, wide)
        yield _flow(link, (boxes[link.start].x + _BOX, out), (boxes[link.end].x, into), wide)


def _slot(box: _Box, taken: dict[Node, float], wide: float) -> float:
    """Return the middle of the next free place on the side of a box, and take it."""
    used = taken.get(box.node, 0.0)
    taken[box.node] = used + wide
    return min(box.y + _PAD + used + wide / 2, box.y + box.height - 1)


def _flow(link: Link, start: tuple[float, float], end: tuple[float, float], wide: float) -> str:
    (x1, y1), (x2, y2) = start, end
    middle = (x1 + x2) / 2
    said = f"{link.start.label} to {link.end.label}: {link.weight}"
    return (
        f'<path class="flow" stroke-width="{wide:.1f}" d="M{x1:.0f} {y1:.1f}'
        f'C{middle:.0f} {y1:.1f} {middle:.0f} {y2:.1f} {x2:.0f} {y2:.1f}">'
        f"<title>{escape(said)}</title></path>"
    )


def _drawn(box: _Box, told: Told) -> str:
    node = box.node
    look = "box folded" if node.is_folded else "box"
    rect = (
        f'<rect class="{look}" x="{box.x:.0f}" y="{box.y:.1f}" width="{_BOX}"'
        f' height="{box.height:.1f}" rx="4"/>'
    )
    words = "".join(
        f'<text x="{box.x + 10:.0f}" y="{box.y + 18 + _LINE * at:.1f}">{escape(line)}</text>'
        for at, line in enumerate(_lines(node))
    )
    if node.is_folded:
        y = box.y + 18 + _LINE * len(_lines(node))
        words += f'<text class="count" x="{box.x + 10:.0f}" y="{y:.1f}">{len(node.members)}</text>'
    url = (told.links or {}).get(node.group)
    return f'<a href="{escape(url)}">{rect}{words}</a>' if url else f"<g>{rect}{words}</g>"


def as_markup(svg: str) -> Markup:
    """Return a drawn map as HTML that needs no more escaping."""
    return Markup(svg)  # noqa: S704 - every word in it was escaped when it was drawn
