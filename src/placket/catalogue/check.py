"""Checks of a catalogue, alone and against the schema that reflection found."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from placket.catalogue.filenames import COLUMNS, FILES, pattern_of
from placket.catalogue.model import NAMING, NOTHING, Says
from placket.facts import Kind
from placket.problems import Problem, Problems, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.catalogue.model import Action, Catalogue, Source, Table, Tell
    from placket.catalogue.schema import ColumnSchema, ForeignKey, Schema, TableSchema

PERSONAL: Final = re.compile(
    r"(^|_)(e?mail|phone|mobile|tel|fax|(first|last|full|given|family|sur|nick|user|contact)_?name"
    r"|birth|dob|address|street|line_?[12]|postcode|zip|gender|iban|passport|ip|ip_?address"
    r"|visitor|cookie|device|recipient|vorname|nachname|strasse|plz|geburt\w*|telefon|anschrift"
    r"|prenom|nom|adresse|courriel|naissance|telephone|code_?postal)(_|$)"
)
"""Names of columns, in snake case, that speak of a person: English, German, French."""


def snake(name: str) -> str:
    """Return `name` in snake case: `firstName` and `First Name` are `first_name`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def looks_personal(column: str) -> bool:
    """Say whether a column's name speaks of a person."""
    return PERSONAL.search(snake(column)) is not None


@dataclass(slots=True)
class _Checked:
    """One table under examination, with what is known about it."""

    catalogue: Catalogue
    source: Source
    table: Table
    problems: Problems

    def fault(self, code: str, summary: str, mend: str, at: Span | None = None) -> None:
        self._add(code, summary, mend, at, Severity.ERROR)

    def warn(self, code: str, summary: str, mend: str, at: Span | None = None) -> None:
        self._add(code, summary, mend, at, Severity.WARNING)

    def note(self, code: str, summary: str, mend: str, at: Span | None = None) -> None:
        self._add(code, summary, mend, at, Severity.NOTE)

    def _add(self, code: str, summary: str, mend: str, at: Span | None, severity: Severity) -> None:
        self.problems.add(
            Problem(
                code=code,
                summary=summary,
                mend=mend,
                at=at or self.table.span,
                severity=severity,
            )
        )


@dataclass(slots=True)
class _Found(_Checked):
    """A table of the catalogue beside the same table of the schema."""

    schema: Schema
    there: TableSchema

    def column(self, name: str) -> ColumnSchema | None:
        return self.there.column(name)


def check_catalogue(catalogue: Catalogue) -> tuple[Problem, ...]:
    """Return every problem that the catalogue shows by itself."""
    problems = Problems()
    for source, table in catalogue.tables():
        at = _Checked(catalogue, source, table, problems)
        for check in ALONE:
            check(at)
    return _placed(catalogue, problems)


def check_schema(catalogue: Catalogue, source: str, schema: Schema) -> tuple[Problem, ...]:
    """Return every problem between the catalogue's `source` and its schema as it is now."""
    problems = Problems()
    found = catalogue.source(source)
    if found is None:
        return ()
    _check_digest(found, schema, problems)
    _check_unlisted(found, schema, problems)
    for table in found.tables:
        there = schema.table(table.name)
        if there is None:
            at = _Checked(catalogue, found, table, problems)
            at.fault(
                "C201",
                f"the database has no table `{table.name}`",
                "correct the name, or take the table out of the catalogue",
            )
            continue
        beside = _Found(catalogue, found, table, problems, schema, there)
        for check in BESIDE:
            check(beside)
    return _placed(catalogue, problems)


def _placed(catalogue: Catalogue, problems: Problems) -> tuple[Problem, ...]:
    """Return the problems by place; one without a place is in the catalogue's file."""
    problems.found = [
        p if p.at.file else replace(p, at=replace(p.at, file=catalogue.file))
        for p in problems.found
    ]
    return problems.sorted()


def leads_to_person(catalogue: Catalogue, source: Source, table: Table) -> bool:
    """Say whether the rows of `table` lead to a person by owner or party links."""
    return _leads(catalogue, source, table, frozenset())


def _leads(catalogue: Catalogue, source: Source, table: Table, seen: frozenset[str]) -> bool:
    if table.subject is not None:
        return True
    for link in table.links():
        target = catalogue.target(link, source)
        home = (catalogue.source(link.source) if link.source else source) or source
        name = f"{home.name}.{link.table}"
        if target and name not in seen and _leads(catalogue, home, target, seen | {name}):
            return True
    return False


