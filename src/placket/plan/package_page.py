"""A copy as a page that a person reads: in groups, each kind with why, who, how long, and rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from placket.policy import vocabulary
from placket.policy.rendering.groups import grouped
from placket.policy.rendering.lay import capital, day_in_text, lay, lay_list, lay_period
from placket.policy.rendering.pages import templates_of
from placket.policy.rendering.places import country
from placket.policy.rendering.rule_words import BASIS_WORDS, RIGHT_WORDS
from placket.rights.tongues import ENGLISH, tongue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

    from placket.plan.asking import Asking
    from placket.plan.package_document import (
        Category,
        Cell,
        Column,
        Condition,
        Copy,
        Machine,
        Receiver,
        Records,
    )

LANGUAGE: Final = "en-GB"
MOST_COLUMNS: Final = 5
"""A table of more columns is told row by row: it would not fit."""
_MOST_VALUES: Final = 3
_LONGEST: Final = 160
_ROLES: Final = {
    "processor": "works for us",
    "controller": "decides by itself what for",
    "joint": "decides with us",
}
_GATEWAYS: Final = {
    "contract": "it is needed for what you asked for",
    "law": "a law allows it",
    "consent": "you said yes",
}
_SOURCES: Final = {"data_subject": "you", "device": "your device"}
_PERIODS: Final = {"until asked": "until you ask us to delete it"}
_RIGHTS: Final = {**RIGHT_WORDS, "complaint": "to complain", "be_informed": "to be told"}
_TRUTH: Final = {True: "yes", False: "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kind of information: its name, when it goes, what is told of it, and its clauses."""

    name: str
    anchor: str
    goes: str
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows of one table as a page shows them. wide: told row by row."""

    name: str
    source: str
    anchor: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = field(repr=False)

    @property
    def is_wide(self) -> bool:
        """Say whether the rows are told one by one."""
        return len(self.heads) > MOST_COLUMNS


def copy_as_html(asking: Asking, copy: Copy, *, sheet: str) -> str:
    """Return the copy as a page that needs nothing beside it and runs nothing.

    sheet: the style sheet that stands in the page.
    """
    zone = asking.policy.front.timezone
    values = _values(copy.tables)
    sheets = {records.file: _sheet(at, records) for at, records in enumerate(copy.tables, 1)}
    cited = _cited(copy)
    return (
        templates_of(__package__)
        .get_template("copy.html")
        .render(
            sheet=Markup(sheet),  # noqa: S704 - our own file
            language=LANGUAGE,
            direction="ltr",
            front=asking.policy.front,
            copy=copy,
            day=_day(copy.made_at, zone),
            groups=tuple(_groups(copy, values, zone)),
            passages=tuple(_passages(copy, zone)),
            receivers=tuple(map(_receiver, copy.receivers)),
            transfers=tuple(_transfer(condition) for condition in copy.transfers),
            looks=tuple(_looks(copy, zone)),
            choices=tuple(_choices(copy, zone)),
            machines=tuple((machine, tuple(_machine(machine))) for machine in copy.automated),
            kept=tuple(_kept(copy)),
            left_out=tuple(_left_out(copy)),
            sheets=tuple(sheets.values()),
            sheet_of=sheets,
            rights=tuple(capital(_RIGHTS.get(name, lay(name))) for name in copy.rights),
            complaints=tuple(_complaints(copy)),
            contact=tuple(_contact(copy)),
            clauses=tuple(c for c in asking.policy.clauses.values() if c.id in cited),
            counted=sum(len(records.rows) for records in copy.tables),
        )
    )


_SAID: Final = {
    "consent_requested": "We asked you",
    "consent_given": "You said yes",
    "consent_confirmed": "You confirmed your yes",
    "consent_refused": "You said no",
    "consent_withdrawn": "Your yes ended",
    "preference_off": "You switched it off",
    "preference_on": "You switched it on",
    "objected": "You objected",
    "restricted": "A pause began",
    "automation_declined": "You declined decisions by a computer",
    "automation_accepted": "You accepted decisions by a computer",
    "requested": "You asked for a right",
}


def _day(at: str, zone: ZoneInfo) -> str:
    return day_in_text(datetime.fromisoformat(at).astimezone(zone).date())


def _values(tables: Iterable[Records]) -> dict[str, dict[str, None]]:
    """Return the different values of each category, in order, as they are shown."""
    found: dict[str, dict[str, None]] = {}
    for records in tables:
        for column in records.columns:
            if column.category:
                shown = (as_shown(row.get(column.name)) for row in records.rows)
                named = (_named(column, value) for value in shown if value)
                found.setdefault(column.category, {}).update(dict.fromkeys(named))
    return found


def _named(column: Column, value: str) -> str:
    """Return a value with the name of its column, where that says more than the category does."""
    own = column.name == column.category
    return value if own else f"{capital(lay(column.name))}: {value}"


def as_shown(cell: Cell) -> str:
    """Return a value as a page shows it, empty for none."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return _TRUTH[cell]
    return str(cell)


