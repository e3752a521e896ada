from datetime import date

from placket.store.ledger import KeptPolicy
from placket.web.centre.leaflets import ShownVersion, shown_versions
from tests.unit.policy.rendering.shop import policy

DAY = 86_400_000_000


def kept(version: str, effective_from: int) -> KeptPolicy:
    return KeptPolicy(
        version=version,
        digest="",
        fold_digest="",
        text="",
        effective_from=effective_from,
        published_at=0,
    )


def test_the_newest_version_comes_first_and_one_is_in_force() -> None:
    front = policy().front
    start = front.effective_from
    versions = [kept("2025-01", start - 10 * DAY), kept(front.version, start)]

    shown = list(shown_versions([*versions, kept("2026-02", start + DAY)], front, now=start + 1))

    assert shown == [
        ShownVersion(name="2026-02", day=date(2026, 2, 1), state="to come"),
        ShownVersion(name="2026-01", day=date(2026, 1, 31), state="in force"),
        ShownVersion(name="2025-01", day=date(2026, 1, 21), state="ended"),
    ]
