"""The register beside the facts, kept by SQLite and by PostgreSQL: records, counts, requests."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from placket.facts import Kind
from placket.store import Ledger, open_ledger
from placket.store.register import Record
from placket.store.statements import read_statements
from tests.contract.ledgers import ADA, BEA, NOW, SEEN, seen, told

HOUR = 3_600_000_000


PLAN = Record(
    kind="plan",
    id="d_1",
    request="r_1",
    person=ADA,
    at=2,
    until=HOUR,
    state="made",
    generation=1,
    body=b"\x00sealed\xff",
)


def test_records_come_back_as_they_were_put(ledger: Ledger) -> None:
    letter = replace(PLAN, kind="letter", until=None, body=b"")

    ledger.put_records([PLAN, letter])

    assert ledger.record("plan", "d_1") == PLAN
    assert ledger.record("letter", "d_1") == letter
    assert ledger.record("plan", "d_none") is None
    assert ledger.records("certificate") == []


def test_a_record_put_again_stands_in_place_of_the_one_before(ledger: Ledger) -> None:
    later = replace(PLAN, state="approved", generation=2, until=None, body=b"more" * 2_000)
    ledger.put_records([PLAN])

    ledger.put_records([replace(PLAN, at=3), later])

    assert ledger.records("plan") == [later]


def test_records_are_listed_by_request_person_and_state_in_order(ledger: Ledger) -> None:
    second = replace(PLAN, id="d_2", at=1, state="approved")
    third = replace(PLAN, id="d_0", request="r_2")
    other = replace(PLAN, id="d_3", request="r_3", person=BEA)
    ledger.put_records([other, PLAN, second, third, replace(PLAN, kind="letter")])

    assert ledger.records("plan") == [second, third, PLAN, other]
    assert ledger.records("plan", request="r_1") == [second, PLAN]
    assert ledger.records("plan", person=ADA) == [second, third, PLAN]
    assert ledger.records("plan", state="made") == [third, PLAN, other]
    assert ledger.records("plan", request="r_1", state="made") == [PLAN]
    assert ledger.records("plan", request="r_1", person=BEA) == []
    assert ledger.records("plan", person=ADA, state="approved") == [second]


def test_records_are_due_at_their_instant_and_not_before(ledger: Ledger) -> None:
    sooner = replace(PLAN, id="d_2", until=5)
    never = replace(PLAN, id="d_3", until=None)
    ledger.put_records([PLAN, never, sooner, replace(sooner, kind="letter")])

    assert ledger.due_records("plan", 4, 10) == []
    assert ledger.due_records("plan", 5, 10) == [sooner]
    assert ledger.due_records("plan", HOUR, 10) == [sooner, PLAN]
    assert ledger.due_records("plan", HOUR, 1) == [sooner]


def test_a_record_moves_from_the_state_it_stands_in_alone(ledger: Ledger) -> None:
    ledger.put_records([PLAN])

    assert ledger.move_record("plan", "d_1", before="made", after="approved")
    assert not ledger.move_record("plan", "d_1", before="made", after="refused")
    assert not ledger.move_record("plan", "d_none", before="made", after="approved")

    assert ledger.record("plan", "d_1") == replace(PLAN, state="approved")


def test_dropped_records_are_gone_and_no_others(ledger: Ledger) -> None:
    other, letter = replace(PLAN, id="d_2"), replace(PLAN, kind="letter")
    ledger.put_records([PLAN, other, letter])

    ledger.drop_records("plan", ["d_1", "d_none"])
    ledger.drop_records("plan", [])

    assert ledger.records("plan") == [other]
    assert ledger.records("letter") == [letter]


def test_attempts_are_counted_by_name_within_a_time(ledger: Ledger) -> None:
    counts = [ledger.tally("a", now=now, within=10) for now in (1, 1, 5, 11, 14, 30)]

    assert counts == [1, 2, 3, 2, 3, 1]
    assert ledger.tally("b", now=30, within=10) == 1
    assert ledger.tallied("a", now=39, within=10) == 1
    assert ledger.tallied("a", now=40, within=10) == 0
    assert ledger.tallied("none", now=30, within=10) == 0


def test_a_longer_count_is_not_cut_by_a_shorter_one(ledger: Ledger) -> None:
    ledger.tally("day", now=1, within=1_000)
    ledger.tally("minute", now=1, within=10)

    ledger.tally("minute", now=100, within=10)

    assert ledger.tallied("day", now=100, within=1_000) == 1


def test_requests_are_found_by_their_kind(ledger: Ledger) -> None:
    asked = [told(Kind.REQUESTED, ADA, at=at) for at in (3, 4, 5)]
    ledger.append([seen(ADA, 1), asked[0], seen(BEA, 2), asked[1]], [SEEN], now=NOW)
    ledger.append([asked[2]], [SEEN], now=NOW)

    found = ledger.requested()

    assert [fact for _, fact in found] == asked
    numbers = [number for number, _ in found]
    assert numbers == sorted(numbers)
    assert ledger.requested(after=numbers[0]) == found[1:]
    assert ledger.requested(limit=2) == found[:2]
    assert ledger.requested(after=ledger.mark().seq) == []


def test_sqlite_finds_records_and_requests_by_an_index_and_not_by_reading_all(
    tmp_path: Path,
) -> None:
    open_ledger(str(tmp_path / "ledger.db"), create=True).close()
    statements = read_statements("sqlite_register.sql")
    by_index = {
        "requested": "fact_requested",
        "records_of_request": "record_request",
        "records_of_person": "record_person",
        "records_of_state": "record_state",
        "due_records": "record_due",
        "drop_old_tallies": "tally_until",
    }

    with closing(sqlite3.connect(tmp_path / "ledger.db")) as sql:
        plans = {
            name: sql.execute(
                f"EXPLAIN QUERY PLAN {statements[name]}", [1] * statements[name].count("?")
            ).fetchall()
            for name in by_index
        }

    assert {
        name: f"USING INDEX {by_index[name]} " in plan[0][3] for name, plan in plans.items()
    } == dict.fromkeys(by_index, True)
