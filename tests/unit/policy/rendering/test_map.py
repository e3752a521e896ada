"""The data map: every flow once, folded or not, readable, and told in words beside the picture."""

import re
from xml.etree import ElementTree as ET

import pytest

from placket.policy.rendering.datamap import (
    ACTIVITY,
    ALL,
    DATA,
    RECIPIENT,
    SOURCE,
    around,
    flows_of,
    fold,
)
from placket.policy.rendering.mapped import map_as_html, map_as_svg
from tests.unit.policy.rendering.shop import (
    RETAILERS,
    TEXT,
    UNBOUND,
    UNNAMED,
    UNUSED,
    policy,
    retailer,
)

SVG = "{http://www.w3.org/2000/svg}"


def labels(svg: str) -> list[str]:
    texts = ET.fromstring(svg).iter(f"{SVG}text")  # noqa: S314 - our own text
    return [text.text or "" for text in texts]


def test_the_flows_of_a_policy_are_those_of_its_rules() -> None:
    flows = flows_of(policy())

    assert set(flows.pairs) == {
        ((SOURCE, "data_subject"), (DATA, "name")),
        ((SOURCE, "data_subject"), (DATA, "delivery_address")),
        ((SOURCE, "none_stated"), (DATA, "email")),
        ((SOURCE, "none_stated"), (DATA, "cookie_data")),
        ((DATA, "name"), (ACTIVITY, "deliver")),
        ((DATA, "delivery_address"), (ACTIVITY, "deliver")),
        ((DATA, "email"), (ACTIVITY, "newsletter")),
        ((DATA, "cookie_data"), (ACTIVITY, "keep_bag")),
        ((ACTIVITY, "deliver"), (RECIPIENT, "courier")),
    }


@pytest.mark.parametrize(
    ("text", "gets"),
    [(UNBOUND, {(DATA, "name"), (DATA, "delivery_address")}), (UNNAMED, set())],
)
def test_a_recipient_whom_no_activity_names_is_on_the_map(
    text: str, gets: set[tuple[int, str]]
) -> None:
    flows = flows_of(policy(text))

    courier = (RECIPIENT, "courier")
    whence = "Name and delivery address" if gets else "None named"
    row = f'scope="row">Courier</th><td role="cell" data-label="From">{whence}</td>'
    assert set(flows.before(courier)) == gets
    assert [node.label for node in fold(flows).columns[RECIPIENT]] == ["Courier"]
    assert row in map_as_html(policy(text), sheet="")


def test_a_datum_that_no_activity_uses_is_on_the_map() -> None:
    flows = flows_of(policy(UNUSED))

    assert flows.before((DATA, "phone")) == ((SOURCE, "data_subject"),)
    assert flows.after((DATA, "phone")) == ()


def test_a_group_is_one_box_until_it_is_unfolded() -> None:
    flows = flows_of(policy())

    folded, opened = fold(flows), fold(flows, ("contact",))

    assert sorted(node.label for node in folded.columns[DATA]) == [
        "Cookie data",
        "Name and contact",
    ]
    assert sorted(node.label for node in opened.columns[DATA]) == [
        "Cookie data",
        "Delivery address",
        "Email",
        "Name",
    ]
    assert fold(flows, (ALL,)).columns[DATA] == fold(flows, flows.names()).columns[DATA]


def test_a_flow_between_groups_counts_those_between_their_terms() -> None:
    folded = fold(flows_of(policy()))

    weights = {(link.start.label, link.end.label): link.weight for link in folded.links}
    assert weights["Name and contact", "Deliver"] == 2
    assert weights["The person", "Name and contact"] == 2
    assert sum(weights.values()) == len(flows_of(policy()).pairs)


def test_a_group_by_itself_shows_what_it_meets_and_no_more() -> None:
    flows = flows_of(policy())

    shown = around(flows, "contact")

    assert {node.label for node in shown.columns[ACTIVITY]} == {"Deliver", "Newsletter"}
    assert shown.columns[RECIPIENT] == ()


def test_the_picture_is_told_to_whoever_does_not_see_it() -> None:
    root = ET.fromstring(map_as_svg(policy()))  # noqa: S314 - our own text

    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert title.text == "Data map of The Corner Shop, version 2026-01"
    assert description.text == (
        "Data flow from left to right. Source: The person, Not said. "
        "Category: Name and contact (3), Cookie data. "
        "Activity: Deliver, Newsletter, Keep bag. Recipient: Courier."
    )
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == title.attrib["id"]
    assert root.attrib["aria-describedby"] == description.attrib["id"]


@pytest.mark.parametrize("name", RETAILERS)
def test_folded_it_fits_a_page_whatever_the_number_of_clauses(name: str) -> None:
    svg = map_as_svg(retailer(name))

    root = ET.fromstring(svg)  # noqa: S314 - our own text
    height = float(root.attrib["viewBox"].split()[3])
    boxes = [rect for rect in root.iter(f"{SVG}rect") if "box" in rect.attrib["class"]]
    assert height < 1200
    assert len(boxes) < 50
    assert len(svg) < 40_000


@pytest.mark.parametrize("name", ["lepiquet", "muse"])
def test_no_box_lies_on_another_and_none_leaves_the_picture(name: str) -> None:
    root = ET.fromstring(map_as_svg(retailer(name), (ALL,)))  # noqa: S314 - our own text

    _, _, width, height = map(float, root.attrib["viewBox"].split())
    rects = [r.attrib for r in root.iter(f"{SVG}rect") if "box" in r.attrib["class"]]
    columns: dict[str, list[tuple[float, float]]] = {}
    for rect in rects:
        columns.setdefault(rect["x"], []).append((float(rect["y"]), float(rect["height"])))
        assert float(rect["x"]) + float(rect["width"]) <= width
    for column in columns.values():
        ends = [y + tall for y, tall in column]
        starts = [y for y, _ in column][1:]
        assert all(end < start for end, start in zip(ends, starts, strict=False))
        assert ends[-1] <= height
    assert len(rects) == len(flows_of(retailer(name)).groups)


def test_unfolded_every_activity_is_named() -> None:
    svg = map_as_svg(retailer("justelegance"), (ALL,))

    assert "Offers to buyers" in labels(svg)
    assert not any(label.isdigit() for label in labels(svg))


def test_the_page_opens_each_group_without_a_script() -> None:
    html = map_as_html(retailer("lepiquet"), sheet="")

    anchors = re.findall(r'\bid="([^"]+)"', html)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= {*anchors, "main"}
    assert html.count("<details>") == len(flows_of(retailer("lepiquet")).names())
    assert "<script" not in html
    assert "style=" not in html


def test_what_an_author_writes_is_shown_as_text() -> None:
    evil = policy(TEXT.replace("retailer: The Corner Shop", "retailer: <script>alert(1)</script>"))

    for shown in (map_as_svg(evil), map_as_html(evil, sheet="")):
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
