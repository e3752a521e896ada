"""`placket diff` and `placket policy told`: what changes, for whom, and who was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.cli.conftest import Placket, Run

YES = ("fact", "add", "consent_given", "--what", "newsletter", "--channel", "email")
WORDING = ("--mark", "wording:newsletter-1")


def next_version(folder: Path, *replaced: tuple[str, str]) -> Path:
    """Write the next version of the policy beside it, some words replaced."""
    text = (folder / "policy.md").read_text(encoding="utf-8")
    for before, after in (("version: 1", "version: next"), *replaced):
        assert before in text
        text = text.replace(before, after)
    file = folder / "next.md"
    file.write_text(text, encoding="utf-8")
    return file


OTHER_WORDS = ("wording: newsletter-1", "wording: newsletter-2")
EQUAL_WORDS = (
    "wording: newsletter-1}",
    "wording: newsletter-2}\n  wordings: [newsletter-1, newsletter-2]",
)
SHORTER = ("6 years", "2 months")


@pytest.fixture
def ada_said_yes(placket: Placket) -> Run:
    done = placket(*YES, *WORDING, "--subject", "email:ada@example.org")
    assert done.code == 0, done.err
    return done


def test_a_version_that_was_published_is_compared_with_a_file(
    placket: Placket, folder: Path
) -> None:
    next_version(folder, SHORTER)

    done = placket("diff", "1", "next.md")

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[0] == "1 → next"
    assert "  P-08  status: in_touch: changed" in done.out
    assert "kept less long" in done.out
    assert done.out.splitlines()[-1] == "1 clause in words, 1 rule by meaning, 0 material changes"


def test_what_does_not_differ_says_so(placket: Placket, folder: Path) -> None:
    assert placket("diff", "policy.md", str(folder)).out == "1 → 1\nnothing changed\n"


def test_a_file_that_does_not_read_ends_with_one(placket: Placket, folder: Path) -> None:
    (folder / "next.md").write_text("no policy", encoding="utf-8")

    done = placket("diff", "1", "next.md")

    assert (done.code, done.out) == (1, "")
    assert done.err == "placket: next.md does not read\n  mend: placket check next.md\n"


def test_a_name_that_is_nothing_is_wrong_use(placket: Placket) -> None:
    done = placket("diff", "1", "never")

    assert done.code == 2
    assert done.err.startswith("placket: `never` is no file, no folder and no version")


def test_a_list_needs_the_ledger(placket: Placket) -> None:
    done = placket("diff", "1", "policy.md", "--out", "told.txt")

    assert (done.code, done.err) == (
        2,
        "placket: a list needs the ledger\n  mend: name it with `--url`\n",
    )


def test_a_ledger_that_is_not_there_is_no_policy_s_fault(placket: Placket) -> None:
    done = placket("diff", "policy.md", "policy.md", "--url", "missing.db")

    assert done.code == 4
    assert done.err.startswith("placket: there is no ledger at this path")


@pytest.mark.usefixtures("ada_said_yes")
def test_another_wording_asks_who_said_yes_again(placket: Placket, folder: Path) -> None:
    next_version(folder, OTHER_WORDS)

    done = placket(
        "diff", "1", "next.md", "--url", "placket.db", "--out", "ids.txt", "--of", "asked"
    )

    assert (done.code, done.err) == (0, "")
    assert "  newsletter by email: 1 → 0 (0 gained, 1 lost)" in done.out
    assert "  to be asked again: 1 person\n" in done.out
    assert len((folder / "ids.txt").read_text(encoding="utf-8").split()) == 1


@pytest.mark.usefixtures("ada_said_yes")
def test_a_yes_holds_or_falls_as_the_version_in_force_lists_its_wording(
    placket: Placket, folder: Path
) -> None:
    ask = ("decide", "newsletter", "--channel", "email", "--subject", "email:ada@example.org")
    next_version(folder, EQUAL_WORDS)
    before = placket(*ask).code
    published = placket("policy", "publish", "next.md")
    held = placket(*ask).code
    next_version(folder, OTHER_WORDS, ("version: next", "version: third"))
    placket("policy", "publish", "next.md")

    fallen = placket(*ask)

    assert published.code == 0, published.err
    assert (before, held, fallen.code) == (0, 0, 1)
    assert "basis.consent" in fallen.out


@pytest.mark.usefixtures("ada_said_yes")
def test_json_has_the_difference_and_for_whom(placket: Placket, folder: Path) -> None:
    next_version(folder, OTHER_WORDS)

    found = placket("diff", "1", "next.md", "--url", "placket.db", "--json").plain

    (consequence,) = found["consequences"]
    assert (consequence["effect"], consequence["is_material"]) == ("wording_changed", True)
    assert found["for_whom"]["reaches"] == [
        {
            "activity": "newsletter",
            "channel": "email",
            "before": 1,
            "after": 0,
            "gained": 0,
            "lost": 1,
        }
    ]
    assert found["for_whom"]["asked"] == 1


@pytest.mark.usefixtures("ada_said_yes")
def test_publishing_a_material_change_says_who_is_to_be_told_and_lists_them(
    placket: Placket, folder: Path
) -> None:
    next_version(folder, OTHER_WORDS)

    published = placket("policy", "publish", "next.md")
    listed = placket("policy", "told", "next", "--out", "told.txt")
    first = placket("policy", "told", "next", "--record", "told.txt", "--json")
    second = placket("policy", "told", "next", "--record", "told.txt", "--json")

    ids = (folder / "told.txt").read_text(encoding="utf-8").split()
    count = len(ids)
    assert published.out.splitlines() == [
        "version next is published",
        f"{count} persons are to be told: placket policy told next --out FILE",
        "1 person is to be asked again: placket policy told next --of asked --out FILE",
    ]
    assert listed.out == f"{count} ids written to told.txt\n"
    assert (first.plain, second.plain) == (
        {"persons": count, "facts": 1},
        {"persons": count, "facts": 0},
    )
    assert placket("audit", "verify", "--standing").code == 0


def test_nobody_is_told_of_a_change_that_is_not_material(placket: Placket, folder: Path) -> None:
    next_version(folder, SHORTER)

    done = placket("policy", "publish", "next.md")

    assert done.out.splitlines() == [
        "version next is published",
        "nothing in it is material: nobody need be told",
    ]
    assert placket("policy", "told", "next").out == ""


def test_whoever_is_unknown_cannot_have_been_told(placket: Placket, folder: Path) -> None:
    (folder / "told.txt").write_text("p_0000000000000000\n", encoding="utf-8")

    done = placket("policy", "told", "1", "--record", "told.txt")

    assert done.code == 2
    assert done.err.startswith("placket: the list names somebody whom the ledger does not know")


def test_a_version_that_nobody_published_or_the_first_has_nobody_to_tell(
    placket: Placket,
) -> None:
    unknown, first = placket("policy", "told", "never"), placket("policy", "told", "1")

    assert (unknown.code, first.code) == (2, 3)
    assert first.err.startswith("placket: there is no version before this one")
