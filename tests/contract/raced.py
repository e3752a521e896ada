"""The oracle of races: a small model of one person's ledger, and every order two sides allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CAP: Final = 2
"""Messages that the policy allows in a week."""

S = TypeVar("S")
Op = tuple[str | int, ...]
"""A word, then what it is about."""


@dataclass(frozen=True, slots=True)
class People:
    """Two persons, who may be one. said: what each id says; written: ids in their order.

    yeses: when each said yes; noes: who said no and when; linked: since when they are one.
    """

    yeses: tuple[tuple[str, int], ...]
    said: tuple[tuple[str, str], ...] = ()
    written: tuple[str, ...] = ()
    noes: tuple[tuple[str, int], ...] = ()
    sent: tuple[str, ...] = ()
    linked: int | None = None

    def may(self, person: str) -> bool:
        """Say whether the person may be written to."""
        ours = {name for name, _ in self.yeses} if self.linked is not None else {person}
        noes = [no for no in self.noes if no[0] in ours]
        yeses = [yes for yes in self.yeses if yes[0] in ours]
        stands = all(any(self._ends(yes, no) for yes in yeses) for no in noes)
        return bool(yeses) and stands and sum(who in ours for who in self.sent) < CAP

    def _ends(self, yes: tuple[str, int], no: tuple[str, int]) -> bool:
        """Say whether a yes ends a no: a later one, of somebody who was the same person then."""
        is_same = yes[0] == no[0] or (self.linked is not None and yes[1] > self.linked)
        return is_same and yes[1] > no[1]


def step(now: People, op: Op) -> tuple[object, People]:
    """Return what one act is answered, and what then holds."""
    word, name, about, *at = (str(part) for part in op)
    known = dict(now.said).get(name)
    if known is not None:
        return (0 if known == about else "conflict"), now
    if word == "act" and not now.may(about):
        return "deny", now
    return ("permit" if word == "act" else 1), _written(now, word, name, about, *map(int, at))


def _written(now: People, word: str, name: str, about: str, at: int = 0) -> People:
    """Return what holds once an act is written."""
    then = replace(now, written=(*now.written, name), said=(*now.said, (name, about)))
    if word == "act":
        return replace(then, sent=(*now.sent, about))
    if word == "no":
        return replace(then, noes=(*now.noes, (about, at)))
    if word in {"link", "void"}:
        return replace(then, linked=int(about) if word == "link" else None)
    return then


def ends(
    start: S,
    sides: tuple[Sequence[Op], Sequence[Op]],
    answers: tuple[Sequence[object], Sequence[object]],
    step: Callable[[S, Op], tuple[object, S]],
) -> Iterator[S]:
    """Yield how it ends by each order of both sides' acts that explains every answer."""
    if not any(sides):
        yield start
    for mine in (0, 1):
        if sides[mine]:
            answered, then = step(start, sides[mine][0])
            if answered == answers[mine][0]:
                rest, told = [*sides], [*answers]
                rest[mine], told[mine] = rest[mine][1:], told[mine][1:]
                yield from ends(then, (rest[0], rest[1]), (told[0], told[1]), step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """What two sides do to the persons `x` and `y`, each in its order, and what held before.

    start: None where nobody is known before; then it is met.
    """

    number: int
    start: People | None
    sides: tuple[tuple[Op, ...], tuple[Op, ...]]


def of_writers(number: int) -> Race:
    """Return a race of two who write about one person, or who meet the same newcomers."""
    one, two, first, second = (f"r{number}.{name}" for name in ("a1", "b1", "a2", "b2"))
    same = f"r{number}.s"
    sides: list[tuple[tuple[Op, ...], tuple[Op, ...]]] = [
        (
            (("tell", same, "mail"), ("tell", one, "mail")),
            (("tell", two, "mail"), ("tell", same, "mail")),
        ),
        (
            (("tell", same, "mail"), ("tell", one, "mail")),
            (("tell", same, "phone"), ("tell", two, "mail")),
        ),
        ((("act", one, "x"), ("act", first, "x")), (("no", two, "x", 10), ("act", second, "x"))),
        ((("act", one, "x"), ("act", first, "x")), (("act", two, "x"), ("act", second, "x"))),
    ]
    if number % 5 < len(sides):
        start = People(yeses=(("x", 0),))
        return Race(number=number, start=start, sides=sides[number % 5])
    met: tuple[tuple[Op, ...], tuple[Op, ...]] = (
        (("meet", one, "y"), ("meet", first, "x")),
        (("meet", two, "x", "y"),),
    )
    return Race(number=number, start=None, sides=met)


def of_merges(number: int) -> Race:
    """Return a race of a merge, or of its undoing, with a withdrawal.

    The no is of either side; it came before or after the other's yes, and so did the link.
    """
    one, two, first, second = (f"r{number}.{name}" for name in ("a1", "b1", "a2", "b2"))
    who, other = ("x", "y") if number % 2 else ("y", "x")
    yes_at, link_at = (0, 15)[number // 2 % 2], (5, 20)[number // 4 % 2]
    start = People(yeses=(("x", 0), ("y", yes_at)))
    if number % 3:
        merge: Op = ("link", one, link_at)
    else:
        start, merge = replace(start, linked=link_at), ("void", one, "r" + str(number) + ".l")
    sides = (
        (merge, ("act", first, other)),
        (("no", two, who, 10), ("act", second, who)),
    )
    return Race(number=number, start=start, sides=sides)


RACES: Final = {"writers": of_writers, "merges": of_merges}
