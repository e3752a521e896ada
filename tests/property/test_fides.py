"""Theorems about Fides datasets: what we read is what fideslang reads, and its import is sound."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]  # its types are a package of their own
from fideslang.manifests import load_yaml_into_dict
from fideslang.parse import load_manifests_into_taxonomy
from hypothesis import given, settings
from hypothesis import strategies as st

from placket.catalogue import check_catalogue, parse, render
from placket.catalogue.adopting import adopt, fits
from placket.catalogue.fides import Collection, Dataset, Field, read_datasets
from placket.problems import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fideslang.models import Dataset as Theirs

KEYS = ("shop", "crm-2", "old.books")
TABLES = ("customer", "orders", "Odd name", "select", "on")
COLUMNS = ("id", "email", "customer_id", 'a"b', "null-able", "no")
CATEGORIES = st.sampled_from(sorted(fits())).map(str)
METAS = ("fides_meta", "fidesops_meta")


def optional(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=parts)


references = st.fixed_dictionaries(
    {
        "dataset": st.sampled_from(KEYS),
        "field": st.builds("{}.{}".format, st.sampled_from(TABLES), st.sampled_from(COLUMNS)),
    },
    optional={"direction": st.sampled_from(("from", "to", None))},
)
field_metas = optional(
    identity=st.sampled_from(("email", "phone_number", "external_id", "loyalty")),
    primary_key=st.booleans(),
    read_only=st.booleans(),
    references=st.lists(references, max_size=2),
    length=st.integers(1, 80),
    masking_strategy_override=st.fixed_dictionaries(
        {"strategy": st.sampled_from(("null_rewrite", "string_rewrite", "hash"))},
        optional={"configuration": st.fixed_dictionaries({"rewrite_value": st.just("GONE")})},
    ),
)


def under_a_meta(parts: dict[str, Any], meta: dict[str, Any], name: str) -> dict[str, Any]:
    return {**parts, name: meta} if meta else parts


def fields_of(depth: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    parts: dict[str, st.SearchStrategy[Any]] = {
        "data_categories": st.lists(CATEGORIES, max_size=2, unique=True)
    }
    if depth:
        parts["fields"] = fields_of(depth - 1)
    names: st.SearchStrategy[Any] = st.sampled_from(COLUMNS)
    one = st.fixed_dictionaries({"name": names}, optional=parts)
    made = st.builds(under_a_meta, one, field_metas, st.sampled_from(METAS))
    return st.lists(made, min_size=1, max_size=3, unique_by=lambda each: each["name"])


collection_metas = optional(
    skip_processing=st.booleans(),
    erase_after=st.just(["shop.orders"]),
    after=st.just(["shop.customer"]),
    masking_strategy_override=st.just({"strategy": "delete"}),
)
collections = st.builds(
    under_a_meta,
    st.fixed_dictionaries(
        {"name": st.sampled_from(TABLES), "fields": fields_of(1)},
        optional={"data_categories": st.lists(CATEGORIES, max_size=1)},
    ),
    collection_metas,
    st.sampled_from(METAS),
)
dataset_keys: dict[str, st.SearchStrategy[Any]] = {
    "fides_key": st.sampled_from(KEYS),
    "collections": st.lists(collections, max_size=3, unique_by=lambda each: each["name"]),
}
datasets = st.fixed_dictionaries(
    dataset_keys,
    optional={"data_categories": st.lists(CATEGORIES, max_size=1), "name": st.just("A shop")},
)
manifests = st.lists(datasets, min_size=1, max_size=2, unique_by=lambda each: each["fides_key"])


def as_yaml(manifest: Sequence[dict[str, Any]]) -> str:
    """Return the manifest as YAML; a part that stands twice is written twice."""
    apart = json.loads(json.dumps(manifest))
    return str(yaml.safe_dump({"dataset": apart}, sort_keys=False))


def as_fideslang(manifest: Sequence[dict[str, Any]]) -> tuple[str, list[Theirs]]:
    """Return the YAML of a manifest, and what fideslang reads in it."""
    text = as_yaml(manifest)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "dataset.yml"
        file.write_text(text, encoding="utf-8")
        taxonomy = load_manifests_into_taxonomy(load_yaml_into_dict(str(file)))
    return text, list(taxonomy.dataset or ())


def texts(found: Any) -> tuple[str, ...]:
    return tuple(found or ())


def their_field(each: Any) -> dict[str, Any]:
    meta = each.fides_meta
    override = meta.masking_strategy_override if meta else None
    said = override.configuration if override else None
    return {
        "name": each.name,
        "categories": texts(each.data_categories),
        "identity": (meta.identity if meta else "") or "",
        "primary_key": bool(meta and meta.primary_key),
        "read_only": bool(meta and meta.read_only),
        "strategy": override.strategy if override else "",
        "rewrite": (said or {}).get("rewrite_value"),
        "references": [
            (r.dataset, r.field, r.direction.value if r.direction else "")
            for r in (meta.references if meta else None) or ()
        ],
        "fields": [their_field(inner) for inner in each.fields or ()],
    }


def our_field(each: Field) -> dict[str, Any]:
    return {
        "name": each.name,
        "categories": each.categories,
        "identity": each.identity,
        "primary_key": each.primary_key,
        "read_only": each.read_only,
        "strategy": each.strategy,
        "rewrite": each.rewrite,
        "references": [(r.dataset, r.to, r.direction) for r in each.references],
        "fields": [our_field(inner) for inner in each.fields],
    }


def their_collection(each: Any) -> tuple[Any, ...]:
    meta = each.fides_meta
    return (
        each.name,
        texts(each.data_categories),
        texts(meta and meta.after),
        texts(meta and meta.erase_after),
        bool(meta and meta.skip_processing),
        bool(meta and meta.masking_strategy_override),
        [their_field(inner) for inner in each.fields],
    )


def our_collection(each: Collection) -> tuple[Any, ...]:
    return (
        each.name,
        each.categories,
        each.after,
        each.erase_after,
        each.skips,
        each.deletes,
        # fideslang sorts the fields of a collection by name.
        [our_field(inner) for inner in sorted(each.fields, key=lambda inner: inner.name)],
    )


def by_name(each: Dataset) -> list[Collection]:
    return sorted(each.collections, key=lambda collection: collection.name)


@settings(max_examples=40)
@given(manifests)
def test_what_is_read_is_what_fideslang_reads(manifest: list[dict[str, Any]]) -> None:
    text, theirs = as_fideslang(manifest)

    ours, problems = read_datasets(text, "dataset.yml")

    assert problems == ()
    assert [
        (each.key, each.categories, [our_collection(c) for c in by_name(each)]) for each in ours
    ] == [
        (
            each.fides_key,
            texts(each.data_categories),
            [their_collection(c) for c in each.collections],
        )
        for each in theirs
    ]


@settings(max_examples=30)
@given(manifests)
def test_an_import_reads_back_and_every_doubt_is_a_question(manifest: list[dict[str, Any]]) -> None:
    ours, _ = read_datasets(as_yaml(manifest), "dataset.yml")

    found = adopt(ours)

    parsed = parse(render(found.catalogue))
    assert parsed.problems == ()
    assert parsed.catalogue == found.catalogue
    open_tables = {table.name for _, table in found.catalogue.tables() if table.confirm}
    asked = [p for p in found.problems if p.severity is Severity.WARNING]
    assert bool(asked) == bool(open_tables)
    graver = [p for p in check_catalogue(found.catalogue) if p.severity is not Severity.NOTE]
    # Only what Fides too cannot reach is more than a question: rows that lead to no person.
    unled = {"C122", "C123"} if "C408" in {p.code for p in asked} else set()
    assert {p.code for p in graver} <= unled


@settings(max_examples=30)
@given(manifests)
def test_no_column_with_a_category_of_a_persons_is_lost(manifest: list[dict[str, Any]]) -> None:
    ours, _ = read_datasets(as_yaml(manifest), "dataset.yml")

    found = adopt(ours)

    for dataset in ours:
        source = found.catalogue.source(dataset.key)
        for collection in dataset.collections:
            table = source.table(collection.name) if source else None
            assert table is not None
            named = {column for held in table.holds for column in held.columns}
            named |= {word.removeprefix("holds.") for word in table.confirm}
            named |= {link.column for link in table.links()}
            for each in collection.fields:
                if any(c.startswith("user") for c in each.categories):
                    assert each.name in named