def _check_links(at: _Checked) -> None:
    things = [tell.thing for tell in at.table.tells if tell.thing]
    for link in (*at.table.links(), *things):
        if at.catalogue.target(link, at.source) is None:
            where = f"{link.source}." if link.source else ""
            at.fault(
                "C120",
                f"the link leads to `{where}{link.table}`, which is not in the catalogue",
                "correct the table's name, or add the table",
                link.span if link.span.file else None,
            )


def _check_no_person(at: _Checked) -> None:
    says_something = at.table.links() or at.table.subject or at.table.holds
    if at.table.no_person and says_something:
        at.fault(
            "C121",
            f"`{at.table.name}` says `no_person` and names persons or personal data",
            "take out `no_person`, or the rest",
        )


def _check_path(at: _Checked) -> None:
    if at.table.no_person or leads_to_person(at.catalogue, at.source, at.table):
        return
    if at.table.tells or at.table.holds:
        at.fault(
            "C122",
            f"the rows of `{at.table.name}` lead to no person",
            "add `owner:` with a link to a table of persons, or `subject:`",
        )
    elif not at.table.links():
        at.warn(
            "C123",
            f"the catalogue says nothing about `{at.table.name}`",
            "add `no_person: true`, or say whose rows they are",
        )


def _check_subject(at: _Checked) -> None:
    subject = at.table.subject
    if subject is None:
        return
    kinds = {kind for kind, _ in subject.identifiers}
    for kind in subject.match:
        if kind not in kinds:
            at.fault(
                "C124",
                f"`match` names `{kind}`, and no column of the subject holds one",
                f"add `{kind}:` and its column to `subject`, or take it out of `match`",
                subject.span,
            )


def _check_tells(at: _Checked) -> None:
    for tell in at.table.tells:
        _check_tell(at, tell)


def _check_tell(at: _Checked, tell: Tell) -> None:
    no_channel = tell.channel == Says()
    if tell.kind in NAMING and tell.of == NOTHING and not _goes_without(tell):
        at.fault(
            "C125",
            f"`{tell.event}` does not say of what",
            "add `of:` and the name, or a column that holds it",
            tell.span,
        )
    if tell.kind is Kind.CONTACT_OBTAINED and no_channel:
        at.fault(
            "C126",
            "`contact.obtained` does not say for which channel",
            "add `channel:`, such as `channel: email`",
            tell.span,
        )
    if tell.via and tell.via not in {link.table for link in at.table.links()}:
        at.fault(
            "C127",
            f"no owner or party link of `{at.table.name}` leads to `{tell.via}`",
            "add the link, or name a column of the table itself",
            tell.span,
        )
    if tell.word == "as" and tell.identifier not in {"email", "phone", "device", "order", "other"}:
        at.fault(
            "C128",
            f"`{tell.identifier}` is no kind of identifier",
            "write `email`, `phone`, `device`, `order` or `other`",
            tell.span,
        )


def _goes_without(tell: Tell) -> bool:
    """Say whether the tell may leave open what it is about.

    A refusal of a channel or of everything names no consent; a restriction names data.
    """
    refuses = tell.kind in {Kind.CONSENT_REFUSED, Kind.CONSENT_WITHDRAWN}
    restricts = tell.kind in {Kind.RESTRICTED, Kind.RESTRICTION_LIFTED}
    objects = tell.kind in {Kind.OBJECTED, Kind.OBJECTION_DECIDED} and tell.activity != NOTHING
    registers = tell.kind in {Kind.REGISTER_LISTED, Kind.REGISTER_CLEARED}
    return refuses or objects or registers or (restricts and bool(tell.data))


def _check_keep(at: _Checked) -> None:
    for action in _all_actions(at.table):
        if action.word != "keep":
            continue
        for key, value in (("until", action.until), ("basis", action.basis)):
            if not value:
                at.fault(
                    "C130",
                    f"`keep` without `{key}`",
                    f"add `{key}:`; what is kept has an end and a reason",
                    action.span,
                )


def _check_files(at: _Checked) -> None:
    table, is_of_files = at.table, at.source.dialect == FILES
    if bool(table.files) != is_of_files:
        has = "no `files`" if is_of_files else "`files`, and is in a database"
        mend = "add `files:` and a pattern of names" if is_of_files else "take `files` out"
        at.fault("C132", f"`{table.name}` has {has}", mend)
        return
    known = (*COLUMNS, *pattern_of(table.files).columns) if table.files else ()
    inward = [link for link in table.links() if link.inward]
    for column, span in _named_columns(table) if table.files else ():
        if column not in known:
            mend = f"write it as `{{{column}}}` into `files`, or name one of {', '.join(known)}"
            at.fault("C133", f"the names of `{table.name}` give no `{column}`", mend, span)
    for link in inward if table.files else ():
        mend = "write the link from here, such as `path -> shop:calls.recording`"
        at.fault("C133", f"no row can point at a file of `{table.name}`", mend, link.span)


