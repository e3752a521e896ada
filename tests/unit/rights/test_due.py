"""When a request falls due, what comes next, and what it waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from placket.rights.due import Do, Next, Wait, acknowledgement_due, due, next_step, plain_due
from placket.rights.moves import Move
from placket.rights.right import Right
from tests.unit.rights.asking import (
    UNION,
    approved,
    asked_for,
    carried_out,
    known_well,
    move,
    planned,
    request_of,
    terms,
    verified,
)
from tests.unit.standing.telling import NOON, TWO_LAWS, day

if TYPE_CHECKING:
    from placket.facts import Fact

DAY = 86_400_000_000
UK = terms()
EU = terms(region=UNION)
BOTH = terms(region=TWO_LAWS)


def on(year: int, month: int, of_month: int) -> float:
    """Return a day of the calendar as the tests' number of days."""
    noon = datetime(year, month, of_month, 12, tzinfo=UTC)
    return (int(noon.timestamp()) * 1_000_000 - NOON) / DAY


@pytest.mark.parametrize(
    ("received", "last", "extended"),
    [
        ((2026, 1, 31), date(2026, 3, 2), date(2026, 4, 30)),
        ((2026, 3, 5), date(2026, 4, 7), date(2026, 6, 5)),
        ((2026, 8, 31), date(2026, 9, 30), date(2026, 11, 30)),
        ((2026, 11, 25), date(2026, 12, 29), date(2027, 2, 25)),
        ((2028, 1, 31), date(2028, 2, 29), date(2028, 5, 2)),
    ],
)
def test_an_answer_is_due_after_a_month_and_after_three_once_extended(
    received: tuple[int, int, int], last: date, extended: date
) -> None:
    asking = asked_for(Right.ACCESS, on(*received))
    more = move(Move.EXTENDED, on(*received) + 3, marks=("complexity",))

    assert due(request_of(asking, under=UK), UK) == last
    assert due(request_of(asking, more, under=UK), UK) == extended


def clarified() -> tuple[Fact, ...]:
    return (
        asked_for(Right.ACCESS, on(2026, 3, 2)),
        move(Move.CLARIFICATION_ASKED, on(2026, 3, 10)),
        move(Move.CLARIFICATION_ANSWERED, on(2026, 3, 19)),
    )


def identified() -> tuple[Fact, ...]:
    return (
        asked_for(Right.ACCESS, on(2026, 3, 2)),
        move(Move.IDENTITY_ASKED, on(2026, 3, 3)),
        verified(on(2026, 3, 19), "session"),
    )


@pytest.mark.parametrize(
    ("told_of", "under", "last"),
    [
        (clarified(), UK, date(2026, 4, 13)),
        (clarified()[:2], UK, None),
        (clarified(), EU, date(2026, 4, 2)),
        (clarified()[:2], BOTH, date(2026, 4, 2)),
        (identified(), UK, date(2026, 4, 20)),
        (identified()[:2], UK, None),
        (identified()[:2], EU, None),
    ],
)
def test_what_is_asked_stops_the_clock_as_each_law_says(
    told_of: tuple[Fact, ...], under: Any, last: date | None
) -> None:
    assert due(request_of(*told_of, under=under), under) == last


@pytest.mark.parametrize(
    ("under", "last", "answered"),
    [(EU, date(2026, 4, 2), date(2026, 4, 2)), (UK, None, date(2026, 4, 27))],
)
def test_a_late_question_about_identity_stops_no_clock_where_it_must_be_prompt(
    under: Any, last: date | None, answered: date
) -> None:
    asking = asked_for(Right.ACCESS, on(2026, 3, 2))
    late = move(Move.IDENTITY_ASKED, on(2026, 3, 20))

    assert due(request_of(asking, late, under=under), under) == last
    shown = verified(on(2026, 3, 26), "session")
    assert due(request_of(asking, late, shown, under=under), under) == answered


@pytest.mark.parametrize(
    "late",
    [
        move(Move.IDENTITY_ASKED, on(2026, 4, 3)),
        move(Move.CLARIFICATION_ASKED, on(2026, 4, 3)),
        move(Move.FEE_ASKED, on(2026, 4, 3), ground="unfounded", thing="letter"),
    ],
)
def test_a_question_after_the_last_day_revives_no_time(late: Fact) -> None:
    request = request_of(asked_for(Right.ACCESS, on(2026, 3, 2)), late)

    assert request.outstanding
    assert due(request, UK) == date(2026, 4, 2)


