-- What the ledger in PostgreSQL keeps beside the facts: records, leases, counts.

-- name: make_3_requested
CREATE INDEX IF NOT EXISTS fact_requested ON fact (seq) WHERE kind = 'requested'

-- name: make_3_record
CREATE TABLE IF NOT EXISTS record (
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    request text COLLATE "C" NOT NULL,
    person text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    until_ bigint,
    state text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (kind, id)
)

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
    task text COLLATE "C" PRIMARY KEY,
    holder text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    until_ bigint NOT NULL
)

-- name: make_3_tally
CREATE TABLE IF NOT EXISTS tally (
    name text COLLATE "C",
    at bigint,
    until_ bigint NOT NULL,
    times bigint NOT NULL,
    PRIMARY KEY (name, at)
)

-- name: make_3_tally_until
CREATE INDEX IF NOT EXISTS tally_until ON tally (until_)

-- name: set_schema
UPDATE meta SET value = %s WHERE name = 'schema'

-- name: requested
SELECT seq, body FROM fact WHERE kind = 'requested' AND seq > %s ORDER BY seq LIMIT %s

-- name: put_record
INSERT INTO record (kind, id, request, person, at, until_, state, generation, body)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (kind, id) DO UPDATE SET request = excluded.request, person = excluded.person,
at = excluded.at, until_ = excluded.until_, state = excluded.state,
generation = excluded.generation, body = excluded.body

-- name: record
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE kind = %s AND id = %s

-- name: records_of_request
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE request = %s AND kind = %s AND (%s = '' OR person = %s) AND (%s = '' OR state = %s)
ORDER BY at, id

-- name: records_of_person
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE person = %s AND kind = %s AND (%s = '' OR state = %s)
ORDER BY at, id

-- name: records_of_state
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE state = %s AND kind = %s
ORDER BY at, id

-- name: records_of_kind
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE kind = %s
ORDER BY at, id

-- name: due_records
SELECT kind, id, request, person, at, until_, state, generation, body FROM record
WHERE kind = %s AND until_ <= %s ORDER BY until_, id LIMIT %s

-- name: move_record
UPDATE record SET state = %s WHERE kind = %s AND id = %s AND state = %s

-- name: drop_records
DELETE FROM record WHERE (kind, id) IN (
    SELECT kind, id FROM record WHERE id = ANY(%s) AND kind = %s ORDER BY id FOR UPDATE
)

-- name: take_lease
INSERT INTO lease (task, holder, number, until_) VALUES (%s, %s, 1, %s)
ON CONFLICT (task) DO UPDATE
SET holder = excluded.holder, number = lease.number + 1, until_ = excluded.until_
WHERE lease.until_ <= %s OR lease.holder = excluded.holder
RETURNING number

-- name: renew_lease
UPDATE lease SET until_ = %s WHERE task = %s AND number = %s

-- name: release_lease
UPDATE lease SET holder = '', number = number + 1, until_ = 0 WHERE task = %s AND number = %s

-- name: newest_lease
SELECT number FROM lease WHERE task = %s AND number = %s FOR SHARE

-- name: lock_tally
SELECT pg_advisory_xact_lock(1, hashtext(%s))

-- name: drop_old_tallies
DELETE FROM tally WHERE (name, at) IN (
    SELECT name, at FROM tally WHERE until_ <= %s FOR UPDATE SKIP LOCKED
)

-- name: put_tally
INSERT INTO tally (name, at, until_, times) VALUES (%s, %s, %s, 1)
ON CONFLICT (name, at) DO UPDATE
SET times = tally.times + 1, until_ = greatest(tally.until_, excluded.until_)

-- name: tallied
SELECT coalesce(sum(times), 0) FROM tally WHERE name = %s AND at > %s
