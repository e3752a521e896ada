"""The forms that a key's value may take: how each is read from a node and written back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from placket.law.calendar import Duration, parse_duration
from placket.policy import vocabulary
from placket.policy.period import NotAPeriod, Period, parse_condition, parse_period
from placket.problems import Problem, Problems, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.documents import Node

LANGUAGE: Final = "the policy language"
"""The source of a rule of form: docs/reference/policy.md."""

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class _Missing:
    """What a form returns once it has told the problem."""


MISSING: Final = _Missing()


@dataclass(slots=True)
class Reading:
    """Where problems of one block go, and the clause they stand in."""

    problems: Problems
    clause: str

    def fault(
        self, code: str, at: Span, summary: str, mend: str, source: str = LANGUAGE
    ) -> _Missing:
        """Tell one problem and return MISSING, so that a form can return it."""
        self.problems.add(
            Problem(code=code, summary=summary, mend=mend, at=at, clause=self.clause, source=source)
        )
        return MISSING


class Form(Protocol):
    """How one value is read and written; `write(read(node))` is the value's canonical YAML."""

    def read(self, node: Node, to: Reading) -> Any:
        """Return the value of `node`, or MISSING after telling why not."""

    def write(self, value: Any) -> Any:
        """Return the plain YAML of `value`."""


