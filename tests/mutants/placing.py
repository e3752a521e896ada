"""Put a mutant into a process: into the functions that it has, or before it imports the module."""

from __future__ import annotations

import gc
import sys
from collections import defaultdict
from functools import _lru_cache_wrapper
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_file_location
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from tests.mutants.mutant import Mutant, Source

Key = tuple[str, str, int, tuple[Any, ...]]

_BELOW: Final = {
    "decide": ("standing", "policy", "catalogue", "facts", "identity", "law"),
    "standing": ("policy", "catalogue", "facts", "identity", "law"),
    "law": ("documents", "problems"),
    "facts": ("documents", "problems"),
}
"""What cannot have asked a module of the layer, so that what it keeps is right still."""


class CannotReplace(Exception):
    """the mutant's code does not fit the functions that there are."""


class Functions:
    """The functions of this process by the place of their code, found once."""

    def __init__(self, files: frozenset[str]) -> None:
        self._found: dict[Key, list[FunctionType]] = defaultdict(list)
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename in files:
                self._found[_key(each.__code__)].append(each)

    def replace(self, source: Source, mutant: Mutant) -> None:
        """Let every function of the module run the mutant's code.

        Raises CannotReplace when one has variables around it that the mutant has not.
        """
        before, after = list(_codes(source.compiled())), list(_codes(source.compiled(mutant)))
        if [code.co_qualname for code in before] != [code.co_qualname for code in after]:
            before, after = _paired(before, after)
        for old, new in zip(before, after, strict=True):
            for function in self._found.get(_key(old), ()):
                try:
                    function.__code__ = new
                except ValueError as fault:
                    raise CannotReplace from fault


def _paired(
    before: Sequence[CodeType], after: Sequence[CodeType]
) -> tuple[list[CodeType], list[CodeType]]:
    """Return the codes of equal name and first line in pairs, where some went or came."""
    olds = {(code.co_qualname, code.co_firstlineno): code for code in before}
    news = {(code.co_qualname, code.co_firstlineno): code for code in after}
    if len(olds) < len(before) or len(news) < len(after):
        raise CannotReplace
    both = [place for place in olds if place in news]
    return [olds[place] for place in both], [news[place] for place in both]


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _key(code: CodeType) -> Key:
    return (code.co_filename, code.co_qualname, code.co_firstlineno, tuple(code.co_positions()))


def kept_results(layer: str) -> list[_lru_cache_wrapper[Any]]:
    """Return the caches whose results may come from the layer."""
    below = tuple(f"placket.{name}" for name in _BELOW[layer])
    return [
        each
        for each in gc.get_objects()
        if isinstance(each, _lru_cache_wrapper)
        and str(each.__module__).startswith(("placket.", "tests."))
        and not str(each.__module__).startswith(below)
    ]


class Mutated(MetaPathFinder, Loader):
    """Import one module as its mutant; all others as they are."""

    def __init__(self, source: Source, mutant: Mutant) -> None:
        self._source = source
        self._code = source.compiled(mutant)

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Return this loader for the module alone."""
        if fullname != self._source.module:
            return None
        path = self._source.path
        within = [str(path.parent)] if path.name == "__init__.py" else None
        return spec_from_file_location(
            fullname, path, loader=self, submodule_search_locations=within
        )

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant's code as the module."""
        exec(self._code, module.__dict__)  # noqa: S102 - the module's own code, changed in one place

    @classmethod
    def install(cls, source: Source, mutant: Mutant) -> None:
        """Let what is imported from now on meet the mutant."""
        sys.meta_path.insert(0, cls(source, mutant))