def _check_confirm(at: _Checked) -> None:
    if at.table.confirm:
        words = ", ".join(f"`{word}`" for word in at.table.confirm)
        is_one = len(at.table.confirm) == 1
        at.note(
            "C131",
            f"{words} of `{at.table.name}` {'is a guess' if is_one else 'are guesses'}",
            f"look at {'it' if is_one else 'each'}, correct it, and take it out of `confirm`",
        )


def _all_actions(table: Table) -> Iterator[Action]:
    for action in (*table.actions, *(a for expire in table.expire for a in expire.then)):
        yield action
        yield from action.then


def _check_digest(source: Source, schema: Schema, problems: Problems) -> None:
    now = schema.digest()
    if source.schema and source.schema != now:
        problems.add(
            Problem(
                code="C210",
                summary=f"the schema of `{source.name}` has changed since the last check",
                mend=f"look through what changed, then write `schema: {now}`",
                at=source.span,
                severity=Severity.WARNING,
            )
        )


def _check_unlisted(source: Source, schema: Schema, problems: Problems) -> None:
    for table in schema.tables:
        if source.table(table.name) is not None:
            continue
        personal = [c.name for c in table.columns if looks_personal(c.name)]
        shown = f"; `{personal[0]}` looks personal" if personal else ""
        problems.add(
            Problem(
                code="C211",
                summary=f"the catalogue does not name the table `{table.name}`{shown}",
                mend="add it, with `no_person: true` where it holds nobody",
                at=source.span,
                severity=Severity.ERROR if personal else Severity.WARNING,
            )
        )


def _check_columns(at: _Found) -> None:
    for column, span in _named_columns(at.table):
        if at.column(column) is None:
            at.fault(
                "C202",
                f"`{at.table.name}` has no column `{column}`",
                "correct the name; the columns are in the database's schema",
                span,
            )


def _named_columns(table: Table) -> Iterator[tuple[str, Span]]:
    yield from ((column, table.span) for column in (*table.key, *table.hide, *table.seal))
    if table.changed_at:
        yield table.changed_at, table.span
    if table.subject:
        subject = table.subject
        own = (subject.key, subject.country, subject.since)
        tested = (test.column for test in subject.when)
        named = (*own, *(column for _, column in subject.identifiers), *tested)
        yield from ((column, subject.span) for column in named if column)
    for link in table.links():
        if link.column:
            yield link.column, link.span
    for tell in table.tells:
        yield from ((column, tell.span) for column in tell.columns())
    for held in table.holds:
        yield from ((column, held.span) for column in held.columns)
    for action in _all_actions(table):
        yield from ((column, action.span) for column in action.columns)


def _check_targets(at: _Found) -> None:
    for link in at.table.links():
        there = at.schema.table(link.table) if not link.source else None
        if there is not None and there.column(link.target) is None:
            at.fault(
                "C202",
                f"`{link.table}` has no column `{link.target}`",
                "correct the link",
                link.span,
            )


def _check_personal(at: _Found) -> None:
    if leads_to_person(at.catalogue, at.source, at.table) or at.table.no_person:
        return
    for column in at.there.columns:
        if looks_personal(column.name):
            at.fault(
                "C203",
                f"`{at.table.name}.{column.name}` looks personal and leads to no person",
                "add `owner:` or `subject:`, or `no_person: true` if it only looks so",
            )


def _check_uncategorised(at: _Found) -> None:
    if at.table.no_person or not leads_to_person(at.catalogue, at.source, at.table):
        return
    held = {column for held in at.table.holds for column in held.columns}
    for column in at.there.columns:
        if looks_personal(column.name) and column.name not in held:
            at.warn(
                "C209",
                f"`{at.table.name}.{column.name}` looks personal, and no category holds it",
                f"add `{column.name}` to a category under `holds`",
            )


