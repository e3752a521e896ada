"""Read SQL statements from `.sql` files, each under its name."""

import re
from hashlib import sha256
from importlib.resources import files
from typing import Final

from placket.standing.layout import Layout

_NAME: Final = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_MOST_LAID: Final = 2_000
"""Texts that are kept filled in; there is one for each set of states that somebody has."""

_SAFE: Final = re.compile(r"[a-z0-9_]+")


def read_statements(*names: str) -> dict[str, str]:
    """Return the statements of these files in `sql` by the name that stands above each.

    `-- name: find` begins a statement; it goes on to the next name.
    """
    folder = files("placket.store").joinpath("sql")
    parts: list[str] = []
    for name in names:
        # What stands above the first name says what the file is.
        parts += _NAME.split(folder.joinpath(name).read_text(encoding="utf-8"))[1:]
    found = {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}
    if len(found) != len(parts[::2]):
        raise ValueError(f"two statements of {', '.join(names)} have one name")
    return found


class Statements:
    """The named statements of one engine, those of a fold's tables filled in from its Layout.

    integer: the engine's word for a 64-bit integer; place: its mark of a bound parameter.
    """

    def __init__(self, *names: str, integer: str, place: str) -> None:
        self._texts = read_statements(*names)
        self._integer = integer
        self._place = place
        self._laid: dict[tuple[str, str, tuple[str, ...]], str] = {}

    def plain(self, name: str) -> str:
        """Return the statement of this name."""
        return self._texts[name]

    def names(self, beginning: str) -> tuple[str, ...]:
        """Return the names with this beginning whose statements need no layout, in order."""
        found = (name for name in self._texts if name.startswith(beginning))
        return tuple(name for name in found if "{" not in self._texts[name])

    def of(self, name: str, layout: Layout) -> str:
        """Return the statement of this name for the tables of `layout`."""
        key = (name, layout.digest, layout.names)
        found = self._laid.get(key)
        if found is None:
            if len(self._laid) >= _MOST_LAID:
                self._laid.clear()
            found = self._laid[key] = self._filled(name, layout)
        return found

    def _filled(self, name: str, layout: Layout) -> str:
        columns = layout.wide_columns()
        tables = (layout.wide, layout.marks, layout.bodies)
        # INVARIANT: nothing but a Layout's names gets into a statement's text.
        if not all(_SAFE.fullmatch(word) for word in (*tables, *columns)):
            raise ValueError("a table or column of the layout has another name than a plain one")
        first = layout.columns[layout.names[0]] if layout.names else ""
        return self._texts[name].format(
            first=first,
            # Short enough for any engine, and no other index's.
            index=f"{layout.wide}_{sha256(first.encode()).hexdigest()[:8]}",
            wide=layout.wide,
            marks=layout.marks,
            bodies=layout.bodies,
            columns=", ".join(columns),
            places=", ".join([self._place] * (1 + len(columns))),
            settings=", ".join(f"{column} = {self._place}" for column in columns),
            definitions=", ".join(f"{column} {self._integer}" for column in columns),
        )
