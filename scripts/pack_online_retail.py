# ruff: noqa: INP001 - a script is run by its path, never imported
"""Pack the Online Retail transactions into the two files that the demo ships.

    python -m venv packing && packing/bin/pip install pyarrow
    packing/bin/python scripts/pack_online_retail.py online_retail.parquet

Reads the Parquet copy of Daqing Chen's data set (doi 10.24432/C5BW33; columns InvoiceNo,
StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country) and writes
`products.csv.xz` and `lines.csv.xz` under `src/placket/demo/data/online-retail`. Nothing is folded:
`placket.demo.transactions` gives every column of every row back. The project itself needs neither
pyarrow nor this script.
"""

from __future__ import annotations

import csv
import io
import lzma
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

ROWS = 541_909
TOTAL = Decimal("9747747.93")
TARGET = Path(__file__).parents[1] / "src/placket/demo/data/online-retail"

Row = dict[str, Any]
Spelling = tuple[str, str | None]


class WrongData(Exception):
    """The data are not the published set of 541,909 rows that sum to 9,747,747.93."""


def main(arguments: Sequence[str]) -> None:
    """Pack the Parquet file named first in `arguments`."""
    rows = read(Path(arguments[0]))
    refuse_other_data(rows)
    usual = usual_prices(rows)
    spellings = list(by_use(rows))
    write("products.csv.xz", ((code, text or "", usual[code]) for code, text in spellings))
    write("lines.csv.xz", packed(rows, {pair: at for at, pair in enumerate(spellings)}, usual))


def read(path: Path) -> list[Row]:
    """Return the rows of the Parquet file in their order, prices in tenths of a penny."""
    parquet = import_module("pyarrow.parquet")  # by name: the project must not need it
    rows: list[Row] = parquet.read_table(path).to_pylist()
    for row in rows:
        row["Mills"] = round(row["UnitPrice"] * 1000)
    return rows


def refuse_other_data(rows: Sequence[Row]) -> None:
    """Raise WrongData unless `rows` are as many, and worth as much, as was published."""
    total = sum(row["Quantity"] * row["Mills"] for row in rows)
    if len(rows) != ROWS or round(Decimal(total) / 1000, 2) != TOTAL:
        raise WrongData(f"found {len(rows)} rows that sum to {total / 1000}")


def usual_prices(rows: Iterable[Row]) -> dict[str, int]:
    """Return for each code the price it was sold at most often."""
    seen: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        seen[row["StockCode"]][row["Mills"]] += 1
    return {code: prices.most_common(1)[0][0] for code, prices in seen.items()}


def by_use(rows: Iterable[Row]) -> list[Spelling]:
    """Return each code with each of its descriptions, by code, the most used first."""
    used = Counter((row["StockCode"], row["Description"]) for row in rows)
    return sorted(used, key=lambda pair: (pair[0], -used[pair], pair[1] or ""))


def packed(
    rows: Iterable[Row], at: dict[Spelling, int], usual: dict[str, int]
) -> Iterator[tuple[object, ...]]:
    """Yield each row as seven short fields: a field that repeats is left blank.

    Order: invoice (letter and difference), minutes since the row above, customer (0 is none),
    country, place in products.csv, quantity, tenths of a penny (blank is the usual price).
    """
    number, when, customer, country = 0, None, None, None
    for row in rows:
        letter, new = split_invoice(row["InvoiceNo"])
        yield (
            f"{letter}{new - number}" if letter or new != number else "",
            minutes_between(when, row["InvoiceDate"]) or "",
            "" if row["CustomerID"] == customer and when else row["CustomerID"] or 0,
            "" if row["Country"] == country else row["Country"],
            at[row["StockCode"], row["Description"]],
            row["Quantity"],
            "" if row["Mills"] == usual[row["StockCode"]] else row["Mills"],
        )
        number, when = new, row["InvoiceDate"]
        customer, country = row["CustomerID"], row["Country"]


def split_invoice(text: str) -> tuple[str, int]:
    """Return the letter of an invoice number, or nothing, and its digits as a number."""
    letter = text[: -len(text.lstrip("AC"))]
    return letter, int(text.removeprefix(letter))


def minutes_between(earlier: datetime | None, later: datetime) -> int:
    """Return whole minutes; with no earlier time, since the midnight before."""
    start = earlier or later.replace(hour=0, minute=0)
    return int((later - start).total_seconds()) // 60


def write(name: str, rows: Iterable[Iterable[object]]) -> None:
    """Write `rows` as CSV without a header, compressed as hard as LZMA can."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    filters = [
        {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}
    ]
    TARGET.mkdir(parents=True, exist_ok=True)
    (TARGET / name).write_bytes(lzma.compress(text.getvalue().encode(), filters=filters))


if __name__ == "__main__":
    main(sys.argv[1:])
