from datetime import date

from placket.policy.compile import Policy
from placket.policy.load import bind
from placket.policy.parse import parse
from placket.policy.rendering.outline import direction_of, slug
from placket.web.centre.notice import (
    Section,
    ShownClause,
    ShownRule,
    Use,
    render_notice,
    sections_of,
    uses_in_short,
)

TEXT = """---
retailer: Shop
version: 2
effective: 2026-01-01
---

# Our promise

Hello.

## What we *keep*

About keeping.

### Letters {#S-1}

We keep <b>letters</b>.

```placket
activity: answer
purpose: customer_service
uses: [correspondence]
basis: contract
relation: [order]
added: "the <text> is silent"
```

### Silence {#S-2}

Nothing here.
"""


def policy() -> Policy:
    document = parse(TEXT).document
    assert document is not None
    return bind(document, on=date(2026, 1, 1))


def test_sections_hold_their_clauses_with_rules_beside() -> None:
    title, opening, sections = sections_of(policy())

    assert (title, opening) == ("Our promise", "Hello.")
    assert sections == (
        Section(
            anchor="what-we-keep",
            title="What we *keep*",
            prose="About keeping.",
            clauses=(
                ShownClause(
                    id="S-1",
                    title="Letters",
                    prose="We keep <b>letters</b>.",
                    rules=(
                        ShownRule(
                            kind="Use",
                            words="We use correspondence for customer service."
                            " To do what you ordered or asked for.",
                            mark="added",
                            why="the <text> is silent",
                            yaml="activity: answer\npurpose: [customer_service]\n"
                            "uses: [correspondence]\nbasis: contract\nrelation: [order]\n"
                            "added: 'the <text> is silent'",
                        ),
                    ),
                ),
                ShownClause(id="S-2", title="Silence", prose="Nothing here.", rules=()),
            ),
        ),
    )


def test_the_short_version_has_a_line_for_each_use() -> None:
    assert list(uses_in_short(policy())) == [
        Use(
            name="answer",
            purpose="customer service",
            data="correspondence",
            why="to do what you ordered or asked for",
            clause="S-1",
        )
    ]


def test_what_the_author_typed_is_escaped() -> None:
    page, tag = render_notice(policy())
    html = page.decode()

    assert "<b>letters" not in html
    assert "<text>" not in html.lower().replace("&lt;text&gt;", "")
    assert 'id="S-1"' in html
    assert '<html lang="en" dir="ltr">' in html
    assert tag.startswith('"')


def test_a_language_has_its_direction() -> None:
    assert [direction_of("en-GB"), direction_of("ur"), direction_of("ar-EG")] == [
        "ltr",
        "rtl",
        "rtl",
    ]


def test_a_heading_becomes_an_anchor() -> None:
    assert slug("How long we keep it") == "how-long-we-keep-it"
    assert slug("???") == "section"
