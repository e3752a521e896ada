"""Which faults of a catalogue stop a sync: those that a reading of rows would meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from placket.catalogue import parse
from placket.cli.outcome import REFUSED, Ended
from placket.cli.sync import expect_fit

if TYPE_CHECKING:
    from pathlib import Path

CATALOGUE = """
catalogue: shop
sources:
  shop:
    tables:
      customer:
        subject: {email: email}
        holds: {email: email}
        tells: [account.opened at COLUMN]
        delete: true
      orders:
        no_person: true
"""
SCHEMA = (
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, made_at TEXT)",
    "CREATE INDEX customer_email ON customer (email)",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id))",
)


def fitted(folder: Path, column: str) -> None:
    """Look whether the catalogue fits, the account's opening told by `column`."""
    file = folder / "catalogue.yaml"
    file.write_text(CATALOGUE.replace("COLUMN", column), encoding="utf-8")
    engine = create_engine(f"sqlite:///{folder / 'shop.db'}")
    with engine.begin() as shop:
        for statement in SCHEMA:
            shop.execute(text(statement))
    catalogue = parse(file.read_text(encoding="utf-8")).catalogue
    assert catalogue is not None
    try:
        expect_fit(catalogue, "shop", engine, file)
    finally:
        engine.dispose()


def test_rows_in_the_way_of_an_erasure_do_not_stop_a_reading(tmp_path: Path) -> None:
    fitted(tmp_path, "made_at")


def test_a_column_that_is_not_there_does(tmp_path: Path) -> None:
    with pytest.raises(Ended) as ended:
        fitted(tmp_path, "opened_at")

    assert ended.value.code == REFUSED
