"""What somebody tried so as to break a request: each came through once, and does no more."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.gate.requests.carrying import carry_out
from placket.gate.requests.completing import complete
from placket.gate.requests.desk import Desk
from placket.gate.requests.packing import NoPackage, locked
from placket.gate.requests.planning import approve, make_plan
from placket.gate.requests.post import letters_of
from placket.gate.requests.proof import NoSuchToken
from placket.gate.requests.register import Opening, Register
from placket.gate.requests.telling import Messenger
from placket.gate.requests.upkeep import Kept, Upkeep
from placket.plan.plan import StalePlan
from placket.rights.letters import LetterKind
from placket.rights.moves import Move
from placket.rights.right import Right
from placket.sources.mail import MailRefused
from placket.sources.processors.outgoing import Outgoing
from placket.sources.told import Told
from tests.contract.gates import SECOND, fact, known
from tests.contract.rights_shop import ADA, BEN, CAT, Asked, asked_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.requests.register import Case


EVE = "email:eve@example.net"


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = asked_in(tmp_path, f"sqlite:///{tmp_path}/shop.db")
    yield made
    made.close()


def approved(asked: Asked, subject: str, right: Right = Right.ERASURE) -> Case:
    case = asked.strongly(subject, right)
    made = make_plan(asked.register, case.request.id)
    return approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")


def test_a_rest_that_goes_beyond_what_was_approved_waits_for_a_person_however_often_it_is_tried(
    asked: Asked,
) -> None:
    reference = approved(asked, BEN).request.id
    carry_out(asked.register, reference, holder="w1")
    asked.run("INSERT INTO \"call\" VALUES (99, 2, '2026-12-01 10:00:00', 'new.wav')")
    asked.run("UPDATE orders SET closed_at = '2026-12-01 10:00:00' WHERE id = 6")
    asked.shop.clock.now += SECOND
    asked.sync()

    tried = [complete(asked.register, reference, holder="w1") for _ in range(3)]

    assert tried == [None, None, None]
    assert asked.register.case(reference).request.approvals == ()
    assert 99 in [row[0] for row in asked.rows("call")]


def _stop_token(asked: Asked, case: Case) -> str:
    written = next(w for w in letters_of(asked.register, case) if w.kept.kind == LetterKind.NOTICE)
    return "".join(written.kept.body.split("/privacy/requests/stop/")[1].split()[:1])


def test_a_stop_that_comes_after_something_was_deleted_does_not_say_that_nothing_was(
    asked: Asked,
) -> None:
    case = approved(asked, ADA)
    token = _stop_token(asked, case)
    carry_out(asked.register, case.request.id, holder="w1")

    stopped = asked.desk.stop(token)

    newest = letters_of(asked.register, stopped)[-1].kept
    assert newest.kind == LetterKind.STOPPED_LATE
    assert "nothing was deleted" not in newest.body


def test_a_stop_that_was_killed_before_it_counted_can_be_pressed_again(asked: Asked) -> None:
    case = asked.strongly(ADA, Right.ERASURE)
    token = _stop_token(asked, case)
    killed = Desk(register=Killed(gate=asked.gate), web=asked.desk.web)
    with pytest.raises(Kill):
        killed.stop(token)

    stopped = asked.desk.stop(token)

    assert stopped.request.stopped_at is not None
    with pytest.raises(NoSuchToken):
        asked.desk.stop(token)


class Kill(BaseException):
    """The process is gone."""


class Killed(Register):
    """A register whose process dies before any move is written."""

    __slots__ = ()

    def move(self, of: str | Case, move: Move, **said: object) -> Case:
        """Die."""
        raise Kill


def test_a_copy_that_was_made_before_the_stop_is_given_to_nobody(asked: Asked) -> None:
    case = approved(asked, ADA, Right.ACCESS)
    carry_out(asked.register, case.request.id, holder="w1")
    asked.desk.stop(_stop_token(asked, case))

    with pytest.raises(NoPackage):
        locked(asked.register, case.request.id)


def _tell(asked: Asked, kind: Kind, case: Case, **said: object) -> None:
    asked.shop.clock.now += SECOND
    asked.gate.record([Told(fact(asked.gate, kind, case.request.person, **said))])


def test_a_hold_that_is_placed_after_the_approval_stops_the_plan(asked: Asked) -> None:
    case = approved(asked, ADA)
    before = asked.rows("call")
    _tell(asked, Kind.HOLD_PLACED, case, data=("call_recording",), clause="S-1")

    with pytest.raises(StalePlan):
        carry_out(asked.register, case.request.id, holder="w1")

    assert asked.rows("call") == before


def test_whoever_is_linked_after_the_approval_keeps_what_the_ledger_has_of_them(
    asked: Asked,
) -> None:
    case = approved(asked, CAT)
    eve = known(asked.gate, EVE)
    _tell(asked, Kind.IDENTITY_LINKED, case, about=eve)

    with pytest.raises(StalePlan):
        carry_out(asked.register, case.request.id, holder="w1")

    assert asked.gate.person_of(EVE) == eve


class Picky:
    """A post that never takes a letter to one address."""

    def __init__(self, unwanted: str) -> None:
        """Know the address."""
        self.unwanted = unwanted
        self.sent_to: list[str] = []

    def send(self, *, to: str, subject: str, body: str, name: str, language: str = "en") -> None:
        """Take the letter, or refuse it."""
        del subject, body, name, language
        if to == self.unwanted:
            raise MailRefused(MailRefused.__doc__)
        self.sent_to.append(to)


def _round(asked: Asked, post: Picky) -> Kept:
    messenger = Messenger(register=asked.register, calls=Outgoing(loopback=True), post=post)
    return Upkeep(register=asked.register, messenger=messenger, holder="w1", post=post).round()


def test_a_letter_that_is_refused_for_good_holds_up_no_other(asked: Asked) -> None:
    asked.desk.open(Opening(subject=ADA, right=Right.ACCESS, route="web"))
    asked.shop.clock.now += SECOND
    asked.desk.open(Opening(subject=CAT, right=Right.ACCESS, route="web"))
    post = Picky("ada@example.org")

    kept = _round(asked, post)

    assert post.sent_to == ["cat@example.net"] * kept.sent
    assert kept.sent > 0
    assert kept.refused == {"": MailRefused.__doc__}


def test_a_catalogue_that_cannot_be_read_holds_up_no_letter(asked: Asked) -> None:
    case = approved(asked, ADA)
    with suppress(Kill):
        carry_out(asked.register, case.request.id, holder="w0", point=_die)
    asked.gate.settings.sources["shop"].catalogue.write_text("catalogue: [")
    post = Picky("")

    kept = _round(asked, post)

    assert kept.sent > 0
    assert set(kept.refused) == {case.request.id}


def _die(_name: str) -> None:
    raise Kill


def test_a_plan_that_is_carried_out_is_not_called_stale_when_it_is_applied_again(
    asked: Asked,
) -> None:
    case = approved(asked, ADA)
    carry_out(asked.register, case.request.id, holder="w1")
    size = asked.gate.size()

    again = carry_out(asked.register, case.request.id, holder="w2")

    assert again.is_done
    assert asked.gate.size() == size


def test_a_request_whose_opening_was_cut_short_is_acknowledged_by_the_next_round(
    asked: Asked,
) -> None:
    opening = Opening(subject=ADA, right=Right.ERASURE, route="phone", by="care-1")
    case = asked.register.open(opening)
    asked.shop.clock.now += 120 * SECOND

    _round(asked, Picky(""))

    kept = asked.register.case(case.request.id)
    assert kept.request.acknowledged_at is not None
    assert {w.kept.kind for w in letters_of(asked.register, kept)} == {"received", "notice"}


def test_a_notice_that_a_kill_left_unsent_is_sent_by_the_next_round_once(asked: Asked) -> None:
    case = asked.register.open(Opening(subject=ADA, right=Right.ERASURE, route="phone"))
    asked.register.move(case.request.id, Move.ACKNOWLEDGED)
    asked.shop.clock.now += 120 * SECOND

    for _ in range(2):
        _round(asked, Picky(""))

    kept = asked.register.case(case.request.id)
    assert kept.request.notified_at is not None
    assert [w.kept.kind for w in letters_of(asked.register, kept)] == ["notice"]
