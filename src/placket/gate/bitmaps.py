"""Counts that are asked often: a bitmap of whom nothing can turn soon, the others decided anew."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import lru_cache, partial
from hashlib import sha256
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from placket.decide.sql import count_eligible, numbers_eligible, printed, turning
from placket.standing.fold import moves
from placket.standing.layout import layout_of
from placket.store.moved import Asked, Mark
from placket.store.refusals import LedgerRefuses

if TYPE_CHECKING:
    from placket.decide.decide import Prepared
    from placket.store.ledger import Ledger

try:
    roaring: Any = import_module("pyroaring")
except ModuleNotFoundError:
    roaring = None

TERM: Final = 3_600_000_000
"""For how long a set is made, microseconds; as long after its end it counts as asked often."""

MOST: Final = 5_000
"""Persons decided anew for one count; where there would be more the database counts."""

SLOW_SECONDS: Final = 0.1
"""What a count may take in the database before a set is worth keeping."""


class KeptSet(msgspec.Struct, frozen=True, kw_only=True):
    """For whom an act is permitted from `made_at` to before `until`, microseconds UTC.

    permitted: a bitmap of the numbers of those for whom it is at `made_at`, without `turning`:
    persons whose answer may turn by time alone. seq, number: the mark it was made after;
    whoever moved since is decided anew. Without a bitmap it says that a slow count was asked.
    """

    made_at: int
    until: int
    seq: int = 0
    number: int = 0
    turning: tuple[str, ...] = ()
    permitted: bytes = b""

    def serves(self, now: int) -> bool:
        """Say whether the set answers at `now`."""
        return bool(self.permitted) and self.made_at <= now < self.until

    def was_asked(self, now: int) -> bool:
        """Say whether somebody counted not long ago."""
        return abs(now - self.until) <= TERM


def counted(
    ledger: Ledger, prepared: Prepared, now: int, *, slow_seconds: float = SLOW_SECONDS
) -> int:
    """Return for how many persons the act is permitted at `now`, exactly.

    Where a count took the database longer than `slow_seconds`, the next one within an hour
    keeps a set for those that follow.
    """
    if roaring is None:
        return _by_database(ledger, prepared, now)
    kept = kept_set(ledger, prepared)
    if kept is not None and kept.serves(now):
        found = by_set(ledger, prepared, kept, now)
        if found is not None:
            return found
    began = time.perf_counter()
    count = _by_database(ledger, prepared, now)
    if time.perf_counter() - began >= slow_seconds:
        # A ledger that cannot be written to can be counted all the same.
        with suppress(LedgerRefuses):
            _remember(ledger, prepared, kept, now)
    return count


def _by_database(ledger: Ledger, prepared: Prepared, now: int) -> int:
    return ledger.count(_count_text(prepared, ledger.dialect), {"now": now})


@lru_cache(maxsize=256)
def _count_text(prepared: Prepared, dialect: str) -> str:
    return printed(count_eligible(prepared, layout_of(prepared.policy)), dialect)


def _key(ledger: Ledger, prepared: Prepared) -> str:
    # The text holds the whole condition and the fold's tables: under another policy, or read by
    # another version of the table of decisions, it is another set.
    return sha256(_count_text(prepared, ledger.dialect).encode()).hexdigest()


def kept_set(ledger: Ledger, prepared: Prepared) -> KeptSet | None:
    """Return what is kept for the question, of whatever age."""
    body = ledger.kept_set(_key(ledger, prepared))
    return None if body is None else msgspec.msgpack.decode(body, type=KeptSet)


def by_set(ledger: Ledger, prepared: Prepared, kept: KeptSet, now: int) -> int | None:
    """Return the count at `now`, which `kept` serves; None where too many moved since."""
    asked = Asked(
        since=Mark(seq=kept.seq, number=kept.number),
        layout=layout_of(prepared.policy),
        moves=partial(moves, prepared.policy),
        persons=kept.turning,
        most=MOST,
    )
    moved = ledger.moved(asked)
    if moved is None:
        return None
    # INVARIANT: who neither moved nor turns is permitted now exactly if they were then.
    permitted = roaring.BitMap.deserialize(kept.permitted)
    stayed = len(permitted) - permitted.intersection_cardinality(roaring.BitMap(moved.numbers))
    return int(stayed) + sum(prepared.decide(s, now).is_permitted for s in moved.standings)


def _remember(ledger: Ledger, prepared: Prepared, kept: KeptSet | None, now: int) -> None:
    if kept is not None and kept.was_asked(now):
        made = _made(ledger, prepared, now)
    else:
        made = KeptSet(made_at=now, until=now)
    ledger.keep_set(
        _key(ledger, prepared),
        msgspec.msgpack.encode(made),
        digest=prepared.policy.fold_digest,
        until=made.until + TERM,
        now=now,
    )


def _made(ledger: Ledger, prepared: Prepared, now: int) -> KeptSet:
    """Return the set as of now: the mark first, so that what comes after it is decided anew."""
    mark, layout, until = ledger.mark(), layout_of(prepared.policy), now + TERM
    near = printed(turning(prepared, layout), ledger.dialect)
    rows = list(islice(ledger.rows(near, {"now": now, "until": until}), MOST))
    if len(rows) >= MOST:
        # So many turn within the hour: the database stays the quicker one.
        return KeptSet(made_at=now, until=now)
    every = printed(numbers_eligible(prepared, layout), ledger.dialect)
    permitted = roaring.BitMap([row[0] for row in ledger.rows(every, {"now": now})])
    permitted -= roaring.BitMap([row[1] for row in rows])
    return KeptSet(
        made_at=now,
        until=until,
        seq=mark.seq,
        number=mark.number,
        turning=tuple(str(row[0]) for row in rows),
        permitted=permitted.serialize(),
    )
