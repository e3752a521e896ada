"""A decision in words: each reason with its clause, law, fact and what would change it."""

import pytest

from placket.cli.shown import tell_decision
from placket.decide.question import Decision, Reason
from placket.facts import Fact, Kind
from placket.gate.words import fact_line, filled

AT = 1_764_000_000_000_000
OBJECTED = Fact(
    id="f_1", kind=Kind.OBJECTED, occurred_at=AT, recorded_at=AT, what="direct_marketing"
)
DENIED = Decision(
    outcome="deny",
    activity="bag_reminder",
    at=AT,
    withheld=("email",),
    because=(
        Reason(
            code="objection.direct_marketing",
            clause="MU-086",
            text="You may object to direct marketing whenever you like, and we stop at once.",
            law="GDPR Art. 21(3)",
            fact="f_1",
            changes_when="the objection is withdrawn",
        ),
    ),
)


def test_a_denial_is_told_in_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    tell_decision(DENIED, {"f_1": OBJECTED}.get, channel="email")

    assert (
        capsys.readouterr().out
        == """\
✗ deny  bag_reminder by email, at 2025-11-24T16:00:00Z
  withheld  email

  ✗ objection.direct_marketing
    clause    MU-086: “You may object to direct marketing whenever you like, and
              we stop at once.”
    law       GDPR Art. 21(3)
    fact      objected: direct marketing, 2025-11-24 (f_1)
    until     the objection is withdrawn
"""
    )


def test_a_fact_that_is_not_found_is_named_by_its_id(capsys: pytest.CaptureFixture[str]) -> None:
    tell_decision(DENIED, lambda _id: None)

    assert "    fact      f_1\n" in capsys.readouterr().out


def test_a_fact_is_a_line_of_kind_matter_day_and_id() -> None:
    given = Fact(
        id="f_2",
        kind=Kind.CONSENT_GIVEN,
        occurred_at=AT,
        recorded_at=AT,
        what="newsletter",
        channel="email",
    )

    assert fact_line(given) == "consent given: newsletter by email, 2025-11-24 (f_2)"
    assert fact_line(Fact(id="f_3", kind=Kind.INTERACTED, occurred_at=AT, recorded_at=AT)) == (
        "interacted, 2025-11-24 (f_3)"
    )


def test_a_long_word_is_not_broken() -> None:
    word = "x" * 90

    assert filled(f"see {word} there", indent="  ") == ["  see", f"  {word}", "  there"]
