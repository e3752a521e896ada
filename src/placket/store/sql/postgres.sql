-- The ledger in PostgreSQL. Each statement stands under its name; every value is bound.

-- name: make_schema
CREATE SCHEMA IF NOT EXISTS placket

-- name: make_meta
CREATE TABLE meta (name text COLLATE "C" PRIMARY KEY, value text COLLATE "C" NOT NULL)

-- name: make_fact
CREATE TABLE fact (
    seq bigint PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    person text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    occurred_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    leaf bytea NOT NULL,
    body bytea NOT NULL
)

-- name: make_fact_person
CREATE INDEX fact_person ON fact (person) WHERE person <> ''

-- name: make_fact_erasure
CREATE INDEX fact_erasure ON fact (kind) WHERE kind IN ('erasure_started', 'key_destroyed')

-- name: make_place
CREATE TABLE place (position bigint PRIMARY KEY, seq bigint NOT NULL UNIQUE)

-- name: make_passage
CREATE TABLE passage (person text COLLATE "C", seq bigint, PRIMARY KEY (person, seq))

-- name: make_person
CREATE TABLE person (
    id text COLLATE "C" PRIMARY KEY,
    root text COLLATE "C" NOT NULL,
    gone bigint NOT NULL DEFAULT 0,
    number bigint GENERATED ALWAYS AS IDENTITY
)

-- name: make_person_number
CREATE UNIQUE INDEX person_number ON person (number)

-- name: make_person_root
CREATE INDEX person_root ON person (root) WHERE root <> id

-- name: make_link
CREATE TABLE link (
    id text COLLATE "C" PRIMARY KEY,
    first text COLLATE "C" NOT NULL,
    second text COLLATE "C" NOT NULL,
    occurred_at bigint NOT NULL,
    seq bigint NOT NULL
)

-- name: make_link_first
CREATE INDEX link_first ON link (first)

-- name: make_link_second
CREATE INDEX link_second ON link (second)

-- name: make_void
CREATE TABLE void (link text COLLATE "C", seq bigint, PRIMARY KEY (link, seq))

-- name: make_identifier
CREATE TABLE identifier (
    hash bytea,
    seq bigint,
    person text COLLATE "C" NOT NULL,
    PRIMARY KEY (hash, seq)
)

-- name: make_identifier_person
CREATE INDEX identifier_person ON identifier (person)

-- name: make_tombstone
CREATE TABLE tombstone (hash bytea, seq bigint, PRIMARY KEY (hash, seq))

-- name: make_policy
CREATE TABLE policy (
    version text COLLATE "C" PRIMARY KEY,
    digest text COLLATE "C" NOT NULL,
    fold_digest text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    effective_from bigint NOT NULL,
    published_at bigint NOT NULL
)

-- name: make_fold
CREATE TABLE fold (
    digest text COLLATE "C" PRIMARY KEY,
    number bigint NOT NULL,
    active bigint NOT NULL,
    caught_up bigint NOT NULL
)

-- name: make_tile
CREATE TABLE tile (level bigint, n bigint, hashes bytea NOT NULL, PRIMARY KEY (level, n))

-- name: make_checkpoint
CREATE TABLE checkpoint (size bigint PRIMARY KEY, text text COLLATE "C" NOT NULL)

-- name: make_slot
CREATE TABLE slot (name text COLLATE "C" PRIMARY KEY, value text COLLATE "C" NOT NULL)

-- name: make_kept_set
CREATE TABLE kept_set (
    key text COLLATE "C" PRIMARY KEY,
    digest text COLLATE "C" NOT NULL,
    until_ bigint NOT NULL,
    body bytea NOT NULL
)

-- name: holds_ledger
SELECT count(*) FROM pg_tables WHERE schemaname = 'placket' AND tablename = 'meta'

-- name: meta
SELECT name, value FROM meta

-- name: put_meta
INSERT INTO meta (name, value) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING

-- name: last_seq
SELECT coalesce(max(seq), 0) FROM fact

-- name: persons_among
SELECT p.id, p.root, p.gone FROM person AS p WHERE p.id = ANY(%s)

-- name: members_among
SELECT p.id, p.root FROM person AS p WHERE p.root = ANY(%s) AND p.root <> p.id

-- name: add_persons
INSERT INTO person (id, root) SELECT p, p FROM unnest(%s::text[]) AS p
ON CONFLICT (id) DO NOTHING RETURNING id

-- name: set_root
UPDATE person SET root = %s WHERE id = %s

-- name: set_gone
UPDATE person SET gone = 1 WHERE id = %s

-- name: bodies_among
SELECT f.id, f.body FROM fact AS f WHERE f.id = ANY(%s)

-- name: ids_among
SELECT f.id FROM fact AS f WHERE f.id = ANY(%s)

