"""Rendering: canonical, defaults left out, and nothing that YAML would read otherwise."""

from __future__ import annotations

from datetime import date

import pytest

from placket.policy.front import Front
from placket.policy.parse import parse
from placket.policy.render import dump, render, render_front

WRITTEN = """---
retailer: The Corner Shop
version: '1'
effective: '2026-01-31'
language: en
time_zone: UTC
accounting_year_ends: 31 December
---

# Notice

What stands before the clauses.

### Recordings {#EX-1}

We keep recordings.

And that is all.

```placket
retain: [call_recording]
for: 6 months from call.ended
added: the text names no period
```

```placket
- role: visitor
- role: customer
  taken_by: [order.placed]
```
"""


def test_a_canonical_document_is_rendered_as_it_stands() -> None:
    document = parse(WRITTEN).document

    assert document is not None
    assert render(document) == WRITTEN


def test_defaults_and_spelling_do_not_outlive_rendering() -> None:
    loose = WRITTEN.replace("retain: [call_recording]", "retain: call_recording\nthen: erase")
    loose = loose.replace("6 months from", "P6M  from").replace("version: '1'", "version: 1")
    document = parse(loose).document

    assert document is not None
    assert render(document) == WRITTEN


def test_a_rule_that_could_not_be_read_is_left_out() -> None:
    document = parse(WRITTEN.replace("for: 6 months from", "for: 6 moths from")).document

    assert document is not None
    assert parse(render(document)).problems == ()
    assert "call_recording" not in render(document)


def test_front_matter_names_its_reason_only_if_there_is_one() -> None:
    front = Front(retailer="Shop", version="2", effective=date(2026, 1, 31), year_end=(3, 31))

    assert render_front(front) == (
        "---\nretailer: Shop\nversion: '2'\neffective: '2026-01-31'\nlanguage: en\n"
        "time_zone: UTC\naccounting_year_ends: 31 March\n---\n"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words", "plain words"),
        (":0", "':0'"),
        ("yes: no", "'yes: no'"),
        ("a #b", "'a #b'"),
        ("-x", "'-x'"),
        ("? y", "'? y'"),
        ("it's", "'it''s'"),
        ("true", "'true'"),
        ("12", "'12'"),
        ("null", "'null'"),
    ],
)
def test_a_text_stays_a_text(text: str, written: str) -> None:
    assert dump({"detail": text}) == f"detail: {written}\n"
