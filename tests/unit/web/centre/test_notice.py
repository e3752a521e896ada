from datetime import date

from placket.policy.compile import Policy
from placket.policy.load import bind
from placket.policy.parse import parse
from placket.policy.rendering.outline import direction_of, slug
from placket.web.centre.notice import ShownRule, render_notice, rules_by_clause
from tests.unit.policy.rendering.shop import retailer

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


def policy(text: str = TEXT) -> Policy:
    document = parse(text).document
    assert document is not None
    return bind(document, on=date(2026, 1, 1))


def test_each_clause_has_its_rules_in_words_and_as_written() -> None:
    assert rules_by_clause(policy()) == {
        "S-1": (
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
        )
    }


def test_a_rule_names_the_countries_of_its_regions() -> None:
    [muse] = rules_by_clause(retailer("muse"))["MU-069"]

    assert muse.words == (
        "We keep call recording for 6 months from “call ended”. Then it is deleted or made"
        " anonymous. In the EEA and the United Kingdom only."
    )


def test_the_page_holds_clauses_and_rules_side_by_side() -> None:
    html = render_notice(policy())[0].decode()

    assert '<h2 id="what-we-keep">What we *keep*</h2>' in html
    assert "<p>About keeping.</p>" in html
    for heading in ("Letters", "Silence"):
        assert f">{heading}</h3>" in html
    assert html.count('<ul class="rules"') == 1
    assert '<b>Customer service</b></th><td role="cell">Correspondence</td>' in html


def test_a_heading_without_id_is_shown_and_not_linked() -> None:
    html = render_notice(policy(f"{TEXT}\n### A word at the end\n\nNothing promised.\n"))[
        0
    ].decode()

    assert "<h3>A word at the end</h3>" in html
    assert 'id=""' not in html
    assert 'id=".h"' not in html


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
