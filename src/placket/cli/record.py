"""`placket record-of-processing`: GDPR Art. 30, from the policy's own rules."""

from __future__ import annotations

import io
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from placket.cli.notice import running_policy
from placket.cli.options import json_option
from placket.cli.outcome import DONE, WORLD, WRONG_USE, Ended, write_json
from placket.cli.written import out_option, write_out
from placket.policy.rendering.record import (
    AS_PROCESSOR,
    as_cell,
    record_as_csv,
    record_as_html,
    record_of,
    table_of,
)
from placket.web.look.rendering import style_sheet

if TYPE_CHECKING:
    from placket.policy.rendering.record import Record

_FORMATS: Final = ("html", "csv", "xlsx")
_WIDTHS: Final = (24, 40, 28, 18, 24, 40, 28, 34, 44, 34, 12, 10)


@click.command("record-of-processing")
@click.argument("policy", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="html",
    show_default=True,
    help="A page, comma-separated values, or a spreadsheet.",
)
@out_option
@json_option
def command(policy: Path, *, form: str, out: Path | None, as_json: bool) -> int:
    """Write the record of processing of POLICY: GDPR Art. 30(1)(a) to (g) for each activity."""
    record = record_of(running_policy(policy))
    if as_json:
        write_json({**asdict(record), "as_processor": AS_PROCESSOR})
    elif form == "xlsx":
        if out is None:
            raise Ended("a spreadsheet needs a file", "name one with `--out`", code=WRONG_USE)
        write_out(record_as_xlsx(record), out)
    elif form == "csv":
        write_out(record_as_csv(record), out)
    else:
        write_out(record_as_html(record, sheet=style_sheet()[0].decode()), out)
    return DONE


def record_as_xlsx(record: Record) -> bytes:
    """Return the record as a spreadsheet, every cell a text. Ends the command without openpyxl."""
    try:
        # It has no types of its own, and is imported here because only who asks needs the extra.
        from openpyxl import Workbook  # type: ignore[import-untyped]  # noqa: PLC0415 - see above
        from openpyxl.styles import (  # type: ignore[import-untyped]  # noqa: PLC0415 - see above
            Alignment,
            Font,
        )
    except ModuleNotFoundError as missing:
        raise Ended(
            "a spreadsheet needs the package `openpyxl`",
            "install it with `pip install 'placket[office]'`, or write `--format csv`",
            code=WORLD,
        ) from missing
    book = Workbook()
    sheet = book.active or book.create_sheet()
    sheet.title = "Record of processing"
    for row in table_of(record):
        sheet.append(row)
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for cell, width in zip(sheet[1], _WIDTHS, strict=True):
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "B2"
    notes = book.create_sheet("Notes")
    for line in _notes(record):
        notes.append([as_cell(line)])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _notes(record: Record) -> list[str]:
    return [f"{record.retailer}, policy: {record.standing}", AS_PROCESSOR]
