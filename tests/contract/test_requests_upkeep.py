"""The worker's round over requests: letters out, plans ended, rests completed, copies dropped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from placket.decide.question import Question
from placket.facts import Fact, Kind, fact_id
from placket.gate.requests.carrying import carry_out
from placket.gate.requests.lifting import announce
from placket.gate.requests.planning import approve, make_plan
from placket.gate.requests.post import letters_of
from placket.gate.requests.register import MoveRefused
from placket.gate.requests.sealed import RECEIPT
from placket.gate.requests.telling import Messenger, record_answer, tellings
from placket.gate.requests.upkeep import Kept, Upkeep
from placket.plan.plan import StalePlan
from placket.rights.letters import LetterKind, Unsaid
from placket.rights.recipients import State as Said
from placket.rights.request import State
from placket.rights.right import Right
from placket.sources.connect import SourceUnreachable
from placket.sources.mail import MailNotSent
from placket.sources.processors.outgoing import Outgoing
from placket.sources.told import Told
from tests.contract.gates import DAY, SECOND
from tests.contract.rights_shop import ADA, BEN, Asked, asked_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.requests.register import Case


@dataclass(slots=True)
class Postbox:
    """A post that keeps what it was given, and may be away."""

    letters: list[tuple[str, str]] = field(default_factory=list)
    is_away: bool = False

    def send(self, *, to: str, subject: str, body: str, name: str, language: str = "en") -> None:
        """Keep a letter, or be away."""
        del subject, name, language
        if self.is_away:
            raise MailNotSent(MailNotSent.__doc__)
        self.letters.append((to, body))


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = asked_in(tmp_path, f"sqlite:///{tmp_path}/shop.db")
    yield made
    made.close()


@pytest.fixture
def post() -> Postbox:
    return Postbox()


@pytest.fixture
def upkeep(asked: Asked, post: Postbox) -> Upkeep:
    messenger = Messenger(register=asked.register, calls=Outgoing(loopback=True), post=post)
    return Upkeep(register=asked.register, messenger=messenger, holder="w1", post=post)


def approved(asked: Asked, subject: str, right: Right = Right.ERASURE) -> Case:
    case = asked.strongly(subject, right)
    made = make_plan(asked.register, case.request.id)
    return approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")


def test_letters_are_sent_once(asked: Asked, upkeep: Upkeep, post: Postbox) -> None:
    asked.strongly(ADA, Right.ERASURE)

    first, second = upkeep.round(), upkeep.round()

    assert (first.sent, second.sent) == (2, 0)
    assert {to for to, _ in post.letters} == {"ada@example.org"}


def test_letters_wait_while_the_post_is_away(asked: Asked, upkeep: Upkeep, post: Postbox) -> None:
    asked.strongly(ADA, Right.ERASURE)
    post.is_away = True

    away = upkeep.round()
    post.is_away = False

    assert away.sent == 0
    assert list(away.refused) == [""]
    assert upkeep.round().sent == 2


def test_a_plan_that_nobody_began_is_left_and_one_that_was_killed_is_ended(
    asked: Asked, upkeep: Upkeep
) -> None:
    case = approved(asked, ADA)
    assert upkeep.round().carried == 0

    def die(_name: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(asked.register, case.request.id, holder="w0", point=die)
    ended = upkeep.round()

    assert ended.carried == 1
    assert asked.register.case(case.request.id).request.remaining == 0
    assert [row[0] for row in asked.rows("customer")] == [2, 3]


def test_a_source_that_was_away_is_tried_again(
    asked: Asked, upkeep: Upkeep, tmp_path: Path
) -> None:
    case = approved(asked, ADA)
    shop = tmp_path / "shop.db"
    away = shop.with_name("away.db")
    shop.rename(away)
    with pytest.raises(SourceUnreachable):
        carry_out(asked.register, case.request.id, holder="w0")
    assert upkeep.round().carried == 0

    away.rename(shop)

    assert upkeep.round().carried == 1
    assert [row[0] for row in asked.rows("customer")] == [2, 3]


def test_a_plan_that_is_stale_is_not_tried_again(asked: Asked, upkeep: Upkeep) -> None:
    case = approved(asked, ADA)
    asked.run("UPDATE customer SET name = 'Augusta' WHERE id = 1")
    with pytest.raises(StalePlan):
        carry_out(asked.register, case.request.id, holder="w0")

    assert upkeep.round() == Kept(sent=2)
    assert upkeep.round() == Kept()


def test_a_rest_completes_once_its_order_is_closed(asked: Asked, upkeep: Upkeep) -> None:
    case = approved(asked, BEN)
    carry_out(asked.register, case.request.id, holder="w0")
    asked.desk.answer(case.request.id)
    assert upkeep.round().completed == 0
    asked.run("UPDATE orders SET closed_at = '2026-12-01 10:00:00' WHERE id = 6")
    asked.shop.clock.now += SECOND
    asked.sync()

    completed = upkeep.round()

    assert completed.completed == 1
    ended = asked.register.case(case.request.id)
    assert ended.request.state is State.FULFILLED
    assert letters_of(asked.register, ended)[-1].kept.kind == LetterKind.COMPLETED


def shared(asked: Asked, case: Case, recipient: str, datum: str = "email") -> None:
    """Tell that a recipient got the person's datum."""
    at = asked.gate.now() - DAY
    fact = Fact(
        id=fact_id("shared", recipient, at),
        kind=Kind.SHARED,
        person=case.request.person,
        recipient=recipient,
        data=(datum,),
        occurred_at=at,
        recorded_at=at,
    )
    asked.gate.record([Told(fact)])


