"""The policy for other programs: DPV as JSON-LD by its structure, fideslang by its own reader."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has none
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from fideslang.manifests import load_yaml_into_dict
from fideslang.models import Taxonomy
from fideslang.parse import load_manifests_into_taxonomy
from fideslang.relationships import get_referenced_missing_keys

from placket.policy import vocabulary
from placket.policy.rendering.dpv import CONTEXT, as_dpv, dpv_as_json
from placket.policy.rendering.fides import as_fides, fides_as_yaml
from tests.unit.policy.rendering.shop import (
    RETAILERS,
    TEXT,
    UNNAMED,
    UNUSED,
    policy,
    retailer,
)

STRUCTURE = {
    "dpv:Anonymise", "dpv:DataController", "dpv:DataSource", "dpv:DataSubject",
    "dpv:LegitimateInterestOfController", "dpv:PersonalData", "dpv:PrivacyNotice", "dpv:Process",
    "dpv:Profiling", "dpv:Purpose", "dpv:Recipient", "dpv:StorageDeletion",
    "dpv:StorageDuration", "dpv:TechnicalOrganisationalMeasure", "eu-gdpr:A6-1-e",
}  # fmt: skip
"""Terms of DPV 2.3 that a document is built of, beside those of the vocabulary."""
PROPERTIES = {
    "dpv:hasAddress", "dpv:hasContact", "dpv:hasDataController", "dpv:hasDataSource",
    "dpv:hasDataSubject", "dpv:hasLegalBasis", "dpv:hasName", "dpv:hasNotice",
    "dpv:hasPersonalData", "dpv:hasProcess", "dpv:hasProcessing", "dpv:hasPurpose",
    "dpv:hasRecipient", "dpv:hasRight", "dpv:hasStorageCondition",
    "dpv:hasTechnicalOrganisationalMeasure", "dct:coverage", "dct:date", "dct:description",
    "dct:identifier", "dct:language", "dct:source", "dct:spatial", "dct:title", "rdf:value",
    "skos:broader", "skos:prefLabel",
}  # fmt: skip
KINDS = ("data", "purpose", "recipient", "data_subject", "source", "security", "right",
         "legal_basis", "transfer")  # fmt: skip


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a document, however deep."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from nodes(inner)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", RETAILERS)
def test_every_iri_is_defined_in_the_document_or_a_term_of_dpv(name: str) -> None:
    document = as_dpv(retailer(name))

    graph = document["@graph"]
    defined = [node["@id"] for node in graph]
    known = {t.dpv for kind in KINDS for t in vocabulary.terms(kind).values()} | STRUCTURE
    named = {node["@id"] for node in nodes(graph) if "@id" in node}
    assert len(defined) == len(set(defined))
    assert {iri for iri in named if not iri.startswith("our:")} <= known
    assert {iri for iri in named if iri.startswith("our:")} == set(defined)


@pytest.mark.parametrize("name", RETAILERS)
def test_it_is_json_ld_by_its_structure(name: str) -> None:
    def unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    document = json.loads(dpv_as_json(retailer(name)), object_pairs_hook=unrepeated)

    assert list(document) == ["@context", "@graph"]
    assert all(iri.endswith(("#", "/", ":")) for iri in document["@context"].values())
    for node in nodes(document["@graph"]):
        keys = {key for key in node if not key.startswith("@")}
        types = [t for t in listed(node.get("@type", [])) if t != "skos:Concept"]
        assert keys <= PROPERTIES
        assert "@value" not in node or set(node) <= {"@value", "@type", "@language"}
        assert all(word.partition(":")[0] in document["@context"] for word in (*keys, *types))


def test_a_process_says_what_its_rule_says() -> None:
    graph = {node["@id"]: node for node in as_dpv(policy())["@graph"]}

    process = graph["our:process/1"]
    assert process["dct:identifier"] == "deliver"
    assert process["dpv:hasPurpose"] == [{"@id": "our:purpose/delivery"}]
    assert process["dpv:hasLegalBasis"] == [{"@id": "eu-gdpr:A6-1-b"}]
    assert process["dpv:hasDataSource"] == [{"@id": "our:source/data_subject"}]
    assert process["dpv:hasStorageCondition"][0]["rdf:value"] == {
        "@type": "xsd:duration",
        "@value": "P6Y",
    }
    assert graph["our:purpose/delivery"]["skos:broader"] == {"@id": "dpv:DeliveryOfGoods"}
    assert graph["our:recipient/courier"]["dct:spatial"] == ["US"]
    assert graph["our:recipient/courier"]["dpv:hasLegalBasis"] == [{"@id": "eu-gdpr:A46-2-c"}]
    assert set(CONTEXT) < set(as_dpv(policy())["@context"])


def taxonomy(name: str, folder: Any) -> Taxonomy:
    running = retailer(name)
    file = folder / "policy.yml"
    file.write_text(fides_as_yaml(as_fides(running), running), encoding="utf-8")
    return load_manifests_into_taxonomy(load_yaml_into_dict(str(file)))


@pytest.mark.parametrize("name", RETAILERS)
def test_fideslang_accepts_it_and_knows_every_key(name: str, tmp_path: Any) -> None:
    read = taxonomy(name, tmp_path)

    whole = DEFAULT_TAXONOMY.model_copy(
        update={"system": read.system, "organization": read.organization}
    )
    # A Fides server brings this one along.
    assert get_referenced_missing_keys(whole) <= {"default_organization"}
    assert read.system is not None
    declared = {d.name.partition(",")[0] for d in read.system[0].privacy_declarations if d.name}
    variants = [v for found in retailer(name).activities.values() for v in found]
    assert len(declared) >= len({v.name for v in variants}) - 3


def test_a_declaration_says_what_its_rule_says() -> None:
    system, courier = as_fides(policy()).content["system"]

    assert system["privacy_declarations"][0] == {
        "name": "deliver",
        "data_categories": ["user.name", "user.contact.address"],
        "data_use": "essential.service",
        "data_subjects": ["customer"],
        "flexible_legal_basis_for_processing": False,
        "legal_basis_for_processing": "Contract",
        "retention_period": "6 years from “order placed”",
        "data_shared_with_third_parties": True,
        "third_parties": "Courier",
        "shared_categories": ["user.name", "user.contact.address"],
        "egress": ["the_corner_shop_courier"],
    }
    assert courier["responsibility"] == ["Processor"]
    assert courier["legal_basis_for_transfers"] == ["SCCs"]


def test_a_policy_that_names_nobody_exports_no_controller() -> None:
    start, end = TEXT.index("- controller:"), TEXT.index("- region:")

    exported = as_fides(policy(TEXT[:start] + TEXT[end:]))

    assert exported.content["organization"] == [
        {"fides_key": "the_corner_shop", "name": "The Corner Shop"}
    ]


def test_what_fides_has_no_word_for_is_told() -> None:
    left = as_fides(retailer("netaporter")).left_out

    assert "role `influencer`, which Fides has no data subject for" in left
    assert left[-1] == "clocks, limits, consents, rights and the wording of clauses"


def test_a_recipient_whom_no_activity_names_is_a_system_and_told() -> None:
    exported = as_fides(policy(UNNAMED))
    notice, *nodes = as_dpv(policy(UNNAMED))["@graph"]

    shop, courier = exported.content["system"]
    assert shop["egress"] == [{"fides_key": "the_corner_shop_courier", "type": "system"}]
    assert courier["fides_key"] == "the_corner_shop_courier"
    assert "what `courier` receives, for no activity names it" in exported.left_out
    assert notice["dpv:hasRecipient"] == [{"@id": "our:recipient/courier"}]
    assert "our:recipient/courier" in {node["@id"] for node in nodes}


def test_a_datum_that_no_activity_uses_is_told() -> None:
    notice, *nodes = as_dpv(policy(UNUSED))["@graph"]

    assert "data `phone`, which are collected without a use" in as_fides(policy(UNUSED)).left_out
    assert notice["dpv:hasPersonalData"] == [{"@id": "our:data/phone"}]
    assert "our:data/phone" in {node["@id"] for node in nodes}


def test_cookies_are_told_by_their_rule_or_by_the_data_that_they_hold() -> None:
    rule, activity = TEXT.index("- cookie: bag"), TEXT.index("- activity: keep_bag")
    notice = TEXT.index("- notice: cookie_policy")
    data_alone = TEXT[:rule] + TEXT[activity:].replace("  device: exempt\n", "")
    rule_alone = TEXT[:activity].replace("  activities: [keep_bag]\n", "") + TEXT[notice:]
    neither = TEXT[:rule] + TEXT[notice:]

    told = [
        as_fides(policy(text)).content["system"][0]["uses_cookies"]
        for text in (TEXT, data_alone, rule_alone, neither)
    ]

    assert told == [True, True, True, False]


@pytest.mark.parametrize("name", ["no", "on", "1:20", "null", "~", "= x", "a: b", "# c", "Ñ"])
def test_a_reader_of_older_yaml_reads_the_same(name: str) -> None:
    running = policy(TEXT.replace("1 High Street, Leeds", f"'{name}'"))
    exported = as_fides(running)

    read = yaml.safe_load(fides_as_yaml(exported, running))

    assert read == exported.content
    assert read["organization"][0]["controller"]["address"] == name
