"""Notice, record, map and exports by the command: files, languages, refusals."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from placket.cli.command import placket
from placket.cli.outcome import PROBLEMS, REFUSED, WORLD, WRONG_USE, Ended
from tests.acceptance.cli.conftest import run_placket
from tests.unit.policy.rendering.shop import FRENCH, TEXT


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return a folder with a policy and its French translation."""
    (tmp_path / "policy.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "policy.fr.md").write_text(FRENCH, encoding="utf-8")
    return tmp_path


def run(*words: object) -> str:
    """Run the command in this process; return its output, and raise what ends it."""
    done = CliRunner().invoke(placket, [str(word) for word in words], catch_exceptions=False)
    return done.stdout


def ending(*words: object) -> Ended:
    """Run a command that ends without doing what was asked."""
    with pytest.raises(Ended) as raised:
        run(*words)
    return raised.value


def test_the_real_command_writes_a_page(shop: Path) -> None:
    done = run_placket(shop, "notice", ".", "--lang", "fr", "--out", "notice.html")

    assert (done.code, done.out, done.err) == (0, "", "")
    html = (shop / "notice.html").read_text(encoding="utf-8")
    assert html.startswith('<!doctype html>\n<html lang="fr"')
    assert "Votre commande" in html


@pytest.mark.parametrize("language", ["", "en", "en-GB"])
def test_the_policys_own_language_needs_no_translation(shop: Path, language: str) -> None:
    text = run("notice", shop, "--format", "md", "--lang", language)

    assert "### Your order" in text
    assert "```" not in text


def test_a_language_that_is_not_there_is_told_with_those_that_are(shop: Path) -> None:
    ended = ending("notice", shop, "--lang", "de")

    assert ended.code == WRONG_USE
    assert ended.sentence == "there is no translation into that language"
    assert ended.mend == "write it beside the policy as `policy.de.md`; there is en-GB, fr"


def test_a_translation_with_an_error_is_not_published(shop: Path) -> None:
    (shop / "policy.fr.md").write_text(FRENCH.replace("six ans", "sept ans"), encoding="utf-8")

    ended = ending("notice", shop, "--lang", "fr")

    assert (ended.code, ended.sentence) == (PROBLEMS, "the translation has errors")


def test_a_policy_with_an_error_has_no_notice(shop: Path) -> None:
    (shop / "policy.md").write_text(TEXT.replace("basis: contract", "basis: hope"))

    for words in (
        ("notice",),
        ("record-of-processing",),
        ("map",),
        ("export", "--format", "dpv"),
    ):
        ended = ending(words[0], shop, *words[1:])
        assert (ended.code, ended.sentence) == (PROBLEMS, "the policy has errors")


@pytest.mark.parametrize("command", ["notice", "record-of-processing", "map"])
def test_a_draft_has_no_notice_and_says_how_many_rules_await(shop: Path, command: str) -> None:
    drafted = TEXT.replace("  basis: consent\n", "  basis: consent\n  draft: true\n")
    drafted = drafted.replace("security: encryption\n", "security: encryption\ndraft: true\n")
    (shop / "policy.md").write_text(drafted)

    ended = ending(command, shop)

    assert ended.code == PROBLEMS
    assert ended.sentence == "the policy is a draft: 2 rules in 2 clauses await confirmation"
    assert ended.mend.endswith("take `draft: true` out")


def test_a_draft_with_an_error_says_both(shop: Path) -> None:
    drafted = TEXT.replace("security: encryption\n", "security: encryption\ndraft: true\n")
    (shop / "policy.md").write_text(drafted.replace("basis: contract", "basis: hope"))

    ended = ending("notice", shop)

    assert ended.sentence == "the policy has errors, and 1 rule in 1 clause awaits confirmation"
    assert ended.mend == f"placket check {shop}"


def test_check_tells_what_is_wrong_with_a_translation_beside(shop: Path) -> None:
    wrong = FRENCH.replace("six ans", "sept ans").partition("### Changements")[0]
    (shop / "policy.fr.md").write_text(wrong, encoding="utf-8")

    done = run_placket(shop, "check", ".", "--json")
    shown = run_placket(shop, "check", ".")

    found = [p for p in done.plain["problems"] if p["code"].startswith("P6")]
    assert [(p["code"], p["clause"], p["file"]) for p in found] == [
        ("P601", "CS-7", "policy.fr.md"),
        ("P603", "CS-2", "policy.fr.md"),
        ("P604", "CS-2", "policy.fr.md"),
    ]
    assert (done.code, shown.code) == (PROBLEMS, PROBLEMS)
    assert "policy.fr.md:1:1: P601 in clause CS-7: clause `CS-7` has no translation" in shown.out
    assert "the translation says `sept ans`" in shown.out


def test_a_whole_translation_adds_nothing_to_what_check_tells(shop: Path) -> None:
    beside = json.loads(run("check", shop, "--json"))
    (shop / "policy.fr.md").unlink()

    assert json.loads(run("check", shop, "--json")) == beside


def test_a_copy_of_the_policy_beside_it_is_no_translation(shop: Path) -> None:
    before = json.loads(run("check", shop, "--json"))
    (shop / "policy.old.md").write_text(TEXT, encoding="utf-8")
    (shop / "policy.v2.md").write_text(TEXT, encoding="utf-8")
    (shop / "other.fr.md").write_text(TEXT, encoding="utf-8")

    assert json.loads(run("check", shop, "--json")) == before


def test_a_translation_that_is_no_text_is_told_by_its_name(shop: Path) -> None:
    (shop / "policy.fr.md").write_bytes(b"\xff\xfe\x00")

    ended = ending("check", shop)

    assert ended.code == WRONG_USE
    assert ended.sentence == f"{shop / 'policy.fr.md'} is not text in UTF-8"


def test_a_spreadsheet_needs_a_file(shop: Path) -> None:
    ended = ending("record-of-processing", shop, "--format", "xlsx")

    assert (ended.code, ended.mend) == (WRONG_USE, "name one with `--out`")


def test_a_spreadsheet_without_its_package_says_what_to_install(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    ended = ending("record-of-processing", shop, "--format", "xlsx", "--out", shop / "r.xlsx")

    assert (ended.code, ended.sentence) == (WORLD, "a spreadsheet needs the package `openpyxl`")
    assert ended.mend.startswith("install it with `pip install 'placket[office]'`")
    assert not (shop / "r.xlsx").exists()


def test_each_form_of_the_record_is_written(shop: Path) -> None:
    for form, first in (("html", b"<!doctype"), ("csv", b"Activity,"), ("xlsx", b"PK")):
        run("record-of-processing", shop, "--format", form, "--out", shop / form)

        assert (shop / form).read_bytes().startswith(first)


def test_a_map_unfolds_the_groups_that_are_named(shop: Path) -> None:
    folded, unfolded = run("map", shop), run("map", shop, "--unfold", "contact")

    assert ">Delivery address<" not in folded
    assert ">Delivery address<" in unfolded
    assert run("map", shop, "--format", "html").startswith("<!doctype html>")


def test_a_group_that_is_not_there_is_told_with_those_that_are(shop: Path) -> None:
    ended = ending("map", shop, "--unfold", "monkey")

    assert ended.code == WRONG_USE
    assert ended.mend.startswith("write one of from_you, unstated, contact, device, ")
    assert ended.mend.endswith("or `all`")


def test_the_exports_are_whole_documents(shop: Path) -> None:
    assert json.loads(run("export", shop, "--format", "dpv"))["@graph"]
    assert run("export", shop, "--format", "fides").startswith("# Policy of The Corner Shop")


@pytest.mark.parametrize("words", [("notice",), ("record-of-processing",), ("map",)])
def test_each_answers_as_json(shop: Path, words: tuple[str, ...]) -> None:
    assert isinstance(json.loads(run(*words, shop, "--json")), dict)


def test_a_file_that_cannot_be_written_is_told(shop: Path) -> None:
    ended = ending("notice", shop, "--out", shop / "missing" / "notice.html")

    assert ended.code == WRONG_USE
    assert ended.mend == "name a file in a folder that is there"


@pytest.mark.parametrize(
    "words",
    [
        ("notice", "policy.md", "--format", "md", "--out"),
        ("map", ".", "--out"),
        ("export", "policy.md", "--format", "fides", "--out"),
        ("trace", "policy.md", "--html"),
        ("check", "policy.md", "--html"),
        ("check", "policy.md", "--sarif"),
    ],
)
def test_no_command_writes_over_what_it_reads(
    shop: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(shop)

    ended = ending(*words, "policy.md")

    assert ended.code == REFUSED
    assert ended.sentence == "policy.md is what this command reads; nothing was written"
    assert (shop / "policy.md").read_text(encoding="utf-8") == TEXT
    assert sorted(path.name for path in shop.iterdir()) == ["policy.fr.md", "policy.md"]


@pytest.mark.parametrize("command", ["notice", "map", "record-of-processing", "trace"])
def test_a_text_that_is_no_policy_yet_is_to_be_drafted(shop: Path, command: str) -> None:
    text = shop / "policy.txt"
    text.write_text("We keep your address for two years.", encoding="utf-8")

    ended = ending(command, text)

    assert ended.sentence == f"{text} is a text, and no policy yet"
    assert ended.mend == f"placket draft {text} --to policy.md"


def test_what_does_not_read_is_told_of_a_published_text_too(shop: Path) -> None:
    broken = TEXT + "\n### Broken {#X-1}\n\nIt breaks.\n\n```placket\n- a: [\n```\n"
    (shop / "broken.md").write_text(broken, encoding="utf-8")

    done = run_placket(shop, "check", "broken.md", "--as-published", "--json")

    found = [p["code"] for p in done.plain["problems"] if p["clause"] == "X-1"]
    assert done.code == PROBLEMS
    assert "P001" in found
