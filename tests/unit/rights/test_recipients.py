"""Recipients told of what a request changed, and asked again while they say nothing."""

from __future__ import annotations

from typing import Any

import pytest

from placket.facts import Fact, Kind
from placket.rights.fold import requests_of
from placket.rights.recipients import DAY, HOUR, Act, State, Telling, concerned, told_of
from placket.rights.request import Request
from placket.rights.right import Right
from tests.unit.rights.asking import asked_for, request_of, terms, why_not
from tests.unit.standing.telling import day, told

RECEIPT = "ab" * 32
ASKED = request_of(asked_for(Right.ERASURE, 10))


def handed(on: float, recipient: str = "ferry", **parts: Any) -> Fact:
    """Return that the recipient got Ada's email on day `on`."""
    given = {"id": f"to-{recipient}@{on}", "recipient": recipient, "data": ("email",)} | parts
    return told(Kind.SHARED, on, **given)


def telling(on: float, recipient: str = "ferry", **parts: Any) -> Fact:
    """Return that the recipient was told of request r on day `on`."""
    given = {"id": f"told-{recipient}@{on}", "recipient": recipient, "about": "r", "what": "erase"}
    return told(Kind.RECIPIENT_TOLD, on, **(given | parts))


def answer(on: float, state: str, receipt: str = "", **parts: Any) -> Fact:
    """Return what the recipient answered on day `on`."""
    marks = (f"state:{state}", *((f"receipt:{receipt}",) if receipt else ()))
    given = {"id": f"said-{state}@{on}", "recipient": "ferry", "about": "r", "what": "erase"}
    return told(Kind.RECIPIENT_ANSWERED, on, **(given | {"marks": marks} | parts))


def done(on: float, **parts: Any) -> Fact:
    """Return that the recipient did it, with its receipt."""
    return answer(on, "done", RECEIPT, **parts)


def of_ferry(*facts: Fact, request: Request = ASKED, **more: Any) -> Telling:
    """Return how far the recipient is who got Ada's email on day 1."""
    (found,) = told_of((handed(1), *facts), request, **more)
    return found


def state_of(*facts: Fact, **more: Any) -> str:
    """Return the state alone."""
    return of_ferry(*facts, **more).state


# Who must be told


def test_whoever_got_data_must_be_told() -> None:
    found = told_of((handed(1), handed(2, data=("phone",)), handed(3, "desk")), ASKED)

    assert found == (
        Telling(
            request="r",
            recipient="desk",
            act=Act.ERASE,
            state=State.TO_TELL,
            data=("email",),
            next_at=day(3),
        ),
        Telling(
            request="r",
            recipient="ferry",
            act=Act.ERASE,
            state=State.TO_TELL,
            data=("email", "phone"),
            next_at=day(2),
        ),
    )


def test_a_passage_of_many_persons_counts() -> None:
    many = handed(1, person="", persons=("ada", "ben"))

    assert [each.recipient for each in told_of([many], ASKED)] == ["ferry"]


@pytest.mark.parametrize(
    ("passed", "asked", "data"),
    [
        (("email", "order"), ("email",), {"email"}),
        (("order",), ("email",), set()),
        (("contact_data",), ("phone",), {"phone"}),
        ((), ("email",), {"email"}),
        ((), (), {"all_held"}),
        (("all_held",), ("email",), {"email"}),
        (("email",), ("all_held",), {"email"}),
        (("all_held",), ("all_held",), {"all_held"}),
    ],
)
def test_only_what_passed_and_is_asked_for_concerns_a_recipient(
    passed: tuple[str, ...], asked: tuple[str, ...], data: set[str]
) -> None:
    assert concerned(passed, asked) == data


def test_who_got_nothing_of_what_is_asked_for_is_not_told() -> None:
    request = request_of(asked_for(Right.RECTIFICATION, 10, data=("phone",)))

    assert told_of([handed(1)], request) == ()


def test_of_what_stays_here_nobody_is_told() -> None:
    assert told_of([handed(1)], ASKED, kept=("contact_data",)) == ()
    assert of_ferry(handed(2, data=("order",)), kept=("email",)).data == ("order",)


def erased(on: float, *data: str, kept: tuple[str, ...] = (), request: str = "r") -> Fact:
    """Return what went here on day `on`, and what was kept on which ground."""
    marks = tuple(f"kept:{each}" for each in kept)
    return told(Kind.DATA_ERASED, on, thing=request, data=data, marks=marks)


def test_of_what_the_erasure_kept_nobody_is_told() -> None:
    order = handed(2, data=("order",))
    books = ("order:accounting:", "email:accounting:5")

    assert of_ferry(order, erased(11, "email", kept=books)).data == ("email",)
    assert of_ferry(order, erased(11, "email", kept=books), erased(12, "order")).data == (
        "email",
        "order",
    )
    assert of_ferry(order, erased(11, kept=books, request="r2")).data == ("email", "order")


