"""Every mutant of a module: where it is, what stands there, and what would stand there instead."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from tests.mutants.operators import changes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import CodeType

    from tests.mutants.survivors import Id

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_WRITTEN_FOR_READERS: Final = {"annotation", "returns", "decorator_list", "type_params", "bases"}
_TYPE_NAMES: Final = {"cast", "TypeVar", "NewType"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change to one place of a module.

    function: qualified, empty outside of all; line: the source's, without its indent; nth: from
    1, which of those that are equal in all this. Together they are the mutant's id, which
    outlives what is written elsewhere in the file.
    lines: of the statement, by which tests that run it are found; is_live: stands in the body of a
    function, whose code can be replaced in a process that has imported it.
    """

    module: str
    function: str
    line: str
    was: str
    now: str
    nth: int = 1
    lines: frozenset[int] = frozenset()
    is_live: bool = True
    change: Change

    @property
    def id(self) -> Id:
        """Return what names this mutant, however the file changes elsewhere."""
        return (self.module, self.function, self.line, self.was, self.now, self.nth)

    @property
    def layer(self) -> str:
        """The part of the core that the module belongs to."""
        return self.module.split(".")[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is put into a field of a node, or into one place of its list."""

    parent: ast.AST
    field: str
    index: int | None
    to: Any

    def swap(self, to: Any) -> Any:
        """Put `to` in the place; return what stood there."""
        if self.index is None:
            found = getattr(self.parent, self.field)
            setattr(self.parent, self.field, to)
        else:
            held = getattr(self.parent, self.field)
            found, held[self.index] = held[self.index], to
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    function: str = ""
    lines: frozenset[int] = frozenset()
    live: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One module's file and its tree, which each mutant changes for as long as it is compiled."""

    module: str
    path: Path
    tree: ast.Module
    lines: list[str] = field(repr=False)

    def mutants(self) -> tuple[Mutant, ...]:
        """Return every mutant of the module, in the order of its lines."""
        seen: Counter[Id] = Counter()
        found = []
        for mutant in self._below(self.tree, _Place()):
            seen[mutant.id] += 1
            found.append(replace(mutant, nth=seen[mutant.id]))
        return tuple(found)

    def compiled(self, mutant: Mutant | None = None) -> CodeType:
        """Return the module's code, changed as the mutant says."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            if mutant is None:
                return self._compiled()
            was = mutant.change.swap(mutant.change.to)
            try:
                return self._compiled()
            finally:
                mutant.change.swap(was)

    def _compiled(self) -> CodeType:
        return compile(ast.fix_missing_locations(self.tree), str(self.path), "exec")

    def _below(self, node: ast.AST, place: _Place) -> Iterator[Mutant]:
        for name, value in ast.iter_fields(node):
            if name in _WRITTEN_FOR_READERS or _is_for_types(node, name, place):
                continue
            inside = _inside(node, name, place)
            for index, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or _is_left_out(node, name, index, child):
                    continue
                here = _at_statement(child, inside)
                number = index if isinstance(value, list) else None
                yield from self._of(child, here, (node, name, number))
                yield from self._below(child, here)

    def _of(
        self, child: ast.AST, here: _Place, at: tuple[ast.AST, str, int | None]
    ) -> Iterator[Mutant]:
        parent, name, index = at
        if not here.live and isinstance(child, ast.Assign):
            return
        for to in changes(child):
            if _is_constant_of_readers(child, parent, to):
                continue
            line = (
                getattr(child, "lineno", None) or getattr(parent, "lineno", None) or min(here.lines)
            )
            yield Mutant(
                module=self.module,
                function=here.function,
                line=self.lines[line - 1].strip(),
                was=_in_one_line(child),
                now=_in_one_line(to),
                lines=here.lines | {line},
                is_live=here.live,
                change=Change(parent=parent, field=name, index=index, to=to),
            )


def read(module: str, path: Path) -> Source:
    """Return the source of a module."""
    text = path.read_text(encoding="utf-8")
    return Source(module=module, path=path, tree=ast.parse(text), lines=text.splitlines())


def _inside(node: ast.AST, name: str, place: _Place) -> _Place:
    """Return where a field of the node stands: a function's body is run later than the rest."""
    if isinstance(node, _FUNCTIONS) and name == "body":
        within = f"{place.function}.{node.name}" if place.function else node.name
        return replace(place, function=within, live=True)
    if isinstance(node, ast.ClassDef) and name == "body":
        within = f"{place.function}.{node.name}" if place.function else node.name
        return replace(place, function=within)
    if isinstance(node, ast.Lambda) and name == "body":
        return replace(place, live=True)
    return place


def _at_statement(child: ast.AST, place: _Place) -> _Place:
    if not isinstance(child, ast.stmt):
        return place
    body = getattr(child, "body", None) or getattr(child, "cases", None)
    last = child.end_lineno or child.lineno
    if isinstance(body, list) and body:
        first = getattr(body[0], "lineno", None)
        last = max(child.lineno, (first or child.lineno + 1) - 1)
    return replace(place, lines=frozenset(range(child.lineno, last + 1)))


def _is_for_types(node: ast.AST, name: str, place: _Place) -> bool:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return True
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and not place.live:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name) and target.id in {"__all__", "__slots__"}:
            return True
        # An alias, such as `Leaf = Holds | Known`: a value of the module says `Final`.
        return isinstance(node, ast.Assign) and isinstance(node.value, (ast.BinOp, ast.Subscript))
    return isinstance(node, ast.ClassDef) and name == "keywords"


def _is_left_out(node: ast.AST, name: str, index: int, child: ast.AST) -> bool:
    """Say whether a child is a docstring or what a call names a type by."""
    if isinstance(child, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
        return True
    if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
        return True
    if isinstance(child, ast.keyword) and child.arg == "strict":
        return True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in _TYPE_NAMES and name == "args" and index == 0
    return False


def _is_constant_of_readers(child: ast.AST, parent: ast.AST, to: ast.AST) -> bool:
    """Say whether the change is none: of `zip`'s strictness, or a type's name in an alias."""
    if isinstance(child, ast.Call) and isinstance(to, ast.Call):
        gone = {k.arg for k in child.keywords} - {k.arg for k in to.keywords}
        if gone == {"strict"}:
            return True
        if isinstance(child.func, ast.Name) and child.func.id in _TYPE_NAMES:
            return True
    # A part of an f-string is changed with the whole of it.
    return isinstance(parent, ast.JoinedStr) and isinstance(child, ast.Constant)


def _in_one_line(node: ast.AST) -> str:
    """Return the code of a node; of a statement with a body its first line."""
    if isinstance(node, ast.comprehension):
        return f"{ast.unparse(node.iter)} {' '.join('if ' + ast.unparse(i) for i in node.ifs)}"
    if isinstance(node, ast.match_case):
        guard = f" if {ast.unparse(node.guard)}" if node.guard else ""
        return f"case {ast.unparse(node.pattern)}{guard}"
    text = ast.unparse(node)
    if isinstance(node, (ast.If, ast.While)):
        body = text.splitlines()
        return " ".join(body) if len(body) == 2 and "if False" in body[0] else body[0]
    return " ".join(text.split())
