"""The page of changes: what the newest version changes, in sentences and word by word."""

from __future__ import annotations

import pytest

from placket.policy.parse import parse
from placket.web.centre.leaflets import shown_change
from placket.web.look.rendering import render

POLICY = """---
retailer: The Corner Shop
version: '{version}'
effective: '2026-01-31'
---

# Policy

### Calls {{#EX-1}}

A recording of your call is deleted {words} after it.

```placket
retain: call_recording
for: {period} from call.ended
```
"""
OLD = POLICY.format(version="1", words="six <months>", period="6 months")
NEW = POLICY.format(version="2", words="one year", period="1 year")


def page(old: str, new: str) -> str:
    document = parse(new).document
    assert document is not None
    return render(
        "changes.html",
        language="en",
        direction="ltr",
        front=document.front,
        versions=(),
        sayings=(),
        change=shown_change(old, new),
    )


@pytest.mark.clause("JE-087")
def test_the_words_that_went_and_came_stand_on_the_page_of_changes() -> None:
    shown = page(OLD, NEW)

    assert 'What version <span class="num">2</span> changes of <span class="num">1</span>' in shown
    assert "<del>six &lt;months&gt; </del><ins>one year </ins>after it." in shown
    assert "Call recording: kept longer, 1 year from “call ended”" in shown


def test_a_version_that_only_has_another_day_changes_no_word() -> None:
    shown = page(OLD, OLD.replace("version: '1'", "version: '2'"))

    assert "Not a word of the text changed." in shown
    assert "<del>" not in shown


def test_a_text_that_does_not_read_is_compared_with_nothing() -> None:
    assert shown_change("no policy", NEW) is None
