"""From `catalogue.yaml` to a Catalogue, with every problem of its form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from placket.catalogue.filenames import PATH, NotAPattern, pattern_of
from placket.catalogue.model import (
    ACTIONS,
    IDENTIFIER_KINDS,
    Action,
    Catalogue,
    Condition,
    Expire,
    Held,
    Link,
    Says,
    Source,
    Subject,
    Table,
    Tell,
)
from placket.catalogue.phrase import parse_clock, parse_link, parse_tell
from placket.catalogue.reading import Reading
from placket.documents import read_yaml
from placket.problems import Problems, Span

if TYPE_CHECKING:
    from placket.documents import Node
    from placket.problems import Problem

SAID: Final = (
    "of",
    "activity",
    "channel",
    "topic",
    "recipient",
    "ground",
    "route",
    "by",
    "wording",
)
"""The keys of a tell whose value is a word: a constant, or a column's."""

SHARED: Final = ("last", "any")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What reading a catalogue gave: the catalogue when it could be read, and all problems."""

    catalogue: Catalogue | None
    problems: tuple[Problem, ...]


def parse(text: str, file: str = "catalogue.yaml") -> Parsed:
    """Return the catalogue that `text` says, with every problem of its form.

    text: YAML 1.2, at most 2 MiB. file: the name shown in problems.
    """
    problems = Problems()
    node = read_yaml(text, Span(file=file), problems)
    if node is None:
        return Parsed(None, problems.sorted())
    read = _Reader(Reading(problems))
    catalogue = read.catalogue(node, file)
    return Parsed(catalogue, problems.sorted())


@dataclass(slots=True)
class _Reader:
    """One reading of a catalogue, part by part."""

    to: Reading

    def catalogue(self, node: Node, file: str) -> Catalogue | None:
        known = {"catalogue": self.to.text, "sources": self._sources}
        found = self.to.keys(node, known, "a catalogue")
        missing = [key for key in known if key not in found]
        for key in missing if node.is_map else ():
            self.to.fault("C103", node.span, f"the catalogue has no `{key}`", f"add `{key}:`")
        if missing:
            return None
        return Catalogue(name=found["catalogue"], sources=found["sources"], file=file)

    def _sources(self, node: Node) -> tuple[Source, ...]:
        if not node.is_map:
            self.to.expected(node, "sources by name")
            return ()
        return tuple(self._source(key, value) for key, value in node.pairs())

    def _source(self, name: Node, node: Node) -> Source:
        known = {
            "dialect": self.to.text,
            "times": self._zone,
            "schema": self.to.text,
            "tables": self._tables,
        }
        found = self.to.keys(node, known, "a source")
        return Source(name=str(name.value), span=name.span, **found)

    def _zone(self, node: Node) -> str:
        name = self.to.text(node)
        try:
            return ZoneInfo(name).key if name else "UTC"
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.to.expected(node, "a time zone such as `Europe/London`")
            return "UTC"

    def _tables(self, node: Node) -> tuple[Table, ...]:
        if not node.is_map:
            self.to.expected(node, "tables by name")
            return ()
        return tuple(self._table(key, value) for key, value in node.pairs())

    def _table(self, name: Node, node: Node) -> Table:
        to = self.to
        known = {
            "key": to.texts,
            "subject": self._subject,
            "owner": self._links,
            "party": self._links,
            "tells": self._tells,
            "holds": self._holds,
            "expire": lambda node: to.items(node, self._expire),
            "changed_at": to.text,
            "hide": to.texts,
            "seal": to.texts,
            "undo": to.text,
            "shared": to.one_of(SHARED),
            "guests": to.one_of(("nobody",)),
            "nobody": to.scalar,
            "no_person": to.flag,
            "files": self._files,
            "allows": to.texts,
            "confirm": to.texts,
            **self._action_keys(),
        }
        found = to.keys(node, known, "a table") if node.value is not None else {}
        if found.get("files"):
            found.setdefault("key", (PATH,))
        actions = tuple(found.pop(word) for word in ACTIONS if word in found)
        expire = tuple(e for e in found.pop("expire", ()) if e)
        kept = tuple(action for action in actions if action)
        return Table(name=str(name.value), span=name.span, actions=kept, expire=expire, **found)

    def _files(self, node: Node) -> str:
        text = self.to.text(node)
        try:
            return pattern_of(text).text if text else ""
        except NotAPattern as fault:
            self.to.expected(node, str(fault))
            return ""

    def _subject(self, node: Node) -> Subject:
        to = self.to
        known: dict[str, Any] = {
            "as": to.text,
            "key": to.text,
            "country": to.text,
            "since": to.text,
            "when": self._tests,
            "match": to.some_of(IDENTIFIER_KINDS),
            **dict.fromkeys(IDENTIFIER_KINDS, to.text),
        }
        found = to.keys(node, known, "`subject`") if node.value is not True else {}
        kinds = [(kind, found.pop(kind)) for kind in IDENTIFIER_KINDS if kind in found]
        anchor = found.pop("as", "")
        return Subject(anchor=anchor, identifiers=tuple(kinds), span=node.span, **found)

    def _links(self, node: Node) -> tuple[Link, ...]:
        return tuple(link for link in self.to.items(node, self._link) if link)

    def _link(self, node: Node) -> Link | None:
        link = self.to.phrase(node, parse_link, "C106")
        return replace(link, span=node.span) if link else None

    def _tests(self, node: Node) -> tuple[Condition, ...]:
        if not node.is_map:
            self.to.expected(node, "columns with their values, such as `{status: paid}`")
            return ()
        return tuple(self._test(str(key.value), value) for key, value in node.pairs())

    def _test(self, column: str, node: Node) -> Condition:
        if not node.is_map:
            return Condition(column=column, any_of=self.to.items(node, self.to.scalar))
        known = {"not": lambda value: self.to.items(value, self.to.scalar)}
        found = self.to.keys(node, known, "a condition")
        return Condition(column=column, any_of=found.get("not", ()), negated=True)

    def _says(self, node: Node) -> Says:
        if not node.is_map:
            return Says(constant=self.to.text(node))
        known = {"column": self.to.text, "values": self._values, "otherwise": self.to.text}
        found = self.to.keys(node, known, "a word taken from a column")
        if "column" not in found:
            self.to.fault(
                "C103", node.span, "a word taken from no column", "add `column:` and its name"
            )
        return Says(**found)

    def _values(self, node: Node) -> tuple[tuple[str, str], ...]:
        if not node.is_map:
            self.to.expected(node, "the column's values, each with its word")
            return ()
        return tuple((_as_text(key.value), self.to.text(value)) for key, value in node.pairs())

    def _tells(self, node: Node) -> tuple[Tell, ...]:
        return tuple(tell for tell in self.to.items(node, self._tell) if tell)

    def _tell(self, node: Node) -> Tell | None:
        if not node.is_map:
            tell = self.to.phrase(node, parse_tell, "C105")
            return replace(tell, span=node.span) if tell else None
        known: dict[str, Any] = {
            "tell": lambda node: self.to.phrase(node, parse_tell, "C105"),
            "at": self.to.text,
            "when": self._tests,
            "marks": self.to.texts,
            "data": self.to.texts,
            "until": self.to.text,
            "thing": self._link,
            **dict.fromkeys(SAID, self._says),
        }
        found = self.to.keys(node, known, "a tell")
        if "tell" not in found:
            self.to.fault("C103", node.span, "a tell says nothing", "add `tell:` and what happened")
        tell = found.pop("tell", None)
        return replace(tell, span=node.span, **found) if tell else None

    def _holds(self, node: Node) -> tuple[Held, ...]:
        if not node.is_map:
            self.to.expected(node, "categories with their columns, such as `{email: email}`")
            return ()
        return tuple(
            Held(category=str(key.value), columns=self.to.texts(value), span=key.span)
            for key, value in node.pairs()
        )

    def _action_keys(self) -> dict[str, Any]:
        return {
            "delete": self._delete,
            "cut": lambda node: self._columns("cut", node),
            "blank": self._blank,
            "surrogate": lambda node: self._columns("surrogate", node),
            "keep": self._keep,
        }

    def _delete(self, node: Node) -> Action | None:
        return Action(word="delete", span=node.span) if self.to.flag(node) else None

    def _columns(self, word: str, node: Node) -> Action:
        return Action(word=word, columns=self.to.texts(node), span=node.span)

    def _blank(self, node: Node) -> Action:
        if not node.is_map:
            return self._columns("blank", node)
        values = tuple((str(key.value), self.to.scalar(value)) for key, value in node.pairs())
        columns = tuple(column for column, _ in values)
        return Action(word="blank", columns=columns, values=values, span=node.span)

    def _keep(self, node: Node) -> Action:
        known = {
            "until": self.to.text,
            "basis": self.to.text,
            "law": self.to.text,
            "columns": self.to.texts,
            "then": self._then,
        }
        found = self.to.keys(node, known, "`keep`")
        return Action(word="keep", span=node.span, **found)

    def _then(self, node: Node) -> tuple[Action, ...]:
        if node.value == "delete":
            return (Action(word="delete", span=node.span),)
        found = self.to.keys(node, self._action_keys(), "`then`")
        return tuple(found[word] for word in ACTIONS if found.get(word))

    def _expire(self, node: Node) -> Expire | None:
        known = {
            "after": lambda node: self.to.phrase(node, parse_clock, "C107"),
            "when": self._tests,
            "then": self._then,
        }
        found = self.to.keys(node, known, "`expire`")
        for key in ("after", "then"):
            if not found.get(key) and key not in found and node.is_map:
                self.to.fault("C103", node.span, f"`expire` has no `{key}`", f"add `{key}:`")
        clock = found.get("after")
        if clock is None or not found.get("then"):
            return None
        after, start = clock
        when = found.get("when", ())
        return Expire(after=after, start=start, then=found["then"], when=when, span=node.span)


_WRITTEN: Final = {"None": "null", "True": "true", "False": "false"}


def _as_text(key: Any) -> str:
    """Return a key of `values:` as the text of the column's value; keys are read as text."""
    return _WRITTEN.get(str(key), str(key))
