"""Whole catalogues: the good ones have no problem, the bad ones exactly those beside them."""

from dataclasses import replace
from pathlib import Path

import pytest

from placket.catalogue import (
    ColumnSchema,
    ForeignKey,
    Schema,
    TableSchema,
    check_catalogue,
    check_schema,
    parse,
)

HERE = Path(__file__).parent


def column(name: str, *, nullable: bool = True) -> ColumnSchema:
    return ColumnSchema(name=name, type="text", nullable=nullable)


SHOP = Schema(
    tables=(
        TableSchema(
            name="customer",
            columns=(
                column("id"),
                column("email"),
                column("birth_date"),
                column("country"),
                column("created_at"),
            ),
            primary_key=("id",),
            indexes=(("email",),),
        ),
        TableSchema(
            name="orders",
            columns=(
                column("id"),
                column("customer_id"),
                column("guest_email"),
                column("placed_at"),
                column("total"),
                column("note", nullable=False),
            ),
            primary_key=("id",),
            foreign_keys=(ForeignKey(columns=("customer_id",), table="customer", targets=("id",)),),
            indexes=(("customer_id",), ("guest_email",)),
        ),
        TableSchema(name="product", columns=(column("id"),), primary_key=("id",)),
        TableSchema(name="parcel", columns=(column("id"), column("postcode")), primary_key=("id",)),
    )
)
WITHOUT_PARCEL = Schema(tables=SHOP.tables[:3])


def problems_of(path: Path, schema: Schema | None) -> str:
    parsed = parse(path.read_text(encoding="utf-8"), path.name)
    found = list(parsed.problems)
    if parsed.catalogue is not None:
        found += check_catalogue(parsed.catalogue)
        found += check_schema(parsed.catalogue, "shop", schema) if schema else ()
    return "".join(f"{problem}\n" for problem in found)


@pytest.mark.parametrize("path", sorted((HERE / "good").glob("*.yaml")), ids=lambda p: p.stem)
def test_a_good_catalogue_has_no_problem(path: Path) -> None:
    assert problems_of(path, WITHOUT_PARCEL) == ""


@pytest.mark.parametrize("path", sorted((HERE / "bad").glob("*.yaml")), ids=lambda p: p.stem)
def test_a_bad_catalogue_has_the_problems_beside_it(path: Path) -> None:
    schema = SHOP if path.stem in {"schema", "far"} else None

    told = problems_of(path, schema)

    assert told == path.with_suffix(".out").read_text(encoding="utf-8")


def test_a_column_without_an_index_is_told_once_even_when_it_identifies_and_links() -> None:
    bare = [replace(table, indexes=()) for table in WITHOUT_PARCEL.tables]
    catalogue = parse((HERE / "good" / "shop.yaml").read_text(encoding="utf-8")).catalogue
    assert catalogue is not None

    told = check_schema(catalogue, "shop", Schema(tables=tuple(bare)))

    assert [p.summary for p in told] == [
        "rows of `customer` are found by `email`, which has no index",
        "rows of `orders` are found by `customer_id`, which has no index",
        "rows of `orders` are found by `guest_email`, which has no index",
    ]