-- name: add_facts
COPY fact (seq, id, person, kind, occurred_at, recorded_at, leaf, body) FROM STDIN

-- name: add_passages
COPY passage (person, seq) FROM STDIN

-- name: add_identifiers
COPY identifier (hash, seq, person) FROM STDIN

-- name: add_tombstones
COPY tombstone (hash, seq) FROM STDIN

-- name: add_links
INSERT INTO link (id, first, second, occurred_at, seq) VALUES (%s, %s, %s, %s, %s)

-- name: add_voids
INSERT INTO void (link, seq) VALUES (%s, %s)

-- name: links_touching
WITH asked AS (SELECT unnest(%s::text[]) AS person)
SELECT l.id, l.first, l.second, l.occurred_at, l.seq
FROM asked JOIN link AS l ON l.first = asked.person
UNION
SELECT l.id, l.first, l.second, l.occurred_at, l.seq
FROM asked JOIN link AS l ON l.second = asked.person

-- name: links_among
SELECT l.id, l.first, l.second, l.occurred_at, l.seq FROM link AS l WHERE l.id = ANY(%s)

-- name: voids_among
SELECT v.link, v.seq FROM void AS v WHERE v.link = ANY(%s)

-- name: facts_among
SELECT f.person, f.seq, f.body FROM fact AS f WHERE f.person = ANY(%s) AND f.person <> ''

-- name: passages_among
SELECT p.person, p.seq FROM passage AS p WHERE p.person = ANY(%s)

-- name: passage_bodies_among
SELECT f.seq, f.body FROM fact AS f
WHERE f.seq IN (SELECT p.seq FROM passage AS p WHERE p.person = ANY(%s))

-- name: tombstones_among
SELECT i.person, t.seq, f.body FROM identifier AS i
JOIN tombstone AS t ON t.hash = i.hash JOIN fact AS f ON f.seq = t.seq
WHERE i.person = ANY(%s)

-- name: tombstones_of
SELECT t.hash, f.body FROM tombstone AS t JOIN fact AS f ON f.seq = t.seq
WHERE t.hash = ANY(%s::bytea[]) ORDER BY t.seq

-- name: any_tombstone
SELECT 1 FROM tombstone LIMIT 1

-- name: holders_of
SELECT hash, person FROM identifier WHERE hash = ANY(%s::bytea[])

-- name: fact
SELECT body FROM fact WHERE id = %s

-- name: root_of
SELECT root FROM person WHERE id = %s

-- name: find
SELECT i.hash, p.root FROM identifier AS i JOIN person AS p ON p.id = i.person
WHERE i.hash = ANY(%s::bytea[]) ORDER BY i.seq

-- name: find_own
SELECT i.hash, i.person FROM identifier AS i
WHERE i.hash = ANY(%s::bytea[]) ORDER BY i.seq

-- name: find_first
SELECT p.root FROM identifier AS i JOIN person AS p ON p.id = i.person
WHERE i.hash = %s ORDER BY i.seq LIMIT 1

-- name: standing_of
SELECT b.body FROM person AS p JOIN {bodies} AS b ON b.person = p.root WHERE p.id = %s

-- name: standing_by_identifier
SELECT b.body FROM identifier AS i LEFT JOIN {bodies} AS b ON b.person = i.person
WHERE i.hash = %s ORDER BY i.seq LIMIT 1

-- name: standing_by_cluster
SELECT b.body FROM identifier AS i JOIN person AS p ON p.id = i.person
JOIN {bodies} AS b ON b.person = p.root
WHERE i.hash = %s ORDER BY i.seq LIMIT 1

-- name: persons
SELECT id FROM person WHERE root = id AND gone = 0

-- name: persons_after
SELECT id FROM person WHERE id > %s AND root = id AND gone = 0 ORDER BY id LIMIT %s

-- name: count_persons
SELECT count(*) FROM person WHERE root = id AND gone = 0

-- name: touched_after
WITH span AS (SELECT %s::bigint AS low, %s::bigint AS high)
SELECT p.root FROM span JOIN fact AS f ON f.seq > span.low AND f.seq <= span.high
JOIN person AS p ON p.id = f.person
UNION
SELECT p.root FROM span JOIN fact AS f ON f.seq > span.low AND f.seq <= span.high
JOIN passage AS g ON g.seq = f.seq
JOIN person AS p ON p.id = g.person
WHERE f.person = ''
UNION
SELECT p.root FROM span JOIN tombstone AS t ON t.seq > span.low AND t.seq <= span.high
JOIN identifier AS i ON i.hash = t.hash
JOIN person AS p ON p.id = i.person

-- name: make_wide
CREATE TABLE IF NOT EXISTS {wide} (person text COLLATE "C" PRIMARY KEY, {definitions})

