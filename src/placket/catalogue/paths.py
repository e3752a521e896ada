"""The edges between collections of Fides datasets, and how far each is from an identity."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from placket.problems import NOWHERE, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from placket.catalogue.fides import Collection, Dataset, Field, Reference

At = tuple[str, str]
"""A collection: the key of its dataset, and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A way along which rows are found: from `column` of `start` to `target` of `end`.

    is_said: whether the dataset says the direction, or the edge was given both.
    """

    start: At
    column: str
    end: At
    target: str
    is_said: bool = True
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, kw_only=True, eq=False)
class Paths:
    """All edges between the collections of some datasets.

    astray: references to what is in none of the datasets, or to and from nested fields, each
    with the collection and the path of the field that has it.
    """

    datasets: tuple[Dataset, ...]
    edges: tuple[Edge, ...]
    astray: tuple[tuple[At, str, Reference], ...]

    def collections(self) -> Iterator[tuple[At, Collection]]:
        """Yield each collection, in the order of the files."""
        for dataset in self.datasets:
            for collection in dataset.collections:
                yield (dataset.key, collection.name), collection

    @cached_property
    def depths(self) -> Mapping[At, int]:
        """Return how many edges lie between an identity and each collection that one leads to."""
        found = {at: 0 for at, collection in self.collections() if collection.identities}
        reached = list(found)
        for at in reached:
            for edge in self.edges:
                if edge.start == at and edge.end not in found:
                    found[edge.end] = found[at] + 1
                    reached.append(edge.end)
        return found

    def into(self, at: At) -> tuple[Edge, ...]:
        """Return the edges by which rows of a collection are found, away from the identities.

        An edge back towards a person says nothing of whose the person's row is.
        """
        return tuple(edge for edge in self.edges if edge.end == at and self._leads_on(edge))

    def _leads_on(self, edge: Edge) -> bool:
        start, end = self.depths.get(edge.start), self.depths.get(edge.end)
        if start is None or end is None or edge.start == edge.end:
            return False
        return start <= end if edge.is_said else start < end


def paths_of(datasets: Sequence[Dataset]) -> Paths:
    """Return the edges that the references of `datasets` say."""
    known = {dataset.key: dataset for dataset in datasets}
    edges: dict[Edge, None] = {}
    astray: list[tuple[At, str, Reference]] = []
    for dataset, collection, path, each in _fields(datasets):
        at = (dataset.key, collection.name)
        for reference in each.references:
            if "." in path or not _is_there(known.get(reference.dataset), reference):
                astray.append((at, path, reference))
            else:
                edges |= dict.fromkeys(_edges(at, path, reference))
    said = {(e.start, e.column, e.end, e.target) for e in edges if e.is_said}
    said |= {(end, target, start, column) for start, column, end, target in said}
    kept = (e for e in edges if e.is_said or (e.start, e.column, e.end, e.target) not in said)
    return Paths(datasets=tuple(datasets), edges=tuple(kept), astray=tuple(astray))


def _fields(
    datasets: Sequence[Dataset],
) -> Iterator[tuple[Dataset, Collection, str, Field]]:
    for dataset in datasets:
        for collection in dataset.collections:
            for each in collection.fields:
                yield dataset, collection, each.name, each
                for path, inner in each.nested():
                    yield dataset, collection, path, inner


def _is_there(dataset: Dataset | None, reference: Reference) -> bool:
    collection = dataset.collection(reference.collection) if dataset else None
    return collection is not None and collection.field(reference.column) is not None


def _edges(at: At, column: str, to: Reference) -> Iterator[Edge]:
    there = (to.dataset, to.collection)
    is_said = bool(to.direction)
    if to.direction != "to":
        yield Edge(
            start=there, column=to.column, end=at, target=column, is_said=is_said, span=to.span
        )
    if to.direction != "from":
        yield Edge(
            start=at, column=column, end=there, target=to.column, is_said=is_said, span=to.span
        )
