"""A page or plain text as headings, paragraphs, items and rows, whatever its layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.draft.clauses import Heading, Passage, entries_of, sentences_of
from placket.policy.draft.lexicon import lexicon
from placket.policy.draft.page import is_page, read_page, without_tags
from placket.policy.draft.plain import read_plain

if TYPE_CHECKING:
    from placket.policy.draft.piece import Piece


def shown(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    return [(piece.shape.value, piece.text) for piece in pieces]


def test_scripts_styles_and_menus_are_no_text_of_a_page() -> None:
    page = """<!doctype html><title>Shop</title><style>p {}</style>
    <nav><p>Home</p></nav><script>if (a < b) { alert("<p>hello</p>") }</script>
    <!-- <p>not shown</p> --><p>We keep it <b>short</b>.<br>Really.</p>"""

    assert shown(read_page(page)) == [("paragraph", "We keep it short."), ("paragraph", "Really.")]


def test_lists_and_headings_of_a_page_keep_their_shape_and_line() -> None:
    page = "<h2>Your\n data</h2>\n<p>We take:</p>\n<ul><li>name<li>email</ul>"

    pieces = read_page(page)

    assert shown(pieces) == [
        ("heading", "Your data"),
        ("paragraph", "We take:"),
        ("item", "name"),
        ("item", "email"),
    ]
    assert [piece.line for piece in pieces] == [1, 3, 4, 4]


def test_a_paragraph_in_bold_or_capitals_and_a_term_are_headings() -> None:
    page = (
        "<p><strong>Your data</strong></p><p>We keep <b>it</b></p><p>YOUR RIGHTS</p>"
        "<dl><dt>Orders<dd>We keep them.</dl><p><b>We keep them all for a year.</b></p>"
    )

    assert shown(read_page(page)) == [
        ("heading", "Your data"),
        ("paragraph", "We keep it"),
        ("heading", "YOUR RIGHTS"),
        ("heading", "Orders"),
        ("item", "We keep them."),
        ("paragraph", "We keep them all for a year."),
    ]


def test_a_paragraph_in_a_list_item_is_the_item() -> None:
    page = "<ul><li><p>name</p></li><li></li></ul><h2></h2><p>and more</p>"

    assert shown(read_page(page)) == [("item", "name"), ("paragraph", "and more")]


def test_two_lines_that_begin_alike_keep_their_own_numbers() -> None:
    text = "When you make a purchase we ask.\n\nWhen you make a purchase we keep.\n"

    assert [piece.line for piece in read_plain(text)] == [1, 3]


def test_a_table_gives_rows_with_the_heads_of_their_columns() -> None:
    page = """<table><tr><th>Data</th><th>Kept</th></tr>
    <tr><td>Orders<ul><li>name</li><li>price</li></ul></td><td>7 years</td></tr>
    <tr><td></td><td></td></tr></table>"""

    (row,) = read_page(page)

    assert row.cells == (("Data", "Orders, name, price"), ("Kept", "7 years"))


def test_a_table_without_heads_takes_a_first_row_of_names_for_them() -> None:
    rows = ("<td>Data</td><td>Kept for</td>", "<td>chats</td><td>1 year.</td>")
    page = f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"

    (row,) = read_page(page)

    assert row.cells == (("Data", "chats"), ("Kept for", "1 year."))


def test_a_table_in_a_table_is_read_and_what_stands_around_it_too() -> None:
    page = """<table><tr><td>Before <table><tr><th>Data</th><th>Kept</th></tr>
    <tr><td>name</td><td>a year</td></tr></table> after</td><td>beside</td></tr></table>"""

    pieces = read_page(page)

    assert [piece.text for piece in pieces] == ["Before", "name a year", "after", "beside"]
    assert pieces[1].cells == (("Data", "name"), ("Kept", "a year"))


def test_tables_nested_without_end_are_read_in_a_straight_line() -> None:
    assert shown(read_page("<table><tr><td>" * 5000 + "name")) == [("paragraph", "name")]


@pytest.mark.parametrize(
    ("text", "found"),
    [("<p>We keep it.</p>", True), ("We keep <b>it</b>.", False), ("a < b", False)],
)
def test_a_page_is_told_from_text_with_a_stray_tag(text: str, found: bool) -> None:
    assert is_page(text) is found


def test_stray_tags_leave_plain_text() -> None:
    assert without_tags("<b><i>Purpose</i></b>\twe < you") == "Purpose\twe < you"


def test_capitals_numbers_marks_and_underlines_make_headings() -> None:
    text = """PRIVACY