-- name: make_marks
CREATE TABLE IF NOT EXISTS {marks} (
    person text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    from_ bigint NOT NULL,
    until_ bigint NOT NULL,
    PRIMARY KEY (person, name)
)

-- name: make_bodies
CREATE TABLE IF NOT EXISTS {bodies} (person text COLLATE "C" PRIMARY KEY, body bytea NOT NULL)

-- name: make_index
CREATE INDEX IF NOT EXISTS {index} ON {wide} (person, {columns}) WHERE {first}_from IS NOT NULL

-- name: make_bare_index
CREATE INDEX IF NOT EXISTS {index} ON {wide} (person) WHERE {first}_from IS NOT NULL

-- name: try_wide
CREATE TEMP TABLE {wide} (person text COLLATE "C" PRIMARY KEY, {definitions}) ON COMMIT DROP

-- name: try_marks
CREATE TEMP TABLE {marks} (
    person text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    from_ bigint NOT NULL,
    until_ bigint NOT NULL,
    PRIMARY KEY (person, name)
) ON COMMIT DROP

-- name: analyse_tried
ANALYZE {wide}

-- name: drop_wide
DROP TABLE IF EXISTS {wide}

-- name: drop_marks
DROP TABLE IF EXISTS {marks}

-- name: drop_bodies
DROP TABLE IF EXISTS {bodies}

-- name: put_wide
COPY {wide} (person, {columns}) FROM STDIN

-- name: renew_wide
UPDATE {wide} SET {settings} WHERE person = %s

-- name: put_bodies
COPY {bodies} (person, body) FROM STDIN

-- name: put_marks
COPY {marks} (person, name, from_, until_) FROM STDIN

-- name: delete_wide
DELETE FROM {wide} WHERE person = ANY(%s)

-- name: delete_marks
DELETE FROM {marks} WHERE person = ANY(%s)

-- name: delete_bodies
DELETE FROM {bodies} WHERE person = ANY(%s)

-- name: delete_identifiers
DELETE FROM identifier WHERE person = ANY(%s)

-- name: folds
SELECT digest, active, caught_up FROM fold ORDER BY number, digest

-- name: put_fold
INSERT INTO fold (digest, number, active, caught_up)
VALUES (%s, (SELECT coalesce(max(number), 0) + 1 FROM fold), 0, 0)
ON CONFLICT (digest) DO UPDATE SET number = fold.number + 1, caught_up = 0

-- name: fold_state
SELECT number, active, caught_up FROM fold WHERE digest = %s FOR SHARE

-- name: catch_up_fold
UPDATE fold SET caught_up = %s WHERE digest = %s

-- name: activate_fold
UPDATE fold SET active = 1 WHERE digest = %s

-- name: drop_fold
DELETE FROM fold WHERE digest = %s

-- name: kept_set
SELECT body FROM kept_set WHERE key = %s