def _check_guests(at: _Found) -> None:
    outward = [link for link in at.table.owner if not link.inward]
    if not at.table.owner or len(outward) < len(at.table.owner) or _has_guest_rule(at.table):
        return
    columns = [at.column(link.column) for link in outward]
    if all(column is not None and column.nullable for column in columns):
        names = ", ".join(f"`{link.column}`" for link in outward)
        at.warn(
            "C204",
            f"{names} may be null, and then a row of `{at.table.name}` is nobody's",
            "add `subject:` with `when:` for guests, or `guests: nobody` if it is no person's",
            outward[0].span,
        )


def _has_guest_rule(table: Table) -> bool:
    return table.subject is not None or bool(table.guests)


def _check_not_null(at: _Found) -> None:
    for action in _all_actions(at.table):
        if action.word not in {"cut", "blank"}:
            continue
        values = dict(action.values)
        for name in action.columns:
            column = at.column(name)
            if column is not None and not column.nullable and values.get(name) is None:
                mend = "write `surrogate:`" if action.word == "cut" else f"write `{name}: ''`"
                at.fault(
                    "C205",
                    f"`{action.word}` would set `{name}` to null, and the column may not be",
                    f"{mend}, or another value that it may hold",
                    action.span,
                )


def _is_deleted(table: Table) -> bool:
    """Say whether the rows go with their person, by a word or by default."""
    owned = bool(table.owner or table.subject)
    words = {action.word for action in table.actions}
    return "delete" in words or (owned and not words)


def _check_referred(at: _Found) -> None:
    if not _is_deleted(at.table):
        return
    for other, key in at.schema.referring(at.table.name):
        listed = at.source.table(other.name)
        if key.gives_way or (listed and _goes_first(listed, key)):
            continue
        at.fault(
            "C206",
            f"rows of `{other.name}` point at `{at.table.name}` and would stand in the way of "
            "`delete`",
            f"give `{other.name}` an `owner:` link here, `cut` or `surrogate`, or `blank` this row",
        )


def _goes_first(table: Table, key: ForeignKey) -> bool:
    linked = {link.column for link in table.links()}
    freed = {c for a in table.actions if a.word in {"cut", "surrogate"} for c in a.columns}
    return bool(set(key.columns) & freed) or (
        bool(set(key.columns) & linked) and _is_deleted(table)
    )


def _check_indexes(at: _Found) -> None:
    # A column may link and identify, as a guest's address does: it is told once, at the first.
    selectors: dict[str, Span] = {}
    for column, span in _selectors(at.table):
        selectors.setdefault(column, span)
    for column, span in selectors.items():
        if at.column(column) is not None and not at.there.is_indexed(column):
            at.warn(
                "C207",
                f"rows of `{at.table.name}` are found by `{column}`, which has no index",
                f"make an index on `{column}`",
                span,
            )


def _selectors(table: Table) -> Iterator[tuple[str, Span]]:
    """Yield the columns by which the rows of one person are looked for."""
    yield from ((link.column, link.span) for link in table.links() if link.column)
    if table.subject and table.subject.key:
        yield table.subject.key, table.subject.span
    identifiers = table.subject.identifiers if table.subject else ()
    span = table.subject.span if table.subject else table.span
    yield from ((column, span) for _, column in identifiers)


def _check_key(at: _Found) -> None:
    wanted = tuple(sorted(at.table.key))
    keys = {tuple(sorted(k)) for k in (at.there.primary_key, *at.there.unique)}
    missing = any(at.column(column) is None for column in at.table.key)
    if wanted not in keys and not missing:
        primary = at.there.primary_key
        mend = f"write `key: [{', '.join(primary)}]`" if primary else "name a unique key"
        at.fault("C208", f"`{', '.join(wanted)}` is no key of `{at.table.name}`", mend)


def _check_allows(at: _Found) -> None:
    known = {check.name for check in at.there.checks}
    known |= {trigger.name for trigger in at.there.triggers}
    for name in at.table.allows:
        if name not in known:
            at.warn(
                "C212",
                f"`allows` names `{name}`, and `{at.table.name}` has no such check or trigger",
                "correct the name, or take it out",
            )


ALONE: Final[tuple[Callable[[_Checked], None], ...]] = (
    _check_links,
    _check_no_person,
    _check_path,
    _check_subject,
    _check_tells,
    _check_keep,
    _check_files,
    _check_confirm,
)
BESIDE: Final[tuple[Callable[[_Found], None], ...]] = (
    _check_columns,
    _check_targets,
    _check_personal,
    _check_uncategorised,
    _check_guests,
    _check_not_null,
    _check_referred,
    _check_indexes,
    _check_key,
    _check_allows,
)
