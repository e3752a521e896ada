"""Records of requests and counts of attempts: what changes in place, beside the facts."""

from collections.abc import Collection, Sequence

from placket.store.register import Record
from placket.store.session import Row, Session


def put(session: Session, records: Sequence[Record]) -> None:
    """Write records, each over the one of its kind and id, within a transaction."""
    # In one order, so that of two who write the same records neither waits for the other.
    told = {(record.kind, record.id): record for record in records}
    session.many("put_record", [_row(told[key]) for key in sorted(told)])


def _row(record: Record) -> Row:
    return (
        record.kind,
        record.id,
        record.request,
        record.person,
        record.at,
        record.until,
        record.state,
        record.generation,
        record.body,
    )


def read(session: Session, kind: str, record_id: str) -> Record | None:
    """Return one record, or None."""
    row = session.one("record", kind, record_id)
    return None if row is None else _record(row)


def among(session: Session, kind: str, request: str, person: str, state: str) -> list[Record]:
    """Return the records of a kind, by when they were made; an empty text asks for any."""
    if request:
        rows = session.rows("records_of_request", request, kind, person, person, state, state)
    elif person:
        rows = session.rows("records_of_person", person, kind, state, state)
    elif state:
        rows = session.rows("records_of_state", state, kind)
    else:
        rows = session.rows("records_of_kind", kind)
    return [_record(row) for row in rows]


def due(session: Session, kind: str, now: int, limit: int) -> list[Record]:
    """Return the records that are due, the longest due first."""
    return [_record(row) for row in session.rows("due_records", kind, now, limit)]


def move(session: Session, kind: str, record_id: str, before: str, after: str) -> bool:
    """Put a record's state from `before` to `after`; say whether it stood at `before`."""
    return session.run("move_record", after, kind, record_id, before) == 1


def drop(session: Session, kind: str, ids: Collection[str]) -> None:
    """Delete records within a transaction."""
    session.delete("drop_records", sorted(ids), kind)


def tally(session: Session, name: str, now: int, within: int) -> int:
    """Count one more of `name`; return how many there were in the time that ends now."""
    session.run("lock_tally", name)
    session.run("drop_old_tallies", now)
    session.run("put_tally", name, now, now + within)
    return tallied(session, name, now, within)


def tallied(session: Session, name: str, now: int, within: int) -> int:
    """Return how many of `name` were counted in the time that ends now."""
    row = session.one("tallied", name, now - within)
    return 0 if row is None else int(row[0])


def _record(row: Row) -> Record:
    kind, record_id, request, person, at, until, state, generation, body = row
    return Record(
        kind=kind,
        id=record_id,
        request=request,
        person=person,
        at=at,
        until=until,
        state=state,
        generation=generation,
        body=bytes(body),
    )
