"""A request from receipt to answer, on a shop of each engine: the books stay, others are left."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from placket.decide.question import Question
from placket.gate.requests.carrying import InHand, carry_out
from placket.gate.requests.certifying import certify_whole, kept_certificate
from placket.gate.requests.completing import complete
from placket.gate.requests.packing import NoPackage, drop_old, fetch, locked
from placket.gate.requests.planning import approve, make_plan
from placket.gate.requests.post import letters_of
from placket.gate.requests.proof import NoSuchToken
from placket.gate.requests.register import MoveRefused
from placket.plan.certificate_words import certificate_words
from placket.plan.plan import LEDGER, Action, StalePlan
from placket.rights.request import State
from placket.rights.right import Right
from placket.store.certifying import verify_certificate
from tests.contract.gates import DAY, yes
from tests.contract.rights_shop import ADA, BEN, CAT, Asked, asked_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.requests.carrying import Carried
    from placket.gate.requests.register import Case


@pytest.fixture
def asked(any_url: str, tmp_path: Path) -> Iterator[Asked]:
    made = asked_in(tmp_path, any_url)
    yield made
    made.close()


def carried(asked: Asked, case: Case) -> Carried:
    made = make_plan(asked.register, case.request.id)
    assert made.plan.obstacles == ()
    asked.shop.clock.now += 1_000_000
    approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")
    return carry_out(asked.register, case.request.id, holder="w1")


def test_an_erasure_takes_what_is_hers_and_keeps_the_books(asked: Asked) -> None:
    case = asked.strongly(ADA, Right.ERASURE)

    done = carried(asked, case)

    assert done.is_done
    assert asked.rows("customer") == [
        (2, "Ben", "ben@example.org", "GB", "2026-01-01 10:00:00", 9),
        (3, "Cat", "cat@example.net", "GB", "2026-01-01 10:00:00", 8),
    ]
    assert asked.rows("orders") == [
        (5, None, "2026-03-01 10:00:00", "2026-03-09 10:00:00", 40, None),
        (6, 2, "2026-03-02 10:00:00", None, 50, "1 Elm"),
    ]
    assert asked.rows("address") == [(8, "2 Oak"), (9, "1 Elm")]
    assert asked.rows("call") == [(8, 3, "2026-10-01 10:00:00", "cat.wav")]


def test_an_erasure_is_answered_with_what_stays_and_why(asked: Asked) -> None:
    done = carried(asked, asked.strongly(ADA, Right.ERASURE))

    answered = asked.desk.answer(done.case.request.id)

    letter = letters_of(asked.register, answered)[-1]
    assert answered.request.state is State.FULFILLED
    assert letter.kept.to == ADA
    assert "2032" in letter.kept.body
    assert "Value Added Tax" in letter.kept.body or "required by law" in letter.kept.body


def test_of_whom_nothing_stays_the_ledger_forgets_too(asked: Asked) -> None:
    done = carried(asked, asked.strongly(CAT, Right.ERASURE))

    assert done.is_done
    assert asked.gate.person_of(CAT) is None
    assert asked.desk.answer(done.case.request.id).request.state is State.FULFILLED
    asked.sync()
    assert asked.gate.person_of(CAT) is None


def test_what_an_open_order_needs_waits_and_completes_by_itself(asked: Asked) -> None:
    done = carried(asked, asked.strongly(BEN, Right.ERASURE))
    reference = done.case.request.id
    answered = asked.desk.answer(reference)

    assert answered.request.state is State.ACTION_DELAYED
    assert [each.thing for each in answered.request.deferred] == ["order_is_closed"]
    assert asked.rows("orders")[1][1] == 2
    assert complete(asked.register, reference, holder="w1") is None
    asked.run("UPDATE orders SET closed_at = '2026-12-01 10:00:00' WHERE id = 6")
    asked.shop.clock.now += 1_000_000
    asked.sync()
    completed = complete(asked.register, reference, holder="w1")

    assert completed is not None
    assert completed.is_done
    assert asked.register.case(reference).request.state is State.FULFILLED
    assert [row[0] for row in asked.rows("customer")] == [1, 3]


def test_what_waits_for_an_order_serves_that_order_alone(asked: Asked) -> None:
    ben = asked.gate.person_of(BEN)
    assert ben is not None
    asked.gate.record([yes(asked.gate, ben)])
    newsletter = Question(activity="newsletter", channel="email")
    assert asked.gate.decide(BEN, newsletter).is_permitted

    carried(asked, asked.strongly(BEN, Right.ERASURE))

    assert not asked.gate.decide(BEN, newsletter).is_permitted
    assert asked.gate.decide(BEN, Question(activity="shipping")).is_permitted


def test_a_row_that_came_since_makes_the_plan_stale_and_nothing_is_done(asked: Asked) -> None:
    case = asked.strongly(ADA, Right.ERASURE)
    made = make_plan(asked.register, case.request.id)
    approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")
    before = asked.rows("customer")
    asked.run("""INSERT INTO "call" VALUES (99, 1, '2026-11-01 10:00:00', 'new.wav')""")

    with pytest.raises(StalePlan):
        carry_out(asked.register, case.request.id, holder="w1")

    assert asked.rows("customer") == before
    again = carried(asked, asked.register.case(case.request.id))
    assert again.is_done
    assert len(asked.rows("call")) == 1


def test_a_plan_that_nobody_approved_is_not_carried_out(asked: Asked) -> None:
    case = asked.strongly(ADA, Right.ERASURE)
    make_plan(asked.register, case.request.id)

    with pytest.raises(MoveRefused):
        carry_out(asked.register, case.request.id, holder="w1")


def test_while_one_worker_is_at_it_another_leaves_it(asked: Asked) -> None:
    case = asked.strongly(ADA, Right.ERASURE)
    made = make_plan(asked.register, case.request.id)
    approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")
    gate = asked.gate
    name = f"request:{case.request.id}"
    assert gate.ledger.lease(name, "other", now=gate.now(), seconds=60) is not None

    with pytest.raises(InHand):
        carry_out(asked.register, case.request.id, holder="w1")

    asked.shop.clock.now += 61_000_000
    assert carry_out(asked.register, case.request.id, holder="w1").is_done


class Died(BaseException):
    """A worker that is killed."""


def test_whoever_resumes_at_any_point_ends_the_same_and_does_nothing_twice(
    asked: Asked,
) -> None:
    case = asked.strongly(ADA, Right.ERASURE)
    made = make_plan(asked.register, case.request.id)
    approve(asked.register, case.request.id, made.plan.digest(), by="boss-1")
    deaths, done = 0, None

    while done is None:
        left = deaths

        def die(_name: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Died

        try:
            done = carry_out(asked.register, case.request.id, holder=f"w{deaths}", point=die)
        except Died:
            deaths += 1
            asked.shop.clock.now += 61_000_000

    steps = [f for f in done.case.history.facts if f.kind == "step_carried_out"]
    assert deaths > 2
    assert done.is_done
    assert len(steps) == len({step.what for step in steps}) == len(made.plan.to_do)
    assert [row[0] for row in asked.rows("customer")] == [2, 3]


def test_access_shows_her_rows_and_not_the_housemates(asked: Asked) -> None:
    case = asked.strongly(ADA, Right.ACCESS)

    plan = make_plan(asked.register, case.request.id).plan

    shown = {(s.table, key) for s in plan.steps if s.action is Action.SHOW for key in s.rows}
    assert {table for table, _ in shown} == {"customer", "address", "orders", "call"}
    assert ("customer", (("id", 2),)) not in shown


def test_the_kept_books_may_be_used_for_the_books_alone(asked: Asked) -> None:
    carried(asked, asked.strongly(ADA, Right.ERASURE))

    books = asked.gate.decide(ADA, Question(activity="bookkeeping"))
    ship = asked.gate.decide(ADA, Question(activity="shipping"))

    assert books.is_permitted
    assert not ship.is_permitted


def test_a_copy_is_fetched_once_by_the_link_of_the_answer(asked: Asked) -> None:
    done = carried(asked, asked.strongly(ADA, Right.ACCESS))
    answered = asked.desk.answer(done.case.request.id)
    letter = letters_of(asked.register, answered)[-1].kept.body
    token = letter.partition("/privacy/requests/copy/")[2].split()[0]

    case, archive = fetch(asked.register, token)

    assert case.request.state is State.FULFILLED
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        page = files.read("index.html").decode()
        witness = files.read("checkpoint.txt").decode()
    assert asked.gate.verify(kept=[witness]).is_whole
    assert "1 Elm" in page
    assert "Ben" not in page
    with pytest.raises(NoSuchToken):
        fetch(asked.register, token)


def test_a_copy_goes_after_its_week(asked: Asked) -> None:
    done = carried(asked, asked.strongly(ADA, Right.ACCESS))
    archive, passphrase = locked(asked.register, done.case.request.id)
    asked.shop.clock.now += 8 * DAY

    assert archive[:2] == b"PK"
    assert len(passphrase) > 20
    assert drop_old(asked.register) == 1
    with pytest.raises(NoPackage):
        locked(asked.register, done.case.request.id)


def test_a_certificate_says_what_is_gone_and_what_stayed_and_verifies(asked: Asked) -> None:
    done = carried(asked, asked.strongly(ADA, Right.ERASURE))

    made = certify_whole(asked.register, done.case.request.id)
    kept, text = kept_certificate(asked.register, done.case.request.id)

    assert made is not None
    assert kept == verify_certificate(text, asked.gate.keys.public_key)
    assert made.state is State.FULFILLED
    assert {each.table for each in made.gone} == {"customer", "orders", "call"}
    assert {each.table for each in made.stayed} == {"orders", "address", "evidence"}
    assert LEDGER in {each.source for each in made.groundings}


def comes_back(asked: Asked) -> None:
    """Let a day pass, and Cat open an account again, of whom nothing had to stay."""
    asked.shop.clock.now += DAY
    now = datetime.fromtimestamp(asked.shop.clock.now // 1_000_000, tz=UTC)
    asked.run(
        "INSERT INTO customer VALUES"  # noqa: S608 - an instant of our own
        f" (11, 'Cat', 'cat@example.net', 'GB', '{now:%Y-%m-%d %H:%M:%S}', 9)"
    )
    asked.shop.clock.now += DAY


def test_whoever_comes_back_after_the_erasure_does_not_keep_it_open(asked: Asked) -> None:
    done = carried(asked, asked.strongly(CAT, Right.ERASURE))
    comes_back(asked)
    asked.sync()

    made = certify_whole(asked.register, done.case.request.id)

    assert made is not None
    assert (made.state, made.findings) == (State.FULFILLED, ())
    assert [(found.where, found.keys) for found in made.newer] == [
        ("shop.customer.email", ((("id", 11),),))
    ]
    assert "found in rows of whoever came later:" in certificate_words(made, ZoneInfo("UTC"))


def test_what_is_older_than_the_erasure_is_no_row_of_whoever_came_back(asked: Asked) -> None:
    done = carried(asked, asked.strongly(CAT, Right.ERASURE))
    comes_back(asked)
    asked.run(
        "INSERT INTO orders VALUES"
        " (12, 11, '2026-03-01 10:00:00', '2026-03-09 10:00:00', 40, 'for cat@example.net')"
    )
    asked.sync()

    made = certify_whole(asked.register, done.case.request.id)

    assert made is not None
    assert made.state is State.ACTION_DELAYED
    assert [found.where for found in made.findings] == ["shop.orders.ship_to"]


def test_what_the_scan_finds_again_keeps_the_request_open(asked: Asked) -> None:
    asked.run("CREATE TABLE mailing (id INTEGER PRIMARY KEY, line TEXT)")
    asked.run("INSERT INTO mailing VALUES (1, 'to: ADA@example.org;')")
    done = carried(asked, asked.strongly(ADA, Right.ERASURE))
    reference = done.case.request.id

    made = certify_whole(asked.register, reference)
    answered = asked.desk.answer(reference)

    assert made is not None
    assert [finding.where for finding in made.findings] == ["shop.mailing.line"]
    assert answered.request.state is State.ACTION_DELAYED
    asked.run("DELETE FROM mailing")
    asked.shop.clock.now += 31 * DAY
    complete(asked.register, reference, holder="w1")
    assert asked.register.case(reference).request.state is State.FULFILLED