def test_of_what_stays_whole_nobody_is_told_until_something_of_it_goes() -> None:
    order = handed(2, data=("order",))
    whole = told(
        Kind.DATA_ERASED,
        11,
        thing="r",
        data=("email", "order"),
        marks=("kept:order:duty:", "whole:order"),
    )

    assert of_ferry(order, whole).data == ("email",)
    assert of_ferry(order, whole, erased(12, "order")).data == ("email", "order")


def test_who_stands_outside_is_not_told() -> None:
    assert told_of([handed(1)], ASKED, outside=("ferry",)) == ()


@pytest.mark.parametrize(
    ("right", "act"),
    [
        (Right.ERASURE, "erase"),
        (Right.RECTIFICATION, "rectify"),
        (Right.RESTRICTION, "restrict"),
        (Right.ACCESS, None),
        (Right.OBJECTION, None),
    ],
)
def test_the_law_names_the_rights_of_which_recipients_are_told(
    right: Right, act: str | None
) -> None:
    found = told_of([handed(1)], request_of(asked_for(right, 10)))

    assert [each.act for each in found] == ([] if act is None else [act])


def test_a_recipient_may_be_asked_for_a_copy() -> None:
    request = request_of(asked_for(Right.ACCESS, 10))

    found = told_of([handed(1), telling(11, what="access")], request)

    assert [(each.act, each.state) for each in found] == [(Act.ACCESS, State.TOLD)]


def test_what_is_handed_over_after_the_answer_belongs_to_somebody_new() -> None:
    answered = Request(
        id="r", person="ada", right=Right.ERASURE, received_at=day(10), answered_at=day(20)
    )

    assert told_of([handed(21)], answered) == ()
    assert [each.state for each in told_of([handed(20)], answered)] == [State.TO_TELL]
    assert state_of(telling(11), done(12), handed(21), request=answered) == State.DONE


# Asking again


def test_silence_is_met_by_asking_again_and_then_by_a_person() -> None:
    days = (10, 10 + 1 / 24, 12, 15, 22)
    tellings = [telling(on) for on in days]

    found = [of_ferry(*tellings[:count]) for count in range(1, 6)]

    assert [(each.state, each.attempts) for each in found] == [
        (State.TOLD, 1),
        (State.SILENT, 2),
        (State.SILENT, 3),
        (State.SILENT, 4),
        (State.ESCALATED, 5),
    ]
    assert [each.next_at for each in found] == [
        day(10) + HOUR,
        day(10 + 1 / 24) + DAY,
        day(12) + 3 * DAY,
        day(15) + 7 * DAY,
        None,
    ]
    assert [each.needs_a_person for each in found] == [False] * 4 + [True]


def test_a_telling_is_due_from_its_instant_on() -> None:
    found = of_ferry(telling(10))

    assert not found.is_due(day(10) + HOUR - 1)
    assert found.is_due(day(10) + HOUR)
    assert not of_ferry(telling(10), done(10)).is_due(day(400))


def test_a_failure_is_tried_again() -> None:
    found = of_ferry(telling(10), answer(10, "failed", ground="unreachable"))

    assert (found.state, found.reason, found.next_at) == (
        State.FAILED,
        "unreachable",
        day(10) + HOUR,
    )


def test_what_no_further_try_mends_goes_to_a_person_at_once() -> None:
    found = of_ferry(telling(10), answer(10, "failed", ground="unable"))

    assert (found.state, found.next_at) == (State.ESCALATED, None)


def test_a_recipient_is_left_the_time_that_it_names() -> None:
    found = of_ferry(telling(10), answer(10, "received", thing="ref-1", until=day(20)))

    assert (found.state, found.reference, found.next_at) == (State.RECEIVED, "ref-1", day(20))


def test_no_recipient_is_left_more_than_thirty_days() -> None:
    found = of_ferry(telling(10), answer(10, "received", until=day(4000)))

    assert found.next_at == day(40)


def test_the_reference_outlives_a_question_that_fails() -> None:
    facts = (answer(10, "received", thing="ref-1"), telling(11), answer(11, "failed"))

    found = of_ferry(telling(10), *facts)

    assert (found.state, found.reference) == (State.FAILED, "ref-1")


# What counts as an answer


def test_done_has_its_receipt() -> None:
    found = of_ferry(telling(10), done(11))

    assert (found.state, found.receipt, found.answered_at) == (State.DONE, RECEIPT, day(11))
    assert found.is_settled
    assert found.next_at is None


