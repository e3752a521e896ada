"""The example policies: one is the demo's, and each has a catalogue of the demo's shop."""

import pytest

from placket import catalogue as catalogues
from placket.cli.source import schema_of
from placket.demo.examples import DEFAULT, catalogue_of, example_names, example_policy
from placket.policy.parse import parse
from placket.problems import Severity
from placket.sources.checks import check_all, words_of
from placket.sources.connect import open_source
from tests.unit.demo.conftest import BuiltShop


def test_the_demo_runs_the_longest_example() -> None:
    texts = {name: (example_policy(name) / "policy.md").read_bytes() for name in example_names()}

    assert len(texts[DEFAULT]) == max(map(len, texts.values()))


def test_a_name_that_is_no_example_is_refused() -> None:
    with pytest.raises(FileNotFoundError, match="nobody"):
        example_policy("nobody")


@pytest.mark.parametrize("name", example_names())
def test_each_policy_has_a_catalogue_of_the_demo_s_shop(name: str, built: BuiltShop) -> None:
    folder = example_policy(name)
    document = parse((folder / "policy.md").read_text(encoding="utf-8")).document
    read = catalogues.parse(catalogue_of(folder).read_text(encoding="utf-8"))
    engine = open_source(built.url)

    assert document is not None
    assert read.problems == ()
    assert read.catalogue is not None
    problems = check_all(read.catalogue, {"shop": schema_of(engine)}, words_of(document))
    engine.dispose()
    assert [p for p in problems if p.severity is Severity.ERROR] == []
    # What no clause names may lie in a shop all the same: nothing is then done with it.
    assert {p.code for p in problems} <= {"C302", "C306"}