def _groups(
    copy: Copy, values: dict[str, dict[str, None]], zone: ZoneInfo
) -> Iterator[tuple[str, tuple[Line, ...]]]:
    told = {category.category: category for category in copy.categories}
    for group, members in grouped("data", told).items():
        lines = (_line(copy, told[name], tuple(values.get(name, ())), zone) for name in members)
        yield capital(group.words), tuple(lines)


def _line(copy: Copy, category: Category, values: tuple[str, ...], zone: ZoneInfo) -> Line:
    received = (
        f"{capital(lay(passage.recipient))}, on {_day(passage.at, zone)}"
        for passage in copy.received
        if vocabulary.covers(passage.data, category.category)
    )
    facts = (
        ("What", tuple(_few(values))),
        ("What for", _sentence(lay_list(category.purposes))),
        ("Why we may", tuple(capital(BASIS_WORDS.get(b, lay(b))) for b in category.bases)),
        ("Came from", _sentence(lay_list(map(_source, category.sources)) or "you")),
        ("Who may get it", _sentence(lay_list(category.may_receive) or "nobody")),
        ("Who got it", tuple(received) or ("Nobody",)),
        ("How long", tuple(capital(_period(period)) for period in category.periods)),
        ("Used by a computer that decides", _sentence(lay_list(category.automated))),
    )
    return Line(
        name=capital(lay(category.category)),
        anchor=f"held-{category.category}",
        goes=_goes(category, zone),
        facts=tuple((term, said) for term, said in facts if said),
        clauses=category.clauses,
    )


def _sentence(text: str) -> tuple[str, ...]:
    return (capital(text),) if text else ()


def _few(values: tuple[str, ...]) -> Iterator[str]:
    for value in values[:_MOST_VALUES]:
        yield value if len(value) <= _LONGEST else f"{value[:_LONGEST]} ..."
    left = len(values) - _MOST_VALUES
    if left > 0:
        yield f"and {left} more, in the rows below"


def _source(source: str) -> str:
    return _SOURCES.get(source, lay(source))


def _period(period: str) -> str:
    return _PERIODS.get(period) or lay_period(period)


def _goes(category: Category, zone: ZoneInfo) -> str:
    if category.goes_at is not None:
        return f"Goes on {_day(category.goes_at, zone)}"
    return capital(_period(category.periods[0])) if category.periods else "No day is set"


