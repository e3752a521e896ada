"""Reading nodes of a catalogue into values, telling each fault with its place and mend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from placket.catalogue.phrase import NotAPhrase
from placket.documents import Node
from placket.problems import Problem, Problems, Span

if TYPE_CHECKING:
    from placket.catalogue.model import Scalar

T = TypeVar("T")
Read = Callable[[Node], Any]


@dataclass(slots=True)
class Reading:
    """Where the problems of one catalogue go."""

    problems: Problems

    def fault(self, code: str, at: Span, summary: str, mend: str) -> None:
        """Tell one problem of the author's."""
        self.problems.add(Problem(code=code, summary=summary, mend=mend, at=at))

    def expected(self, node: Node, what: str) -> None:
        """Tell that `what` was expected where `node` stands."""
        found = node.plain()
        shown = "a mapping or a list" if isinstance(found, dict | list) else f"`{found}`"
        self.fault("C104", node.span, f"{shown} where {what} was expected", f"write {what}")

    def keys(self, node: Node, known: Mapping[str, Read], what: str) -> dict[str, Any]:
        """Return the read values of a mapping's keys; unknown keys are told."""
        if not node.is_map:
            self.expected(node, f"{what} as a mapping")
            return {}
        found: dict[str, Any] = {}
        for key, value in node.pairs():
            reader = known.get(key.value)
            if reader is None:
                near = get_close_matches(key.value, known, n=1)
                mend = f"write `{near[0]}`" if near else f"take it out; the keys are {_or(known)}"
                self.fault("C102", key.span, f"`{key.value}` is no key of {what}", mend)
                continue
            found[key.value] = reader(value)
        return found

    def text(self, node: Node) -> str:
        """Return a scalar as text; an empty text after telling that it is none."""
        if isinstance(node.value, str) and node.value:
            return node.value
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return str(node.value)
        self.expected(node, "a word")
        return ""

    def flag(self, node: Node) -> bool:
        """Return `true` or `false`."""
        if isinstance(node.value, bool):
            return node.value
        self.expected(node, "`true` or `false`")
        return False

    def scalar(self, node: Node) -> Scalar:
        """Return a scalar of any type."""
        if isinstance(node.value, str | int | bool) or node.value is None:
            return node.value
        self.expected(node, "one value")
        return None

    def items(self, node: Node, read: Callable[[Node], T]) -> tuple[T, ...]:
        """Return what `read` gives for each item of a list; one value is a list of one."""
        nodes = node.value if node.is_list else [node]
        return tuple(read(item) for item in nodes)

    def texts(self, node: Node) -> tuple[str, ...]:
        """Return a list of words."""
        return tuple(word for word in self.items(node, self.text) if word)

    def one_of(self, words: tuple[str, ...]) -> Read:
        """Return a reader of one of `words`."""

        def read(node: Node) -> str:
            if node.value in words:
                return str(node.value)
            self.expected(node, f"one of {_or(words)}")
            return ""

        return read

    def some_of(self, words: tuple[str, ...]) -> Read:
        """Return a reader of a list of some of `words`."""
        read = self.one_of(words)
        return lambda node: tuple(word for word in self.items(node, read) if word)

    def phrase(self, node: Node, parse: Callable[[str], T], code: str) -> T | None:
        """Return what `parse` reads from the node's text; None after telling the place."""
        text = self.text(node)
        if not text:
            return None
        try:
            return parse(text)
        except NotAPhrase as fault:
            self._misfit(node.span, text, fault, code)
            return None

    def _misfit(self, span: Span, text: str, fault: NotAPhrase, code: str) -> None:
        word = text[fault.at : fault.at + fault.length]
        found = f"`{word}`" if word else "the phrase ends"
        self.fault(
            code,
            span.shifted(fault.at, fault.length),
            f"{found} where {fault.expected} was expected",
            f"write {fault.expected}",
        )


def _or(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words)
