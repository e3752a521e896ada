from placket.facts import Kind
from placket.gate.instants import rfc3339
from placket.web.api.decide import moment
from placket.web.api.facts import OURS, SENT
from placket.web.api.refusals import TYPES, Refused
from placket.web.api.schema import document
from placket.web.api.serving import OPERATIONS


def test_every_kind_of_fact_is_either_sent_or_ours() -> None:
    assert set(SENT) | OURS == set(Kind)
    assert not set(SENT) & OURS


def test_the_kept_second_gives_the_same_instant() -> None:
    instants = [0, 1, 999_999, 1_000_000, 1_795_502_804_683_858, 2**62, -5]

    assert [moment(at) for at in instants] == [rfc3339(at) for at in instants]


def test_each_refusal_has_a_title_a_mend_and_an_error_status() -> None:
    for name, kind in TYPES.items():
        assert name == kind.name
        assert 400 <= kind.status < 600
        assert kind.title == kind.title[:1].lower() + kind.title[1:]
        assert not (kind.title + kind.meaning).endswith(".")


def test_details_name_the_operation_and_not_what_was_asked() -> None:
    details = Refused("fact-unknown").details("/v1/audit/fact/{fact}")

    assert (details.type, details.status, details.instance) == (
        "/problems#fact-unknown",
        404,
        "/v1/audit/fact/{fact}",
    )


def test_each_operation_has_an_address_of_its_own() -> None:
    addresses = [(operation.method, operation.path) for operation in OPERATIONS]

    assert len(set(addresses)) == len(addresses)


def test_a_path_parameter_is_required_in_the_schema() -> None:
    shown = document()["paths"]["/v1/audit/proof/{fact}"]["get"]["parameters"]

    assert [(p["name"], p["in"], p["required"]) for p in shown] == [("fact", "path", True)]


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    found = document()

    def references(node: object) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*map(references, node.values())) if node else own
        if isinstance(node, list):
            return set().union(*map(references, node)) if node else set()
        return set()

    names = {ref.removeprefix("#/components/schemas/") for ref in references(found)}
    assert names <= set(found["components"]["schemas"])
    assert "Decided" in names
