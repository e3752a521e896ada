"""YAML 1.2 as nodes that know their place: without tags, anchors or aliases, within limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from placket.problems import Problem, Problems, Span

MOST_BYTES: Final = 2 * 1024 * 1024
MOST_DEPTH: Final = 30
_PLAIN: Final = "tag:yaml.org,2002:"


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
            Problem(code=code, summary=summary, mend=mend, at=span, clause=self.clause)
        )


def read_yaml(text: str, start: Span, problems: Problems, clause: str = "") -> Node | None:
    """Return the node of `text`, or None after telling `problems` why not.

    start: the place of the text's first character in its file. Source: YAML 1.2.
    """
    reader = _Reader(start=start, problems=problems, clause=clause)
    if len(text.encode()) > MOST_BYTES:
        reader.fault(start, "P003", "the YAML is larger than 2 MiB", "split or shorten it")
        return None
    try:
        if not _is_plain(text, reader):
            return None
        composed = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as fault:
        _tell(fault, reader)
        return None
    if composed is None:
        reader.fault(start, "P002", "the block is empty", "write one rule, or take the block out")
        return None
    return _node(composed, reader, depth=0)


def _is_plain(text: str, reader: _Reader) -> bool:
    for event in YAML(typ="rt", pure=True).parse(text):
        anchored = getattr(event, "anchor", None)
        tag = getattr(event, "tag", None)
        if anchored or (tag and str(tag) != "!"):
            what = "an anchor or alias" if anchored else "a tag"
            reader.fault(reader.span(event), "P004", f"{what} in the YAML", "write the value out")
            return False
    return True


def _tell(fault: MarkedYAMLError, reader: _Reader) -> None:
    mark = fault.problem_mark or fault.context_mark
    span = reader.start
    if mark is not None:
        span = Span(
            file=span.file,
            line=span.line + mark.line,
            column=span.column + mark.column,
            length=1,
        )
    summary = " ".join(str(fault.problem or fault.context or "the text").split())
    reader.fault(
        span,
        "P001",
        f"the block is not YAML: {summary}",
        "write `key: value` on each line, and quote a value that holds `: ` or `#`",
    )


def _node(node: Any, reader: _Reader, depth: int) -> Node | None:
    span = reader.span(node)
    if depth > MOST_DEPTH:
        reader.fault(span, "P003", "the YAML is nested deeper than 30 levels", "flatten it")
        return None
    match node:
        case ScalarNode():
            return Node(value=_scalar(node), span=span)
        case SequenceNode():
            items = [_node(item, reader, depth + 1) for item in node.value]
            return Node(value=[item for item in items if item is not None], span=span)
        case MappingNode():
            return _mapping(node, reader, depth)
        case _:
            return None


def _mapping(node: MappingNode, reader: _Reader, depth: int) -> Node:
    pairs: list[tuple[Node, Node]] = []
    seen: set[str] = set()
    for key_node, value_node in node.value:
        key = _node(key_node, reader, depth + 1)
        value = _node(value_node, reader, depth + 1)
        if key is None or value is None:
            continue
        name = str(key.value)
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
        case "int" if text.lstrip("+-").isdigit():
            return int(text)
        case "bool":
            return text.lower() == "true"
        case "null":
            return None
        case _:
            return text
