"""What a check tells, in the forms that people, editors and code hosts take."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from placket import __version__
from placket.cli.check import command
from placket.cli.grouped import by_family, grouped
from placket.cli.sarif import as_sarif
from placket.policy.check import check_published
from placket.policy.parse import Document, parse
from placket.problems import Family, Place, Problem, Severity, Span

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """---
retailer: The <Corner> Shop
version: 1
effective: 2026-01-31
---

# Notice

### Where {#EX-1}

We sell everywhere.

```placket
- region: everywhere
  countries: [rest]
  law: {rest: eu}
- role: customer
  taken_by: [order.placed]
- retain: all
  for: while account is open
```

### How long {#EX-2}

We keep <b>everything</b> for six years.

```placket
retain: all
for: 6 years from last interaction
```
"""
APART = Problem(
    code="P403",
    summary="everything is kept for two times",
    mend="write one",
    at=Span(file="policy.md", line=28, column=6, length=31),
    clause="EX-2",
    source="GDPR Art. 5(1)(e)",
    severity=Severity.WARNING,
    also=(Place(at=Span(file="policy.md", line=19, column=3), clause="EX-1"),),
    family=Family.CONTRADICTION,
)
WHOLE = Problem(code="P437", summary="no measure", mend="name one", family=Family.MISSING)


def document() -> Document:
    found = parse(TEXT, "policy.md").document
    assert found is not None
    return found


class Page(HTMLParser):
    """Gathers what a page must not need, and what its parts point to."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.loaded += [v for n, v in given.items() if n in {"src", "data"} or tag == "link"]


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "policy.md"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_problems_are_gathered_by_clause_in_order_of_the_text() -> None:
    groups = grouped([APART, WHOLE], document())

    assert [(group.id, group.title, group.problems) for group in groups] == [
        ("", "", (WHOLE,)),
        ("EX-2", "How long", (APART,)),
    ]
    assert groups[1].opening == "We keep <b>everything</b> for six years."


def test_a_family_without_problems_is_not_counted() -> None:
    assert by_family([APART, APART, WHOLE]) == {
        Family.CONTRADICTION: {Severity.ERROR: 0, Severity.WARNING: 2, Severity.NOTE: 0},
        Family.MISSING: {Severity.ERROR: 1, Severity.WARNING: 0, Severity.NOTE: 0},
    }


def test_a_problem_names_all_its_clauses() -> None:
    assert APART.clauses == ("EX-2", "EX-1")
    assert str(APART).splitlines()[1] == "  see: clause EX-1 (line 19)"


def test_sarif_has_what_its_standard_requires() -> None:
    log = as_sarif([APART, WHOLE])

    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (log["version"], driver["name"]) == ("2.1.0", "Placket")
    assert driver["semanticVersion"] == __version__
    assert [rule["id"] for rule in driver["rules"]] == ["P403", "P437"]
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note", "none"}
        assert result["message"]["text"]
        for location in result["locations"]:
            region = location["physicalLocation"]["region"]
            assert region["startLine"] >= 1
            assert region["startColumn"] >= 1
            assert "uri" in location["physicalLocation"]["artifactLocation"]


def test_a_result_of_sarif_names_its_place_its_clause_and_the_other_place() -> None:
    (result, _) = as_sarif([APART, WHOLE])["runs"][0]["results"]

    assert result["level"] == "warning"
    assert result["message"]["text"] == (
        "everything is kept for two times. Mend: write one. Source: GDPR Art. 5(1)(e)."
    )
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "policy.md"},
                "region": {"startLine": 28, "startColumn": 6, "endColumn": 37},
            },
            "logicalLocations": [{"name": "EX-2", "kind": "member"}],
        }
    ]
    assert [place["logicalLocations"][0]["name"] for place in result["relatedLocations"]] == [
        "EX-1"
    ]
    assert result["properties"] == {"family": "contradiction", "clauses": ["EX-2", "EX-1"]}


