"""`placket check` on whole documents: the good are clean, the bad told in full and in place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.forked import run_forked

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
GOOD = sorted((HERE / "good").glob("*.md"))
BAD = sorted((HERE / "bad").glob("*.md"))
LIMIT = 2 * 1024 * 1024


def checked(policy: Path, *options: str) -> tuple[int, str, str]:
    """Run the command beside the document; return its exit code, output and errors."""
    done = run_forked("placket.cli:main", "check", policy.name, *options, cwd=policy.parent)
    return done.returncode, done.stdout, done.stderr


def expected(policy: Path) -> str:
    return policy.with_suffix(".out").read_text(encoding="utf-8")


@pytest.mark.parametrize("policy", GOOD, ids=lambda path: path.stem)
def test_a_good_policy_is_clean(policy: Path) -> None:
    code, out, err = checked(policy)

    assert (code, out, err) == (0, expected(policy), "")


def test_the_policy_of_just_elegance_is_clean() -> None:
    code, out, err = checked(ROOT / "policies" / "justelegance" / "policy.md")

    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 1


@pytest.mark.parametrize("policy", BAD, ids=lambda path: path.stem)
def test_every_fault_of_a_bad_policy_is_told(policy: Path) -> None:
    code, out, err = checked(policy, "--notes")

    assert (code, out, err) == (1, expected(policy), "")


@pytest.mark.parametrize("policy", BAD, ids=lambda path: path.stem)
def test_line_ends_and_a_byte_order_mark_change_nothing(policy: Path, tmp_path: Path) -> None:
    copy = tmp_path / policy.name
    text = policy.read_text(encoding="utf-8")
    copy.write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())

    code, out, err = checked(copy, "--notes")

    assert (code, out.replace("\r", ""), err) == (1, expected(policy), "")


def test_a_policy_over_the_limit_is_told_in_one_problem(tmp_path: Path) -> None:
    policy = tmp_path / "policy.md"
    policy.write_text((HERE / "good" / "small.md").read_text() + "x" * LIMIT)

    code, out, err = checked(policy)

    assert (code, err) == (1, "")
    assert "policy.md:1:1: P003: the policy is larger than 2 MiB" in out
    assert out.count("mend:") == 1


@pytest.mark.parametrize("garbage", ["?!: [", "\t- {", "- - -: x", "for: 6 moths"])
def test_a_fault_on_any_line_of_a_block_is_told(garbage: str, tmp_path: Path) -> None:
    # One document for each line would be one process for each: here each line has its turn
    # in one document, so that also many faults together stop nothing.
    lines = (HERE / "good" / "small.md").read_text(encoding="utf-8").splitlines()
    first = lines.index("```placket") + 1
    policy = tmp_path / "policy.md"
    faulty = [
        garbage if at >= first and line.startswith(("- ", "  ", "activity", "retain")) else line
        for at, line in enumerate(lines)
    ]
    policy.write_text("\n".join(faulty))

    code, out, err = checked(policy)

    assert (code, err) == (1, "")
    assert "mend:" in out
