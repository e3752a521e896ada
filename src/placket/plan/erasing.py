"""Erasure: the fate of each row and field of the person, by the catalogue, policy and holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from placket.catalogue.model import Action as Said
from placket.law.grounds import Ground
from placket.plan.asking import Doing, category_of, held_columns
from placket.plan.plan import WRITING, Action, Because
from placket.plan.staying import Staying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from placket.catalogue.model import Scalar, Table
    from placket.plan.asking import Asking
    from placket.plan.inventory import At, Row
    from placket.plan.staying import Stays

OTHERS: Final = "rights_of_others"
_DELETE: Final = Said(word="delete")
_EMPTIED: Final = Because(
    law="GDPR Art. 11(1)", ground=Ground.STORAGE, release="nothing points at the emptied row"
)
Target = tuple[Action, "Scalar"]


@dataclass(slots=True)
class _Wanted:
    """What would become of a row if nothing stopped it."""

    deletes: bool = False
    targets: dict[str, Target] = field(default_factory=dict)


def erasure(asking: Asking) -> tuple[Doing, ...]:
    """Return what becomes of each row of the person; of others' rows nothing is changed.

    Source: GDPR Art. 17(1), 17(3).
    """
    staying = Staying(asking)
    fates = {row.at: _fate(asking, staying, row) for row in asking.rows}
    _uphold(asking, fates)
    found = [doing for fate in fates.values() for doing in fate]
    gone = {doing.row.at for doing in found if doing.action is Action.DELETE}
    for row in asking.rows:
        if asking.person not in row.owners:
            found += _party(asking, staying, row, gone)
    return tuple(found)


def _fate(asking: Asking, staying: Staying, row: Row) -> list[Doing]:
    if asking.person not in row.owners:
        return []
    table = asking.table(row)
    if row.owners - {asking.person} and table.shared != "any":
        return _shared(asking, staying, row, table)
    kept = staying.kept(row, table)
    wanted = _wanted(asking, row, table, is_kept=bool(kept))
    columns = dict.fromkeys((*wanted.targets, *(row.values if wanted.deletes else ()), *kept))
    stays = staying.of(row, table, columns, kept)
    if wanted.deletes and not stays:
        waiting = staying.case_needs(row)
        if waiting is not None:
            return [Doing(row=row, action=Action.WAIT, because=waiting)]
        return [Doing(row=row, action=Action.DELETE, because=asking.because)]
    if not asking.is_narrowed:
        stays |= dict.fromkeys(_key_held(row, table, stays), (Action.KEEP, _EMPTIED))
    return [*_staying(row, stays), *_written(asking, row, wanted, stays)]


def _uphold(asking: Asking, fates: dict[At, list[Doing]]) -> None:
    """Let a row stay to which a held one still leads: without it that one says nothing of whom."""
    held = [doing for fate in fates.values() for doing in fate if doing.action is Action.HOLD]
    for doing in held:
        cut = {c for each in fates[doing.row.at] if each.action in WRITING for c in each.columns}
        for row in _led_to(asking, doing.row, cut):
            if [each.action for each in fates.get(row.at, ())] == [Action.DELETE]:
                fates[row.at] = [Doing(row=row, action=Action.HOLD, because=doing.because)]
                # What that one leads to stays as well.
                held += fates[row.at]


def _led_to(asking: Asking, row: Row, cut: set[str]) -> Iterator[Row]:
    """Yield the rows that a row leads to, but by the columns that are cut."""
    for key, found in asking.inventory.references(row):
        if cut.isdisjoint(key.columns):
            yield found
    links = (link for link in asking.table(row).links() if link.column not in cut)
    for _, found in asking.inventory.led_to(row, links):
        yield found


def _key_held(row: Row, table: Table, stays: Mapping[str, Stays]) -> list[str]:
    """Return the columns of the key that hold data: while a row stays, its key does."""
    held = held_columns(table)
    return [c for c in table.key if c in held and c in row.values and c not in stays]


def _wanted(asking: Asking, row: Row, table: Table, *, is_kept: bool) -> _Wanted:
    """Return the row's fate as the catalogue has it: what holds data and is not kept goes."""
    actions = _due_actions(table, is_kept=is_kept)
    wanted = _Wanted(deletes=any(action.word == "delete" for action in actions))
    wanted.deletes = (wanted.deletes or not table.actions) and not asking.is_narrowed
    for column in held_columns(table):
        if column not in table.key:
            wanted.targets[column] = (Action.BLANK, None)
    for action in actions:
        wanted.targets |= _targets(asking, row, table, action)
    if asking.is_narrowed:
        asked = {c for c in wanted.targets if asking.is_asked(category_of(table, c) or "-")}
        wanted.targets = {c: t for c, t in wanted.targets.items() if c in asked}
    return wanted


