"""What every page keeps to: links that lead somewhere, no machine, no promise, no retailer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")
PAGES = sorted([*(ROOT / name for name in TOP), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
FENCED = re.compile(r"^(`{3,})[^\n]*\n.*?^\1$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
OF_THE_DEMO = "demo-data.md"
MACHINE = re.compile(r"(?<![\w./:])/(?:work|tmp|root|home|Users|mnt|private)/|[A-Z]:\\")
PROMISE = re.compile(
    r"(?:gdpr|fully|legally)[ -]compliant|guarantee[sd]? compliance|ensures? compliance"
    r"|bullet-?proof|unhackable|100 ?% secure|military[ -]grade",
    re.IGNORECASE,
)
HASH_AS_ANONYMOUS = re.compile(
    r"\bhash\w*[^.\n]*\banonymous|\banonymous[^.\n]*\bhash", re.IGNORECASE
)


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """Return the text without fenced blocks."""
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings, as Markdown viewers make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> list[str]:
    found = []
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_every_page_is_reached_from_the_index() -> None:
    seen, waiting = set[Path](), [ROOT / "docs" / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(prose(page)))
        waiting += [(page.parent / link).resolve() for link in links if ":" not in link]

    # The pages of single problems are named after their codes, which is how they are found.
    expected = {p for p in PAGES if p.parent.name != "problems" and p.parent != ROOT}
    assert sorted(map(named, expected - seen)) == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_names_a_folder_of_some_machine(page: Path) -> None:
    assert MACHINE.findall(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_page_promises_what_nobody_can(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert PROMISE.findall(text) + HASH_AS_ANONYMOUS.findall(text) == []


def retailers() -> re.Pattern[str]:
    """Return a pattern for the names of the example retailers, however they are spaced."""
    rows = (ROOT / "policies" / "clauses.jsonl").read_text(encoding="utf-8").splitlines()
    seeds = {json.loads(row)["seed"].removesuffix(".txt") for row in rows}
    spaced = (r"[\W_]?".join(seed) for seed in sorted(seeds - {"all"}))
    return re.compile(rf"\b(?:{'|'.join(spaced)})\b", re.IGNORECASE)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_retailer_is_named_by_the_demo_and_by_paths_alone(page: Path) -> None:
    if page.name == OF_THE_DEMO:
        return
    text = CODE.sub("", prose(page))

    assert retailers().findall(text) == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_has_one_title_and_begins_with_it(page: Path) -> None:
    text = prose(page)

    assert text.startswith("# ")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
