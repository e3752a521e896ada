"""What a careful reader found in the five texts is found by rules that name no retailer."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from placket.policy.check import check, check_published
from placket.policy.draft.draft import Draft, Wish, draft
from placket.policy.parse import parse
from placket.problems import Problem, is_clean

ROOT = Path(__file__).parents[3]
POLICIES = ROOT / "policies"
SEEDS = ROOT.parent / "shared" / "seeds"
ALL_FIVE = ("lepiquet", "muse", "justelegance", "netaporter", "all")

# Number of the finding (0: found beside those listed), policy, code, and clauses that the
# problem names among others.
# 105 (where the data of cards are kept) is a difference between retailers and no fault of one.
OF_RULES = [
    (4, "lepiquet", "P479", "LP-072 LP-077"),
    (4, "lepiquet", "P240", "LP-034"),
    (5, "lepiquet", "P234", "LP-065"),
    (5, "lepiquet", "P234", "LP-068"),
    (5, "lepiquet", "P234", "LP-069"),
    (7, "lepiquet", "P472", "LP-021 LP-022"),
    (9, "lepiquet", "P434", "LP-076"),
    (10, "lepiquet", "P427", ""),
    (10, "lepiquet", "P436", ""),
    (10, "lepiquet", "P437", ""),
    (10, "lepiquet", "P424", "LP-048"),
    (12, "lepiquet", "P403", "LP-037 LP-038"),
    (14, "lepiquet", "P439", "LP-037 LP-039 LP-003 LP-004"),
    (15, "lepiquet", "P411", "LP-012 LP-013"),
    (17, "lepiquet", "P451", "LP-081"),
    (17, "lepiquet", "P452", "LP-081"),
    (19, "lepiquet", "P442", "LP-049"),
    (19, "lepiquet", "P442", "LP-052"),
    (20, "muse", "P401", "MU-071 MU-263"),
    (20, "muse", "P445", "MU-263"),
    (22, "muse", "P482", "MU-247 MU-055 MU-056"),
    (24, "muse", "P410", "MU-254 MU-142 MU-202 MU-252"),
    (25, "muse", "P402", "MU-047 MU-048"),
    (27, "muse", "P404", "MU-146"),
    (27, "muse", "P404", "MU-155"),
    (32, "muse", "P403", "MU-059 MU-066"),
    (32, "muse", "P403", "MU-059 MU-067"),
    (32, "muse", "P236", "MU-066"),
    (34, "muse", "P453", "MU-065"),
    (35, "muse", "P204", "MU-068"),
    (37, "muse", "P471", "MU-039 MU-128"),
    (40, "muse", "P406", "MU-162 MU-014"),
    (42, "muse", "P407", "MU-187"),
    (42, "muse", "P235", "MU-187"),
    (44, "muse", "P405", "MU-130 MU-012"),
    (44, "muse", "P405", "MU-149 MU-012"),
    (45, "muse", "P480", "MU-124"),
    (47, "muse", "P443", "MU-139"),
    (50, "muse", "P234", "MU-208"),
    (52, "muse", "P442", "MU-199 MU-209"),
    (57, "muse", "P454", "MU-246"),
    (59, "muse", "P441", "MU-220 MU-221"),
    (60, "justelegance", "P400", "JE-030 JE-031"),
    (60, "justelegance", "P220", "JE-081"),
    (62, "justelegance", "P456", "JE-033 JE-083"),
    (62, "justelegance", "P456", "JE-050 JE-076 JE-077"),
    (64, "justelegance", "P403", "JE-062 JE-063 JE-064"),
    (65, "justelegance", "P404", "JE-037 JE-049"),
    (67, "justelegance", "P425", "JE-065"),
    (69, "justelegance", "P424", "JE-052"),
    (69, "justelegance", "P424", "JE-053"),
    (70, "justelegance", "P420", "JE-089"),
    (70, "justelegance", "P438", "JE-086"),
    (70, "justelegance", "P436", ""),
    (72, "justelegance", "P460", "JE-024"),
    (74, "justelegance", "P461", "JE-013 JE-014"),
    (75, "justelegance", "P477", "JE-077"),
    (77, "netaporter", "P234", "NP-001"),
    (77, "netaporter", "P234", "NP-009"),
    (77, "netaporter", "P234", "NP-017"),
    (79, "netaporter", "P481", "NP-021"),
    (80, "netaporter", "P432", "NP-028"),
    (80, "netaporter", "P234", "NP-029"),
    (80, "netaporter", "P434", "NP-031"),
    (82, "netaporter", "P408", "NP-025 NP-026"),
    (84, "netaporter", "P420", "NP-030"),
    (85, "netaporter", "P483", "NP-015"),
    (85, "netaporter", "P434", "NP-014"),
    (87, "all", "P230", "AL-018 AL-045"),
    (89, "all", "P455", "AL-049"),
    (90, "all", "P400", "AL-035 AL-049"),
    (92, "all", "P234", "AL-052"),
    (92, "all", "P234", "AL-053"),
    (92, "all", "P234", "AL-007"),
    (92, "all", "P443", "AL-012"),
    (94, "all", "P409", "AL-002 AL-028"),
    (97, "muse", "P470", "MU-263"),
    (0, "lepiquet", "P457", "LP-078"),
    (0, "lepiquet", "P478", "LP-027"),
    (0, "lepiquet", "P489", "LP-037"),
    (0, "lepiquet", "P490", "LP-037 LP-074"),
    (0, "muse", "P412", "MU-107 MU-112"),
    (0, "muse", "P491", "MU-057"),
    (0, "muse", "P475", "MU-249"),
    (0, "muse", "P476", "MU-149"),
    (0, "muse", "P440", "MU-149"),
    (0, "muse", "P473", "MU-154"),
    (0, "justelegance", "P222", "JE-046"),
    (0, "justelegance", "P488", "JE-048 JE-049"),
    (0, "justelegance", "P489", "JE-064"),
    (0, "netaporter", "P427", ""),
    (0, "all", "P450", "AL-053"),
    (99, "netaporter", "P234", "NP-017"),
    (99, "justelegance", "P223", "JE-041"),
    (100, "muse", "P474", "MU-173"),
    (102, "lepiquet", "P435", "LP-028"),
    (104, "netaporter", "P434", "NP-010"),
]

# Number of the finding, text, code, and words of the problem: what only the original shows.
OF_WORDING = [
    (2, "lepiquet", "P504", "date of the last update"),
    (5, "lepiquet", "P503", "third parties we share"),
    (29, "muse", "P501", "four valid reasons"),
    (30, "muse", "P505", "UK Data Protection Act 2018"),
    (30, "muse", "P505", "Italian Data Protection Authority"),
    (37, "muse", "P471", "explain the reasons"),
    (39, "muse", "P511", "only the data that is required"),
    (49, "muse", "P513", "encrypted"),
    (50, "muse", "P502", "`(iv)` follows `(xiii)`"),
    (50, "muse", "P508", "any other uses"),
    (54, "muse", "P507", "Google+"),
    (54, "muse", "P507", "Cybertrust"),
    (54, "muse", "P507", "Secure Socket Layer"),
    (55, "muse", "P506", "MUSE/LVM.com"),
    (55, "muse", "P506", "`DHL` stands alone"),
    (57, "muse", "P508", "appropriate steps"),
    (70, "justelegance", "P438", "no date"),
    (75, "justelegance", "P477", "browser settings"),
    (89, "all", "P510", "consent when applicable"),
    (95, "all", "P506", "ALLL"),
    (0, "lepiquet", "P506", "`Next`"),
    (0, "lepiquet", "P512", "INTRODUTION"),
    (0, "lepiquet", "P493", "continue using our services"),
    (0, "muse", "P492", "confirm your identity"),
    (0, "muse", "P508", "normally seven years"),
    (0, "muse", "P508", "small number of"),
    (0, "muse", "P509", "By registering"),
    (0, "muse", "P512", "preventation"),
    (0, "justelegance", "P514", "encrypted"),
]


@cache
def published(policy: str) -> tuple[Problem, ...]:
    """Return the problems of a policy's text as it was published."""
    text = (POLICIES / policy / "policy.md").read_text(encoding="utf-8")
    document = parse(text).document
    assert document is not None
    return check_published(document)


