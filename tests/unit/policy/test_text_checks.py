"""What is judged of a text as published: the finer points that no page of a problem shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.policy.check import OF_TEXT, check_published
from placket.policy.parse import parse

if TYPE_CHECKING:
    from placket.problems import Problem

FRONT = "---\nretailer: The Corner Shop\nversion: 1\neffective: 2026-01-31\n---\n"
GROUND = """
### Where {#EX-1}

We sell everywhere.

```placket
- region: everywhere
  countries: [rest]
  law: {rest: eu}
- role: customer
  taken_by: [order.placed]
```
"""
OFFERS = """- activity: offers
  purpose: direct_marketing
  about: customer
  uses: [name, email]
  basis: legitimate_interest
  interest: telling buyers about offers
  channel: email
"""


def told(*clauses: str, code: str, ground: str = GROUND) -> list[str]:
    """Return the summaries of `code` on a text of these clauses, prose or blocks."""
    return [p.summary for p in problems(*clauses, ground=ground) if p.code == code]


def problems(*clauses: str, ground: str = GROUND) -> list[Problem]:
    parts = [
        f"### Clause {number} {{#EX-{number}}}\n\n{_written(clause)}\n"
        for number, clause in enumerate(clauses, 2)
    ]
    document = parse(FRONT + ground + "\n" + "\n".join(parts)).document
    assert document is not None
    return list(check_published(document))


def _written(clause: str) -> str:
    is_block = clause.startswith(("- ", "right:", "retain:", "transfer:", "capture:"))
    return f"We say so.\n\n```placket\n{clause}\n```" if is_block else clause


def test_no_check_of_a_text_stands_twice() -> None:
    assert len(set(OF_TEXT)) == len(OF_TEXT)


def test_what_a_child_inherits_is_told_of_its_parent_alone() -> None:
    child = "- activity: sale_offers\n  extends: offers\n  topic: sale\n"

    assert told(OFFERS + child, code="P226") == [
        "`offers` markets by `email` without consent or soft opt-in"
    ]


def test_what_a_child_says_itself_is_told_of_the_child() -> None:
    child = "- activity: wider\n  extends: offers\n  sender: [group_company]\n"

    assert told(OFFERS + child, code="P473") == [
        "`wider` is marketing by or for `group_company`, whom the soft opt-in does not reach"
    ]


def test_a_child_of_marketing_by_others_is_told_of_its_parent_alone() -> None:
    others = OFFERS + "  sender: [group_company]\n"
    child = "- activity: sale_offers\n  extends: offers\n  topic: sale\n"

    assert [p.clause for p in problems(others, child) if p.code == "P473"] == ["EX-2"]


def test_the_route_that_a_draft_did_not_read_is_not_missing() -> None:
    block = "\n\n```placket\nright: access\ndraft: true\n```"

    assert told(f"For a copy of your data write to us.{block}", code="P435") == []
    assert len(told(f"You may have a copy of your data.{block}", code="P435")) == 1


def test_the_retailer_itself_is_no_other_sender() -> None:
    assert told(OFFERS + "  sender: [the_corner_shop]\n", code="P473") == []


def test_marketing_on_two_bases_to_others_is_no_contradiction() -> None:
    news = OFFERS.replace("offers", "news").replace("legitimate_interest", "consent")
    by_sms = news.replace("channel: email", "channel: sms")
    to_others = news.replace("about: customer", "about: subscriber")

    assert told(OFFERS, news, code="P400") != []
    assert told(OFFERS, by_sms, code="P400") == []
    assert told(OFFERS, to_others, code="P400") == []


def test_a_period_on_a_ground_contradicts_none() -> None:
    general = "- retain: all\n  for: while account is open"
    books = "- retain: all\n  for: 6 years from invoice.dated"

    assert len(told(general, books, code="P403")) == 1
    assert told(general, f"{books}\n  ground: duty", code="P403") == []


def test_two_parts_of_one_clause_are_one_rule() -> None:
    while_open = "- retain: all\n  for: while account is open\n"
    both = f"{while_open}- retain: all\n  for: 6 years from account.closed"

    assert told(both, code="P403") == []


def test_a_consent_to_the_transfer_that_some_clause_asks_for_is_enough() -> None:
    transfer = "transfer: abroad\nneeds_any: [explicit_consent]"
    asked = "- consent: transfer_abroad\n  asked: {at: [checkout], ticked: false}"

    assert len(told(transfer, code="P482")) == 1
    assert told(transfer, asked, code="P482") == []


def test_reasons_may_be_asked_where_marketing_is_left_out() -> None:
    right = "right: objection\nby: [email]\nreasons: asked"
    covered = f"{right}\ncovers: {{except: [direct_marketing]}}"

    assert len(told(OFFERS, right, code="P471")) == 1
    assert told(OFFERS, covered, code="P471") == []


def test_one_way_that_every_clause_names_is_enough() -> None:
    both = (
        "right: marketing_opt_out\nby: [email, web_form]",
        "right: marketing_opt_out\nby: [email]",
    )

    assert told(*both, code="P456") == []


def test_ways_out_of_different_consents_are_not_compared() -> None:
    push = "right: withdraw_consent\nby: [app_settings]\ncovers: {consent: push}"
    mail = "right: withdraw_consent\nby: [unsubscribe_link]\ncovers: {consent: mail}"

    assert told(push, mail, code="P456") == []


def test_items_in_a_line_are_counted_too() -> None:
    assert told("There are two reasons: (i) orders, (ii) books, (iii) law.", code="P501") == [
        "the text names `two reasons`, and 3 follow"
    ]
    assert told("There are three reasons: (i) orders, (ii) books, (iii) law.", code="P501") == []


def test_a_reason_that_holds_two_makes_the_count_wrong() -> None:
    reasons = (
        "We have two reasons:",
        "A contract with you needs it.",
        "A legal obligation asks for it, or we protect your interests.",
    )

    (summary,) = told(*reasons, code="P501")

    assert summary == (
        "the text names `two reasons`, and 3 follow: one item holds both `legal obligation` and "
        "`the person's own interests`"
    )


def test_numbering_may_begin_anew_and_letters_are_numbers_too() -> None:
    assert told("First (a) one, (b) two; then (a) three, (b) four.", code="P502") == []
    assert told("First (a) one, (b) two, (d) four.", code="P502") == ["`(d)` follows `(b)`"]
    assert told("See (xiv) of the terms.", code="P502") == []


def test_a_section_is_found_by_most_of_its_words() -> None:
    heading = "\n## Your marketing choices\n"

    quoted = told("Read the section called “Your marketing choice”.", code="P503", ground=heading)
    other = told("Read the section called “Parcels abroad”.", code="P503", ground=heading)

    assert (quoted, other) == ([], ["no section is called `Parcels abroad`"])


def test_a_part_of_a_site_is_no_section_of_the_text() -> None:
    assert told("Change it in the section of the site where you sign in.", code="P503") == []
    assert told("Read more from the section on our website.", code="P503") == []


def test_an_old_name_beside_the_new_one_is_no_fault() -> None:
    assert told("What you send is protected by SSL/TLS.", code="P507") == []


def test_a_fee_is_told_of_words_as_of_rules() -> None:
    words = "You may have a copy of your data for a fee of 10 GBP."

    assert told(words, code="P470") == [
        "`copy of your data for a fee`: the law gives it free",
    ]
    assert told("A copy of your data costs no fee.", code="P470") == []
    assert told("An excessive request for a copy may cost a fee.", code="P470") == []
    assert len(told("right: access\nby: [email]\nfee: reasonable", code="P470")) == 1


def test_reasons_are_told_of_words_as_of_rules() -> None:
    words = "To object you must explain your reasons."

    assert told(words, code="P471") == [
        "`must explain your reasons`: against marketing no reason is needed",
    ]
    assert told("If we refuse we have to give you the reasons.", code="P471") == []


def test_who_has_no_account_is_not_left_out() -> None:
    assert len(told("To delete your data you must log in.", code="P485")) == 1
    assert told("To delete your data, write to us.", code="P485") == []


def test_others_marketing_needs_a_yes() -> None:
    shared = "We share your address with partners for their own marketing"

    assert len(told(f"{shared}.", code="P473")) == 1
    assert told(f"{shared} with your consent.", code="P473") == []


def test_headings_are_numbered_in_order() -> None:
    ordered = "\n## 1. What\n\n## 2. Why\n\n## 1. Anew\n"
    gap = "\n## 1. What\n\n## 3. Why\n"

    assert told(code="P502", ground=ordered) == []
    assert told(code="P502", ground=gap) == ["the heading `3. Why` follows `1. What`"]


def test_a_text_of_blocks_alone_is_asked_for_no_date() -> None:
    assert told(code="P438", ground="") == []


def test_a_name_in_capitals_that_is_written_often_is_no_slip() -> None:
    assert told("EXAM and EXAM, EXXAM and EXXAM.", code="P506") == []


def test_another_shop_that_the_text_knows_elsewhere_is_no_slip() -> None:
    clauses = ("You shop on the Harbour websites.", "Harbour is a brand of ours.")

    assert told(*clauses, code="P506") == []
    assert len(told(clauses[0], code="P506")) == 1


def test_an_authority_of_a_country_that_the_text_names_is_right() -> None:
    garante = "You may turn to the Italian Data Protection Authority."

    assert len(told(garante, code="P505")) == 1
    assert told(garante, "Our seat is in Italy.", code="P505") == []


def test_british_and_american_spelling_is_no_misprint() -> None:
    text = "Your favorites: favourites, favorites and favorites. One preventation, one prevention."

    assert told(text, code="P512") == ["`preventation` looks like a misprint of `prevention`"]


def test_a_site_of_somebody_else_is_another_name() -> None:
    clauses = ("We are cornershop.com, and cornershop.com again.", "See regulator.com for more.")

    assert told(*clauses, code="P506") == []


def test_what_a_draft_did_not_read_is_not_missing() -> None:
    drafted = "- activity: deliver\n  purpose: delivery\n  draft: true"

    assert told(drafted, code="P234") == ["`deliver` names no legal basis"]


def test_a_way_for_everybody_stands_in_for_each_right() -> None:
    assert told("right: erasure", "right: any\nby: [email]", code="P435") == []
    assert len(told("right: erasure", code="P435")) == 1


def test_a_controller_with_neither_name_nor_address_is_told_each() -> None:
    unnamed = (
        "- controller: Example\n  email: a@example.org\n  added: nobody is called controller\n"
        "  published: {controller: null}"
    )

    assert told(unnamed, code="P420") == [
        "an address is named, and nobody who answers for the processing"
    ]
    assert told("- controller: Example", code="P420") == [
        "`Example` answers for all this, and no clause says how to reach it"
    ]


def test_a_right_without_account_has_another_way() -> None:
    only = "right: access\nby: [account_settings]"

    assert len(told(only, code="P485")) == 1
    assert told(only, "right: any\nby: [email]", code="P485") == []


def test_books_are_kept_as_long_as_the_law_that_is_named_asks() -> None:
    books = "retain: billing_records\nfor: NUMBER years from invoice.dated\nground: duty\nlaw: LAW"
    british = "{uk: VAT Act 1994 Sch. 11}"
    french = "{uk: VAT Act 1994 Sch. 11, fr: Code de commerce L123-22}"

    def longer(years: str, law: str) -> list[str]:
        return told(books.replace("NUMBER", years).replace("LAW", law), code="P484")

    (summary,) = longer("7", british)

    assert summary == (
        "`billing_records` is kept for `7 years from invoice.dated`, and `6 years` is the time "
        "that the law or an authority of `uk` names"
    )
    assert (longer("6", british), longer("10", french)) == ([], [])
    assert len(longer("11", french)) == 1


def test_data_kept_by_a_form_for_its_own_purpose_are_used() -> None:
    form = (
        "capture: club\ntakes: [birthday]\nfields: {birthday: optional}\npurposes_shown: [delivery]"
    )
    used = "- activity: deliver\n  purpose: delivery\n  about: customer\n  uses: [birthday]"

    assert len(told(form, code="P443")) == 1
    assert told(form, used, code="P443") == []


def test_a_draft_is_told_of_no_way_that_its_text_names() -> None:
    controller = "- controller: Example\n  draft: true"
    news = "- activity: news\n  purpose: direct_marketing\n  basis: consent\n  draft: true"

    silent = {p.code for p in problems(controller, news)}
    spoken = {
        p.code
        for p in problems(
            controller, news, "Write to care@example.org.", "Unsubscribe by the link in each email."
        )
    }

    assert {"P420", "P426"} <= silent
    assert spoken.isdisjoint({"P420", "P426"})


def test_a_platform_that_is_joint_for_some_activities_answers_together() -> None:
    matching = (
        "- activity: lookalikes\n  purpose: lookalike\n  about: customer\n  uses: [email]\n"
        "  basis: consent\n  recipients: [social_media_platform]\n"
    )
    platform = "- recipient: social_media_platform\n  as: {joint: [lookalikes]}\n"

    assert told(matching, code="P440") != []
    assert told(matching + platform, code="P440") == []