def _due_actions(table: Table, *, is_kept: bool) -> list[Said]:
    """Return the actions that are due now: what follows a `keep` only once it ended."""
    found = []
    for action in table.actions:
        if action.word != "keep":
            found.append(action)
        elif not is_kept:
            # A `keep` that names nothing to follow was all there was to say: then the row goes.
            found += action.then or (_DELETE,)
    return found


def _targets(asking: Asking, row: Row, table: Table, action: Said) -> Mapping[str, Target]:
    values = dict(action.values)
    match action.word:
        case "blank":
            return {c: (Action.BLANK, values.get(c)) for c in action.columns}
        case "cut":
            return dict.fromkeys(action.columns, (Action.CUT, None))
        case "surrogate":
            return {
                c: (Action.SURROGATE, _placeholder(asking, row, table, c)) for c in action.columns
            }
        case _:
            return {}


def _placeholder(asking: Asking, row: Row, table: Table, column: str) -> Scalar:
    link = next((link for link in table.links() if link.column == column), None)
    if link is None:
        return None
    at = (link.source or row.at.source, link.table)
    return asking.inventory.placeholders.get(at)


def _staying(row: Row, stays: Mapping[str, Stays]) -> Iterator[Doing]:
    """Yield what stays of the row, the columns of one reason together."""
    reasons: dict[Stays, list[str]] = {}
    for column, why in stays.items():
        reasons.setdefault(why, []).append(column)
    for (action, because), columns in reasons.items():
        whole = set(columns) >= row.values.keys()
        yield Doing(
            row=row, action=action, because=because, columns=() if whole else tuple(columns)
        )


def _written(
    asking: Asking, row: Row, wanted: _Wanted, stays: Mapping[str, Stays]
) -> Iterator[Doing]:
    """Yield the writes of what goes; what already is as it would be needs none."""
    for action in (Action.CUT, Action.SURROGATE, Action.BLANK):
        pairs = {
            column: value
            for column, (how, value) in wanted.targets.items()
            if how is action and column not in stays and _differs(row.values, column, value)
        }
        if pairs:
            yield Doing(
                row=row,
                action=action,
                because=asking.because,
                columns=tuple(pairs),
                values=tuple(pairs.values()),
            )


def _differs(values: Mapping[str, Any], column: str, value: Scalar) -> bool:
    return column in values and values[column] != value


def _shared(asking: Asking, staying: Staying, row: Row, table: Table) -> list[Doing]:
    """Return the fate of a row that is somebody else's too: only this person's link is cut."""
    mine = [
        link.column
        for link, target in asking.inventory.led_to(row, table.owner)
        if target.owners == {asking.person}
    ]
    because = Because(
        law="GDPR Art. 17(1), 4(1)",
        clause=asking.because.clause,
        ground=OTHERS,
        release="the last other owner goes",
    )
    stays = Doing(row=row, action=Action.KEEP, because=because)
    return [stays, *_cut(asking, staying, row, table, mine)]


def _party(asking: Asking, staying: Staying, row: Row, gone: set[At]) -> list[Doing]:
    """Return the fate of a row in which the person only appears: the link to them is cut.

    A link that leads to them through a row of theirs, such as their order, is cut when that row
    goes; while it stays, its own fate says who may still be found by it.
    """
    table = asking.table(row)
    links = [
        link.column
        for link, target in asking.inventory.led_to(row, table.party)
        if asking.person in target.owners
        and (target.at in gone or _is_person(asking.table(target)))
    ]
    return _cut(asking, staying, row, table, links)


def _is_person(table: Table) -> bool:
    """Say whether a row is the person themselves, and not something of theirs such as an order."""
    return table.subject is not None and not table.owner


def _cut(
    asking: Asking, staying: Staying, row: Row, table: Table, columns: Sequence[str]
) -> list[Doing]:
    # What names a file stands in the row that points at it, and goes with that row.
    if not columns or table.files:
        return []
    pointed = {c for a in table.actions if a.word == "surrogate" for c in a.columns}
    wanted = _Wanted()
    for column in columns:
        wanted.targets[column] = (
            (Action.SURROGATE, _placeholder(asking, row, table, column))
            if column in pointed
            else (Action.CUT, None)
        )
    stopped = staying.of(row, table, columns, {})
    stays = {c: why for c, why in stopped.items() if why[0] is Action.HOLD}
    return [*_staying(row, stays), *_written(asking, row, wanted, stays)]
