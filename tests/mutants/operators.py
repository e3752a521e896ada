"""The small changes to a piece of code that a test should notice, one at a time."""

from __future__ import annotations

import ast
from copy import copy
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_SWAPPED: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}
_OTHERWISE: Final = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "startswith": "endswith",
    "endswith": "startswith",
    "removeprefix": "removesuffix",
    "removesuffix": "removeprefix",
    "isdisjoint": "issuperset",
    "issubset": "issuperset",
    "union": "intersection",
    "intersection": "union",
    "bisect_right": "bisect_left",
    "bisect_left": "bisect_right",
}
_NOTHING: Final = ast.Constant(value=None)
_REFUSES_NOTHING: Final = frozenset(
    {"isinstance", "len", "tuple", "frozenset", "set", "list", "dict", "sorted", "zip", "iter"}
    | {"next", "sum", "fromkeys", "extend", "update", "join"}
)
"""Calls that fail at once when an argument is None, which shows no test to be sharp."""
_DECIDES_ITSELF: Final = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.NamedExpr)
"""Conditions that have changes of their own; any other is turned round."""


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what could stand in place of `node`, each differing in one point.

    What is written for readers and type checkers alone is no behaviour and left as it is:
    docstrings, annotations, decorators, what `cast` names, and `strict` of `zip`.
    """
    if isinstance(node, ast.stmt):
        yield from _of_statement(node)
    elif isinstance(node, ast.expr):
        yield from _of_expression(node)
    elif isinstance(node, ast.comprehension):
        for number in range(len(node.ifs)):
            yield _with(node, ifs=[*node.ifs[:number], *node.ifs[number + 1 :]])
    elif isinstance(node, ast.match_case) and node.guard is not None:
        yield _with(node, guard=None)


def _of_statement(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.If(test=test) | ast.While(test=test) if not isinstance(test, _DECIDES_ITSELF):
            yield _with(node, test=_negated(test))
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield _with(node, value=_NOTHING)
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            # Never come to: without any yield it would be no generator, which anything notices.
            yield ast.copy_location(
                ast.If(test=ast.Constant(value=False), body=[node], orelse=[]), node
            )
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.Delete():
            yield ast.copy_location(ast.Pass(), node)
        case ast.AugAssign(target=target, op=operator, value=value):
            yield _with(node, op=_SWAPPED[type(operator)]())
            yield ast.copy_location(ast.Assign(targets=[target], value=value), node)
        case ast.Assign(value=value) if not isinstance(value, ast.Constant):
            yield _with(node, value=_NOTHING)
        case ast.Break() | ast.Continue():
            yield ast.copy_location(_SWAPPED[type(node)](), node)
        case _:
            pass


def _of_expression(node: ast.expr) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=value):
            yield from (_with(node, value=other) for other in _other_values(value))
        case ast.JoinedStr(values=parts):
            yield _with(node, values=[ast.Constant(value="XX"), *parts])
        case ast.IfExp(test=test) if not isinstance(test, _DECIDES_ITSELF):
            yield _with(node, test=_negated(test))
        case ast.Lambda(body=body) if not isinstance(body, ast.Constant):
            yield _with(node, body=_NOTHING)
        case ast.Call():
            yield from _of_call(node)
        case _:
            yield from _of_operator(node)


def _of_operator(node: ast.expr) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=operators):
            for number, operator in enumerate(operators):
                swapped: list[ast.AST] = [*operators]
                swapped[number] = _SWAPPED[type(operator)]()
                yield _with(node, ops=swapped)
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator):
            yield _with(node, op=_SWAPPED[type(operator)]())
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case _:
            pass


def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    match node.func:
        case ast.Name(id=name) if name in _OTHERWISE:
            yield _with(node, func=_with(node.func, id=_OTHERWISE[name]))
        case ast.Attribute(attr=name) if name in _OTHERWISE:
            yield _with(node, func=_with(node.func, attr=_OTHERWISE[name]))
    called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
    for number, argument in enumerate(node.args if called not in _REFUSES_NOTHING else ()):
        if not isinstance(argument, (ast.Constant, ast.JoinedStr, ast.Starred, ast.GeneratorExp)):
            yield _with(node, args=[*node.args[:number], _NOTHING, *node.args[number + 1 :]])
    for number, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield _with(node, keywords=[*node.keywords[:number], *node.keywords[number + 1 :]])


def _other_values(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
            if value:  # else often the same: the last of one is the first
                yield value - 1
        case str():
            yield f"XX{value}"
        case bytes():
            yield b"XX" + value
        case _:
            pass


def _negated(test: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(op=ast.Not(), operand=test), test)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """Return a copy of the node with other fields; what it holds is shared."""
    changed = copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