@pytest.mark.parametrize("receipt", ["", "yes", "AB" * 32, "ab" * 31, "ab" * 33])
def test_done_without_a_receipt_is_only_received(receipt: str) -> None:
    found = of_ferry(telling(10), answer(11, "done", receipt))

    assert (found.state, found.is_settled) == (State.RECEIVED, False)


@pytest.mark.parametrize("state", ["partial", "refused"])
def test_what_is_not_wholly_done_goes_to_a_person(state: str) -> None:
    found = of_ferry(telling(10), answer(11, state))

    assert (found.state, found.needs_a_person, found.next_at) == (state, True, None)


@pytest.mark.parametrize("reason", ["impossible", "disproportionate"])
def test_somebody_may_decide_that_telling_is_too_much(reason: str) -> None:
    found = of_ferry(answer(11, "impossible", ground=reason, by="mia", thing="note-1"))

    assert found.state == State.IMPOSSIBLE
    assert (found.reason, found.decided_by, found.reference) == (reason, "mia", "note-1")
    assert found.is_settled


@pytest.mark.parametrize(
    "lacking", [{"ground": "impossible"}, {"by": "mia"}, {"by": "mia", "ground": "tired"}]
)
def test_nothing_is_impossible_without_a_reason_and_a_name(lacking: dict[str, str]) -> None:
    assert state_of(answer(11, "impossible", **lacking)) == State.TO_TELL


def test_a_recipient_that_did_it_ends_what_somebody_called_impossible() -> None:
    decided = answer(11, "impossible", ground="impossible", by="mia")

    assert state_of(telling(10), decided, answer(12, "refused")) == State.IMPOSSIBLE
    assert state_of(telling(10), decided, done(12)) == State.DONE


@pytest.mark.parametrize(
    "other",
    [{"about": "r2"}, {"what": "access"}, {"recipient": "desk"}, {"marks": ()}, {"id": "x"}],
)
def test_an_answer_counts_for_its_own_request_act_and_recipient(other: dict[str, Any]) -> None:
    is_own = other == {"id": "x"}

    assert state_of(telling(10), done(11, **other)) == (State.DONE if is_own else State.TOLD)


def test_nobody_answers_before_they_are_told() -> None:
    assert state_of(done(9), telling(10)) == State.TOLD
    assert told_of([done(9)], ASKED) == ()


def test_only_tellings_and_answers_are_read() -> None:
    other = told(
        Kind.USED, 11, recipient="ferry", about="r", what="erase", marks=("state:refused",)
    )

    assert state_of(telling(10), other) == State.TOLD


def test_an_answer_that_comes_late_does_not_undo_what_is_done() -> None:
    found = of_ferry(telling(10), done(11), answer(12, "received"), answer(13, "failed"))

    assert found.state == State.DONE


def test_a_recipient_that_takes_its_done_back_is_believed() -> None:
    assert state_of(telling(10), done(11), answer(12, "partial")) == State.PARTIAL


def test_of_two_answers_at_one_instant_the_worse_counts() -> None:
    assert state_of(telling(10), done(11), answer(11, "refused")) == State.REFUSED


def test_telling_again_after_a_refusal_begins_anew() -> None:
    found = of_ferry(telling(10), answer(11, "refused"), telling(12))

    assert (found.state, found.attempts) == (State.TOLD, 1)
    assert state_of(telling(10), answer(11, "refused"), telling(12), done(13)) == State.DONE


def test_asking_a_recipient_that_is_done_changes_nothing() -> None:
    assert state_of(telling(10), done(11), telling(12), answer(13, "received")) == State.DONE


def test_what_is_handed_over_after_the_telling_is_told_again() -> None:
    found = of_ferry(telling(10), handed(11), done(12))

    assert (found.state, found.next_at) == (State.TO_TELL, day(11))
    assert state_of(telling(10), handed(11), telling(12), done(13)) == State.DONE


def test_what_waited_here_is_told_when_it_goes() -> None:
    facts = (handed(1, id="more", data=("order",)), telling(10, data=("email",)), done(11))

    assert state_of(*facts, kept=("order",)) == State.DONE
    assert state_of(*facts) == State.TO_TELL
    assert state_of(*facts, telling(12, data=("email", "order")), done(13)) == State.DONE


# Beside the request


def test_what_recipients_say_moves_no_request() -> None:
    asked = asked_for(Right.ERASURE, 10)

    (found,) = requests_of((asked, telling(11), done(12)), terms())

    assert found == request_of(asked)
    assert why_not(found) == ()


def test_the_id_of_a_message_is_one_however_often_it_is_sent() -> None:
    first, again = of_ferry(telling(10)), of_ferry(telling(10), telling(11))

    assert first.id == again.id == "m_447ca9668ff788ea2749ae0aae9b5a"
    assert of_ferry().id != told_of([handed(1, "desk")], ASKED)[0].id
