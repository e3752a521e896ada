"""Erasers that answer page by page: well, in part, without end, for another, or unsigned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from placket.identity.identifier import Identifier
from placket.rights.recipients import Act, State
from placket.sources.processors.eraser import MOST_PAGES, Eraser
from placket.sources.processors.message import Answer, asked
from placket.sources.processors.message import told as tell
from tests.unit.sources.processors.fakes import (
    NOW,
    SECRET,
    Reply,
    Seen,
    clock,
    message,
    outgoing,
    signed_reply,
)

if TYPE_CHECKING:
    from tests.unit.sources.processors.conftest import Serve


def page(*, removed: Any = 1, retained: Any = 0, done: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "items_removed": removed,
        "items_retained": retained,
        "messages": ["Kept the order of ada@example.org."] if retained else [],
        "done": done,
        **more,
    }


@dataclass
class Site:
    """A site with rows of each address, and some that its plugins do not give up."""

    rows: dict[str, int] = field(default_factory=lambda: {"ada@example.org": 250})
    keeps: int = 0

    def __call__(self, seen: Seen) -> Reply:
        email = seen.said["email_address"]
        held = self.rows.get(email, 0)
        gone = min(100, held)
        self.rows[email] = held - gone
        is_last = held <= 100
        retained = self.keeps if is_last else 0
        said = page(removed=gone, retained=retained, done=is_last)
        return signed_reply(seen.headers["webhook-id"], said)


def eraser(url: str, now: Any = clock) -> Eraser:
    return Eraser(url=url, secret=SECRET, calls=outgoing(), clock=now)


def failed(why: str) -> Answer:
    return Answer(state=State.FAILED, why=why)


def test_an_eraser_is_asked_page_by_page_until_it_is_done(serve: Serve) -> None:
    site = Site()
    shop = serve(site)

    found = tell(eraser(shop.url), message())

    assert [seen.said for seen in shop.seen] == [
        {"email_address": "ada@example.org", "page": number} for number in (1, 2, 3)
    ]
    assert site.rows == {"ada@example.org": 0}
    assert (found.state, found.reference, len(found.signed)) == (State.DONE, "m_1", 3)


def test_every_address_of_the_person_is_erased(serve: Serve) -> None:
    shop = serve(Site(rows={"ada@example.org": 1, "ada@example.net": 1}))
    whom = (Identifier("email", "ada@example.org"), Identifier("email", "ada@example.net"))

    tell(eraser(shop.url), message(whom=whom))

    assert [seen.said["email_address"] for seen in shop.seen] == [each.value for each in whom]
    assert len({seen.headers["webhook-id"] for seen in shop.seen}) == 2


def test_what_it_retains_makes_it_partial_and_its_messages_are_not_shown(serve: Serve) -> None:
    found = tell(eraser(serve(Site(keeps=2)).url), message())

    assert found.state == State.PARTIAL
    assert "ada@" not in repr(found)


def test_asked_again_it_says_what_it_still_retains(serve: Serve) -> None:
    site = Site(keeps=1)
    way = eraser(serve(site).url)
    tell(way, message())
    site.keeps = 0

    assert asked(way, message(), "m_1").state == State.DONE


def test_the_numbers_may_be_yes_and_no_as_of_old(serve: Serve) -> None:
    replies = {True: State.PARTIAL, False: State.DONE}
    for retained, state in replies.items():
        said = page(removed=True, retained=retained)
        shop = serve(lambda seen, said=said: signed_reply(seen.headers["webhook-id"], said))

        assert tell(eraser(shop.url), message()).state == state


def test_an_eraser_that_is_never_done_is_left(serve: Serve) -> None:
    said = page(done=False)
    shop = serve(lambda seen: signed_reply(seen.headers["webhook-id"], said))

    assert tell(eraser(shop.url), message()) == failed("unreadable")
    assert len(shop.seen) == MOST_PAGES


def test_an_eraser_that_takes_its_time_is_left(serve: Serve) -> None:
    said = page(done=False)
    shop = serve(
        lambda seen: signed_reply(
            seen.headers["webhook-id"], said, at=int(seen.headers["webhook-timestamp"])
        )
    )
    # Every look at the clock is ten seconds later.
    times = iter(range(NOW * 1_000_000, (NOW + 10_000) * 1_000_000, 10_000_000))

    assert tell(eraser(shop.url, lambda: next(times)), message()) == failed("unreachable")
    assert len(shop.seen) == 2


@pytest.mark.parametrize(
    "said",
    [
        page(removed="1"),
        page(removed=None),
        {"done": True},
        {"items_removed": 1, "items_retained": 0, "messages": "none", "done": True},
        [],
    ],
)
def test_a_page_of_another_form_is_not_read(serve: Serve, said: Any) -> None:
    shop = serve(lambda seen: signed_reply(seen.headers["webhook-id"], said))

    assert tell(eraser(shop.url), message()) == failed("unreadable")


def test_a_page_that_is_not_signed_is_not_believed(serve: Serve) -> None:
    shop = serve(lambda _seen: Reply(200, b'{"done":true}'))

    assert tell(eraser(shop.url), message()) == failed("unsigned")


def test_a_page_of_another_address_or_page_counts_for_nothing(serve: Serve) -> None:
    shop = serve(lambda _seen: signed_reply("m_1.1.2", page()))

    assert tell(eraser(shop.url), message()) == failed("of_another")


@pytest.mark.parametrize(
    "parts", [{"act": Act.RECTIFY}, {"act": Act.ACCESS}, {"whom": (Identifier("phone", "+1"),)}]
)
def test_what_an_eraser_cannot_do_goes_to_a_person(serve: Serve, parts: Any) -> None:
    shop = serve(Site())

    assert tell(eraser(shop.url), message(**parts)) == failed("unable")
    assert shop.seen == []
