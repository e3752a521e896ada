"""What is cut: each kind of work that writes, from a start that is built once to its end.

Each is done again after a cut as whoever runs Placket would: the command once more, the worker's
next round, staff who go on with a request where it stands.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from placket.cli.init import Wanted, make
from placket.cli.sync import run as run_sync
from placket.decide.question import Question
from placket.facts import Kind
from placket.gate.opening import publish
from placket.gate.views import SourceViews, read_catalogue
from placket.rights.right import Right
from placket.settings import FILE, SourceSettings
from placket.sources.told import Told
from tests.contract.cut_requests import asked_for
from tests.contract.gates import DAY, NOON, Shop, fact, known, no, shop_in, yes
from tests.contract.installed import NEWS
from tests.contract.rights_shop import ADA, BEN, CAT, CATALOGUE, POLICY, SCHEMA, asked_in
from tests.contract.test_requests_files import RECORDINGS
from tests.contract.test_store_register import PLAN
from tests.contract.test_store_upgrade import TAKEN_AWAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.gate.gate import Gate
    from tests.contract.cut_grounds import Ground

DAN: Final = "email:dan@example.com"
SPARE: Final = "p_spare"
ANOTHER: Final = """
  uses: [name, postal_address]
  basis: legitimate_interest
  interest: readers
  assessment: li-2
"""


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work. prepare: builds its start; do: does it, or ends it after a cut."""

    name: str
    prepare: Callable[[Ground], None]
    do: Callable[[Ground], None]


# Starts


def _asked(ground: Ground) -> None:
    """Have a shop with recordings, and its installation synced."""
    ground.begin()
    made = asked_in(ground.home, ground.url, ground.ledger, ground.keyring)
    made.close()
    ground.shop = Shop(made.shop.settings, made.shop.clock)
    (ground.home / "recordings.yaml").write_text(RECORDINGS)
    (ground.home / "calls").mkdir()
    for name in ("ring.wav", "cat.wav"):
        (ground.home / "calls" / name).write_bytes(name.encode())
    url = f"file://{ground.home}/calls"
    of = SourceSettings(url=url, catalogue=ground.home / "recordings.yaml")
    sources = {**ground.shop.settings.sources, "recordings": of}
    ground.shop.settings = replace(ground.shop.settings, sources=sources)
    ground.shop.clock.now = NOON + 40 * DAY


def _subscribed(ground: Ground) -> None:
    """Have two who said yes."""
    _asked(ground)
    with ground.gate() as gate:
        gate.record([yes(gate, known(gate, subject)) for subject in (ADA, BEN)])


def _viewed(ground: Ground) -> None:
    """Have a view on the shop."""
    _subscribed(ground)
    with ground.gate() as gate, closing(SourceViews(gate=gate, name="shop")) as views:
        views.apply(NEWS)


def _old(ground: Ground) -> None:
    """Have a ledger of the version before."""
    _asked(ground)
    ground.run(TAKEN_AWAY)


def _empty(ground: Ground) -> None:
    """Have nothing at all."""
    ground.begin()
    ground.shop = shop_in(ground.home, ground.ledger, ground.keyring)


def _unsynced(ground: Ground) -> None:
    """Have a shop of which nothing was told yet."""
    _empty(ground)
    ground.run_in_shop(SCHEMA)
    file = ground.home / "catalogue.yaml"
    file.write_text(CATALOGUE)
    sources = {"shop": SourceSettings(url=ground.url, catalogue=file)}
    ground.shop.settings = replace(ground.shop.settings, sources=sources)
    ground.shop.create(POLICY.lstrip()).close()
    ground.shop.gates.clear()


def _changed(ground: Ground) -> None:
    """Have a shop that changed since the last sync."""
    _asked(ground)
    ground.run_in_shop(
        "UPDATE orders SET closed_at = '2026-12-01 10:00:00' WHERE id = 6;"
        "INSERT INTO customer VALUES"
        " (4, 'Dan', 'dan@example.com', 'GB', '2026-12-02 10:00:00', NULL)"
    )


# Work


def told(ground: Ground) -> None:
    """Hear of somebody through a gate of its own."""
    with ground.gate() as gate:
        hear(gate)


def hear(gate: Gate) -> None:
    """Meet somebody, hear a yes and a no, merge two, part them, and note a passage."""
    gate.record([yes(gate, known(gate, DAN))])
    ada, ben = gate.person_of(ADA), gate.person_of(BEN)
    assert ada is not None
    assert ben is not None
    link = fact(gate, Kind.IDENTITY_LINKED, ada, about=ben, what="email")
    gate.record([Told(link)])
    gate.record([no(gate, ben)])
    both = tuple(sorted((ada, ben)))
    gate.record([Told(fact(gate, Kind.SHARED, "", persons=both, recipient="courier"))])
    gate.record([Told(fact(gate, Kind.LINK_VOIDED, ada, about=link.id))])


