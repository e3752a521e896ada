-- What the ledger in SQLite keeps beside the facts: records, leases, counts.

-- name: make_3_requested
CREATE INDEX IF NOT EXISTS fact_requested ON fact (seq) WHERE kind = 'requested'

-- name: make_3_record
-- INVARIANT: a body stands in overflow pages alone, which are its row's own and are overwritten
-- once the row goes. Measured: of what stands in a page of the table a copy may stay in a gap,
-- where SQLite once moved the row. So `pad` comes first: more zeros than a row has room for there.
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    request TEXT NOT NULL,
    person TEXT NOT NULL,
    at INTEGER NOT NULL,
    until_ INTEGER,
    state TEXT NOT NULL,
    generation INTEGER NOT NULL,
    pad BLOB NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID

-- name: make_3_record_request
CREATE INDEX IF NOT EXISTS record_request ON record (request, kind)

-- name: make_3_record_person
CREATE INDEX IF NOT EXISTS record_person ON record (person, kind)

-- name: make_3_record_state
CREATE INDEX IF NOT EXISTS record_state ON record (state, kind)

-- name: make_3_record_due
CREATE INDEX IF NOT EXISTS record_due ON record (kind, until_) WHERE until_ IS NOT NULL

-- name: make_3_lease
CREATE TABLE IF NOT EXISTS lease (
    task TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    number INTEGER NOT NULL,
    until_ INTEGER NOT NULL
)

-- name: make_3_tally
CREATE TABLE IF NOT EXISTS tally (
    name TEXT,
    at INTEGER,
    until_ INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (name, at)
)

-- name: make_3_tally_until
CREATE INDEX IF NOT EXISTS tally_until ON tally (until_)

-- name: set_schema
UPDATE meta SET value = ? WHERE name = 'schema'

-- name: requested
SELECT seq, body FROM fact WHERE kind = 'requested' AND seq > ? ORDER BY seq LIMIT ?

-- name: put_record
INSERT INTO record (kind, id, request, person, at, until_, state, generation, pad, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT zeroblob(page_size / 3) FROM pragma_page_size), ?)
ON CONFLICT (kind, id) DO UPDATE SET request = excluded.request, person = excluded.person,
at = excluded.at, until_ = excluded.until_, state = excluded.state,
generation = excluded.generation, body = excluded.body

-- name: record
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE kind = ? AND id = ?

-- name: records_of_request
-- By `+kind` SQLite, which knows nothing of the numbers, does not read all records of a kind.
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE request = ? AND +kind = ? AND (? = '' OR person = ?) AND (? = '' OR state = ?)
ORDER BY at, id

-- name: records_of_person
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE person = ? AND +kind = ? AND (? = '' OR state = ?)
ORDER BY at, id

-- name: records_of_state
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE state = ? AND +kind = ?
ORDER BY at, id

-- name: records_of_kind
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE kind = ?
ORDER BY at, id

-- name: due_records
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE kind = ? AND until_ <= ? ORDER BY until_, id LIMIT ?

-- name: move_record
UPDATE record SET state = ? WHERE kind = ? AND id = ? AND state = ?

-- name: drop_records
DELETE FROM record WHERE id IN (SELECT value FROM json_each(?)) AND kind = ?

-- name: take_lease
INSERT INTO lease (task, holder, number, until_) VALUES (?, ?, 1, ?)
ON CONFLICT (task) DO UPDATE
SET holder = excluded.holder, number = lease.number + 1, until_ = excluded.until_
WHERE lease.until_ <= ? OR lease.holder = excluded.holder
RETURNING number

-- name: renew_lease
UPDATE lease SET until_ = ? WHERE task = ? AND number = ?

-- name: release_lease
UPDATE lease SET holder = '', number = number + 1, until_ = 0 WHERE task = ? AND number = ?

-- name: newest_lease
SELECT number FROM lease WHERE task = ? AND number = ?

-- name: lock_tally
SELECT ? -- whoever writes to the file is alone

-- name: drop_old_tallies
DELETE FROM tally WHERE until_ <= ?

-- name: put_tally
INSERT INTO tally (name, at, until_, times) VALUES (?, ?, ?, 1)
ON CONFLICT (name, at) DO UPDATE
SET times = tally.times + 1, until_ = max(tally.until_, excluded.until_)

-- name: tallied
SELECT coalesce(sum(times), 0) FROM tally WHERE name = ? AND at > ?
