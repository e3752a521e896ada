"""Problems gathered by clause, and counted by weight and family, for whoever shows them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.problems import Family, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from placket.policy.parse import Clause, Document

SHORT: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A clause with the problems that begin in it; without id the problems are of the whole.

    runs: how the rules that run leave the text as published, word and reason of each.
    """

    id: str
    title: str
    prose: str
    problems: tuple[Problem, ...]
    runs: tuple[str, ...] = ()

    @property
    def opening(self) -> str:
        """Return how the prose begins, on one line."""
        return textwrap.shorten(" ".join(self.prose.split()), SHORT, placeholder=" ...")


def grouped(problems: Iterable[Problem], document: Document | None) -> tuple[Group, ...]:
    """Return the problems by clause in order of the text, those of the whole text first."""
    gathered: dict[str, list[Problem]] = {}
    for problem in problems:
        gathered.setdefault(problem.clause, []).append(problem)
    whole = gathered.pop("", [])
    first = Group(id="", title="", prose="", problems=tuple(whole))
    rest = tuple(_groups(gathered, document.clauses if document else ()))
    return (first, *rest) if whole else rest


def _groups(gathered: dict[str, list[Problem]], clauses: Sequence[Clause]) -> Iterator[Group]:
    for clause in clauses:
        if clause.id and clause.id in gathered:
            told = tuple(gathered.pop(clause.id))
            yield Group(
                id=clause.id,
                title=clause.title,
                prose=clause.prose,
                problems=told,
                runs=_runs(clause),
            )
    for clause_id, rest in gathered.items():
        yield Group(id=clause_id, title="", prose="", problems=tuple(rest))


def _runs(clause: Clause) -> tuple[str, ...]:
    told = (r.provenance for r in clause.rules if r.published is not None)
    return tuple(dict.fromkeys(f"{how.word}: {how.why}" for how in told))


def by_family(problems: Iterable[Problem]) -> dict[Family, dict[Severity, int]]:
    """Return how many problems each family has of each weight; a family without any is left out."""
    counted: dict[Family, dict[Severity, int]] = {}
    for problem in problems:
        weights = counted.setdefault(problem.family, dict.fromkeys(Severity, 0))
        weights[problem.severity] += 1
    return {family: counted[family] for family in Family if family in counted}


def counted(count: int, word: str) -> str:
    """Return the count with its word, in the plural unless it is one."""
    return f"{count} {word}{'s' if count != 1 else ''}"
