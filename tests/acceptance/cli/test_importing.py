"""`placket catalogue import`: Fides datasets in, a catalogue and its questions out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.catalogue import parse
from tests.acceptance.cli.conftest import run_placket

if TYPE_CHECKING:
    from pathlib import Path

DATASET = """\
dataset:
  - fides_key: {key}
    collections:
      - name: visit
        fides_meta: {{masking_strategy_override: {{strategy: delete}}}}
        fields:
          - {{name: id, fides_meta: {{primary_key: true}}}}
          - name: email
            data_categories: [user.contact.email]
            fides_meta: {{identity: email}}
"""
ASKED = """\
warning a.yml:4:15: C406: rows of `visit` are found by an identity; whether each is a person is \
not said
      4 |       - name: visit
        |               ^^^^^
    mend: look at `subject`: its key, and whether an equal identifier makes two rows one person

a.yml: 1 warning
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        text = DATASET.format(key=f"shop_{name}")
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_catalogue_goes_to_the_output_and_the_questions_beside_it(folder: Path) -> None:
    done = run_placket(folder, "catalogue", "import", "a.yml", "--source", "shop", "--name", "mine")

    catalogue = parse(done.out).catalogue
    assert catalogue is not None
    assert (done.code, done.err) == (0, ASKED)
    assert (catalogue.name, [source.name for source in catalogue.sources]) == ("mine", ["shop"])


def test_what_was_written_to_a_file_passes_the_check_with_questions_alone(folder: Path) -> None:
    written = run_placket(folder, "catalogue", "import", "a.yml", "b.yml", "--out", "c.yaml")
    (folder / "placket.toml").write_text("", encoding="utf-8")

    checked = run_placket(folder, "catalogue", "check", "c.yaml", "--notes")

    assert (written.code, written.err) == (0, "")
    assert written.out.startswith(ASKED)
    assert checked.code == 0
    assert checked.out.endswith("c.yaml: 2 notes\n")


def test_json_holds_the_catalogue_and_every_question(folder: Path) -> None:
    done = run_placket(folder, "catalogue", "import", "a.yml", "--json")

    assert done.code == 0
    assert parse(done.plain["catalogue"]).problems == ()
    assert [(p["code"], p["line"]) for p in done.plain["problems"]] == [("C406", 4)]


def test_a_fault_of_form_ends_it_and_nothing_is_written(folder: Path) -> None:
    (folder / "bad.yml").write_text("dataset:\n  - fides_key: x\n", encoding="utf-8")

    done = run_placket(folder, "catalogue", "import", "a.yml", "bad.yml", "--out", "c.yaml")

    assert done.code == 1
    assert "error bad.yml:2:5: C103: there is no `collections` here" in done.out
    assert not (folder / "c.yaml").exists()


def test_one_name_cannot_name_two_sources(folder: Path) -> None:
    done = run_placket(folder, "catalogue", "import", "a.yml", "b.yml", "--source", "shop")

    assert done.code == 2
    assert done.err.startswith("placket: `--source` names one source, and the files hold more\n")


def test_two_datasets_of_one_key_are_told(folder: Path) -> None:
    same = DATASET.format(key="shop_a")
    (folder / "b.yml").write_text(same, encoding="utf-8")

    done = run_placket(folder, "catalogue", "import", "a.yml", "b.yml", "--out", "c.yaml")

    assert done.code == 1
    assert "error b.yml:2:5: C104: `shop_a` is the name of two datasets" in done.out


def test_the_dataset_itself_is_never_written_over(folder: Path) -> None:
    done = run_placket(folder, "catalogue", "import", "a.yml", "--out", "a.yml")

    assert done.code == 3
    assert (folder / "a.yml").read_text(encoding="utf-8") == DATASET.format(key="shop_a")
