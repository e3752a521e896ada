"""`placket draft` and `placket check` on texts that people wrote, good and bad."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from placket.cli.command import main
from placket.policy.parse import parse
from tests.acceptance.cli.conftest import Run, run_placket

if TYPE_CHECKING:
    from collections.abc import Callable

TEXTS = Path(__file__).parents[2] / "unit" / "policy" / "draft" / "texts"
PAGE = TEXTS / "hollow-tree.html"
ONE_LINE = "We collect your name and email address to deliver your order.\n"
RIGHT_TO_LEFT = "סיפורים על ילדים שאוהבים גלידה ולא רוצים ללכת לישון בלילה " * 5
RECIPE = (
    "Peel the apples and cut them into thin slices. Melt the butter in a pan, add the sugar and "
    "stir until it is brown. Put the slices in and turn them once. Serve with cream.\n"
)
NO_POLICY = (
    "the text does not read as a privacy policy: nothing in it says what is done with data about "
    "persons"
)
NOWHERE = "placket: nowhere.txt cannot be read: no such file or directory\n"
NO_DAY = "is no day that a policy can begin on\n  mend: write a day such as `2026-01-31`\n"
NO_FOLDER = (
    "cannot be written: no such file or directory\n  mend: name a file in a folder that is there\n"
)
SECONDS = 20


@pytest.fixture
def placket(capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Return the command, run in this process."""

    def run(*words: str | Path) -> Run:
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        written = capsys.readouterr()
        return Run(int(str(left.value.code)), written.out, written.err)

    return run


def test_a_text_becomes_a_policy_on_the_output_and_a_summary_beside_it(
    placket: Callable[..., Run], tmp_path: Path
) -> None:
    text = tmp_path / "policy.txt"
    text.write_text(ONE_LINE, encoding="utf-8")

    done = placket(
        "draft", text, "--retailer", "The Corner Shop", "--ids", "CS", "--effective", "2026-01-31"
    )

    assert done.code == 0
    assert done.out == (
        "---\n"
        "retailer: The Corner Shop\n"
        "version: draft\n"
        "effective: '2026-01-31'\n"
        "language: en\n"
        "time_zone: UTC\n"
        "accounting_year_ends: 31 December\n"
        "reason: 'drafted from the text; every block awaits a person''s yes'\n"
        "---\n"
        "\n"
        "### We collect your name and email address to deliver your order {#CS-001}\n"
        "\n"
        "We collect your name and email address to deliver your order.\n"
        "\n"
        "```placket\n"
        "- data: [name, email]\n"
        "  draft: true\n"
        "- activity: delivery\n"
        "  purpose: [delivery]\n"
        "  uses: [name, email]\n"
        "  draft: true\n"
        "```\n"
    )
    assert done.err == (
        "1 clause, 2 drafted rules: 1 activity, 1 data\n"
        "a draft permits nothing: read each block against its text, then take `draft: true` out\n"
        "to be published it also needs: a block `region`\n"
    )


def test_the_summary_names_what_is_left_to_a_person(
    placket: Callable[..., Run], tmp_path: Path
) -> None:
    text, kept = tmp_path / "policy.txt", tmp_path / "policy.md"
    text.write_text(
        f"{ONE_LINE}\nWe are glad.\n\nWe share your name with couriers. We do so on the basis of "
        "our legitimate interests.\n\nWe pass it on to banks, which are controllers.\n",
        encoding="utf-8",
    )

    done = placket("draft", text, "--to", kept)

    assert done.out == (
        "4 clauses, 4 drafted rules: 2 recipient, 1 activity, 1 data\n"
        "prose alone, nothing in it understood: 1 clause, C-002\n"
        "a legal basis in no block, its purpose not understood: 1 clause, C-003\n"
        "a draft permits nothing: read each block against its text, then take `draft: true` out\n"
        "to be published it also needs: a block `region`, `as:` in 1 block `recipient`\n"
        f"written to {kept}; `placket check --as-published {kept}` says where the text breaks\n"
    )


def test_a_draft_is_kept_in_a_file_and_never_over_another(
    placket: Callable[..., Run], tmp_path: Path
) -> None:
    kept = tmp_path / "policy.md"

    first = placket("draft", PAGE, "--to", kept)
    again = placket("draft", PAGE, "--to", kept)

    assert (first.code, first.err) == (0, "")
    assert parse(kept.read_text(encoding="utf-8")).problems == ()
    assert (again.code, again.out) == (3, "")
    assert again.err == (
        f"placket: {kept} is there already\n  mend: name another file with `--to`\n"
    )


def test_json_holds_the_policy_and_the_counts(placket: Callable[..., Run], tmp_path: Path) -> None:
    text = tmp_path / "policy.txt"
    text.write_text(ONE_LINE, encoding="utf-8")

    plain = json.loads(placket("draft", text, "--json").out)

    assert plain.pop("policy").startswith("---\nretailer: the retailer\n")
    assert plain == {
        "retailer": "the retailer",
        "language": "en",
        "clauses": 1,
        "rules": 2,
        "kinds": {"activity": 1, "data": 1},
        "prose_alone": 0,
        "prose_alone_in": [],
        "basis_without_purpose_in": [],
        "periods_without_clock": 0,
        "recipients_without_role": 0,
    }


def test_a_draft_is_checked_with_how_many_rules_await_a_person(
    placket: Callable[..., Run], tmp_path: Path
) -> None:
    kept = tmp_path / "policy.md"
    placket("draft", PAGE, "--to", kept)

    done = placket("check", kept)

    assert done.code == 1
    assert "P242" in done.out
    assert "await confirmation" in done.out


