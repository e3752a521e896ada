"""Reading a policy: clauses, blocks, places, and files as other programs write them."""

from __future__ import annotations

import pytest

from placket.documents import MOST_BYTES
from placket.policy.parse import Document, parse
from placket.policy.render import render
from placket.policy.rules import Provenance, Retain, Role
from placket.problems import Span

FRONT = "---\nretailer: The Corner Shop\nversion: 1\neffective: 2026-01-31\n---\n"
CLAUSE = """
# Notice

Before the clauses.

### Recordings {#EX-1}

We keep recordings.

And no more.

```placket
retain: call_recording
for: 6 months from call.ended
added: the text names no period
```

After the block.
"""


def read(text: str) -> Document:
    parsed = parse(text)

    assert parsed.problems == ()
    assert parsed.document is not None
    return parsed.document


def told(text: str) -> list[tuple[str, str, str]]:
    return [(str(p.at), p.code, p.summary) for p in parse(text).problems]


def block(text: str) -> str:
    return f"{FRONT}### Title {{#EX-1}}\n\n```placket\n{text}\n```\n"


def test_a_clause_has_its_heading_its_prose_and_its_rules() -> None:
    first, second = read(FRONT + CLAUSE).clauses

    assert (first.title, first.level, first.id, first.rules) == ("Notice", 1, "", ())
    assert (second.title, second.level, second.id) == ("Recordings", 3, "EX-1")
    assert second.prose == "We keep recordings.\n\nAnd no more.\n\n\nAfter the block."
    assert second.prose_lines == (13, 14, 15, 16, 22, 23)
    assert second.blocks == ((1, False),)
    assert [type(rule) for rule in second.rules] == [Retain]


def test_a_rule_knows_its_clause_its_place_and_how_it_stands() -> None:
    (rule,) = read(FRONT + CLAUSE).rules()

    assert rule.clause == "EX-1"
    assert rule.provenance == Provenance(word="added", why="the text names no period")
    assert rule.place_of("period") == Span(file="policy.md", line=19, column=6, length=24)
    assert rule.place_of("regions") == rule.span


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\ufeff" + text,
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("```placket", "```placket  "),
        lambda text: text.replace("```", "~~~~"),
        lambda text: text.replace("{#EX-1}", "{#EX-1} ##"),
        lambda text: text.replace("### Rec", "  ### Rec"),
    ],
    ids=["windows", "old mac", "mark", "no end", "spaces", "tildes", "closed", "indented"],
)
def test_a_file_reads_the_same_however_a_program_wrote_it(change: object) -> None:
    text = FRONT + CLAUSE

    assert callable(change)
    assert read(change(text)) == read(text)


def test_a_policy_over_the_limit_is_refused_unread() -> None:
    parsed = parse(FRONT + "x" * MOST_BYTES)

    assert parsed.document is None
    assert [(p.code, p.summary) for p in parsed.problems] == [
        ("P003", "the policy is larger than 2 MiB")
    ]


def test_prose_before_the_first_heading_is_kept() -> None:
    (first,) = read(FRONT + "\nWelcome.\n").clauses

    assert (first.level, first.id, first.prose) == (0, "", "Welcome.")
    assert render(read(FRONT + "\nWelcome.\n")).endswith("---\n\nWelcome.\n")


@pytest.mark.parametrize(
    ("text", "place", "code", "summary"),
    [
        ("role:\tvisitor\n\tsource: device", "9:6", "P001", "a tab stands where only spaces may"),
        ("role: [visitor", "10:1", "P001", "expected ',' or ']', but got '<stream end>'"),
        ("role: a: b", "9:8", "P001", "mapping values are not allowed here"),
        ("role: a\x07b", "9:1", "P001", "the block holds a character that YAML does not allow"),
        ("role: &a visitor", "9:7", "P004", "an anchor or alias in the YAML"),
        ("role: !!str visitor", "9:7", "P004", "a tag in the YAML"),
        ("%YAML 1.1\n---\nrole: visitor", "10:1", "P004", "a directive in the YAML"),
        ("a: " + "[" * 31 + "]" * 31, "9:33", "P003", "the YAML is nested deeper than 30 levels"),
        ("role: a\nrole: b", "10:1", "P005", "`role` stands twice"),
        ("", "9:1", "P002", "the block is empty"),
        ("- visitor", "9:3", "P020", "a rule is a mapping"),
        ("- - role: visitor", "9:3", "P020", "a rule is a mapping"),
        ("{}", "9:1", "P021", "a mapping is no kind of rule"),
        ("source: device\nrole: a", "9:1", "P021", "`source` is no kind of rule"),
        ("role: a\n? [b]\n: c", "10:3", "P022", "`a list` is no key of `role`"),
        ("role: a\nadded: [why]", "10:1", "P025", "`added` without a reason"),
    ],
)
def test_a_fault_in_a_block_is_told_at_its_place(
    text: str, place: str, code: str, summary: str
) -> None:
    (found,) = told(block(text))

    assert found[:2] == (f"policy.md:{place}", code)
    assert found[2].removeprefix("the block is not YAML: ") == summary


def test_words_of_yaml_1_1_are_words() -> None:
    (rule,) = read(block("role: on\ntaken_by: [NO, yes, 010, 1_000]")).rules()

    assert rule == Role(name="on", taken_by=("NO", "yes", "10", "1_000"), clause="EX-1")


def test_every_fault_of_a_block_is_told_at_once() -> None:
    found = told(block("role: Big\nsourse: device\nconfined_to: []\nadded:"))

    assert [(place, code) for place, code, _ in found] == [
        ("policy.md:9:7", "P101"),
        ("policy.md:10:1", "P022"),
        ("policy.md:11:14", "P101"),
        ("policy.md:12:1", "P025"),
    ]


def test_a_rule_with_a_fault_does_not_take_the_others_with_it() -> None:
    parsed = parse(block("- role: Big\n- role: visitor"))

    assert parsed.document is not None
    assert [rule.name for rule in parsed.document.rules() if isinstance(rule, Role)] == ["visitor"]


def test_what_could_not_be_read_is_remembered_by_kind_and_name() -> None:
    text = "- role: Big\n- cookies: shop\n- recipient: [courier, banks]\n- role: visitor"
    parsed = parse(block(text))

    assert parsed.document is not None
    assert parsed.document.clauses[0].unread == (
        ("role", "Big"),
        ("", ""),
        ("recipient", "courier"),
        ("recipient", "banks"),
    )


def test_a_reason_keeps_its_marks() -> None:
    (rule,) = read(block("role: visitor\nadded: '`visitor` is `anyone`'")).rules()

    assert rule.provenance == Provenance(word="added", why="`visitor` is `anyone`")
