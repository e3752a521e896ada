"""Whatever stands in a row: data give it back, a spreadsheet runs none of it, a page is text."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from placket.plan.build import plan_of
from placket.plan.explaining import explained
from placket.plan.package import Package, package
from placket.rights.right import Right
from tests.unit.plan.shops import asking, row
from tests.unit.plan.test_package import ADA, COPY, KINGDOM, POLICY, SHEET, TABLES, Elements

VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(
        ["=1+1", "\t=1", " @x", "\0-1", "'", '"', "</style><script>", "&amp;", "\r\n="]
    ),
)
RUNS = ("=", "+", "-", "@")


def package_with(value: str) -> Package:
    ada = row("customer", {**ADA.values, "first": value, "last": ""})
    of = asking(TABLES, [], [ada], right=Right.ACCESS, policy=POLICY, place=KINGDOM)
    return package(of, plan_of(of), explained(of, []), sheet=SHEET)


@given(VALUES)
def test_the_data_give_back_what_stood_in_the_row(value: str) -> None:
    found = json.loads(package_with(value).files["data.json"])

    assert found["tables"][0]["rows"][0]["first"] == value


@given(VALUES)
def test_no_cell_of_a_table_is_a_formula(value: str) -> None:
    text = package_with(value).files["tables/shop.customer.csv"].decode("utf-8-sig")

    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert [len(cells) for cells in rows] == [6, 6]
    assert not rows[1][2].lstrip().startswith(RUNS)


@given(VALUES)
def test_no_value_adds_an_element_to_the_page(value: str) -> None:
    found, usual = Elements(), Elements()

    found.feed(package_with(value).files["index.html"].decode())
    usual.feed(COPY.files["index.html"].decode())

    assert found.names <= usual.names
    assert not [name for name, _ in found.attributes if name not in dict(usual.attributes)]
