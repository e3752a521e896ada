"""A decision on the terminal: the words of the gate, the outcome in its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from placket.gate.words import decision_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.decide.question import Decision
    from placket.facts import Fact

_COLOURS: Final = {"permit": "green", "deny": "red"}


def tell_decision(
    decision: Decision, fact: Callable[[str], Fact | None], *, channel: str = ""
) -> None:
    """Write the decision to the terminal; `fact` finds a fact of the ledger by its id."""
    first, *rest = decision_lines(decision, fact, channel=channel)
    word, space, head = first.partition("  ")
    click.echo(click.style(word, fg=_COLOURS[decision.outcome], bold=True) + space + head)
    for line in rest:
        click.echo(line)
