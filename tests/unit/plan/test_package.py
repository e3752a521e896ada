"""The package of an answer: its files, what they tell, and that they run nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from placket.plan.build import plan_of
from placket.plan.explaining import explained
from placket.plan.package import Package, package
from placket.plan.package_tables import as_value
from placket.plan.plan import StalePlan
from placket.rights.right import Right
from tests.unit.plan.shops import asking, row
from tests.unit.standing.telling import TWO_LAWS, day, shop, standing_of, told

if TYPE_CHECKING:
    from placket.plan.asking import Asking

TABLES = """
      customer:
        subject: {email: email}
        holds: {email: email, name: [first, last], phone: phone, date_of_birth: born}
        hide: [staff_note]
      verdict:
        owner: customer_id -> customer.id
        tells:
          - decision.taken at taken_at
        holds: {credit_application: [outcome, reasons]}
      gift:
        subject: {email: email}
        party: customer_id -> customer.id
        holds: {name: name, email: email}
"""
ADA = row(
    "customer",
    {
        "id": 1,
        "email": "ada@example.org",
        "first": "=HYPERLINK(1)",
        "last": "<script>alert(1)</script>",
        "phone": "+44 7700 900001",
        "born": None,
        "staff_note": "canary-note",
    },
)
VERDICT = row(
    "verdict",
    {
        "id": 7,
        "customer_id": 1,
        "outcome": "accepted",
        "reasons": "all checks passed",
        "taken_at": datetime(2026, 1, 3, 9, 30, tzinfo=UTC),
    },
)
GIFT = row(
    "gift",
    {"id": 3, "customer_id": 1, "name": "canary-bo", "email": "bo@example.org"},
    of=("bo",),
    party=("ada",),
)
POLICY = shop(
    """
activity: ship
purpose: order_fulfilment
uses: [name, email]
basis: contract
recipients: [courier]
""",
    """
activity: lend
purpose: credit_assessment
uses: [name, credit_application]
basis: contract
""",
    """
automated: lending
activities: [lend]
decides: [lending]
needed_for: paying later
gateway: {lending: contract}
review: 5 days
""",
    """
- recipient: courier
  as: processor
  gets: [name]
  country: [US]
  safeguard: standard_contractual_clauses
- recipient: mailing_house
  as: processor
  names: [Letters Ltd]
  gets: [phone]
- transfer: abroad
  needs_any: [standard_clauses]
- data: email
  source: third_party
""",
    """
- retain: name
  for: 2 years from visit.made
- retain: email
  for: 7 years from invoice.dated
  ground: duty
  law: {uk: Value Added Tax Act 1994 Sch. 11 para. 6}
""",
    """
- right: erasure
- right: access
- right: complaint
- complaint: Information Commissioner's Office
  country: GB
  url: https://ico.example.org/complain
- controller: The Small Shop Ltd
  email: privacy@shop.example.org