-- name: put_kept_set
INSERT INTO kept_set (key, digest, until_, body) VALUES (%s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET until_ = excluded.until_, body = excluded.body

-- name: drop_old_sets
DELETE FROM kept_set WHERE until_ < %s

-- name: drop_sets
DELETE FROM kept_set WHERE digest = %s

-- name: last_number
SELECT coalesce(max(number), 0) FROM person

-- name: persons_newer
SELECT id FROM person WHERE number > %s

-- name: numbers_among
SELECT p.number FROM person AS p WHERE p.id = ANY(%s)

-- name: put_policy
INSERT INTO policy (version, digest, fold_digest, text, effective_from, published_at)
VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (version) DO NOTHING

-- name: count_policies
SELECT count(*) FROM policy

-- name: policies
SELECT version, digest, fold_digest, text, effective_from, published_at FROM policy
ORDER BY effective_from, published_at, version

-- name: slots_among
SELECT s.name, s.value FROM slot AS s WHERE s.name = ANY(%s)

-- name: put_slot
INSERT INTO slot (name, value) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: put_slot_after
INSERT INTO slot AS s (name, value) VALUES (%s, %s)
-- A commit whose answer was lost is tried again, and has then been done.
ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE s.value IN (%s, excluded.value)

-- name: seq_at
SELECT seq FROM place WHERE position < %s ORDER BY position DESC LIMIT 1

-- name: tree_size
SELECT coalesce(max(position) + 1, 0) FROM place

-- name: unplaced
SELECT seq, leaf FROM fact WHERE seq > %s AND seq <= %s ORDER BY seq LIMIT %s

-- name: add_places
COPY place (position, seq) FROM STDIN

-- name: place_of
SELECT p.position, f.leaf FROM fact AS f JOIN place AS p ON p.seq = f.seq WHERE f.id = %s

-- name: put_tiles
INSERT INTO tile (level, n, hashes) VALUES (%s, %s, %s)
ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes

-- name: tile
SELECT hashes FROM tile WHERE level = %s AND n = %s

-- name: put_checkpoint
INSERT INTO checkpoint (size, text) VALUES (%s, %s)

-- name: latest_checkpoint
SELECT size, text FROM checkpoint ORDER BY size DESC LIMIT 1

-- name: checkpoints
SELECT size, text FROM checkpoint ORDER BY size

-- name: places
SELECT position, seq FROM place WHERE position >= %s AND position < %s ORDER BY position

-- name: facts_between
SELECT seq, id, kind, occurred_at, recorded_at, person, leaf, body FROM fact
WHERE seq > %s AND seq <= %s ORDER BY seq

-- name: facts_after
SELECT seq, id, kind, occurred_at, recorded_at, person, leaf, body FROM fact
WHERE seq > %s ORDER BY seq

-- name: bodies_of
SELECT b.person, b.body FROM {bodies} AS b WHERE b.person = ANY(%s)

-- name: wide_of
SELECT w.person, {columns} FROM {wide} AS w WHERE w.person = ANY(%s)

-- name: marks_of
SELECT m.person, m.name, m.from_, m.until_ FROM {marks} AS m WHERE m.person = ANY(%s)

-- name: count_bodies
SELECT count(*) FROM {bodies}

-- name: identifiers_of
SELECT i.hash FROM identifier AS i WHERE i.person = ANY(%s)
ORDER BY i.hash

-- name: erased
SELECT DISTINCT person FROM fact WHERE kind = 'key_destroyed' ORDER BY person

-- name: unfinished
SELECT s.id, s.person FROM fact AS s WHERE s.kind = 'erasure_started' AND NOT EXISTS (
    SELECT 1 FROM fact AS d WHERE d.kind = 'key_destroyed' AND d.person = s.person
    AND d.seq > s.seq
) ORDER BY s.seq

-- name: make_seq
CREATE SEQUENCE fact_seq AS bigint

-- name: next_seqs
SELECT nextval('fact_seq') AS seq FROM generate_series(1, %s) ORDER BY seq

-- name: lock
SELECT id FROM person WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE

-- name: share
SELECT pg_advisory_xact_lock_shared(%s)

-- name: alone
SELECT pg_advisory_xact_lock(%s)

-- name: set
SELECT set_config(%s, %s, false)

-- name: setting
SELECT current_setting(%s)

-- name: vacuum
VACUUM identifier, record

-- name: facts_at
SELECT f.body FROM place AS p JOIN fact AS f ON f.seq = p.seq
WHERE p.position >= %s AND p.position < %s ORDER BY p.position

-- name: link_facts
SELECT seq, body FROM fact WHERE kind IN ('identity_linked', 'link_voided')

-- name: links
SELECT id, first, second, occurred_at, seq FROM link

-- name: voids
SELECT link, seq FROM void

-- name: tombstone_facts
SELECT seq, body FROM fact WHERE kind = 'tombstone' AND seq > %s ORDER BY seq LIMIT %s

-- name: count_tombstones
SELECT count(*) FROM tombstone

-- name: erased_unsaid
SELECT p.id FROM person AS p WHERE p.gone = 1 AND p.root NOT IN (
    SELECT q.root FROM fact AS f JOIN person AS q ON q.id = f.person
    WHERE f.kind = 'erasure_started'
) ORDER BY p.id LIMIT 1

-- name: said_unerased
SELECT p.id FROM person AS p WHERE p.gone = 0 AND p.root IN (
    SELECT q.root FROM fact AS f JOIN person AS q ON q.id = f.person
    WHERE f.kind = 'erasure_started'
) ORDER BY p.id LIMIT 1

-- name: unknown_person
SELECT f.person FROM fact AS f LEFT JOIN person AS p ON p.id = f.person
WHERE f.person <> '' AND p.id IS NULL LIMIT 1

-- name: identified
SELECT f.body, i.hash FROM fact AS f JOIN person AS p ON p.id = f.person
LEFT JOIN identifier AS i ON i.person = f.person AND i.seq = f.seq
WHERE f.kind = 'identified' AND p.gone = 0
AND (i.hash IS NULL OR %s = 1) ORDER BY f.seq

-- name: stray_identifier
SELECT i.person FROM identifier AS i LEFT JOIN fact AS f
ON f.seq = i.seq AND f.person = i.person AND f.kind = 'identified'
WHERE f.seq IS NULL ORDER BY i.person LIMIT 1

-- name: merged
SELECT id, root FROM person WHERE root <> id

-- name: passage_facts
SELECT seq, body FROM fact WHERE person = '' AND seq > %s ORDER BY seq LIMIT %s

-- name: passages_at
SELECT p.person FROM passage AS p WHERE p.person = ANY(%s) AND p.seq = %s

-- name: count_passages
SELECT count(*) FROM passage