def test_a_text_is_drafted_and_judged_in_one_go_at_the_lines_of_the_text(
    placket: Callable[..., Run], tmp_path: Path
) -> None:
    text = tmp_path / "policy.txt"
    text.write_text(
        "Privacy policy\n\nWhen you place an order we collect your name.\n\n"
        "We use your name to send you our newsletter, with your consent.\n\n"
        "We send you our newsletter because of our legitimate interest in selling more.\n",
        encoding="utf-8",
    )

    problems = json.loads(placket("check", text, "--json").out)["problems"]

    places = {(p["clause"], p["line"]) for p in problems if p["clause"]}
    assert places == {("C-002", 5), ("C-003", 7)}
    assert {p["file"] for p in problems} == {str(text)}


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.[th]*")), ids=lambda path: path.name)
def test_a_text_of_any_layout_is_checked_in_seconds(
    placket: Callable[..., Run], path: Path
) -> None:
    started = time.monotonic()

    done = placket("check", path)

    assert done.code in {0, 1}
    assert "drafted rule" in done.err
    assert time.monotonic() - started < SECONDS


BAD = {
    "empty.txt": (b"", "the file holds no text", "name the file with the policy in it"),
    "recipe.txt": (
        RECIPE.encode(),
        NO_POLICY,
        "name the file with the policy in it",
    ),
    "large.txt": (
        b"x" * 10_000_000,
        "the file is larger than 4 MiB, and no privacy policy is that long",
        "keep the policy, and leave out what is not part of it",
    ),
    "long.txt": (
        ONE_LINE.encode() * 4000,
        "the text is longer than 200,000 characters, and no privacy policy is that long",
        "keep the policy, and leave out what is not part of it",
    ),
    "binary.txt": (
        bytes(range(256)) * 40,
        "the file is not text",
        "name a plain-text or HTML file",
    ),
    "scan.pdf": (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        "the file is a PDF, not text",
        "save its text, as in `pdftotext policy.pdf policy.txt`; a scan has to be recognised first",
    ),
    "scan.png": (
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        "the file is a picture, not text",
        "a picture holds no text: use the page that it shows",
    ),
    "policy.docx": (
        b"PK\x03\x04" + bytes(100),
        "the file is an archive or office document, not text",
        "save it as plain text or HTML",
    ),
    "pictures.html": (
        b"<html><body><p><img src='page1.png'></p><p><img src='page2.png'></p></body></html>",
        "the file holds no text, perhaps only pictures of it",
        "save the text itself; of a scan it has to be recognised first",
    ),
    "right-to-left.txt": (
        RIGHT_TO_LEFT.encode(),
        "the text reads neither as English nor as French",
        "name its language with `--language`, or write the policy by hand",
    ),
    "other-language.txt": (
        ("---\nlanguage: fr\n---\n" + ONE_LINE * 3).encode(),
        "the front matter says language `fr`, and the text reads as `en`",
        "correct the front matter, or name the language with `--language`",
    ),
    "twice.txt": (
        ("---\ntitle: a\ntitle: b\n---\n" + ONE_LINE).encode(),
        "the front matter contradicts itself or is no YAML: line 3: `title` stands twice",
        "correct the front matter, or take it out",
    ),
    "two-names.txt": (
        ("---\nretailer: A\ncompany: B\n---\n" + ONE_LINE).encode(),
        "the front matter says `A` and `B` for one thing",
        "correct the front matter, or take it out",
    ),
    "no-day.txt": (
        ("---\nupdated: last spring\n---\n" + ONE_LINE).encode(),
        "the front matter has `last spring` where a day was expected",
        "write a day such as `2026-01-31`, or take it out",
    ),
}


@pytest.mark.parametrize("command", ["draft", "check"])
@pytest.mark.parametrize("name", BAD)
def test_what_gives_no_draft_is_told_with_a_mend(
    placket: Callable[..., Run], tmp_path: Path, name: str, command: str
) -> None:
    raw, why, mend = BAD[name]
    file = tmp_path / name
    file.write_bytes(raw)

    done = placket(command, file)

    assert (done.code, done.out) == (2, "")
    assert done.err == f"placket: {file}: {why}\n  mend: {mend}\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("draft", "nowhere.txt"),
            f"{NOWHERE}  mend: name a plain-text or HTML file\n",
        ),
        (
            ("draft", str(PAGE), "--ids", "1-"),
            "placket: `1-` begins no clause id\n  mend: write letters and digits, a letter first\n",
        ),
        (
            ("draft", "."),
            "placket: . is a folder\n  mend: name the file in it that is the text\n",
        ),
        (
            ("draft", str(PAGE), "--effective", "2026-13-01"),
            f"placket: `2026-13-01` {NO_DAY}",
        ),
        (
            ("draft", str(PAGE), "--effective", "0100-01-01"),
            f"placket: `0100-01-01` {NO_DAY}",
        ),
        (
            ("draft", str(PAGE), "--to", "no/such/policy.md"),
            f"placket: no/such/policy.md {NO_FOLDER}",
        ),
        (
            ("check", "nowhere.txt"),
            f"{NOWHERE}  mend: name a policy.md, its folder, or a text or HTML file\n",
        ),
    ],
)
def test_wrong_use_is_told(placket: Callable[..., Run], words: tuple[str, ...], told: str) -> None:
    done = placket(*words)

    assert (done.code, done.out, done.err) == (2, "", told)


def test_the_real_command_drafts_from_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "policy.html").write_bytes(PAGE.read_bytes())

    drafted = run_placket(tmp_path, "draft", "policy.html", "--to", "policy.md")
    checked = run_placket(tmp_path, "check", "policy.html")

    assert drafted.code == 0
    assert drafted.out.startswith("11 clauses, ")
    assert checked.code in {0, 1}
    assert checked.err.splitlines()[-1] == (
        "blocks stand in a policy: go on with `placket draft policy.html --to policy.md`"
    )