def _passages(copy: Copy, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    for passage in copy.received:
        what = capital(lay_list(passage.data))
        yield _day(passage.at, zone), capital(lay(passage.recipient)), what


def _looks(copy: Copy, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    for look in copy.looks:
        what = capital(lay_list(look.data)) or "Not said"
        yield _day(look.at, zone), capital(lay(look.activity)), what


def _choices(copy: Copy, zone: ZoneInfo) -> Iterator[tuple[str, str, str]]:
    for choice in copy.choices:
        by = f" by {lay(choice.channel)}" if choice.channel else ""
        about = capital(f"{lay(choice.about)}{by}") if choice.about else capital(by.strip())
        yield _day(choice.at, zone), _SAID.get(choice.said, lay(choice.said)), about or "Everything"


def _receiver(receiver: Receiver) -> tuple[str, str, str, str]:
    named = f" ({', '.join(receiver.names)})" if receiver.names else ""
    where = lay_list(map(country, receiver.countries))
    guarded = f"{where}, under {lay(receiver.safeguard)}" if receiver.safeguard else where
    roles = "; ".join(_ROLES.get(role, lay(role)) for role in receiver.roles)
    who = f"{capital(lay_list(receiver.recipients))}{named}"
    return who, capital(roles), guarded, receiver.clause


def _transfer(condition: Condition) -> tuple[str, str]:
    needs = lay_list(condition.needs_any, last="or") or lay(condition.name)
    return f"Before any of it leaves for another country, there must be: {needs}.", condition.clause


def _machine(machine: Machine) -> Iterator[tuple[str, str]]:
    yield "What it decides", capital(lay_list(machine.decides or (machine.name,)))
    if machine.needed_for:
        yield "What that is needed for", capital(machine.needed_for)
    yield "What it looks at", capital(lay_list(machine.looks_at))
    yield "What for", capital(lay_list(machine.purposes))
    for decided, gateway in machine.gateways.items():
        yield f"Why it may ({lay(decided)})", capital(_GATEWAYS.get(gateway, lay(gateway)))
    within = f", within {machine.review}" if machine.review else ""
    yield "If you ask", f"A person looks at the decision again{within}"


def _kept(copy: Copy) -> Iterator[tuple[str, str, str, str, str]]:
    spoken = tongue(ENGLISH)
    for kept in copy.kept:
        why = capital(spoken.word("ground", kept.ground))
        law = kept.law
        yield capital(lay_list(kept.data)), capital(_period(kept.period)), why, law, kept.clause


def _left_out(copy: Copy) -> Iterator[tuple[str, str, str]]:
    spoken = tongue(ENGLISH)
    for part in copy.left_out:
        rows = f"{part.rows} row" if part.rows == 1 else f"{part.rows} rows"
        what = lay_list(part.columns) or "everything"
        why = f"{capital(spoken.word('left_out', part.ground))} ({part.law})"
        yield capital(lay(part.table)), f"{capital(what)}, of {rows}", why


def _sheet(number: int, records: Records) -> Sheet:
    names = [column.name for column in records.columns]
    return Sheet(
        name=capital(lay(records.table)),
        source=records.source,
        anchor=f"rows-{number}",
        heads=tuple(capital(lay(name)) for name in names),
        rows=tuple(
            tuple(as_shown(row.get(name)) or "None" for name in names) for row in records.rows
        ),
    )


def _complaints(copy: Copy) -> Iterator[tuple[str, str]]:
    spoken = tongue(ENGLISH)
    for complaint in copy.complaints:
        name = complaint.name or spoken.word("words", "authority")
        where = f" (in {country(complaint.country)})" if complaint.country else ""
        yield (
            f"{capital(name)}{where}",
            complaint.url if complaint.url.startswith("https://") else "",
        )


def _contact(copy: Copy) -> Iterator[tuple[str, str]]:
    spoken = tongue(ENGLISH)
    for way, value in copy.contact.items():
        yield spoken.word("words", way), value


def _cited(copy: Copy) -> set[str]:
    by_category = (clause for category in copy.categories for clause in category.clauses)
    others: tuple[Iterable[Any], ...] = (
        copy.receivers,
        copy.transfers,
        copy.automated,
        copy.kept,
        copy.left_out,
    )
    return {*by_category, *(each.clause for found in others for each in found)}