def test_a_second_question_counts_within_the_time_that_the_first_left() -> None:
    asked = move(Move.CLARIFICATION_ASKED, on(2026, 4, 8))
    answered = move(Move.CLARIFICATION_ANSWERED, on(2026, 4, 9))

    assert due(request_of(*clarified(), asked), UK) is None
    assert due(request_of(*clarified(), asked, answered), UK) == date(2026, 4, 14)


def test_a_complaint_is_acknowledged_within_thirty_days_once_the_law_is_in_force() -> None:
    complaint = request_of(asked_for(Right.COMPLAINT, on(2026, 7, 1)))

    assert acknowledgement_due(complaint, UK) == _as_of_the_pack()
    assert acknowledgement_due(request_of(asked_for(Right.ACCESS)), UK) is None


def _as_of_the_pack() -> date | None:
    rule = UK.laws[0].complaint
    return date(2026, 7, 31) if rule is not None else None


ACKNOWLEDGED = move(Move.ACKNOWLEDGED, 0)
LAST = date(2026, 2, 2)


@pytest.mark.parametrize(
    ("told_of", "do", "wait"),
    [
        ((), Do.ACKNOWLEDGE, None),
        ((ACKNOWLEDGED,), Do.VERIFY, None),
        ((ACKNOWLEDGED, *known_well(1)), Do.PLAN, None),
        ((ACKNOWLEDGED, *known_well(1), planned(2)), Do.APPROVE, None),
        ((ACKNOWLEDGED, *known_well(1), planned(2), approved(3)), Do.CARRY_OUT, None),
        (
            (ACKNOWLEDGED, *known_well(1), planned(2), approved(3), carried_out(4, "1")),
            Do.ANSWER,
            None,
        ),
    ],
)
def test_the_next_thing_to_do_follows_from_what_was_done(
    told_of: tuple[Fact, ...], do: Do, wait: Wait | None
) -> None:
    request = request_of(asked_for(Right.ERASURE), *told_of)

    assert next_step(request, UK, day(10)) == Next(
        owner="privacy_manager", do=do, due=LAST, waits_for=wait
    )


def test_a_request_that_is_given_to_somebody_is_theirs() -> None:
    request = request_of(asked_for(Right.ACCESS), move(Move.ASSIGNED, 1, thing="staff-4"))

    step = next_step(request, UK, day(2))

    assert step is not None
    assert step.owner == "staff-4"


def test_a_known_person_without_a_second_way_waits_for_the_stop_to_stay_unused() -> None:
    request = request_of(
        asked_for(Right.ACCESS),
        ACKNOWLEDGED,
        move(Move.NOTICE_SENT, 1),
        verified(1, "session"),
    )

    assert next_step(request, UK, day(2)) == Next(
        owner="privacy_manager", do=Do.VERIFY, due=LAST, waits_for=Wait.NOTICE, until=day(4)
    )
    assert next_step(request, UK, day(4)) == Next(owner="privacy_manager", do=Do.PLAN, due=LAST)


def test_what_waits_for_a_case_is_looked_at_again() -> None:
    request = request_of(
        asked_for(Right.ERASURE),
        ACKNOWLEDGED,
        *known_well(1),
        planned(2, steps=0),
        move(Move.DEFERRED, 2, thing="order", ground="contract", until=day(32)),
        approved(3),
        move(Move.ANSWERED, 4, thing="mail"),
    )

    assert next_step(request, UK, day(5)) == Next(
        owner="privacy_manager", do=Do.REVIEW, due=LAST, waits_for=Wait.CASE, until=day(32)
    )


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        (move(Move.IDENTITY_ASKED, 1), Wait.IDENTITY),
        (move(Move.CLARIFICATION_ASKED, 1), Wait.CLARIFICATION),
        (move(Move.EVIDENCE_ASKED, 1), Wait.EVIDENCE),
        (
            move(Move.FEE_ASKED, 1, ground="unfounded", thing="letter"),
            Wait.FEE,
        ),
        (move(Move.STOPPED, 1), Wait.STOPPED),
    ],
)
def test_each_wait_has_its_name(asked: Fact, wait: Wait) -> None:
    request = request_of(asked_for(Right.RECTIFICATION, data=("name",)), asked)

    step = next_step(request, UK, day(2))

    assert step is not None
    assert step.waits_for is wait


def test_a_closed_request_has_no_next_step() -> None:
    request = request_of(asked_for(Right.ACCESS), move(Move.WITHDRAWN, 1))

    assert next_step(request, UK, day(2)) is None


def test_terms_of_no_law_set_no_day() -> None:
    lawless = replace(UK, laws=())
    request = request_of(asked_for(Right.ACCESS))

    assert due(request, lawless) is None
    with pytest.raises(ValueError, match="terms name no law"):
        plain_due(request, lawless)