We care.

1. What we take
Your name.

## How long
A year.

Your rights
===========
You may ask.
"""

    found = [piece.text for piece in read_plain(text) if piece.shape == "heading"]

    assert found == ["PRIVACY", "What we take", "How long", "Your rights"]


def test_a_run_of_numbered_lines_is_a_list_and_no_heading() -> None:
    text = "We take:\n1. Your name\n2. Your age\n3. Your size\n"

    assert shown(read_plain(text)) == [
        ("paragraph", "We take:"),
        ("item", "Your name"),
        ("item", "Your age"),
        ("item", "Your size"),
    ]


def test_lines_that_a_narrow_page_broke_are_joined_again() -> None:
    text = """We take your name and your address, because without them nothing would
ever arrive at your door, and we keep both for as long as the law of the
country asks for it.
"""

    (piece,) = read_plain(text)

    assert piece.text == " ".join(text.split())


def test_a_line_of_marks_under_a_long_line_is_nothing() -> None:
    text = f"- a point\n-----\n{'We keep it as long as we like and no longer. ' * 3}\n=====\n"

    assert [piece.shape for piece in read_plain(text)] == ["item", "paragraph"]


def test_an_address_in_capitals_is_no_heading() -> None:
    (piece,) = read_plain("CORNER SHOP LTD, 1 EXAMPLE STREET, LEEDS, LS1 1AA\n")

    assert piece.shape == "paragraph"


@pytest.mark.parametrize(
    "table",
    [
        "Data\tKept for\nchats\t1 year",
        "| Data | Kept for |\n|---|---|\n| chats | 1 year |",
        "Data         Kept for\n-------------------\nchats        1 year",
    ],
)
def test_a_table_drawn_with_text_gives_rows(table: str) -> None:
    (row,) = read_plain(table)

    assert row.cells == (("Data", "chats"), ("Kept for", "1 year"))


def test_a_line_of_a_table_with_one_cell_is_a_paragraph() -> None:
    table = "| Data | Kept |\n| Orders | |\n| name | a year |"

    assert shown(read_plain(table)) == [("paragraph", "Orders"), ("row", "name a year")]


def test_a_sentence_without_an_end_is_cut() -> None:
    found = sentences_of("word " * 900 + "x" * 2500)

    assert [len(sentence) <= 2000 for sentence in found] == [True] * len(found)
    assert "".join("".join(found).split()) == "word" * 900 + "x" * 2500


def test_a_sentence_does_not_end_at_an_abbreviation_or_a_number() -> None:
    text = "We use e.g. PayPal Ltd. and others. See Art. 6 (1). It costs 1. 50."

    assert sentences_of(text) == [
        "We use e.g. PayPal Ltd. and others.",
        "See Art. 6 (1).",
        "It costs 1. 50.",
    ]


def passages(text: str) -> list[list[str]]:
    entries = entries_of(read_plain(text), lexicon("en"))
    return [[part.text for part in entry.parts] for entry in entries if isinstance(entry, Passage)]


def test_a_sentence_that_gives_the_basis_stays_with_what_it_is_the_basis_of() -> None:
    text = (
        "We look at what you buy in order to know our range. "
        f"{'It takes a while to explain this in full. ' * 12}"
        "This is necessary for our legitimate interest in a good range."
    )

    assert len(passages(text)) == 1


def test_a_list_of_words_is_one_clause_and_a_list_of_sentences_many() -> None:
    long = (
        "To write to you about the goods that came back into the shop while you were away from us"
    )

    assert passages("We take:\n- name\n- age\n") == [["name", "age"]]
    assert passages(f"We use it:\n- {long} one\n- {long} two\n") == [
        ["We use it:"],
        [f"{long} one"],
        [f"{long} two"],
    ]


def test_a_heading_stands_between_the_clauses() -> None:
    entries = entries_of(read_plain("# A\n\nOne is here.\n\n# B\n\nTwo is here.\n"), lexicon("en"))

    assert [type(entry) for entry in entries] == [Heading, Passage, Heading, Passage]
