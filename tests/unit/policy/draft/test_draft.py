"""What is drafted for each kind of sentence, in English and French."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from placket.policy.check import check_published
from placket.policy.draft.draft import Draft, Wish, draft, language_of
from placket.policy.draft.source import Unreadable
from placket.policy.parse import parse
from placket.policy.render import render, rule_as_yaml
from placket.policy.rules import Recipient

DAY = date(2026, 11, 24)
POLICY = ("Privacy policy of the shop", "Politique de confidentialité de la boutique")
TOOL = "standard_contractual_clauses"
SHOES = (
    "We may use your purchase history to recommend shoes you might like, on the basis of our "
    "legitimate interests."
)
TEXTS = Path(__file__).parent / "texts"


def drafted(text: str, **wishes: Any) -> Draft:
    found = draft(text, Wish(today=DAY, **wishes))
    assert isinstance(found, Draft), found
    return found


def rules(text: str) -> list[dict[str, Any]]:
    """Return the rules of a draft as plain YAML, without the mark that each of them has."""
    document = parse(drafted(text).text).document
    assert document is not None
    written = [rule_as_yaml(rule) for rule in document.rules()]
    assert all(rule.pop("draft") for rule in written)
    return written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "When you place an order we collect your name and delivery address.",
            [{"capture": "order", "at": ["order"], "takes": ["name", "delivery_address"]}],
        ),
        (
            "To prevent fraud we use order history, in our legitimate interest to sell safely.",
            [
                {
                    "activity": "fraud_prevention",
                    "purpose": ["fraud_prevention"],
                    "uses": ["purchase_history"],
                    "basis": "legitimate_interest",
                    "interest": "sell safely",
                }
            ],
        ),
        (
            "We share your name with our couriers, such as DHL, who act on our behalf.",
            [
                {
                    "recipient": ["courier"],
                    "names": ["DHL"],
                    "as": "processor",
                    "gets": ["name"],
                }
            ],
        ),
        (
            "We transfer your data outside the EEA under standard contractual clauses.",
            [{"transfer": "outside_eea", "needs_any": ["standard_contractual_clauses"]}],
        ),
        (
            "We keep call recordings for 6 months after the call and then delete them.",
            [
                {
                    "retain": ["call_recording"],
                    "for": "6 months from call.ended",
                }
            ],
        ),
        (
            "You have the right to request a copy of your data free of charge, by email or post.",
            [{"right": "access", "by": ["email", "post"], "fee": "none"}],
        ),
        (
            "You may complain to the Information Commissioner's Office.",
            [{"complaint": "Information Commissioner's Office"}],
        ),
        (
            "We transfer data. Transfers rest on standard contractual clauses abroad.",
            [{"transfer": "third_countries", "needs_any": ["standard_contractual_clauses"]}],
        ),
        (
            "We send you our newsletter. We keep your consent for 5 years from our last contact.",
            [{"consent": "direct_marketing", "for": "5 years from last interaction"}],
        ),
        (
            "After 2 years from your last purchase your order history is deleted or anonymised.",
            [
                {
                    "retain": ["purchase_history"],
                    "for": "2 years from last order.placed",
                    "then": "erase_or_anonymise",
                }
            ],
        ),
        (
            "We share your name with the police without your consent.",
            [{"recipient": ["law_enforcement"], "gets": ["name"]}],
        ),
        (
            "We use automated decisions to detect fraud.",
            [{"automated": "automated_decisions"}],
        ),
        (
            "We keep your order for the reason that we have to comply with our legal obligations.",
            [
                {
                    "activity": "legal_compliance",
                    "purpose": ["legal_compliance"],
                    "basis": "legal_obligation",
                }
            ],
        ),
        (
            "See our cookie policy at https://example.org/biscuits for more.",
            [{"notice": "cookie_policy", "url": "https://example.org/biscuits"}],
        ),
        (
            "If you are under 16, ask a parent before you register with us.",
            [{"audience_age": 16}],
        ),
        (
            "Analytics cookies, which measure traffic, are set only with your consent.",
            [
                {
                    "cookie": "analytics",
                    "purpose": ["site_analytics"],
                    "basis": "consent",
                }
            ],
        ),
        (
            "We protect your data by encryption and access controls.",
            [{"security": ["encryption", "access_control"]}],
        ),
        (
            "We consider you a customer for 3 years from your last purchase.",
            [{"status": "customer", "holds_while": ["3 years from last order.placed"]}],
        ),
        (
            f"When you place an order we collect it. {SHOES}",
            [
                {
                    "activity": "recommendations",
                    "purpose": ["recommendations"],
                    "uses": ["purchase_history"],
                    "basis": "legitimate_interest",
                }
            ],
        ),
        (
            "You may ask for access, correction, erasure or portability of your data.",
            [
                {"right": "access"},
                {"right": "rectification"},
                {"right": "erasure"},
                {"right": "portability"},
            ],
        ),
        (
            "We keep your invoices for 7 years after the date of the invoice for tax reasons.",
            [
                {
                    "activity": "accounting_tax",
                    "purpose": ["accounting_tax"],
                    "uses": ["billing_records"],
                },
                {"retain": ["billing_records"], "for": "7 years from invoice.dated"},
            ],
        ),
        (
            "Our systems look at every order to prevent fraud. We ask for your name.",
            [{"activity": "fraud_prevention", "purpose": ["fraud_prevention"]}],
        ),
        (
            "Nous conservons vos factures pendant dix ans à compter de la date de la facture.",
            [{"retain": ["billing_records"], "for": "10 years from invoice.dated"}],
        ),
    ],
)
def test_each_kind_of_sentence_gives_its_rule(text: str, expected: list[dict[str, Any]]) -> None:
    found = rules(f"{POLICY[text.startswith('Nous')]}\n\n{text}\n")

    assert [rule for rule in found if rule in expected] == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("We collect your name and age. We do not share your name with partners.", "recipient"),
        ("We collect your name and age. We never keep your age for two years.", "retain"),
        ("We collect your name and age. We do not use your age for market research.", "activity"),
        ("We collect your name and age. We make no automated decisions about you.", "automated"),
        ("We collect your name and age. Do we share your name with partners?", "recipient"),
        (
            "Nous collectons votre nom et votre âge. Nous ne vendons jamais à des tiers.",
            "recipient",
        ),
        ("Privacy policy. We take your name and age. Do you have any questions?", "notice"),
        ("Privacy policy. We collect your name and age. We consider you a customer.", "status"),
        ("Privacy policy. We collect your name and age. Server logs stay 30 days.", "retain"),
    ],
)
def test_what_the_text_denies_or_only_asks_is_not_drafted(text: str, kind: str) -> None:
    assert kind not in drafted(text).kinds


def test_what_is_kept_for_an_end_is_used_for_it_under_any_heading_but_of_rights() -> None:
    end = "We keep your order history to prevent fraud."
    text = f"# How long we keep it\n\n{end}\n\n# Your rights\n\n{end}\n"

    document = parse(drafted(f"# Privacy policy\n\n{text}").text).document

    assert document is not None
    assert [(c.title, [r.KIND for r in c.rules]) for c in document.clauses if c.id] == [
        ("We keep your order history to prevent fraud", ["activity"]),
        ("We keep your order history to prevent fraud", []),
    ]


def test_how_long_a_datum_is_kept_says_nothing_of_where_it_is_taken() -> None:
    text = "We keep your email address for 2 years after your account is closed.\n"

    assert rules(f"Privacy policy\n\n{text}") == [
        {"retain": ["email"], "for": "2 years from account.closed"}
    ]


def test_the_clauses_of_which_nothing_or_no_use_was_understood_are_named() -> None:
    text = (
        "# Privacy policy\n\nWe are glad.\n\nWe collect your name. We use it to paint birds, on "
        "the basis of our legitimate interests.\n\nWe share your name with couriers.\n"
    )

    found = drafted(text)

    assert (found.plain, found.aimless, found.roleless) == (("C-001",), ("C-002",), 1)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "We use your name and postal address to deliver your order and to prevent fraud.",
            "We use your name and postal address to deliver your order",
        ),
        (
            "We keep the invoices of all that you buy for seven years after the accounting year.",
            "We keep the invoices of all that you buy for seven years",
        ),
        (
            "We collect your name, and all of what our good friends would often call things.",
            "We collect your name, and all",
        ),
        (
            "We take identification and contact data (such as name, address, email, phone, fax).",
            "We take identification and contact data",
        ),
        (
            "We collect your name and your email address.",
            "We collect your name and your email address",
        ),
    ],
)
def test_a_title_ends_where_a_phrase_does(text: str, title: str) -> None:
    document = parse(drafted(f"Privacy policy\n\nWe ask for your age.\n\n{text}\n").text).document

    assert document is not None
    assert document.clauses[-1].title == title


def test_a_basis_for_one_item_is_not_one_for_its_neighbour() -> None:
    text = "We use your data:\n- to deliver your order (contract)\n- for market research\n"

    bases = {rule["activity"]: rule.get("basis") for rule in rules(text) if "activity" in rule}

    assert bases == {"delivery": "contract", "market_research": None}


@pytest.mark.parametrize(
    ("interest", "kept"),
    [
        (f"in {'selling good tea and ' * 12}coffee", 196),
        ("in tea", 0),
        ("in selling tea, e.g. green tea", 11),
    ],
)
def test_an_interest_is_kept_in_the_words_of_the_text(interest: str, kept: int) -> None:
    text = f"To prevent fraud we use your name, for our legitimate interest {interest}.\n"

    (activity,) = [rule for rule in rules(text) if "activity" in rule]

    assert len(activity.get("interest", "")) == kept


def test_transfers_are_told_by_their_tools_under_a_heading_of_their_own() -> None:
    text = "# International transfers\n\nYour data are safe: we use standard contractual clauses.\n"

    assert {"transfer": "standard_contractual_clauses", "needs_any": [TOOL]} in rules(text)


def test_a_list_of_what_an_answer_tells_decides_nothing() -> None:
    text = (
        "# Your rights\n\nYou have the right to a copy of your data. We tell you:\n"
        "- why we use it\n- whether we use automated decision making\n"
    )

    assert "automated" not in drafted(text).kinds


def test_an_introduction_leads_the_paragraphs_below_it() -> None:
    text = (
        "Privacy policy\n\nIn order to serve you, we share your name with these companies:\n\n"
        "Couriers, whose vans you see in front of your door on most days of the week, and whose "
        "own notices you find on their own pages.\n"
    )

    assert {"recipient": ["courier"]} in rules(text)


def test_what_is_said_twice_in_a_clause_is_drafted_once() -> None:
    text = "We share it with couriers. We pass it on to couriers. You may ask the ICO or the ICO.\n"

    found = [rule for rule in rules(f"Privacy policy\n\n{text}") if "activity" not in rule]

    assert found == [{"recipient": ["courier"]}, {"complaint": "ICO"}]


def test_a_heading_that_leads_no_clause_stays_a_heading() -> None:
    text = (
        "# Privacy policy\n\n# Your payment details\n\n# To deliver your order (contract)\n\n"
        "# Sharing\n\n"
        "We share your name with couriers.\n\n# Your order history\n\n"
        "We keep it until you ask us to delete it.\n\n# Your delivery address\n"
    )

    document = parse(drafted(text).text).document

    assert document is not None
    assert [(clause.title, clause.id) for clause in document.clauses] == [
        ("Privacy policy", ""),
        ("Your payment details", ""),
        ("To deliver your order (contract)", ""),
        ("Sharing", ""),
        ("We share your name with couriers", "C-001"),
        ("Your order history", ""),
        ("We keep it until you ask us to delete it", "C-002"),
        ("Your delivery address", ""),
    ]


def test_a_heading_with_a_basis_becomes_the_title_of_its_clauses() -> None:
    text = "To deliver your order (contract)\n\nWe use your name and your delivery address.\n"

    (activity,) = rules(text)

    assert activity["basis"] == "contract"
    assert "### To deliver your order (contract) {#C-001}\n" in drafted(text).text


def test_a_row_of_a_table_is_one_clause_with_the_heads_of_its_columns() -> None:
    found = drafted((TEXTS / "hollow-tree.html").read_text(encoding="utf-8")).text

    assert (
        "### Order history, wish list {#C-003}\n"
        "\n"
        "- What we collect: Order history, wish list\n"
        "- Why we use it: To recommend toys you may like: personalised recommendations\n"
        "- Legal basis: Legitimate interests\n"
        "- Kept for: 2 years after your last visit\n"
        "\n"
        "```placket\n"
        "- data: [purchase_history, wish_list]\n"
        "  draft: true\n"
        "- activity: recommendations\n"
        "  purpose: [recommendations]\n"
        "  uses: [purchase_history, wish_list]\n"
        "  basis: legitimate_interest\n"
        "  draft: true\n"
        "- retain: [purchase_history, wish_list]\n"
        "  for: 2 years from last visit.made\n"
        "  draft: true\n"
        "```\n"
    ) in found


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.[th]*")), ids=lambda path: path.name)
def test_a_draft_is_canonical_and_reads_without_a_fault(path: Path) -> None:
    found = drafted(path.read_text(encoding="utf-8"))

    parsed = parse(found.text)

    assert parsed.problems == ()
    assert parsed.document is not None
    assert render(parsed.document) == found.text


def test_the_front_matter_takes_what_the_text_and_its_author_say() -> None:
    text = (TEXTS / "wool-and-tide.txt").read_text(encoding="utf-8")

    own = parse(drafted(text).text).document
    told = parse(drafted(text, retailer="W&T", effective=DAY, ids="WT").text).document

    assert own is not None
    assert told is not None
    assert (own.front.retailer, own.front.effective) == ("Wool and Tide Inc.", date(2026, 3, 3))
    assert (told.front.retailer, told.front.effective) == ("W&T", DAY)
    assert told.clauses[1].id == "WT-001"


def test_a_day_that_is_not_of_the_text_is_none_of_its_front_matter() -> None:
    text = "Privacy policy\n\nFounded on 3 May 2001, we collect your name and your age.\n"

    document = parse(drafted(text).text).document

    assert document is not None
    assert document.front.effective == DAY


def test_front_matter_above_the_text_is_used() -> None:
    text = (
        "---\nretailer: The Corner Shop\nlang: en-GB\nupdated: 2026-01-31\n---\n"
        "We collect your name and email address to deliver your order.\n"
    )

    document = parse(drafted(text).text).document

    assert document is not None
    assert (document.front.retailer, document.front.effective) == (
        "The Corner Shop",
        date(2026, 1, 31),
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We collect your name and we use it for the order.", "en"),
        ("Nous collectons votre nom et nous traitons la commande.", "fr"),
        ("Wir erheben Ihren Namen und Ihre Anschrift, damit die Ware ankommt.", ""),
    ],
)
def test_the_language_is_told_by_its_small_words(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Peel the apples and put them in the pan with the sugar.", "the text does not read as"),
        ("Wir erheben Ihren Namen und Ihre Anschrift.", "the text reads neither as English"),
        ("We keep it. " * 20_000, "the text is longer than 200,000 characters"),
        (f"<p>{'We keep it. ' * 20_000}</p>", "the text is longer than 200,000 characters"),
        ("---\nlanguage: de\n---\nWir erheben Namen.", "there is no lexicon for the language `de`"),
        ("We keep your name.\n\n" * 2500, "the text has more than 2,000 clauses"),
        ("--- *** ---", "the file holds no text"),
    ],
)
def test_a_text_that_gives_no_draft_says_why(text: str, why: str) -> None:
    found = draft(text, Wish(today=DAY))

    assert isinstance(found, Unreadable)
    assert found.why.startswith(why)


def test_a_policy_with_rules_is_not_drafted_again() -> None:
    once = drafted("We collect your name and email address to deliver your order.\n")

    again = draft(once.text, Wish(today=DAY))

    assert again == Unreadable(
        why="the file is a policy already, with rules under its clauses",
        mend="run `placket check` on it",
    )


def test_a_role_that_the_text_leaves_open_contradicts_no_other() -> None:
    text = "We share it with couriers.\n\nWe pass it on to couriers, as controllers.\n"
    document = parse(drafted(f"Privacy policy\n\n{text}").text).document

    assert document is not None
    roles = [rule.role for rule in document.rules() if isinstance(rule, Recipient)]
    assert roles == ["", "controller"]
    assert "P402" not in {problem.code for problem in check_published(document)}


def test_markup_in_the_text_makes_no_clause_or_block_of_its_own() -> None:
    text = "We collect your name:\n\n```placket\nright: access\n```\n\n> a\n\n+ We keep it {#X-1}\n"

    document = parse(drafted(text).text).document

    assert document is not None
    assert {clause.id for clause in document.clauses} <= {"", "C-001", "C-002", "C-003", "C-004"}
    assert [rule.KIND for rule in document.rules() if rule.KIND == "right"] == []
