"""Delete a person's files as a plan says: looked at first, noted, and gone on with after a kill."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.catalogue.filenames import OWN, PATH, pattern_of
from placket.plan.apply import TakenOver, TargetRefuses, TargetUnreachable, no_point
from placket.plan.inventory import row_digest
from placket.plan.plan import Action, Seen, StalePlan, differences
from placket.sources.connect import SourceUnreachable
from placket.sources.files import file_values
from placket.sources.stores import NotAFile, StoreRefuses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.catalogue.model import Catalogue
    from placket.plan.apply import Point, Work
    from placket.plan.inventory import Pairs
    from placket.sources.stores import Store

DONE: Final = f"{OWN}done"
"""Where it is noted which plans are in, and which are begun."""
FENCE: Final = f"{OWN}fence"
"""Where the workers of a request leave the numbers of their leases."""
_BEGUN: Final = ".begun"
_ID: Final = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class FilesTarget:
    """One source of files, as a Target of a plan.

    A store has no transaction. So all files are compared first, then it is noted that the plan
    is begun, then they go one by one, then that it is done. What was begun is ended by the next
    application: a file that is gone by then is one that it deleted.
    """

    store: Store
    catalogue: Catalogue
    source: str

    def carry_out(self, work: Work, *, point: Point = no_point) -> None:
        """Delete all files of `work`; what is done already is not done again.

        Raises StalePlan, TakenOver, TargetUnreachable and TargetRefuses: of these, the first
        two and the last before anything is deleted, unless a file was swapped meanwhile.
        """
        with _told(self.source):
            self._take_fence(work)
            point("fence taken")
            noted = f"{DONE}/{_id(work.plan)}"
            if self.store.entry(noted) is None:
                self._delete(work, f"{noted}{_BEGUN}", point)
                self.store.put(noted, b"")
                point("noted as done")
            self.store.delete(f"{noted}{_BEGUN}")
            point("beginning forgotten")

    def _take_fence(self, work: Work) -> None:
        """Leave the number of this lease, and look for a greater one. Raises TakenOver.

        INVARIANT: left before it is looked. Of two who come at once, at least the one with the
        smaller number sees the other's.
        """
        at = f"{FENCE}/{_id(work.request)}"
        self.store.put(f"{at}.{work.fence}", b"")
        numbers = [int(path.rpartition(".")[2]) for path in self.store.own(f"{at}.")]
        if max(numbers, default=0) > work.fence:
            raise TakenOver(str(TakenOver.__doc__))
        for number in numbers:
            if number < work.fence:
                self.store.delete(f"{at}.{number}")

    def _delete(self, work: Work, begun: str, point: Point) -> None:
        paths = [(number, path) for number, path in self._paths(work)]
        gone = frozenset(path for _, path in paths) if self.store.entry(begun) else frozenset()
        self._compare(work, gone)
        point("files compared")
        self.store.put(begun, b"")
        point("noted as begun")
        for number, path in paths:
            self.store.delete(path)
            point(f"step {number}: one file deleted")

    def _paths(self, work: Work) -> Iterator[tuple[int, str]]:
        for number, step in work.steps:
            if step.action is not Action.DELETE:
                raise TargetRefuses(
                    f"`{self.source}.{step.table}` holds files, which are deleted or kept, never"
                    " written; name `delete` or `keep` in the catalogue"
                )
            for key in step.rows:
                yield number, _path(key)

    def _compare(self, work: Work, gone: frozenset[str]) -> None:
        """Read every file that the plan saw again. Raises StalePlan.

        gone: what a killed application may have deleted already.
        """
        found = [seen for each in work.seen if (seen := self._seen(each)) is not None]
        here = {each.at for each in found}
        wanted = [each for each in work.seen if each.at in here or _path(each.at.key) not in gone]
        changes = differences(wanted, found)
        if changes:
            raise StalePlan(changes)

    def _seen(self, seen: Seen) -> Seen | None:
        entry = self.store.entry(_path(seen.at.key))
        if entry is None:
            return None
        source = self.catalogue.source(self.source)
        table = source.table(seen.at.table) if source is not None else None
        if table is None:
            raise TargetRefuses(f"the catalogue does not name `{self.source}.{seen.at.table}`")
        values = file_values(self.store, entry, pattern_of(table.files))
        return Seen(at=seen.at, digest=row_digest(seen.at.key, values))


def _path(key: Pairs) -> str:
    return str(dict(key)[PATH])


def _id(text: str) -> str:
    """Return an id as the name of a file. Raises ValueError for one that could lead elsewhere."""
    if not _ID.fullmatch(text):
        raise ValueError(f"`{text}` is no id")
    return text


@contextmanager
def _told(source: str) -> Iterator[None]:
    """Raise what a Target raises in place of what a store does."""
    try:
        yield
    except SourceUnreachable:
        raise TargetUnreachable(f"`{source}` did not answer; apply the plan again later") from None
    except StoreRefuses:
        raise TargetRefuses(
            f"`{source}` may not be changed by this role; nothing more was deleted there"
        ) from None
    except NotAFile:
        raise TargetRefuses(
            f"`{source}` has something that is no regular file where the plan names one"
        ) from None
