"""A rule as it is drafted: its kind, its keys as plain YAML, and what was only implied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from placket.policy.rules import KINDS, keys_of

DRAFT: Final = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One rule before it is written. values: by key, what says nothing left out."""

    kind: str
    values: dict[str, Any]
    inferred: str = ""

    def as_yaml(self) -> dict[str, Any]:
        """Return the rule as plain YAML, its keys in the order of its kind."""
        written = {key: self.values[key] for key in keys_of(KINDS[self.kind]) if key in self.values}
        if self.inferred:
            written["inferred"] = self.inferred
        return {**written, DRAFT: True}


def drafted(kind: str, head: Any, *, inferred: str = "", **values: Any) -> Drafted:
    """Return a rule of `kind`; what is empty, or holds without saying, is left out.

    A trailing `_` is no part of a key.
    """
    keys = keys_of(KINDS[kind])
    named = ((key.rstrip("_"), value) for key, value in values.items())
    said = {k: v for k, v in named if v not in ("", [], None) and v != keys[k].default}
    return Drafted(kind=kind, values={kind: head, **said}, inferred=inferred)


@dataclass(slots=True)
class Names:
    """The names given so far, so that each is given once: `delivery`, `delivery_2`."""

    given: dict[tuple[str, str], int] = field(default_factory=dict)

    def new(self, kind: str, name: str) -> str:
        """Return `name`, numbered from the second time on."""
        count = self.given[kind, name] = self.given.get((kind, name), 0) + 1
        return name if count == 1 else f"{name}_{count}"
