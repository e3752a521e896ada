"""What the checks let pass: the pages in docs/reference/problems show what they tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from placket.policy.check import CHECKS, check
from placket.policy.checks.book import Book
from placket.policy.checks.codes import CODES
from placket.policy.checks.times import is_past
from placket.policy.parse import Document, parse
from placket.problems import Severity

FRONT = "---\nretailer: The Corner Shop\nversion: 1\neffective: 2026-03-01\n---\n"
GROUND = """### Where {#EX-0}

Everywhere.

```placket
- region: everywhere
  countries: [GB, EEA, rest]
  law: {GB: uk, EEA: eu, DE: de, rest: uk}
- role: customer
  taken_by: [order.placed]
- role: visitor
  taken_by: [visit.made]
- retain: all
  for: while order is open
```
"""


def document(block: str, prose: str = "We say so.", ground: str = GROUND) -> Document:
    text = f"{FRONT}{ground}\n### Title {{#EX-1}}\n\n{prose}\n\n```placket\n{block}\n```\n"
    parsed = parse(text)

    assert [str(p) for p in parsed.problems] == []
    assert parsed.document is not None
    return parsed.document


def told(block: str, prose: str = "We say so.", ground: str = GROUND) -> list[str]:
    problems = check(document(block, prose, ground))
    return [p.code for p in problems if p.severity is not Severity.NOTE]


def activity(name: str, basis: str = "basis: contract\nrelation: [order]", **keys: str) -> str:
    written = {
        "purpose": "order_fulfilment",
        "about": "customer",
        "uses": "[name, email]",
        **keys,
    }
    lines = [f"activity: {name}", *(f"{key}: {value}" for key, value in written.items() if value)]
    return "- " + "\n  ".join([*lines, *basis.split("\n")])


INTEREST = "basis: legitimate_interest\ninterest: an interest\nassessment: li-1"
CONSENT = "- consent: yes_please\n  activities: [news]"


def test_a_document_is_checked_by_each_check_once() -> None:
    assert len(set(CHECKS)) == len(CHECKS)
    assert sorted(CODES) == list(CODES)


def test_an_empty_document_has_no_problem() -> None:
    parsed = parse(FRONT)

    assert parsed.document is not None
    assert check(parsed.document) == ()


@pytest.mark.parametrize(
    "parted",
    [
        {"about": "visitor"},
        {"topic": "returns"},
        {"channel": "website"},
        {"uses": "[phone]"},
        {"purpose": "[order_fulfilment, delivery]"},
        {"profiling": "true"},
    ],
)
def test_two_acts_may_rest_on_two_bases(parted: dict[str, str]) -> None:
    prose = "On the website."

    assert told(f"{activity('one')}\n{activity('two', INTEREST)}", prose) == ["P220"]
    assert told(f"{activity('one')}\n{activity('two', INTEREST, **parted)}", prose) == []


def test_two_regions_may_have_two_bases_for_one_act() -> None:
    ground = GROUND.replace("[GB, EEA, rest]", "[GB, EEA]").replace(", rest: uk", "")
    ground += "\n```placket\nregion: elsewhere\ncountries: rest\nlaw: {rest: uk}\n```\n"
    block = "\n".join(
        (
            activity("fulfil", regions="[everywhere]"),
            activity("fulfil", INTEREST, regions="[elsewhere]"),
        )
    )

    assert told(block, ground=ground) == []


def test_what_an_activity_inherits_is_not_missing() -> None:
    block = f"{activity('one')}\n- activity: two\n  extends: one\n  uses_also: [phone]"
    book = Book(document=document(block))

    assert told(block) == []
    assert [a.uses_also for a in book.activities] == [(), ("phone",)]
    assert [a.basis for a in book.activities] == ["contract", "contract"]


def test_a_consent_covers_what_names_it_and_what_it_names() -> None:
    news = activity("news", "basis: consent", purpose="direct_marketing", channel="email")
    needing = activity(
        "news", "basis: consent", purpose="direct_marketing", channel="email", needs="[yes_please]"
    )

    assert told(f"{news}\n{CONSENT}", "By email.") == []
    assert told(f"{needing}\n- consent: yes_please", "By email.") == []
    assert told(f"{news}\n{CONSENT}\n  channel: sms", "By email or SMS.") == ["P221"]


def test_a_consent_beside_another_basis_lets_marketing_mail_out() -> None:
    news = activity("news", INTEREST, purpose="direct_marketing", channel="email")

    assert told(news, "By email.") == ["P226"]
    assert told(f"{news}\n{CONSENT}", "By email.") == []


def test_marketing_by_post_needs_no_consent() -> None:
    block = activity("news", INTEREST, purpose="direct_marketing", channel="post")

    assert told(block, "By post.") == []


def test_a_soft_opt_in_never_reaches_social_media() -> None:
    soft = (
        "{got_from: data_subject, by: this_retailer, in: sale, similar: own_products, "
        "refusal_offered: [collection, every_message]}"
    )
    keys = {"purpose": "direct_marketing", "soft_opt_in": soft}
    mail = activity("news", INTEREST, channel="email", **keys)
    social = activity("news", INTEREST, channel="social_media", **keys)

    assert told(mail, "By email.") == []
    assert told(social, "On social media.") == ["P226"]


def test_the_soft_opt_in_of_germany_is_for_sales() -> None:
    soft = (
        "{got_from: data_subject, by: this_retailer, in: negotiation, similar: own_products, "
        "refusal_offered: [collection, every_message]}"
    )
    keys = {"purpose": "direct_marketing", "soft_opt_in": soft, "channel": "email"}

    assert told(activity("news", INTEREST, **keys), "By email.") == ["P227"]


def test_a_pack_that_adds_to_another_inherits_its_statute() -> None:
    law = "basis: legal_obligation\nlaw: {uk: VAT Act 1994, eu: Directive 2006/112/EC}"

    assert told(activity("books", law)) == []
    assert told(activity("books", "basis: legal_obligation\nlaw: {uk: VAT Act 1994}")) == ["P223"]


def test_no_gateway_is_needed_where_the_law_asks_for_none() -> None:
    ground = GROUND.replace("[GB, EEA, rest]", "[GB, rest]").replace("EEA: eu, DE: de, ", "")
    block = "automated: checks\ndecides: [lending]\nreview: 5 days\nadded: the text is silent"

    assert told(block, ground=ground) == []
    assert told(block) == ["P231"]


@pytest.mark.parametrize(
    "block",
    [
        "- retain: name\n  for: 6 months from call.ended",
        "- notice: late\n  when: within 6 months of your order",
        "- limit: rare\n  allow: {at_most: 1, each: 6 months}",
        "- automated: checks\n  decides: [x]\n  gateway: {x: law}\n  review: 6 months",
    ],
)
def test_any_rule_may_hold_the_number_of_the_text(block: str) -> None:
    assert "P302" not in told(block, "We say 6 months.")
    assert "P301" not in told(block, "We say 6 months.")


def test_a_time_that_the_law_sets_for_answers_needs_no_key() -> None:
    assert told("right: access\nby: [email]", "By email, within one month.") == []
    assert told("right: access\nby: [email]", "By email, within two weeks.") == ["P302"]


def test_a_year_is_twelve_months() -> None:
    block = "retain: name\nfor: 12 months from order.closed"

    assert told(block, "We keep it for a year.") == []


def test_an_age_may_be_written_in_years() -> None:
    assert told("audience_age: 16", "Younger than 16 years, ask a guardian.") == []


@pytest.mark.parametrize("word", ["added", "inferred", "narrowed"])
def test_what_the_text_need_not_say_is_not_missed(word: str) -> None:
    rule = "activity: post\npurpose: delivery\nabout: customer\nuses: [name]\nbasis: contract"
    block = f"{rule}\nrelation: [order]\nchannel: [email, sms]\n{word}: it is so"

    assert told(block, "We tell you.") == []
    assert told(block.replace(f"\n{word}: it is so", ""), "We tell you.") == ["P304", "P304"]


def test_an_address_in_the_text_names_email() -> None:
    block = "right: access\nby: email"

    assert told(block, "To get a copy of your data, ask care@example.org.") == []
    assert told(block, "To get a copy of your data, ask us.") == ["P304"]


def test_a_wrong_number_of_an_added_rule_still_contradicts_the_text() -> None:
    block = "retain: name\nfor: 1 year from order.closed\nadded: it is so"

    assert told(block, "We keep it for two years.") == ["P301"]


def test_two_numbers_in_the_text_may_stand_in_two_rules() -> None:
    block = (
        "- retain: name\n  for: 1 year from order.closed\n"
        "- retain: phone\n  for: 30 days from order.closed"
    )

    assert told(block, "The name for 1 year, the number for thirty days.") == []
    assert told(block, "The name for 1 year.") == ["P303"]


def test_a_problem_of_the_text_names_the_line_of_the_text() -> None:
    doc = document("role: sender", "We keep it.\n\nThen, after 6 months,\nit goes.")

    (problem,) = (p for p in check(doc) if p.code == "P302")
    lines = (FRONT + GROUND).count("\n")

    assert (problem.at.line, problem.at.column, problem.at.length) == (lines + 6, 13, 8)


def test_a_document_made_without_a_text_is_told_at_its_clause() -> None:
    doc = document("role: sender", "It goes after 6 months.")
    bare = replace(doc, clauses=tuple(replace(c, prose_lines=()) for c in doc.clauses))

    (problem,) = (p for p in check(bare) if p.code == "P302")

    assert problem.at == doc.clauses[-1].span


def test_a_complaint_is_acknowledged_within_the_time_of_the_law() -> None:
    ground = GROUND.replace("[GB, EEA, rest]", "[GB]").replace(", EEA: eu, DE: de, rest: uk", "")
    text = f"{FRONT.replace('2026-03-01', '2026-07-01')}{ground}"
    block = "complaint: Information Commissioner's Office"
    parsed = parse(
        f"{text}\n### Title {{#EX-1}}\n\nWe answer a complaint within 30 days.\n\n"
        f"```placket\n{block}\n```\n"
    )

    assert parsed.document is not None
    assert [p.code for p in check(parsed.document) if p.severity is not Severity.NOTE] == []


def test_a_clause_that_only_explains_needs_no_rule() -> None:
    parsed = parse(f"{FRONT}{GROUND}\n### A cookie {{#EX-1}}\n\nA cookie is a small file.\n")

    assert parsed.document is not None
    assert [p.code for p in check(parsed.document) if p.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("word", ["ended", "paid", "withdrawn", "sent", "in_stock_again_seen"])
def test_a_past_participle_is_known(word: str) -> None:
    assert is_past(word)


@pytest.mark.parametrize("word", ["purchase", "pays", "ed", "sending"])
def test_another_word_is_no_past_participle(word: str) -> None:
    assert not is_past(word)


def test_a_policy_older_than_a_law_pack_is_checked_by_its_latest_law() -> None:
    text = FRONT.replace("2026-03-01", "1995-03-01") + GROUND
    block = "automated: checks\ndecides: [lending]\nreview: 5 days\nadded: the text is silent"
    parsed = parse(f"{text}\n### Title {{#EX-1}}\n\nOne.\n\n```placket\n{block}\n```\n")

    assert parsed.document is not None
    assert "P231" in [p.code for p in check(parsed.document)]


@pytest.mark.parametrize(
    "law", ["{GB: uk, EEA: eu, DE: de, JP: eu}", "{GB: uk, EEA: eu, US: uk, DE: de}"]
)
def test_a_law_without_a_country_of_its_region_is_told(law: str) -> None:
    ground = GROUND.replace("[GB, EEA, rest]", "[GB, EEA]")
    ground = ground.replace("{GB: uk, EEA: eu, DE: de, rest: uk}", law)

    assert told("role: sender", ground=ground) == ["P209"]


@pytest.mark.parametrize(
    ("allow", "why"),
    [
        ("{at_most: 1, per: month}", "has the unknown key `per`"),
        ("{at_most: 0, each: month}", "has no `at_most` from 1"),
        ("{at_most: true, each: month}", "has no `at_most` from 1"),
        ("{at_most: 1}", "has no `each`"),
        (
            "{at_most: 1, each: moon}",
            "has `each: moon`, which is neither a time nor a relation of the policy",
        ),
    ],
)
def test_a_rate_says_how_many_in_which_time(allow: str, why: str) -> None:
    problems = check(document(f"limit: rare\nallow: {allow}"))

    assert [p.summary for p in problems if p.code == "P108"] == [f"the rate of `rare` {why}"]


def test_a_rate_may_count_for_each_of_a_relation_that_the_policy_names() -> None:
    block = "- limit: once\n  allow: {at_most: 1, each: order}\n- status: buying\n"
    problems = check(document(f"{block}  holds_while: [order is open]"))

    assert [p.summary for p in problems if p.code == "P108"] == []


def test_a_status_that_nothing_makes_hold_is_told() -> None:
    assert told("status: loyal") == ["P112"]


def test_statuses_may_meet_again_without_a_cycle() -> None:
    block = (
        "- status: top\n  holds_while: [left, right]\n"
        "- status: left\n  holds_while: [bottom]\n"
        "- status: right\n  holds_while: [bottom]\n"
        "- status: bottom\n  holds_while: [order is open]"
    )

    assert told(block) == []


def test_an_age_does_not_contradict_a_period() -> None:
    block = "retain: name\nfor: 1 year from order.closed\nadded: it is so"

    assert told(block, "You are over 18.") == ["P302"]


def test_a_joint_controller_is_a_recipient() -> None:
    block = activity("audience", INTEREST, joint_with="ad_network", shares="{to: [ad_agency]}")

    assert told(block) == ["P237", "P237"]


def test_a_recipient_in_several_roles_names_activities_and_needs_a_contract() -> None:
    block = "recipient: courier\nas: {controller: [ship], processor: [fetch]}\ngets: [name]"

    assert told(block) == ["P201", "P201", "P238"]


@pytest.mark.parametrize("taken_by", ["[visits]", "[website visit, order.place, order.buy]"])
def test_what_takes_a_role_is_an_event(taken_by: str) -> None:
    problems = check(document(f"role: sender\ntaken_by: {taken_by}"))
    mends = [p.mend for p in problems if p.code == "P109"]

    assert (
        mends
        == {
            "[visits]": ["write what became of it, such as `visits.opened`"],
            "[website visit, order.place, order.buy]": [
                "write a past participle, such as `order.opened`",
                "write a past participle, such as `order.placed`",
                "write what became of it, such as `website_visit.opened`",
            ],
        }[taken_by]
    )


def test_a_relation_that_the_policy_rests_on_tells_its_own_beginning_and_end() -> None:
    block = "retain: order_note\nfor: 1 year from order.closed"
    problems = check(document(block, "We keep it for 1 year."))

    assert [p.code for p in problems if p.code == "P214"] == []


def test_a_latest_of_relations_is_a_condition() -> None:
    block = (
        "access: customer_care\nsees: [name]\n"
        "while: latest of (while order is open, while case is open)\nadded: it is so"
    )

    assert told(block) == []


def test_a_rule_with_a_number_and_a_text_without_one_may_meet_in_an_age() -> None:
    assert told("audience_age: 16\nadded: it is so", "Write to us once a month.") == ["P302"]


@pytest.mark.parametrize("kind", ["status: loyal\n  holds: always", "[broken", "region: [a"])
def test_a_status_that_could_not_be_read_is_not_missed(kind: str) -> None:
    text = (
        f"{FRONT}{GROUND}\n### Title {{#EX-1}}\n\nOne.\n\n```placket\n"
        "retain: phone\nfor: while loyal\n```\n\n```placket\n- " + kind + "\n```\n"
    )
    parsed = parse(text)

    assert parsed.document is not None
    assert len(parsed.problems) == 1
    assert [p.code for p in check(parsed.document) if p.severity is not Severity.NOTE] == []


def test_rules_that_could_not_be_read_are_not_missed() -> None:
    block = f"{activity('one', about='[customer, guest]')}\n- role: guest\n  sourse: device"
    text = f"{FRONT}{GROUND}\n### Title {{#EX-1}}\n\nOne.\n\n```placket\n{block}\n```\n"
    parsed = parse(text)

    assert parsed.document is not None
    assert [p.code for p in parsed.problems] == ["P022"]
    assert [p.code for p in check(parsed.document) if p.severity is not Severity.NOTE] == []


@pytest.mark.parametrize(
    ("promise", "kind"),
    [
        ("We will always delete what is old.", "retain"),
        ("We share your address. We keep it.", "recipient"),
        ("Your data are encrypted.", "security"),
        ("We ask you first.", "consent"),
        ("We tell you of it.", "notice"),
        ("You can have a copy.", "right"),
        ("We use it for your order.", "activity"),
    ],
)
def test_the_mend_of_a_promise_without_rule_names_a_kind(promise: str, kind: str) -> None:
    clause = f"### Promise {{#EX-1}}\n\n{promise}\n"
    found = parse(f"{FRONT}{GROUND}\n{clause}").document
    assert found is not None

    (mend,) = [p.mend for p in check(found) if p.code == "P308"]

    assert mend == (
        f"add a block that says it, such as `{kind}:`, or take the id out of the heading if the "
        "clause only explains"
    )


def never_started(*roles: str, period: str = "6 years from last interaction") -> list[str]:
    """Return what is noted of a clock for everything that some of these roles may never start."""
    blocks = [f"- {role}" for role in roles] + [f"- retain: all\n  for: {period}"]
    return [p.summary for p in check(document("\n".join(blocks))) if p.code == "P243"]


def test_who_opens_a_relation_starts_the_clock_of_interactions() -> None:
    told_of = never_started("role: holder\n  taken_by: [order.received]")

    assert told_of == [
        "`interaction` may never happen to these, whose data are then kept for ever: `visitor`"
    ]


def test_a_clock_is_noted_for_each_event_that_it_waits_for() -> None:
    period = "latest of (3 years from visit.made, 6 years from last order.placed)"

    assert never_started(period=period) == [
        "`order placed` may never happen to these, whose data are then kept for ever: `visitor`",
        "`visit made` may never happen to these, whose data are then kept for ever: `customer`",
    ]


def test_a_status_that_counts_for_all_is_a_clock_for_all() -> None:
    status = "status: met\n  holds_while: [6 years from last interaction, 1 year from visit.made]"

    assert never_started(status, period="while met") == []


def test_a_role_of_another_region_is_not_reached_by_the_clock() -> None:
    period = "6 years from last order.placed\n  regions: [elsewhere]"
    ground = GROUND.replace("taken_by: [visit.made]", "taken_by: [visit.made]\n  regions: [here]")

    found = check(document(f"retain: all\nfor: {period}".replace("\n  ", "\n"), ground=ground))

    assert [p.summary for p in found if p.code == "P243"] == []
