"""The rows of the page that tables a pack."""

from datetime import date

from placket.law.packs import LawFact, LawPack
from placket.law.page import law_page


def test_a_bar_within_a_cell_does_not_end_it() -> None:
    fact = LawFact(
        value=None, since=date(2026, 1, 1), until=None, source="Act|1", checked=False, note="a | b"
    )
    pack = LawPack(
        id="xx",
        name="Somewhere",
        countries=frozenset({"GB"}),
        parent=None,
        states={"complaint": (fact,)},
    )

    page = law_page({"xx": pack})

    assert page.split("\n\n")[3:5] == [
        "## Somewhere (`xx`)",
        (
            "| fact | value | from | until | checked | source | note |\n"
            "| --- | --- | --- | --- | --- | --- | --- |\n"
            "| `complaint` | none | 2026-01-01 |  | no | Act&#124;1 | a &#124; b |"
        ),
    ]