def published(ground: Ground) -> None:
    """Try a policy on everybody, publish it, and one that is to come."""
    more = "- activity: newsletter\n  purpose: direct_marketing"
    now = POLICY.lstrip().replace("version: v1", "version: v2")
    now = now.replace(more, more.replace("newsletter", "catalogue_mail") + ANOTHER + more)
    later = now.replace("version: v2", "version: v3").replace("2024-01-01", "2027-06-01")
    with ground.gate() as gate:
        with gate.ledger.trial(gate.in_force.folds()):
            pass
        for text in (now, later.replace("[name, email]", "[email]")):
            done = publish(gate, text, "policy.md", by="test")
            assert done.version, [str(problem) for problem in done.problems]


def erased(ground: Ground) -> None:
    """Erase somebody, by an address while there is one."""
    with ground.gate() as gate:
        person = gate.person_of(BEN)
        if person is not None:
            gate.erase(person, by="test", route="test")


def rekeyed(ground: Ground) -> None:
    """Give somebody a fresh key, destroy another's, and change the wrapping key."""
    with ground.gate() as gate:
        ada = gate.person_of(ADA)
        assert ada is not None
        gate.keys.ensure([SPARE])
        gate.keys.renew(ada)
        gate.keys.destroy(SPARE)
        gate.keys.rotate()


def registered(ground: Ground) -> None:
    """Keep, move and drop records under a lease, and give it back."""
    with ground.gate() as gate:
        ledger, now = gate.ledger, gate.now()
        fence = ledger.lease("task", "w1", now=now, seconds=60)
        assert fence is not None
        spare = replace(PLAN, id="d_2")
        ledger.put_records([PLAN, spare], fence=fence)
        renewed = ledger.renew(fence, now=now, seconds=90)
        assert renewed is not None
        ledger.move_record("plan", PLAN.id, before=PLAN.state, after="approved")
        ledger.drop_records("plan", [spare.id])
        ledger.tally("codes", now=now, within=60)
        ledger.remember({"slot": "value"})
        ledger.keep_set("set", b"\x01", digest=gate.policy.fold_digest, until=now + DAY, now=now)
        ledger.release(renewed)


def synced(ground: Ground) -> None:
    """Read the shop, as the command does."""
    of = ground.shop.settings.sources["shop"]
    catalogue = read_catalogue(of.catalogue.read_text(), of.catalogue.name)
    engine = ground.engine()
    with ground.gate() as gate:
        run_sync(gate, catalogue, "shop", engine)
    engine.dispose()


def viewed(ground: Ground) -> None:
    """Make views, hear a no, and bring them up to date."""
    with ground.gate() as gate, closing(SourceViews(gate=gate, name="shop")) as views:
        views.apply(NEWS)
        views.apply(Question(activity="shipping"))
        ada = gate.person_of(ADA)
        assert ada is not None
        gate.record([no(gate, ada)])
        views.refresh_changed()


def upgraded(ground: Ground) -> None:
    """Open a ledger of the version before."""
    ground.gate().close()


def created(ground: Ground) -> None:
    """Make an installation and publish its first policy, as the commands do."""
    settings = ground.shop.settings
    if not (ground.home / FILE).exists():
        make(
            Wanted(
                folder=ground.home,
                source=None,
                name="shop",
                retailer="Small Shop",
                ledger=settings.ledger,
                keyring=settings.keyring,
            ),
            None,
        )
    with ground.gate() as gate:
        done = publish(gate, POLICY.lstrip(), "policy.md", by="test")
        assert done.version, [str(problem) for problem in done.problems]


WORKS: Final = {
    work.name: work
    for work in (
        Work("facts told", _subscribed, told),
        Work("a policy published", _subscribed, published),
        Work("a person erased", _subscribed, erased),
        Work("keys renewed and wrapped anew", _asked, rekeyed),
        Work("records under a lease", _asked, registered),
        Work("a first sync", _unsynced, synced),
        Work("a later sync", _changed, synced),
        Work("views", _subscribed, viewed),
        Work("a ledger of the version before", _old, upgraded),
        Work("an installation made", _empty, created),
        Work(
            "an erasure that keeps the books",
            _viewed,
            partial(asked_for, subject=ADA, right=Right.ERASURE),
        ),
        Work(
            "an erasure of everything", _asked, partial(asked_for, subject=CAT, right=Right.ERASURE)
        ),
        Work("a copy", _asked, partial(asked_for, subject=BEN, right=Right.ACCESS)),
    )
}
"""Every kind of work, by its name."""