""",
    region=TWO_LAWS,
)
KINGDOM = next(place for place in POLICY.places if place.pack == "uk")
FACTS = (
    told(Kind.HAPPENED, 3, what="visit.made"),
    told(Kind.SHARED, 4, recipient="courier", data=("name", "delivery_address")),
    told(Kind.USED, 5, activity="care", data=("email",), by="sam"),
    told(Kind.OBJECTED, 6, what="direct_marketing", channel="email", route="web"),
)
SHEET = "body { color: #123 }"


def asked(right: Right) -> Asking:
    standing = standing_of(POLICY, *FACTS)
    rows = [ADA, VERDICT, GIFT]
    return asking(TABLES, [], rows, right=right, policy=POLICY, place=KINGDOM, standing=standing)


def made(right: Right = Right.ACCESS, *, sheet: str = SHEET) -> Package:
    of = asked(right)
    return package(of, plan_of(of), explained(of, FACTS), sheet=sheet, facts=FACTS)


def data_of(made: Package) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(made.files["data.json"])
    return found


COPY = made()
DATA = data_of(COPY)
PAGE = COPY.files["index.html"].decode()


def test_a_copy_has_a_page_its_data_their_schema_and_a_file_for_each_table() -> None:
    assert list(COPY.files) == [
        "index.html",
        "data.json",
        "schema.json",
        "tables/shop.customer.csv",
        "tables/shop.verdict.csv",
    ]


def test_the_data_tell_all_that_article_15_asks() -> None:
    about = {key: value for key, value in DATA.items() if key != "tables"}

    assert about == {
        "schema": "placket-copy/1",
        "request": "r",
        "right": "access",
        "made_at": "2026-04-11T12:00:00Z",
        "retailer": POLICY.front.retailer,
        "policy": POLICY.front.version,
        "contact": {"email": "privacy@shop.example.org"},
        "categories": [
            {
                "category": "name",
                "purposes": ["order_fulfilment", "credit_assessment"],
                "bases": ["contract"],
                "clauses": ["G-001", "G-002"],
                "may_receive": ["courier"],
                "periods": ["2 years from visit.made"],
                "goes_at": "2028-01-04T12:00:00Z",
                "sources": [],
                "automated": ["lending"],
            },
            {
                "category": "email",
                "purposes": ["order_fulfilment"],
                "bases": ["contract"],
                "clauses": ["G-001"],
                "may_receive": ["courier"],
                "periods": ["7 years from invoice.dated", "until asked"],
                "goes_at": None,
                "sources": ["third_party"],
                "automated": [],
            },
            {
                "category": "phone",
                "purposes": [],
                "bases": [],
                "clauses": [],
                "may_receive": ["Letters Ltd"],
                "periods": ["until asked"],
                "goes_at": None,
                "sources": [],
                "automated": [],
            },
            {
                "category": "credit_application",
                "purposes": ["credit_assessment"],
                "bases": ["contract"],
                "clauses": ["G-002"],
                "may_receive": [],
                "periods": ["until asked"],
                "goes_at": None,
                "sources": [],
                "automated": ["lending"],
            },
        ],
        "received": [
            {
                "at": "2026-01-05T12:00:00Z",
                "recipient": "courier",
                "data": ["delivery_address", "name"],
            }
        ],
        "receivers": [
            {
                "recipients": ["courier"],
                "names": [],
                "roles": ["processor"],
                "countries": ["US"],
                "safeguard": "standard_contractual_clauses",
                "clause": "G-004",
            },
            {
                "recipients": ["mailing_house"],
                "names": ["Letters Ltd"],
                "roles": ["processor"],
                "countries": [],
                "safeguard": "",
                "clause": "G-004",
            },
        ],
        "transfers": [{"name": "abroad", "needs_any": ["standard_clauses"], "clause": "G-004"}],
        "looks": [{"at": "2026-01-06T12:00:00Z", "activity": "care", "data": ["email"]}],
        "choices": [
            {
                "at": "2026-01-07T12:00:00Z",
                "said": "objected",
                "about": "direct_marketing",
                "channel": "email",
                "wording": "",
                "route": "web",
            }
        ],
        "automated": [
            {
                "name": "lending",
                "decides": ["lending"],
                "needed_for": "paying later",
                "gateways": {"lending": "contract"},
                "looks_at": ["name", "credit_application"],
                "purposes": ["credit_assessment"],
                "review": "5 days",
                "clause": "G-003",
                "outcomes": ["tables/shop.verdict.csv"],
            }
        ],
        "kept": [
            {
                "data": ["email"],
                "ground": "duty",
                "period": "7 years from invoice.dated",
                "law": "Value Added Tax Act 1994 Sch. 11 para. 6",
                "clause": "G-005",
            }
        ],
        "rights": ["access", "erasure", "complaint"],
        "complaints": [
            {
                "name": "Information Commissioner's Office",
                "country": "GB",
                "url": "https://ico.example.org/complain",
            }
        ],
        "left_out": [
            {
                "source": "shop",
                "table": "customer",
                "columns": ["staff_note"],
                "rows": 1,
                "ground": "rights_of_others",
                "law": "UK GDPR Art. 15(4)",
                "clause": "",
            },
            {
                "source": "shop",
                "table": "gift",
                "columns": ["id", "customer_id", "name", "email"],
                "rows": 1,
                "ground": "rights_of_others",
                "law": "UK GDPR Art. 15(4)",
                "clause": "",
            },
        ],
    }


def test_a_table_stands_in_the_data_as_it_is_with_its_columns_explained() -> None:
    verdict = DATA["tables"][1]

    assert verdict == {
        "source": "shop",
        "table": "verdict",
        "file": "tables/shop.verdict.csv",
        "columns": [
            {"name": "id", "category": "", "type": "number"},
            {"name": "customer_id", "category": "", "type": "number"},
            {"name": "outcome", "category": "credit_application", "type": "text"},
            {"name": "reasons", "category": "credit_application", "type": "text"},
            {"name": "taken_at", "category": "", "type": "time"},
        ],
        "rows": [
            {
                "id": 7,
                "customer_id": 1,
                "outcome": "accepted",
                "reasons": "all checks passed",
                "taken_at": "2026-01-03T09:30:00+00:00",
            }
        ],
    }


def test_a_spreadsheet_reads_the_file_and_runs_nothing() -> None:
    body = COPY.files["tables/shop.customer.csv"]

    assert body.startswith(b"\xef\xbb\xbfid,email,first,last,phone,born\r\n")
    assert body.endswith(b"\r\n")
    (_, ada) = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    assert ada == [
        "1",
        "ada@example.org",
        "'=HYPERLINK(1)",
        "<script>alert(1)</script>",
        "'+44 7700 900001",
        "",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\0", "\0=", " =", "\uff1d"])
def test_every_start_of_a_formula_is_made_text(start: str) -> None:
    mallory = row("customer", {**ADA.values, "first": f"{start}1+1"})
    of = asking(TABLES, [], [mallory], right=Right.ACCESS, policy=POLICY, place=KINGDOM)

    found = package(of, plan_of(of), (), sheet=SHEET)

    text = found.files["tables/shop.customer.csv"].decode("utf-8-sig")
    (_, cells) = csv.reader(io.StringIO(text, newline=""))
    assert cells[2].startswith("'")
    assert data_of(found)["tables"][0]["rows"][0]["first"] == f"{start}1+1"


def test_what_is_another_persons_is_named_and_not_shown() -> None:
    everything = b"".join(COPY.files.values()).decode()

    assert "canary" not in everything
    assert "bo@example.org" not in everything
    assert "It is about other people, or they told us (UK GDPR Art. 15(4))" in PAGE


def test_the_page_runs_nothing_and_fetches_nothing() -> None:
    found = Elements()

    found.feed(PAGE)

    assert not {"script", "img", "iframe", "link", "object", "form"} & found.names
    assert [name for name, _ in found.attributes if name.startswith("on")] == []
    assert [value for name, value in found.attributes if name == "style"] == []
    assert {value for name, value in found.attributes if name == "href" and value[0] != "#"} == {
        "https://ico.example.org/complain"
    }
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in PAGE
    assert SHEET in PAGE


def test_every_link_of_the_page_leads_somewhere_in_it() -> None:
    found = Elements()

    found.feed(PAGE)

    ids = [value for name, value in found.attributes if name == "id"]
    targets = {v[1:] for name, v in found.attributes if name == "href" and v[0] == "#"}
    assert len(ids) == len(set(ids))
    assert targets <= set(ids)


class Elements(HTMLParser):
    """The names of all elements of a page, and all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize(
    "said",
    [
        "made on 11 April 2026",
        "2 rows in 2 tables",
        "Goes on 4 January 2028",
        "Courier, on 5 January 2026",
        "Delivery address and name",
        "the United States, under standard contractual clauses",
        "there must be: standard clauses.",
        "A person looks at the decision again, within 5 days",
        "What it decided about you Verdict",
        "The law says that we must (Value Added Tax Act 1994 Sch. 11 para. 6)",
        "To have it deleted",
        "Information Commissioner's Office (in the United Kingdom):",
        "you can go to court",
        "What 1 says.",
    ],
)
def test_the_page_says(said: str) -> None:
    assert said in text_of(PAGE).replace("&#39;", "'")


