"""The record of processing: Art. 30(1) (a) to (g) for each activity, and no cell that runs."""

import csv
import io

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]  # it has none

from placket.cli.record import record_as_xlsx
from placket.policy.rendering.record import (
    AS_PROCESSOR,
    COLUMNS,
    NO_ACTIVITY,
    NO_USE,
    Entry,
    Record,
    record_as_csv,
    record_as_html,
    record_of,
    table_of,
)
from tests.unit.policy.rendering.shop import (
    RETAILERS,
    TEXT,
    UNBOUND,
    UNNAMED,
    UNUSED,
    policy,
    retailer,
)

EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "=cmd|' /C calc'!A0")


def record_with(cell: str) -> Record:
    entry = Entry(**dict.fromkeys(COLUMNS, cell))
    return Record(
        retailer=cell,
        version="1",
        effective="2026-01-31",
        standing=cell,
        entries=(entry,),
        elsewhere=(),
    )


def test_an_activity_has_every_item_of_the_article() -> None:
    first, second, _ = record_of(policy()).entries

    assert first == Entry(
        activity="deliver",
        controller="The Corner Shop Ltd, 1 High Street, Leeds, privacy@shop.example.org, "
        "data protection officer: Data Protection Officer, dpo@shop.example.org, "
        "represented in the EU by Office in Paris, eu@shop.example.org",
        purposes="Delivery",
        basis="contract",
        persons="Customer",
        data="Name and delivery address",
        recipients="Courier",
        transfers="Courier in the United States, under standard contractual clauses",
        kept="Name and delivery address: 6 years from “order placed”",
        security="Encryption",
        regions="all",
        clause="CS-2",
    )
    assert (second.recipients, second.transfers) == ("None named", "None named")
    assert second.kept == "Email: 3 years from last “order placed”"
    assert second.security == "None named"


@pytest.mark.parametrize(
    ("text", "data", "kept"),
    [
        (
            UNBOUND,
            "Name and delivery address",
            "Name and delivery address: 6 years from “order placed”",
        ),
        (UNNAMED, "Not said", "None named"),
    ],
)
def test_a_recipient_without_activity_has_a_row_of_its_own(text: str, data: str, kept: str) -> None:
    record = record_of(policy(text))

    [entry] = record.elsewhere
    assert entry == Entry(
        activity=NO_ACTIVITY,
        controller=record.entries[0].controller,
        purposes="Not said",
        basis="not said",
        persons="Not said",
        data=data,
        recipients="Courier",
        transfers="Courier in the United States, under standard contractual clauses",
        kept=kept,
        security="Encryption" if text == UNBOUND else "None named",
        regions="all",
        clause="CS-2",
    )
    assert table_of(record)[-1] == list(entry.cells())
    assert "3 activities, and 1 row for what none of them names." in record_as_html(
        record, sheet=""
    )


def test_of_two_recipients_the_one_without_activity_is_not_lost() -> None:
    both = TEXT.replace("- recipient: courier", "- recipient: [courier, banks]")

    assert [entry.recipients for entry in record_of(policy(both)).elsewhere] == ["Banks"]


def test_what_is_collected_without_a_use_has_a_row_of_its_own() -> None:
    record = record_of(policy(UNUSED))

    assert [(e.activity, e.data, e.kept, e.clause) for e in record.elsewhere] == [
        (NO_USE, "Phone", "Phone: 3 years from last “order placed”", "CS-2")
    ]
    assert record_of(policy()).elsewhere == ()


def test_what_is_never_held_is_not_collected() -> None:
    never = UNUSED.replace(
        "- capture: checkout", "- {data: phone, never: true}\n- capture: checkout"
    )

    assert record_of(policy(never)).elsewhere == ()


def test_a_row_for_some_regions_names_their_countries() -> None:
    record = record_of(retailer("muse"))

    assert {entry.regions for entry in record.rows} == {
        "all",
        "the EEA and the United Kingdom",
        "all other countries",
    }


@pytest.mark.parametrize("cell", EVIL)
def test_no_cell_of_the_csv_is_a_formula(cell: str) -> None:
    rows = list(csv.reader(io.StringIO(record_as_csv(record_with(cell)))))

    assert [row[0] for row in rows[1:]] == [f"'{cell}"]


@pytest.mark.parametrize("cell", [*EVIL, "a\x00b"])
def test_no_cell_of_the_spreadsheet_is_a_formula(cell: str) -> None:
    made = record_as_xlsx(record_with(cell))

    book = load_workbook(io.BytesIO(made))
    types = {found.data_type for sheet in book for row in sheet.iter_rows() for found in row}
    assert types <= {"s", "inlineStr"}


def test_the_spreadsheet_holds_what_the_csv_holds() -> None:
    record = record_of(policy())

    sheet = load_workbook(io.BytesIO(record_as_xlsx(record)))["Record of processing"]

    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == table_of(record)
    assert list(csv.reader(io.StringIO(record_as_csv(record)))) == table_of(record)


def test_the_page_has_a_section_for_each_activity_and_speaks_of_processors() -> None:
    html = record_as_html(record_of(policy()), sheet="")

    assert html.count('<section id="row-') == 3
    assert html.count("(e) Transfers and safeguards") == 3
    assert AS_PROCESSOR in html
    assert "from the policy: version 2026-01, in force from 31 January 2026" in html
    assert "<script" not in html


@pytest.mark.parametrize("name", RETAILERS)
def test_the_five_policies_leave_no_item_empty(name: str) -> None:
    running = retailer(name)

    record = record_of(running)

    assert len(record.entries) == sum(len(found) for found in running.activities.values())
    assert [entry for entry in record.rows if not all(entry.cells())] == []
