"""YAML with places: within limits, without what changes its meaning."""

from __future__ import annotations

from placket.documents import MOST_BYTES, MOST_DEPTH, Node, read_yaml
from placket.problems import Problems, Span


def read(text: str) -> tuple[Node | None, list[tuple[str, str]]]:
    problems = Problems()
    node = read_yaml(text, Span(file="a.yaml", line=3), problems)
    return node, [(str(p.at), p.code) for p in problems.found]


def test_values_are_words_numbers_and_flags_with_their_places() -> None:
    node, problems = read("a: [on, 012, -7, true, null, '1', 1.5, 2026-01-01]\nb: {c: d}")

    assert problems == []
    assert node is not None
    assert node.plain() == {
        "a": ["on", 12, -7, True, None, "1", "1.5", "2026-01-01"],
        "b": {"c": "d"},
    }
    assert [key.span for key, _ in node.pairs()] == [
        Span(file="a.yaml", line=3, column=1, length=1),
        Span(file="a.yaml", line=4, column=1, length=1),
    ]


def test_a_value_is_shown_as_its_author_wrote_it() -> None:
    node, _ = read("[word, true, null, [a], {a: b}, " + "x" * 100 + "]")

    assert node is not None
    assert [item.shown() for item in node.value] == [
        "`word`",
        "`true`",
        "nothing",
        "a list",
        "a mapping",
        f"`{'x' * 80}...`",
    ]
    assert [item.word for item in node.value][:5] == ["word", "true", "", "", ""]


def test_yaml_is_read_up_to_its_limits() -> None:
    assert read("[" * MOST_DEPTH + "]" * MOST_DEPTH)[1] == []
    assert read("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1))[1] == [("a.yaml:3:31", "P003")]
    assert read("a" * (MOST_BYTES + 1)) == (None, [("a.yaml:3:1", "P003")])


def test_a_long_number_stays_a_word() -> None:
    node, problems = read("9" * 5000)

    assert problems == []
    assert node == Node(value="9" * 5000, span=Span(file="a.yaml", line=3, length=5000))