def test_a_place_of_sarif_is_a_reference_that_programs_can_follow() -> None:
    spaced = replace(APART, at=replace(APART.at, file="my notes\\é policy.md"))

    (result,) = as_sarif([spaced])["runs"][0]["results"]

    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "my%20notes/%C3%A9%20policy.md"}


def test_a_moved_line_keeps_its_fingerprint() -> None:
    moved = as_sarif([APART, WHOLE])["runs"][0]["results"][0]
    here = as_sarif([APART])["runs"][0]["results"][0]

    assert moved["partialFingerprints"] == here["partialFingerprints"]


def test_a_text_is_told_by_clause_and_summed_by_family(policy: Path) -> None:
    done = CliRunner().invoke(command, [str(policy), "--as-published"])

    assert "EX-2  How long\n“We keep <b>everything</b> for six years.”\n\nwarning " in done.output
    assert "P403 in clause EX-2: everything is kept" in done.output
    assert re.search(r"^contradiction 1, missing \d+", done.output, re.MULTILINE)


def test_what_runs_otherwise_is_said_beside_the_clause(tmp_path: Path) -> None:
    file, page = tmp_path / "policy.md", tmp_path / "found.html"
    otherwise = "added: the text names no time\npublished: {for: null}\n```\n"
    file.write_text(f"{TEXT.removesuffix('```' + chr(10))}{otherwise}", encoding="utf-8")

    done = CliRunner().invoke(command, [str(file), "--as-published", "--html", str(page)])
    running = CliRunner().invoke(command, [str(file), "--notes"])

    assert "\nwhat runs is added: the text names no time\n" in done.output
    assert "What runs is added: the text names no time" in page.read_text(encoding="utf-8")
    assert "what runs is" not in running.output


def test_json_names_family_and_all_clauses(policy: Path) -> None:
    done = CliRunner().invoke(command, [str(policy), "--as-published", "--json"])

    told = [p for p in json.loads(done.output)["problems"] if p["code"] == "P403"]
    assert [(p["family"], p["clauses"], p["also"][0]["clause"]) for p in told] == [
        ("contradiction", ["EX-2", "EX-1"], "EX-1")
    ]


def test_sarif_and_page_are_written_beside_what_is_shown(policy: Path, tmp_path: Path) -> None:
    sarif, page = tmp_path / "found.sarif", tmp_path / "found.html"

    CliRunner().invoke(
        command, [str(policy), "--as-published", "--sarif", str(sarif), "--html", str(page)]
    )

    results = json.loads(sarif.read_text(encoding="utf-8"))["runs"][0]["results"]
    found = parse(policy.read_text(encoding="utf-8"), str(policy)).document
    assert found is not None
    assert [r["ruleId"] for r in results] == [p.code for p in check_published(found)]
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_needs_nothing_beside_it_and_shows_markup_as_text(
    policy: Path, tmp_path: Path
) -> None:
    file = tmp_path / "found.html"

    CliRunner().invoke(command, [str(policy), "--as-published", "--html", str(file)])

    text = file.read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.loaded == []
    assert "script" not in page.tags
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)
    assert "The &lt;Corner&gt; Shop" in text
    assert "<b>" not in text
    assert page.tags.count("h1") == 1


def test_the_text_on_a_page_is_in_its_own_language(policy: Path, tmp_path: Path) -> None:
    file = tmp_path / "found.html"
    policy.write_text(TEXT.replace("version: 1", "version: 1\nlanguage: fr"), encoding="utf-8")

    CliRunner().invoke(command, [str(policy), "--as-published", "--html", str(file)])

    page = file.read_text(encoding="utf-8")
    assert '<html lang="en-GB">' in page
    assert '<blockquote class="clause" lang="fr">' in page
    assert '<span lang="fr">How long</span>' in page


def test_a_file_that_cannot_be_written_ends_the_command(policy: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [str(policy), "--html", str(tmp_path / "no" / "x.html")])

    assert type(done.exception).__name__ == "Ended"
    assert "x.html cannot be written" in str(getattr(done.exception, "sentence", ""))
