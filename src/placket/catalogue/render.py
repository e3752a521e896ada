"""From a Catalogue back to YAML that parses to the same Catalogue."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from placket.catalogue.filenames import PATH
from placket.catalogue.parse import SAID
from placket.catalogue.phrase import write_clock, write_link, write_tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placket.catalogue.model import (
        Action,
        Catalogue,
        Condition,
        Expire,
        Link,
        Says,
        Source,
        Subject,
        Table,
        Tell,
    )


_TABLE: Final = 4
"""How deep a table's own keys stand in the file."""
_MOST_ON_A_LINE: Final = 70
_LIKE_OTHERS: Final = frozenset({"yes", "no", "on", "off", "y", "n"})
"""Texts that older YAML takes for true or false: quoted, so that every reader agrees."""


def render(catalogue: Catalogue) -> str:
    """Return the canonical YAML of `catalogue`: `parse` reads it back to an equal value."""
    plain = {
        "catalogue": catalogue.name,
        "sources": {source.name: _source(source) for source in catalogue.sources},
    }
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(_shaped(plain, depth=0), out)
    return out.getvalue()


def _shaped(value: Any, depth: int) -> Any:
    """Return `value` as ruamel writes it: small mappings and lists on one line."""
    if isinstance(value, dict):
        items = ((key, _shaped(item, depth + 1)) for key, item in value.items())
        mapping = CommentedMap(items)
        small = depth > _TABLE and all(not isinstance(v, dict | list) for v in value.values())
        return _short(mapping, value) if small else mapping
    if isinstance(value, list):
        sequence = CommentedSeq(_shaped(item, depth + 1) for item in value)
        small = not any(isinstance(v, dict) or " " in str(v) for v in value)
        return _short(sequence, value) if small else sequence
    return SingleQuotedScalarString(value) if value in _LIKE_OTHERS else value


def _short(written: CommentedMap | CommentedSeq, value: Any) -> Any:
    if len(str(value)) < _MOST_ON_A_LINE:
        written.fa.set_flow_style()
    return written


def _filled(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, [], {}, ())}


def _one_or_list(items: Sequence[Any]) -> Any:
    return items[0] if len(items) == 1 else list(items)


def _source(source: Source) -> dict[str, Any]:
    tables = {table.name: _table(table) for table in source.tables}
    times = source.times if source.times != "UTC" else ""
    written = _filled(dialect=source.dialect, times=times, schema=source.schema)
    return written | {"tables": tables}


def _table(table: Table) -> dict[str, Any]:
    key = table.key if table.key != ((PATH,) if table.files else ("id",)) else ()
    return (
        _filled(files=table.files, key=list(key), changed_at=table.changed_at)
        | ({"no_person": True} if table.no_person else {})
        | ({"subject": _subject(table.subject)} if table.subject else {})
        | _filled(
            owner=_links(table.owner),
            party=_links(table.party),
            shared=table.shared,
            guests=table.guests,
            nobody=table.nobody,
            tells=[_tell(tell) for tell in table.tells],
            holds={held.category: _one_or_list(held.columns) for held in table.holds},
            hide=list(table.hide),
            seal=list(table.seal),
            undo=table.undo,
        )
        | _actions(table.actions)
        | _filled(
            expire=[_expire(expire) for expire in table.expire],
            allows=list(table.allows),
            confirm=list(table.confirm),
        )
    )


def _links(links: tuple[Link, ...]) -> Any:
    return _one_or_list([write_link(link) for link in links]) if links else None


def _subject(subject: Subject) -> dict[str, Any]:
    written = {"as": subject.anchor} if subject.anchor else {}
    written |= _filled(key=subject.key, **dict(subject.identifiers))
    written |= _filled(country=subject.country, since=subject.since)
    return written | _filled(when=_tests(subject.when), match=list(subject.match))


def _tests(tests: tuple[Condition, ...]) -> dict[str, Any]:
    return {
        test.column: {"not": _one_or_list(test.any_of)}
        if test.negated
        else _one_or_list(test.any_of)
        for test in tests
    }


def _tell(tell: Tell) -> Any:
    phrase = write_tell(tell)
    said = {name: _says(getattr(tell, name)) for name in SAID}
    extra = _filled(
        at=tell.at,
        when=_tests(tell.when),
        **said,
        marks=list(tell.marks),
        data=list(tell.data),
        until=tell.until,
        thing=write_link(tell.thing) if tell.thing else "",
    )
    return {"tell": phrase} | extra if extra else phrase


def _says(says: Says) -> Any:
    if not says.column:
        return says.constant
    return {"column": says.column} | _filled(values=dict(says.values), otherwise=says.otherwise)


def _actions(actions: tuple[Action, ...]) -> dict[str, Any]:
    return {action.word: _action(action) for action in actions}


def _action(action: Action) -> Any:
    if action.word == "delete":
        return True
    if action.word == "keep":
        return _filled(
            until=action.until,
            basis=action.basis,
            law=action.law,
            columns=list(action.columns),
            then=_actions(action.then),
        )
    return dict(action.values) if action.values else _one_or_list(action.columns)


def _expire(expire: Expire) -> dict[str, Any]:
    clock = {"after": write_clock(expire.after, expire.start)}
    return clock | _filled(when=_tests(expire.when)) | {"then": _actions(expire.then)}
