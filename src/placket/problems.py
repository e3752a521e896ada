"""Faults of what a person wrote, as values: where, what was found, how to mend it, and why."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem matters: an error stops, a warning is to be answered, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A place in a file; `line` and `column` count from 1, `length` in characters."""

    file: str = ""
    line: int = 1
    column: int = 1
    length: int = 0

    def __str__(self) -> str:
        """Return `file:line:column`, the form that editors jump to."""
        return f"{self.file}:{self.line}:{self.column}"

    def shifted(self, columns: int, length: int = 0) -> Span:
        """Return the span `columns` further right on the same line."""
        return replace(self, column=self.column + columns, length=length)


NOWHERE = Span()


class Family(StrEnum):
    """What kind of fault a problem is: of form, or what a careful reader would call it."""

    FORM = "form"
    CONTRADICTION = "contradiction"
    MISSING = "missing"
    OPEN_ENDED = "open-ended"
    DANGLING = "dangling"
    LEGAL_RISK = "legal risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One more place that a problem is about, with its clause."""

    at: Span = NOWHERE
    clause: str = ""

    def __str__(self) -> str:
        """Return clause and line, as in `clause CS-4 (line 41)`."""
        named = f"clause {self.clause} " if self.clause else ""
        return f"{named}(line {self.at.line})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault of the author, gathered with the others and shown together, never raised."""

    code: str
    summary: str
    mend: str
    at: Span = NOWHERE
    clause: str = ""
    source: str = ""
    severity: Severity = Severity.ERROR
    also: tuple[Place, ...] = ()
    family: Family = Family.FORM

    @property
    def clauses(self) -> tuple[str, ...]:
        """Return the ids of all clauses it is about, its own first, each once."""
        named = (self.clause, *(place.clause for place in self.also))
        return tuple(dict.fromkeys(clause for clause in named if clause))

    def __str__(self) -> str:
        """Return the problem in the words and order of the style guide."""
        where = f" in clause {self.clause}" if self.clause else ""
        lines = [f"{self.at}: {self.code}{where}: {self.summary}"]
        lines.extend(f"  see: {place}" for place in self.also)
        lines.append(f"  mend: {self.mend}")
        if self.source:
            lines.append(f"  source: {self.source}")
        return "\n".join(lines)


@dataclass(slots=True)
class Problems:
    """A gathering of problems while one document is read; the order of finding is kept."""

    found: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Gather one more problem."""
        self.found.append(problem)

    def sorted(self) -> tuple[Problem, ...]:
        """Return all problems by place, then by code."""
        return tuple(sorted(self.found, key=lambda p: (p.at.file, p.at.line, p.at.column, p.code)))


def is_clean(problems: tuple[Problem, ...]) -> bool:
    """Say whether there is neither an error nor a warning."""
    return all(p.severity is Severity.NOTE for p in problems)


def has_errors(problems: tuple[Problem, ...]) -> bool:
    """Say whether any problem stops the document from running."""
    return any(p.severity is Severity.ERROR for p in problems)
