"""YAML 1.2 as nodes that know their place: without tags, anchors or aliases, within limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from placket.problems import Problem, Problems, Span

SOURCES: Final = {
    "P001": "YAML 1.2",
    "P002": "the policy language",
    "P003": "the limits of a document",
    "P004": "YAML 1.2 without its references",
    "P005": "YAML 1.2, 3.2.1.3",
}
MOST_BYTES: Final = 2 * 1024 * 1024
MOST_DEPTH: Final = 30
MOST_SHOWN: Final = 80
_PLAIN: Final = "tag:yaml.org,2002:"
# Longer numbers stay words: no key takes one, and reading them costs more than linear time.
_WHOLE: Final = re.compile("[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One YAML value with its place: a scalar, a list of nodes, or pairs of nodes."""

    value: Any
    span: Span

    @property
    def is_map(self) -> bool:
        """Say whether the node is a mapping."""
        return isinstance(self.value, tuple)

    @property
    def is_list(self) -> bool:
        """Say whether the node is a sequence."""
        return isinstance(self.value, list)

    def pairs(self) -> tuple[tuple[Node, Node], ...]:
        """Return the keys and values of a mapping, in order."""
        return self.value if self.is_map else ()

    def shown(self) -> str:
        """Return the value for a message: a scalar in backticks, as its author wrote it."""
        if self.is_map or self.is_list:
            return "a mapping" if self.is_map else "a list"
        if self.value is None:
            return "nothing"
        return f"`{self.word if len(self.word) <= MOST_SHOWN else f'{self.word[:MOST_SHOWN]}...'}`"

    @property
    def word(self) -> str:
        """Return a scalar as its author wrote it; empty for nothing, a list or a mapping."""
        if self.is_map or self.is_list or self.value is None:
            return ""
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)

    def plain(self) -> Any:
        """Return the value as dicts, lists and scalars, without places."""
        if self.is_map:
            return {key.value: value.plain() for key, value in self.pairs()}
        return [item.plain() for item in self.value] if self.is_list else self.value


@dataclass(slots=True)
class _Reader:
    """One reading of a text: where it starts in its file, and what was found wrong."""

    start: Span
    problems: Problems
    clause: str

    def span(self, node: Any) -> Span:
        mark, end = node.start_mark, node.end_mark
        length = end.column - mark.column if end.line == mark.line else 0
        return Span(
            file=self.start.file,
            line=self.start.line + mark.line,
            column=self.start.column + mark.column,
            length=max(length, 0),
        )

    def fault(self, span: Span, code: str, summary: str, mend: str) -> None:
        self.problems.add(
            Problem(
                code=code,
                summary=summary,
                mend=mend,
                at=span,
                clause=self.clause,
                source=SOURCES[code],
            )
        )


def read_yaml(text: str, start: Span, problems: Problems, clause: str = "") -> Node | None:
    """Return the node of `text`, or None after telling `problems` why not.

    start: the place of the text's first character in its file. Source: YAML 1.2.
    """
    reader = _Reader(start=start, problems=problems, clause=clause)
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        reader.fault(start, "P003", "the YAML is larger than 2 MiB", "split or shorten it")
        return None
    try:
        if not _is_plain(text, reader):
            return None
        composed = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as fault:
        _tell(fault, reader)
        return None
    except YAMLError:
        # A reader's fault: it names an offset in a buffer, so the place is the block's.
        reader.fault(
            start, "P001", "the block holds a character that YAML does not allow", "take it out"
        )
        return None
    if composed is None:
        reader.fault(start, "P002", "the block is empty", "write one rule, or take the block out")
        return None
    return _node(composed, reader)


def _is_plain(text: str, reader: _Reader) -> bool:
    # INVARIANT: nothing nested deeper than MOST_DEPTH is composed, which is done by recursion.
    depth = 0
    for event in YAML(typ="rt", pure=True).parse(text):
        depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
        depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
        if depth > MOST_DEPTH:
            span = reader.span(event)
            reader.fault(span, "P003", "the YAML is nested deeper than 30 levels", "flatten it")
            return False
        what = _not_plain(event)
        if what:
            reader.fault(reader.span(event), "P004", f"{what} in the YAML", "write the value out")
            return False
    return True


def _not_plain(event: Any) -> str:
    if getattr(event, "anchor", None):
        return "an anchor or alias"
    tag = getattr(event, "tag", None)
    if tag and str(tag) != "!":
        return "a tag"
    # A directive would change how the words are read: in version 1.1 `on` and `NO` are no words.
    is_directed = isinstance(event, DocumentStartEvent) and (event.version or event.tags)
    return "a directive" if is_directed else ""


def _tell(fault: MarkedYAMLError, reader: _Reader) -> None:
    mark = fault.problem_mark or fault.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    span = Span(
        file=reader.start.file,
        line=reader.start.line + line,
        column=reader.start.column + column,
        length=1,
    )
    summary = " ".join(str(fault.problem or fault.context or "the text").split())
    mend = "write `key: value` on each line, and quote a value that holds `: ` or `#`"
    if "\\t" in summary:
        summary, mend = "a tab stands where only spaces may", "write spaces in place of the tab"
    reader.fault(span, "P001", f"the block is not YAML: {summary}", mend)


def _node(node: Any, reader: _Reader) -> Node:
    span = reader.span(node)
    match node:
        case ScalarNode():
            return Node(value=_scalar(node), span=span)
        case SequenceNode():
            return Node(value=[_node(item, reader) for item in node.value], span=span)
        case _:
            return _mapping(node, reader)


def _mapping(node: MappingNode, reader: _Reader) -> Node:
    pairs: list[tuple[Node, Node]] = []
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key = _node(key_node, reader)
        value = _node(value_node, reader)
        name = str(key.value) if not (key.is_map or key.is_list) else key.shown()
        if name in seen:
            reader.fault(key.span, "P005", f"`{name}` stands twice", "keep one of the two")
            continue
        seen.add(name)
        pairs.append((Node(value=name, span=key.span), value))
    return Node(value=tuple(pairs), span=reader.span(node))


def _scalar(node: ScalarNode) -> Any:
    tag = str(node.tag).removeprefix(_PLAIN)
    text: str = node.value
    if node.style in {"'", '"', "|", ">"}:
        return text
    match tag:
        case "int" if _WHOLE.fullmatch(text):
            return int(text)
        case "bool":
            return text.lower() == "true"
        case "null":
            return None
        case _:
            return text
