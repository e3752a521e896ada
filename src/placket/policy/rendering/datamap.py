"""The data map: from source to category to activity to recipient, folded into groups."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.policy import vocabulary
from placket.policy.compile import uses_of
from placket.policy.rendering.flows import recipients_of, sources, unbound, unused, variants
from placket.policy.rendering.groups import Group, group_of
from placket.policy.rendering.lay import capital, lay

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from placket.policy.compile import Policy

COLUMNS: Final = ("Source", "Category", "Activity", "Recipient")
SOURCE, DATA, ACTIVITY, RECIPIENT = range(len(COLUMNS))
KINDS: Final = ("source", "data", "purpose", "recipient")
"""The kind of term whose groups fold each column; an activity folds by its first purpose."""
ALL: Final = "all"
"""The word that unfolds every group."""
Point = tuple[int, str]
"""A column and the name of a term in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box of the map: a group with its members, or one term. group: the group's name."""

    column: int
    name: str
    label: str
    group: str
    members: tuple[str, ...]

    @property
    def is_folded(self) -> bool:
        """Say whether the box stands for several terms."""
        return len(self.members) > 1


@dataclass(frozen=True, slots=True)
class Link:
    """A flow between two boxes. weight: how many flows between single terms it bundles."""

    start: Node
    end: Node
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Boxes by column, each ordered so that few flows cross, and the flows between them."""

    columns: tuple[tuple[Node, ...], ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Flows:
    """The flows of a policy between single terms, each once, and the group of each term."""

    pairs: tuple[tuple[Point, Point], ...]
    groups: Mapping[Point, Group]

    def members(self, name: str) -> tuple[Point, ...]:
        """Return the terms of a group, in order."""
        return tuple(point for point, group in self.groups.items() if group.name == name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all groups, by column."""
        ordered = sorted(self.groups.items(), key=lambda item: item[0][0])
        return tuple(dict.fromkeys(group.name for _, group in ordered))

    def before(self, point: Point) -> tuple[Point, ...]:
        """Return whence data flow to a term."""
        return tuple(start for start, end in self.pairs if end == point)

    def after(self, point: Point) -> tuple[Point, ...]:
        """Return whither data flow from a term."""
        return tuple(end for start, end in self.pairs if start == point)


def flows_of(policy: Policy) -> Flows:
    """Return what flows where under the policy."""
    pairs = tuple(dict.fromkeys(_pairs(policy)))
    purposes = {v.name: next(iter(v.purpose), "") for v in variants(policy)}
    points = dict.fromkeys(point for pair in pairs for point in pair)
    points |= dict.fromkeys((ACTIVITY, name) for name in purposes)
    points |= dict.fromkeys((RECIPIENT, name) for _, names in unbound(policy) for name in names)
    groups = {
        (column, name): group_of(KINDS[column], purposes[name] if column == ACTIVITY else name)
        for column, name in points
    }
    return Flows(pairs=pairs, groups=groups)


def _pairs(policy: Policy) -> Iterator[tuple[Point, Point]]:
    known = sources(policy)
    for activity in variants(policy):
        for datum in uses_of(activity):
            yield from (((SOURCE, source), (DATA, datum)) for source in known[datum])
            yield (DATA, datum), (ACTIVITY, activity.name)
        for recipient in recipients_of(policy, activity):
            yield (ACTIVITY, activity.name), (RECIPIENT, recipient)
    for rule, names in unbound(policy):
        gets = known if vocabulary.ALL_HELD in rule.gets else vocabulary.members(rule.gets)
        yield from (((DATA, datum), (RECIPIENT, name)) for datum in gets for name in names)
    for _, data in unused(policy):
        yield from (((SOURCE, source), (DATA, datum)) for datum in data for source in known[datum])


def fold(flows: Flows, unfolded: Collection[str] = ()) -> Map:
    """Return the map with every group folded but those in `unfolded`."""
    nodes = _nodes(flows, unfolded)
    weights = Counter((nodes[start], nodes[end]) for start, end in flows.pairs)
    links = tuple(Link(start, end, weight) for (start, end), weight in weights.items())
    columns = [
        tuple(dict.fromkeys(node for node in nodes.values() if node.column == column))
        for column in range(len(COLUMNS))
    ]
    return Map(columns=_ordered(columns, links), links=links)


def around(flows: Flows, group: str) -> Map:
    """Return the map of one group: its terms one by one, and what they meet, folded."""
    inside = set(flows.members(group))
    kept = tuple(pair for pair in flows.pairs if not inside.isdisjoint(pair))
    points = {point for pair in kept for point in pair} | inside
    groups = {point: found for point, found in flows.groups.items() if point in points}
    return fold(Flows(pairs=kept, groups=groups), (group,))


def _nodes(flows: Flows, unfolded: Collection[str]) -> dict[Point, Node]:
    by_group: dict[tuple[int, str], list[Point]] = {}
    for point, group in flows.groups.items():
        by_group.setdefault((point[0], group.name), []).append(point)
    found: dict[Point, Node] = {}
    for (_, name), points in by_group.items():
        is_open = name in unfolded or ALL in unfolded or len(points) == 1
        group = flows.groups[points[0]]
        whole = _node(points, group.words, name)
        for point in points:
            found[point] = _node([point], words_for(point), name) if is_open else whole
    return found


def words_for(point: Point) -> str:
    """Return a term in words: a source as the vocabulary explains it, what else by its name."""
    column, name = point
    if column != SOURCE:
        return lay(name)
    term = vocabulary.terms("source").get(name)
    return term.meaning if term else group_of("source", name).words


def _node(points: list[Point], words: str, group: str) -> Node:
    members = tuple(name for _, name in points)
    name = group if len(members) > 1 else members[0]
    return Node(column=points[0][0], name=name, label=capital(words), group=group, members=members)


def _ordered(
    columns: list[tuple[Node, ...]], links: Iterable[Link]
) -> tuple[tuple[Node, ...], ...]:
    """Return the columns ordered by the mean place of what each box meets, there and back."""
    meets: dict[Node, list[tuple[Node, int]]] = {}
    for link in links:
        meets.setdefault(link.start, []).append((link.end, link.weight))
        meets.setdefault(link.end, []).append((link.start, link.weight))
    there, back = range(1, len(columns)), range(len(columns) - 2, -1, -1)
    for at, beside in ((c, c - 1) for c in there):
        columns[at] = tuple(sorted(columns[at], key=_mean(columns[beside], meets)))
    for at, beside in ((c, c + 1) for c in back):
        columns[at] = tuple(sorted(columns[at], key=_mean(columns[beside], meets)))
    return tuple(columns)


def _mean(
    beside: tuple[Node, ...], meets: Mapping[Node, list[tuple[Node, int]]]
) -> Callable[[Node], float]:
    places = {node: place for place, node in enumerate(beside)}

    def mean(node: Node) -> float:
        found = [
            (places[other], weight) for other, weight in meets.get(node, []) if other in places
        ]
        total = sum(weight for _, weight in found)
        return sum(place * weight for place, weight in found) / total if total else len(beside)

    return mean