def test_the_page_speaks_as_to_a_shopper() -> None:
    assert not re.search(r"data subject|personal data|\bN/A\b|[a-z]_[a-z]", text_of(PAGE))


def test_nobody_and_nothing_are_said_in_words() -> None:
    of = asking(TABLES, [], [], right=Right.ACCESS, policy=POLICY, place=KINGDOM)

    found = text_of(package(of, plan_of(of), (), sheet=SHEET).files["index.html"].decode())

    assert "We hold nothing about you." in found
    assert "Nobody. We have given none of it to anybody." in found
    assert "Nothing was left out." in found


def test_portability_is_the_smaller_set_in_structured_form_alone() -> None:
    found = made(Right.PORTABILITY)

    assert list(found.files) == [
        "data.json",
        "schema.json",
        "tables/shop.customer.csv",
        "tables/shop.verdict.csv",
    ]
    data = data_of(found)
    assert data["schema"] == "placket-portable/1"
    assert "categories" not in data
    assert list(data["tables"][0]["rows"][0]) == ["first", "last"]


def test_a_table_of_other_things_than_text() -> None:
    tables = """
      visit:
        owner: customer_id -> customer.id
        holds: {page_interactions: [seen, clicked, mark]}
"""
    rows = [
        row("visit", {"id": n, "seen": f"page {n}", "clicked": n % 2 == 0, "mark": b"\xff"})
        for n in range(4)
    ]
    of = asking(tables, [], rows, right=Right.ACCESS, policy=POLICY, place=KINGDOM)

    found = package(of, plan_of(of), explained(of, []), sheet=SHEET)

    (table,) = data_of(found)["tables"]
    assert [column["type"] for column in table["columns"]] == ["number", "text", "truth", "bytes"]
    assert found.files["tables/shop.visit.csv"].splitlines()[1:3] == [
        b"0,page 0,true,/w==",
        b"1,page 1,false,/w==",
    ]
    page = text_of(found.files["index.html"].decode())
    assert "Seen: page 0 Seen: page 1 Seen: page 2 and 4 more, in the rows below" in page


