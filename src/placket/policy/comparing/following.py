"""How a consequence is told of a rule, and of a list of it that something came to or went from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

from placket.policy.comparing.difference import Consequence, Duty, Effect
from placket.policy.rendering.lay import lay_list
from placket.policy.trace import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Unpack

    from placket.policy.rules import Rule


DATA: Final = Effect.DATUM_ADDED, Effect.DATUM_ENDED
RECIPIENTS: Final = Effect.RECIPIENT_ADDED, Effect.RECIPIENT_ENDED


class Owed(TypedDict, total=False):
    """What a consequence asks for, and by which law."""

    duty: Duty
    source: str


class Said(Owed, total=False):
    """What is said of a consequence beside its effect and its rule."""

    before: str
    after: str


def follows(effect: Effect, rule: Rule, **said: Unpack[Said]) -> Consequence:
    """Return that `effect` happens to what `rule` is about, in the rule's regions."""
    about = (name_of(rule),)
    return Consequence(effect=effect, about=about, clause=rule.clause, regions=rule.regions, **said)


def list_follows(
    rule: Rule,
    before: Iterable[str],
    after: Iterable[str],
    effects: tuple[Effect, Effect],
    **owed: Unpack[Owed],
) -> Iterator[Consequence]:
    """Yield what came to a list of the rule, and what went from it.

    effects: of what came and of what went. owed: for what came; nothing is for what went.
    """
    came, went = moved(before, after)
    added, ended = effects
    if came:
        yield follows(added, rule, after=lay_list(came), **owed)
    if went:
        yield follows(ended, rule, before=lay_list(went))


def moved(before: Iterable[str], after: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what came and what went, each in its own order."""
    old, new = tuple(before), tuple(after)
    return [x for x in new if x not in old], [x for x in old if x not in new]
