"""How a step or a support becomes a reason: all but the fact is made beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.decide.question import Reason

if TYPE_CHECKING:
    from placket.standing.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Telling:
    """The reason of a step: for each place by its state, where laws are named; else `elsewhere`.

    names: the states whose facts explain it, most telling first. clocks: state, clause and
    text of each clock; of these the one that ends last speaks.
    """

    by_place: tuple[tuple[str, Reason], ...]
    elsewhere: Reason
    names: tuple[str, ...]
    clocks: tuple[tuple[str, str, str], ...]

    def reason(self, standing: Standing, at: int) -> Reason:
        """Return the reason by the law of the first of the person's places that has the step."""
        found = self.elsewhere
        for place, reason in self.by_place:
            # In full: the standing's own method takes three times as long.
            interval = standing.dense.get(place)
            if interval is not None and interval[0] <= at < interval[1]:
                found = reason
                break
        ended = self._last_clock(standing) if self.clocks else None
        if ended is not None:
            clause, text, fact = ended
            return _written(found, clause, text, fact)
        fact = self._telling_fact(standing, at) if self.names else ""
        return resting_on(found, fact)

    def _last_clock(self, standing: Standing) -> tuple[str, str, str] | None:
        """Return clause, text and fact of the clock that ends last, None when none ever ran."""
        ran = [
            (interval, clause, text)
            for name, clause, text in self.clocks
            if (interval := standing.get(name)) is not None
        ]
        if not ran:
            return None
        interval, clause, text = max(ran, key=lambda each: each[0][1])
        return clause, text, interval[2]

    def _telling_fact(self, standing: Standing, at: int) -> str:
        first, dense, sparse = "", standing.dense, standing.sparse
        for name in self.names:
            interval = dense.get(name) or sparse.get(name)
            if interval is not None and interval[2]:
                # A state that holds now tells more than one that ended.
                if interval[0] <= at < interval[1]:
                    return interval[2]
                first = first or interval[2]
        return first


def resting_on(reason: Reason, fact: str) -> Reason:
    """Return the reason as it rests on `fact`; itself on none."""
    return _written(reason, reason.clause, reason.text, fact) if fact else reason


def _written(reason: Reason, clause: str, text: str, fact: str) -> Reason:
    # In full: a general replacement costs three times as much, and this is done most.
    return Reason(
        code=reason.code,
        clause=clause,
        text=text,
        law=reason.law,
        fact=fact,
        changes_when=reason.changes_when,
        data=reason.data,
    )
