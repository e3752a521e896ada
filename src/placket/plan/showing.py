"""Access and portability: what of the same inventory is shown, what is withheld and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.plan.asking import Doing, category_of
from placket.plan.plan import Action, Because
from placket.policy import vocabulary
from placket.policy.compile import holds_in, uses_of
from placket.policy.rules import Datum
from placket.rights.right import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.catalogue.model import Table
    from placket.plan.asking import Asking
    from placket.plan.inventory import Row

OWN: Final = frozenset({"", "data_subject", "device", "sensor"})
"""Where data come from that the person gave or that were observed of them."""

PORTABLE: Final = frozenset({"consent", "contract"})

_OTHERS: Final = Because(law="GDPR Art. 15(4)", ground="rights_of_others")
_SECRET: Final = Because(law="GDPR Art. 15(4), 32(1)", ground="security")
"""What opens an account is shown to nobody: a copy may fall into other hands."""


def access(asking: Asking) -> tuple[Doing, ...]:
    """Return what is shown of each row of the person; every omission is a step of its own.

    A chat transcript is a copy of the categories that are asked for. Source: GDPR Art. 15.
    """
    return tuple(d for row in asking.rows for d in _shown(asking, row, asking.is_asked))


def portability(asking: Asking) -> tuple[Doing, ...]:
    """Return the smaller set: what the person provided, or was observed, on consent or contract.

    A policy that promises more bases is bound by it. Source: GDPR Art. 20(1).
    """
    portable = _portable(asking)
    return tuple(
        doing
        for row in asking.rows
        for doing in _shown(asking, row, lambda category: category in portable)
        if doing.action is Action.SHOW
    )


def _shown(asking: Asking, row: Row, is_asked: Callable[[str], bool]) -> Iterator[Doing]:
    table = asking.table(row)
    visible = [column for column in row.values if column not in table.hide]
    columns = tuple(c for c in visible if _is_wanted(asking, table, c, is_asked))
    if not columns:
        return
    if _is_anothers(asking, row):
        yield Doing(row=row, action=Action.WITHHOLD, because=_OTHERS, columns=columns)
        return
    yield Doing(row=row, action=Action.SHOW, because=asking.because, columns=columns)
    hidden = [column for column in row.values if column in table.hide]
    secret = tuple(c for c in hidden if category_of(table, c) == "password")
    others = tuple(c for c in hidden if c not in secret)
    for columns, because in ((secret, _SECRET), (others, _OTHERS)):
        if columns:
            yield Doing(row=row, action=Action.WITHHOLD, because=because, columns=columns)


def _is_wanted(asking: Asking, table: Table, column: str, is_asked: Callable[[str], bool]) -> bool:
    category = category_of(table, column)
    whole = asking.right is Right.ACCESS and not asking.data
    return whole or (bool(category) and is_asked(category))


def _is_anothers(asking: Asking, row: Row) -> bool:
    """Say whether the row is another person's and this one did not supply what it says.

    What the person supplied about others, such as a gift's recipient, is given to them.
    """
    others = row.owners - {asking.person}
    return asking.person not in row.owners and bool(others) and row.supplied_by != asking.person


def _portable(asking: Asking) -> frozenset[str]:
    told = (covers.get("basis", ()) for covers in asking.said.covers)
    promised = {basis for bases in told for basis in ([bases] if isinstance(bases, str) else bases)}
    bases = PORTABLE | promised
    used = {
        datum
        for activity in asking.activities
        if activity.basis in bases
        for datum in uses_of(activity)
    }
    foreign = {
        datum
        for rule in asking.policy.rules(Datum)
        if holds_in(rule, asking.place) and rule.source not in OWN
        for datum in vocabulary.members(rule.what)
    }
    return frozenset(used - foreign)
