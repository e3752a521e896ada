"""Patterns of file names: which files are a table's rows, and what their names say of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES: Final = "files"
"""The dialect of a source that is a folder or an object store."""
PATH: Final = "path"
COLUMNS: Final = (PATH, "size", "modified", "digest")
"""What every file has: its path from the source's root, bytes, time in UTC, SHA-256."""
OWN: Final = "placket_"
"""What the names begin with that Placket keeps for itself in a source."""

_PART: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}|\*\*|\*|[^{}*]+")
_NONE: Final = frozenset({"", ".", ".."})


class NotAPattern(ValueError):
    """the text is no pattern of file names; it says what was expected."""


@dataclass(frozen=True)
class Pattern:
    """Names such as `calls/{customer}/*.wav`: a column in braces, `*` within a folder, `**` across.

    Made by `pattern_of`.
    """

    text: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the columns that a file's name gives, in order."""
        return tuple(match[1] for match in _PART.finditer(self.text) if match[1])

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        return re.compile("".join(map(_expressed, _PART.finditer(self.text))), re.DOTALL)

    def values(self, path: str) -> Mapping[str, str] | None:
        """Return what the name of a file says, None when it is none of these files."""
        found = self._expression.fullmatch(path)
        return found.groupdict() if found and is_inside(path) else None

    def start(self, column: str, value: str) -> str | None:
        """Return what the names begin with of the files whose `column` holds `value`.

        None when no file's can: of a path, when it is none of these files; else when the value
        could not stand in a name.
        """
        if column == PATH:
            return value if self.values(value) is not None else None
        if "/" in value or "\0" in value:
            return None
        start = ""
        for match in _PART.finditer(self.text):
            if match[0].startswith("*") or match[1] not in {None, column}:
                break
            start += value if match[1] else match[0]
        return start


def pattern_of(text: str) -> Pattern:
    """Return the pattern that `text` says. Raises NotAPattern with what was expected."""
    if not all(part not in _NONE for part in text.split("/")):
        raise NotAPattern("a path from the source's root, such as `calls/{customer}/*.wav`")
    if "".join(match[0] for match in _PART.finditer(text)) != text:
        raise NotAPattern("a column in braces, such as `{customer}`")
    if re.search(r"[*}]\{|\}\*|\*\{|\*{3,}", text):
        raise NotAPattern("something between two parts that may be anything")
    found = Pattern(text)
    named = found.columns
    if len(set(named)) < len(named) or set(named) & set(COLUMNS):
        raise NotAPattern("other names in braces, each once; a file has its own path and size")
    return found


def is_inside(path: str) -> bool:
    """Say whether a path stays below the root it counts from, and is none of Placket's own."""
    parts = path.split("/")
    return "\0" not in path and _NONE.isdisjoint(parts) and not parts[0].startswith(OWN)


def _expressed(part: re.Match[str]) -> str:
    if part[1]:
        return f"(?P<{part[1]}>[^/]+)"
    return {"**": ".*", "*": "[^/]*"}.get(part[0]) or re.escape(part[0])
