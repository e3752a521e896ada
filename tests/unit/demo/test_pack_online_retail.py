"""The script that packed the transactions refuses other data and loses nothing."""

import importlib.util
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "pack_online_retail.py"


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("pack_online_retail", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _row(invoice: str, minute: int, customer: int | None, **more: object) -> dict[str, object]:
    return {
        "InvoiceNo": invoice,
        "StockCode": "85123A",
        "Description": "A HEART",
        "Quantity": 6,
        "InvoiceDate": datetime(2010, 12, 1, 8, minute),  # noqa: DTZ001 - the source gives no zone
        "Mills": 2550,
        "CustomerID": customer,
        "Country": "France",
        **more,
    }


def test_fewer_rows_are_refused(script: Any) -> None:
    with pytest.raises(script.WrongData, match=r"found 1 rows that sum to 15\.3"):
        script.refuse_other_data([_row("536365", 26, 17850)])


def test_as_many_rows_of_another_worth_are_refused(script: Any) -> None:
    rows = [_row("536365", 26, 17850)] * 541_909

    with pytest.raises(script.WrongData, match="found 541909 rows that sum to"):
        script.refuse_other_data(rows)


def test_what_repeats_is_left_blank(script: Any) -> None:
    rows = [
        _row("536365", 26, 17850),
        _row("536365", 26, 17850, Mills=2000),
        _row("C536367", 28, None, Quantity=-1, Country="EIRE"),
    ]

    packed = list(script.packed(rows, {("85123A", "A HEART"): 0}, {"85123A": 2550}))

    assert packed == [
        ("536365", 506, 17850, "France", 0, 6, ""),
        ("", "", "", "", 0, 6, 2000),
        ("C2", 2, 0, "EIRE", 0, -1, ""),
    ]
