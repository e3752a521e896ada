"""`placket decide`: say whether an act is lawful for one person, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from placket.cli.installation import instant_of, open_installation
from placket.cli.options import (
    at_option,
    config_option,
    json_option,
    names_of,
    question_options,
    subject_of,
    subject_option,
)
from placket.cli.outcome import DONE, PROBLEMS, write_json
from placket.cli.shown import tell_decision
from placket.cli.words import expect_activity, expect_channel, expect_data
from placket.decide.question import Question
from placket.gate.instants import rfc3339

if TYPE_CHECKING:
    from pathlib import Path

    from placket.policy.compile import Policy


@click.command("decide")
@click.argument("activity")
@subject_option
@question_options
@at_option
@click.option("--known-at", metavar="WHEN", help="By what was known then.")
@config_option
@json_option
def command(  # noqa: PLR0913 - one parameter an option
    activity: str,
    *,
    subject: str,
    at: str | None,
    known_at: str | None,
    config: Path | None,
    as_json: bool,
    **asked: str,
) -> int:
    """Say whether ACTIVITY is lawful for one person, with every reason.

    Exit code 0 when it is permitted, 1 when it is denied.
    """
    with open_installation(config) as gate:
        question = question_of(gate.policy, activity, asked)
        decision = gate.decide(
            subject_of(subject),
            question,
            at=instant_of(gate, at),
            known_at=instant_of(gate, known_at),
        )
        if as_json:
            write_json(decision.as_json(rfc3339(decision.at)))
        else:
            tell_decision(decision, gate.fact, channel=question.channel)
    return DONE if decision.is_permitted else PROBLEMS


def question_of(policy: Policy, activity: str, asked: dict[str, str]) -> Question:
    """Return the question, its words known to the policy in force or the command ended."""
    expect_activity(policy, activity)
    fields: dict[str, Any] = {**asked, "data": names_of(asked.get("data", ""))}
    expect_channel(asked.get("channel", ""))
    expect_data(fields["data"])
    return Question(activity=activity, **fields)