@cache
def drafted(seed: str) -> tuple[Problem, ...]:
    """Return the problems of a draft of the original text."""
    file = SEEDS / f"{seed}.txt"
    if not file.exists():
        pytest.skip("the texts themselves are not part of the project: ../shared/seeds")
    found = draft(file.read_text(encoding="utf-8"), Wish(today=date(2026, 11, 24)))
    assert isinstance(found, Draft)
    document = parse(found.text).document
    assert document is not None
    return check_published(document)


@pytest.mark.parametrize("policy", ALL_FIVE)
def test_the_policy_that_runs_is_clean(policy: str) -> None:
    parsed = parse((POLICIES / policy / "policy.md").read_text(encoding="utf-8"))

    assert parsed.document is not None
    left = (*parsed.problems, *check(parsed.document))
    assert is_clean(left), [str(problem) for problem in left]


@pytest.mark.parametrize(("number", "policy", "code", "clauses"), OF_RULES)
def test_a_finding_is_found_on_the_text_as_published(
    number: int, policy: str, code: str, clauses: str
) -> None:
    del number

    named = [set(p.clauses) for p in published(policy) if p.code == code]

    assert any(set(clauses.split()) <= found for found in named), named


@pytest.mark.parametrize(("number", "seed", "code", "words"), OF_WORDING)
def test_a_finding_of_wording_is_found_on_a_draft_of_the_text(
    number: int, seed: str, code: str, words: str
) -> None:
    del number

    told = [p.summary for p in drafted(seed) if p.code == code]

    assert any(words in summary for summary in told), told


@pytest.mark.parametrize("policy", ALL_FIVE)
def test_each_problem_of_a_text_says_what_where_why_and_how_to_mend(policy: str) -> None:
    for problem in published(policy):
        assert problem.summary
        assert problem.mend
        assert problem.source
        assert problem.at.line > 0
        assert problem.clause or not problem.at.column > 1


@pytest.mark.parametrize("policy", ALL_FIVE)
def test_no_problem_of_a_text_is_told_twice(policy: str) -> None:
    told = [(p.code, p.at, p.summary) for p in published(policy)]

    assert len(set(told)) == len(told)
