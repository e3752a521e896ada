"""The published versions of the policy, and which is in force when."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from placket.gate.folds import PolicyFold
from placket.law.calendar import DAY, date_of
from placket.law.packs import load_packs
from placket.policy.load import bind
from placket.policy.parse import parse

if TYPE_CHECKING:
    from datetime import date

    from placket.gate.sealing import Keys
    from placket.policy.compile import Policy
    from placket.policy.parse import Document
    from placket.store.ledger import KeptPolicy


LATE: Final = 300_000_000
"""How far, in microseconds, the clock of another process of the installation may be behind."""


class NothingPublished(Exception):
    """no policy is published; run `placket policy publish POLICY`."""


class UnknownVersion(ValueError):
    """no policy of this version is published."""


@dataclass(slots=True)
class Versions:
    """The versions by when they take effect; each is bound to the law of the day asked about."""

    kept: tuple[KeptPolicy, ...]
    documents: dict[str, Document] = field(default_factory=dict)
    bound: dict[tuple[str, tuple[int, ...]], Policy] = field(default_factory=dict)
    days: dict[tuple[int, int], Policy] = field(default_factory=dict)

    def at(self, instant: int) -> Policy:
        """Return the policy in force at `instant`, under the law of that day.

        An instant before the first version has the first. Raises NothingPublished.
        """
        index = self._index(instant)
        day = (index, instant // DAY)
        found = self.days.get(day)
        if found is None:
            found = self.days[day] = self._bound(self.kept[index], instant)
        return found

    def version_at(self, instant: int) -> str:
        """Return the name of the version in force at `instant`."""
        return self.kept[self._index(instant)].version

    def pair(self, version: str) -> tuple[Document | None, Document]:
        """Return the version before `version` by when they take effect, None of the first, and it.

        Raises UnknownVersion.
        """
        names = [kept.version for kept in self.kept]
        if version not in names:
            raise UnknownVersion(
                f"`{version}` is no published version; they are {', '.join(names)}"
            )
        at = names.index(version)
        before = self._document(self.kept[at - 1]) if at else None
        return before, self._document(self.kept[at])

    def _index(self, instant: int) -> int:
        if not self.kept:
            raise NothingPublished(str(NothingPublished.__doc__))
        return max(bisect_right(self.kept, instant, key=_effective) - 1, 0)

    def _bound(self, kept: KeptPolicy, instant: int) -> Policy:
        document = self._document(kept)
        on = date_of(instant, document.front.timezone)
        # Days between two changes of the law share their laws, and so their policy.
        laws = tuple(id(pack.at(_not_before(pack.changes, on))) for pack in load_packs().values())
        key = (kept.digest, laws)
        if key not in self.bound:
            first = max(pack.changes[0] for pack in load_packs().values())
            self.bound[key] = bind(document, on=max(on, first))
        return self.bound[key]

    def _document(self, kept: KeptPolicy) -> Document:
        if kept.digest not in self.documents:
            document = parse(kept.text, f"policy {kept.version}").document
            if document is None:
                raise AssertionError("a published policy was checked before it was kept")
            self.documents[kept.digest] = document
        return self.documents[kept.digest]

    def folds(self, keys: Keys, now: int) -> tuple[PolicyFold, ...]:
        """Return the folds that somebody needs: of what is in force, ends or is to come.

        The law of tomorrow is among them, so that its standing is there when the day begins,
        and what another process with a late clock still asks for.
        """
        coming = (k.effective_from for k in self.kept if k.effective_from > now)
        instants = [now, *coming, now + DAY, now - LATE]
        policies = {policy.fold_digest: policy for policy in map(self.at, instants)}
        return tuple(PolicyFold(policy=policy, keys=keys) for policy in policies.values())

    def renewed(self, kept: tuple[KeptPolicy, ...]) -> Versions:
        """Return the versions of `kept`; what was read of these already is not read again."""
        return replace(self, kept=kept, days={})


def _effective(kept: KeptPolicy) -> int:
    return kept.effective_from


def _not_before(changes: tuple[date, ...], on: date) -> date:
    return max(on, changes[0])