@dataclass(frozen=True, slots=True)
class Simple:
    """A scalar that `accept` turns into its value, or None when it does not fit."""

    accept: Callable[[Any], Any]
    expected: str
    show: Callable[[Any], Any] = lambda value: value

    def read(self, node: Node, to: Reading) -> Any:
        """Return the accepted scalar."""
        value = None if node.is_map or node.is_list else self.accept(node.value)
        if value is None:
            return to.fault(
                "P101",
                node.span,
                f"{node.shown()} where {self.expected} was expected",
                f"write {self.expected}",
            )
        return value

    def write(self, value: Any) -> Any:
        """Return the scalar as it is written."""
        return self.show(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    return " ".join(str(value).split()) or None


def _name(value: Any) -> str | None:
    return value if isinstance(value, str) and NAME.fullmatch(value) else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


TEXT: Final = Simple(_text, "a few words")
NAMED: Final = Simple(_name, "a name of small letters, digits and underscores")
FLAG: Final = Simple(lambda v: v if isinstance(v, bool) else None, "`true` or `false`")
WHOLE: Final = Simple(_whole, "a whole number")


@dataclass(frozen=True, slots=True)
class Words:
    """A duration such as `6 months`."""

    def read(self, node: Node, to: Reading) -> Any:
        """Return the Duration."""
        found = parse_duration(str(node.value)) if not (node.is_map or node.is_list) else None
        if found is None:
            return to.fault(
                "P104",
                node.span,
                f"{node.shown()} is not a duration",
                "write a number from 1 to 999 and a unit, such as `6 years`",
            )
        return found

    def write(self, value: Duration) -> str:
        """Return the duration in words."""
        return str(value)


DURATION: Final = Words()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A period or condition, whose faults are shown at their word."""

    parse: Callable[[str], Period]
    what: str

    def read(self, node: Node, to: Reading) -> Any:
        """Return the Period."""
        text = str(node.value)
        if node.is_map or node.is_list or node.value is None:
            return to.fault(
                "P104",
                node.span,
                f"{node.shown()} is not {self.what}",
                "write `6 months from call.ended`, `while customer then 7 years` or `until asked`",
            )
        try:
            return self.parse(text)
        except NotAPeriod as fault:
            # The written text may differ from the node's by a quote or a fold; the place is
            # then the start of the value.
            at = node.span.shifted(fault.at, fault.length) if node.span.length else node.span
            return to.fault(
                "P104",
                at,
                f"{node.shown()} is not {self.what}",
                f"write {fault.expected} here",
                "GDPR Art. 13(2)(a)",
            )

    def write(self, value: Period) -> str:
        """Return the phrase."""
        return str(value)


PERIOD: Final = Phrase(parse_period, "a retention period")


def _condition_text(value: Period) -> str:
    text = str(value)
    bare = text.removeprefix("while ")
    return bare if text.startswith("while ") and " then " not in text else text


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a status; written without `while`."""

    def read(self, node: Node, to: Reading) -> Any:
        """Return the Period under which the status holds."""
        return Phrase(parse_condition, "a condition").read(node, to)

    def write(self, value: Period) -> str:
        """Return the phrase."""
        return _condition_text(value)


CONDITION: Final = Condition()


@dataclass(frozen=True, slots=True)
class OneOf:
    """A word of a closed set."""

    words: tuple[str, ...]

    def read(self, node: Node, to: Reading) -> Any:
        """Return the word."""
        if node.word in self.words:
            return node.word
        return to.fault(
            "P103",
            node.span,
            f"{node.shown()} is none of the words that fit here",
            f"write one of {', '.join(f'`{w}`' for w in self.words)}",
        )

    def write(self, value: str) -> str:
        """Return the word."""
        return value


@dataclass(frozen=True, slots=True)
class ATerm:
    """A word of the vocabulary; an unknown one is told with the nearest that is known."""

    kind: str
    also: tuple[str, ...] = ()

    def read(self, node: Node, to: Reading) -> Any:
        """Return the term's name."""
        word = node.word
        if word in self.also or word in vocabulary.terms(self.kind):
            return word
        near = vocabulary.nearest(self.kind, word)
        mend = f"write `{near}`" if near else "use a term of the vocabulary"
        kind = self.kind.replace("_", " ")
        return to.fault(
            "P102",
            node.span,
            f"{node.shown()} is no {kind} of the vocabulary",
            f"{mend}; the terms stand in docs/reference/vocabulary.md",
        )

    def write(self, value: str) -> str:
        """Return the term."""
        return value


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one form; a single value is read as a list of one."""

    form: Form
    least: int = 1

    def read(self, node: Node, to: Reading) -> Any:
        """Return a tuple of values, in order."""
        nodes = node.value if node.is_list else [node]
        values = [self.form.read(item, to) for item in nodes]
        if len(nodes) < self.least:
            return to.fault("P101", node.span, "an empty list", "write at least one value")
        return MISSING if MISSING in values else tuple(values)

    def write(self, value: tuple[Any, ...]) -> Any:
        """Return a list, also of one."""
        return [self.form.write(item) for item in value]


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping from one form to another, kept in order as pairs."""

    key: Form
    value: Form

    def read(self, node: Node, to: Reading) -> Any:
        """Return a tuple of (key, value) pairs."""
        if not node.is_map:
            return to.fault(
                "P101",
                node.span,
                "a mapping was expected here",
                "write `key: value` on a line each, or `{key: value}`",
            )
        pairs = [(self.key.read(k, to), self.value.read(v, to)) for k, v in node.pairs()]
        return MISSING if any(MISSING in pair for pair in pairs) else tuple(pairs)

    def write(self, value: tuple[tuple[Any, Any], ...]) -> Any:
        """Return the mapping."""
        return {self.key.write(k): self.value.write(v) for k, v in value}


@dataclass(frozen=True, slots=True)
class Either:
    """A mapping in one form, anything else in another."""

    mapping: Form
    other: Form

    def read(self, node: Node, to: Reading) -> Any:
        """Return the value of the form that fits the node."""
        return (self.mapping if node.is_map else self.other).read(node, to)

    def write(self, value: Any) -> Any:
        """Return the value as its form writes it."""
        is_mapping = isinstance(value, tuple)
        return (self.mapping if is_mapping else self.other).write(value)


@dataclass(frozen=True, slots=True)
class Plain:
    """Any small YAML, kept as it stands: for particulars that only people read."""

    def read(self, node: Node, to: Reading) -> Any:
        """Return the value as hashable tuples; `to` is not needed, nothing can be wrong."""
        del to
        return _frozen(node.plain())

    def write(self, value: Any) -> Any:
        """Return dicts and lists again."""
        return _thawed(value)


class Pairs(tuple[tuple[str, Any], ...]):
    """A frozen mapping, told apart from a frozen list."""

    __slots__ = ()


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return Pairs((key, _frozen(item)) for key, item in value.items())
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _thawed(value: Any) -> Any:
    if isinstance(value, Pairs):
        return {key: _thawed(item) for key, item in value}
    return [_thawed(item) for item in value] if isinstance(value, tuple) else value


PLAIN: Final = Plain()
