"""A rule in a few words, as the demo shows it."""

from placket.demo.words import rule_lines
from placket.policy.parse import parse

RECALL = """
---
{retailer: Harbour Books, version: 1, effective: 2026-01-01}
---
### Recalls {#P-1}
We ring you about a recall.
```placket
activity: recall
purpose: service_messages
about: customer
uses: phone
requires: phone
channel: phone
message: service
basis: legitimate_interest
```
""".lstrip()


def shown(text: str) -> list[str]:
    document = parse(text).document
    assert document is not None
    (rule,) = document.rules()
    return rule_lines(rule)


def test_one_key_that_is_left_out_is_counted_in_the_singular() -> None:
    lines = shown(RECALL)

    assert lines[6:] == ["channel: [phone]", "... and 1 more key"]


def test_more_keys_that_are_left_out_are_counted() -> None:
    lines = shown(RECALL.replace("basis:", "interest: safe products\nbasis:"))

    assert lines[7:] == ["... and 2 more keys"]