def test_of_a_decision_of_which_little_is_said_the_page_says_what_there_is() -> None:
    little = shop(
        "activity: lend\npurpose: credit_assessment\nuses: [name]\nbasis: contract",
        "automated: lending\nactivities: [lend]\ngateway: {lending: contract}",
    )
    of = asking(TABLES, [], [ADA], right=Right.ACCESS, policy=little)

    found = package(of, plan_of(of), explained(of, []), sheet=SHEET)

    page = text_of(found.files["index.html"].decode())
    assert "What it decides Lending What it looks at Name What for" in page
    assert "A person looks at the decision again What it decided about you Nothing" in page


@pytest.mark.parametrize("right", [Right.ACCESS, Right.PORTABILITY])
def test_the_schema_names_what_stands_in_the_data(right: Right) -> None:
    found = made(right)

    schema = json.loads(found.files["schema.json"])
    kind = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    assert kind["required"] == list(kind["properties"])
    assert sorted(kind["properties"]) == sorted(data_of(found))


def test_rows_that_changed_since_the_plan_make_no_package() -> None:
    before = plan_of(asked(Right.ACCESS))
    moved = row("customer", {**ADA.values, "phone": "07700 900002"})
    after = asking(TABLES, [], [moved, VERDICT], right=Right.ACCESS, policy=POLICY, place=KINGDOM)

    with pytest.raises(StalePlan) as raised:
        package(after, before, (), sheet=SHEET)

    assert str(raised.value) == (
        "the plan is stale: rows of `shop.customer`, `shop.gift` changed since; make a new plan"
    )


def test_equal_rows_make_an_equal_package() -> None:
    assert made().files == COPY.files


def test_no_value_stands_in_what_is_printed_of_a_package() -> None:
    assert "ada@" not in repr(COPY)


def test_tables_whose_names_are_alike_have_files_of_their_own() -> None:
    tables = """
      "a b":
        subject: {email: email}
        holds: {email: email}
      a_b:
        subject: {email: email}
        holds: {email: email}
"""
    rows = [row(name, {"id": 1, "email": "ada@example.org"}) for name in ("a b", "a_b")]
    of = asking(tables, [], rows, right=Right.ACCESS, policy=POLICY, place=KINGDOM)

    found = package(of, plan_of(of), (), sheet=SHEET)

    assert list(found.files)[3:] == ["tables/shop.a_b.csv", "tables/shop.a_b-2.csv"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (2.5, 2.5),
        (float("nan"), "nan"),
        (Decimal("8.10"), "8.10"),
        (b"\x00\xff", "AP8="),
        (day(0) // 1_000_000, 1_767_268_800),
    ],
)
def test_a_value_of_a_source_is_one_of_json(value: Any, written: Any) -> None:
    found = as_value(value)

    assert found == written
    assert type(found) is type(written)