def test_a_recipient_without_a_way_is_left_to_a_person_once_the_plan_is_carried_out(
    asked: Asked, upkeep: Upkeep
) -> None:
    case = approved(asked, ADA)
    shared(asked, case, "mail_house")
    assert upkeep.round().told == 0
    again = make_plan(asked.register, case.request.id)
    asked.shop.clock.now += SECOND
    approve(asked.register, case.request.id, again.plan.digest(), by="boss-1")
    carry_out(asked.register, case.request.id, holder="w0")

    told = upkeep.round()

    (telling,) = tellings(asked.register.case(case.request.id))
    assert told.told == 1
    assert telling.state is Said.ESCALATED
    assert upkeep.round().told == 0


def test_a_recipient_that_was_written_to_is_done_by_the_letter_that_says_so(
    asked: Asked, upkeep: Upkeep
) -> None:
    case = asked.strongly(ADA, Right.ERASURE)
    shared(asked, case, "mail_house")
    made = make_plan(asked.register, case.request.id)
    approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")
    carry_out(asked.register, case.request.id, holder="w0")
    upkeep.round()
    asked.shop.clock.now += SECOND

    record_answer(asked.register, case.request.id, "mail_house", Said.DONE, by="sam")
    (without,) = tellings(asked.register.case(case.request.id))
    asked.shop.clock.now += SECOND
    record_answer(
        asked.register, case.request.id, "mail_house", Said.DONE, by="sam", reply=b"All is gone."
    )
    (found,) = tellings(asked.register.case(case.request.id))

    assert without.state is not Said.DONE
    assert (found.state, len(found.receipt)) == (Said.DONE, 64)
    parts = asked.gate.ledger.records(RECEIPT, request=case.request.id)
    assert [part.id for part in parts] == [f"{found.id}:{found.receipt}:{n}" for n in (0, 1)]


def test_nobody_is_told_of_what_the_books_keep_wholly(asked: Asked, upkeep: Upkeep) -> None:
    case = asked.strongly(ADA, Right.ERASURE, data=("order_details",))
    shared(asked, case, "accountant", "order_details")
    made = make_plan(asked.register, case.request.id)
    approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")

    carry_out(asked.register, case.request.id, holder="w0")

    assert tellings(asked.register.case(case.request.id)) == ()
    assert upkeep.round().told == 0


def test_what_proves_an_answer_is_kept_for_its_time_and_goes_for_good(
    asked: Asked, upkeep: Upkeep
) -> None:
    done = carry_out(asked.register, approved(asked, ADA).request.id, holder="w0")
    reference = done.case.request.id
    asked.desk.answer(reference)
    (stays,) = [step for step in done.plan.steps if step.table == "evidence"]
    assert stays.because.ground == "claims"
    assert stays.because.until is not None
    asked.shop.clock.now = stays.because.until - SECOND
    assert upkeep.round().forgotten == 0
    assert letters_of(asked.register, asked.register.case(reference))

    asked.shop.clock.now = stays.because.until

    assert upkeep.round().forgotten == 1
    assert letters_of(asked.register, asked.register.case(reference)) == ()
    assert not asked.gate.keys.has(reference)


def test_a_restriction_ends_on_the_day_that_was_announced_and_not_before(
    asked: Asked, upkeep: Upkeep, post: Postbox
) -> None:
    case = asked.strongly(ADA, Right.RESTRICTION)
    shipping = Question(activity="shipping")
    assert not asked.gate.decide(ADA, shipping).is_permitted

    announce(asked.register, case.request.id, why="The address is right.", days=14)
    first = upkeep.round()
    asked.shop.clock.now += 13 * DAY
    second = upkeep.round()

    assert (first.lifted, second.lifted) == (0, 0)
    assert any("The address is right." in body for _, body in post.letters)
    assert not asked.gate.decide(ADA, shipping).is_permitted
    asked.shop.clock.now += DAY
    assert upkeep.round().lifted == 1
    assert upkeep.round().lifted == 0
    with pytest.raises(MoveRefused):
        announce(asked.register, case.request.id, why="Again.", days=14)


def test_a_restriction_never_ends_without_a_reason(asked: Asked, upkeep: Upkeep) -> None:
    case = asked.strongly(ADA, Right.RESTRICTION)

    with pytest.raises(Unsaid):
        announce(asked.register, case.request.id, why="", days=1)

    asked.shop.clock.now += 2 * DAY
    assert upkeep.round().lifted == 0
