-- The ledger in SQLite. Each statement stands under its name; every value is bound.

-- name: make_meta
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID

-- name: make_fact
CREATE TABLE fact (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    kind TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    body BLOB NOT NULL
)

-- name: make_fact_person
CREATE INDEX fact_person ON fact (person) WHERE person <> ''

-- name: make_fact_erasure
CREATE INDEX fact_erasure ON fact (kind) WHERE kind IN ('erasure_started', 'key_destroyed')

-- name: make_place
CREATE TABLE place (position INTEGER PRIMARY KEY, seq INTEGER NOT NULL UNIQUE)

-- name: make_passage
CREATE TABLE passage (person TEXT, seq INTEGER, PRIMARY KEY (person, seq)) WITHOUT ROWID

-- name: make_person
CREATE TABLE person (
    id TEXT PRIMARY KEY,
    root TEXT NOT NULL,
    gone INTEGER NOT NULL DEFAULT 0,
    number INTEGER NOT NULL
) WITHOUT ROWID

-- name: make_person_number
CREATE UNIQUE INDEX person_number ON person (number)

-- name: make_person_root
CREATE INDEX person_root ON person (root) WHERE root <> id

-- name: make_link
CREATE TABLE link (
    id TEXT PRIMARY KEY,
    first TEXT NOT NULL,
    second TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    seq INTEGER NOT NULL
) WITHOUT ROWID

-- name: make_link_first
CREATE INDEX link_first ON link (first)

-- name: make_link_second
CREATE INDEX link_second ON link (second)

-- name: make_void
CREATE TABLE void (link TEXT, seq INTEGER, PRIMARY KEY (link, seq)) WITHOUT ROWID

-- name: make_identifier
CREATE TABLE identifier (
    hash BLOB,
    seq INTEGER,
    person TEXT NOT NULL,
    PRIMARY KEY (hash, seq)
) WITHOUT ROWID

-- name: make_identifier_person
CREATE INDEX identifier_person ON identifier (person)

-- name: make_tombstone
CREATE TABLE tombstone (hash BLOB, seq INTEGER, PRIMARY KEY (hash, seq)) WITHOUT ROWID

-- name: make_policy
CREATE TABLE policy (
    version TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    fold_digest TEXT NOT NULL,
    text TEXT NOT NULL,
    effective_from INTEGER NOT NULL,
    published_at INTEGER NOT NULL
)

-- name: make_fold
CREATE TABLE fold (
    digest TEXT PRIMARY KEY,
    number INTEGER NOT NULL,
    active INTEGER NOT NULL,
    caught_up INTEGER NOT NULL
)

-- name: make_tile
CREATE TABLE tile (level INTEGER, n INTEGER, hashes BLOB NOT NULL, PRIMARY KEY (level, n))

-- name: make_checkpoint
CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, text TEXT NOT NULL)

-- name: make_slot
CREATE TABLE slot (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID

-- name: make_kept_set
CREATE TABLE kept_set (
    key TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    until_ INTEGER NOT NULL,
    body BLOB NOT NULL
)

-- name: holds_ledger
SELECT count(*) FROM sqlite_master WHERE name = 'meta'

-- name: meta
SELECT name, value FROM meta

-- name: put_meta
INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING

-- name: last_seq
SELECT coalesce(max(seq), 0) FROM fact

-- name: persons_among
SELECT p.id, p.root, p.gone FROM json_each(?) AS asked
CROSS JOIN person AS p ON p.id = asked.value

-- name: members_among
SELECT p.id, p.root FROM json_each(?) AS asked
CROSS JOIN person AS p ON p.root = asked.value AND p.root <> p.id

-- name: add_persons
INSERT INTO person (id, root, number)
SELECT value, value, (SELECT coalesce(max(number), 0) FROM person) + key + 1
FROM json_each(?) WHERE true
ON CONFLICT (id) DO NOTHING RETURNING id

-- name: set_root
UPDATE person SET root = ? WHERE id = ?

-- name: set_gone
UPDATE person SET gone = 1 WHERE id = ?

-- name: bodies_among
SELECT f.id, f.body FROM json_each(?) AS asked CROSS JOIN fact AS f ON f.id = asked.value

-- name: ids_among
SELECT f.id FROM json_each(?) AS asked CROSS JOIN fact AS f ON f.id = asked.value

-- name: add_facts
INSERT INTO fact (seq, id, person, kind, occurred_at, recorded_at, leaf, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: add_passages
INSERT INTO passage (person, seq) VALUES (?, ?)

-- name: add_identifiers
INSERT INTO identifier (hash, seq, person) VALUES (?, ?, ?)

-- name: add_tombstones
INSERT INTO tombstone (hash, seq) VALUES (?, ?)

-- name: add_links
INSERT INTO link (id, first, second, occurred_at, seq) VALUES (?, ?, ?, ?, ?)

-- name: add_voids
INSERT INTO void (link, seq) VALUES (?, ?)

-- name: links_touching
SELECT l.id, l.first, l.second, l.occurred_at, l.seq FROM json_each(?) AS asked
CROSS JOIN link AS l ON l.first = asked.value
UNION
SELECT l.id, l.first, l.second, l.occurred_at, l.seq FROM json_each(?1) AS asked
CROSS JOIN link AS l ON l.second = asked.value

-- name: links_among
SELECT l.id, l.first, l.second, l.occurred_at, l.seq FROM json_each(?) AS asked
CROSS JOIN link AS l ON l.id = asked.value

-- name: voids_among
SELECT v.link, v.seq FROM json_each(?) AS asked CROSS JOIN void AS v ON v.link = asked.value

-- name: facts_among
SELECT f.person, f.seq, f.body FROM json_each(?) AS asked
CROSS JOIN fact AS f ON f.person = asked.value AND f.person <> ''

-- name: passages_among
SELECT p.person, p.seq FROM json_each(?) AS asked
CROSS JOIN passage AS p ON p.person = asked.value

-- name: passage_bodies_among
SELECT f.seq, f.body FROM fact AS f WHERE f.seq IN (
    SELECT p.seq FROM json_each(?) AS asked CROSS JOIN passage AS p ON p.person = asked.value
)

-- name: tombstones_among
SELECT i.person, t.seq, f.body FROM json_each(?) AS asked
CROSS JOIN identifier AS i ON i.person = asked.value
CROSS JOIN tombstone AS t ON t.hash = i.hash
CROSS JOIN fact AS f ON f.seq = t.seq

-- name: tombstones_of
SELECT t.hash, f.body FROM tombstone AS t JOIN fact AS f ON f.seq = t.seq WHERE t.hash = ?

-- name: any_tombstone
SELECT 1 FROM tombstone LIMIT 1

-- name: holders_of
SELECT hash, person FROM identifier WHERE hash = ?

-- name: fact
SELECT body FROM fact WHERE id = ?

-- name: root_of
SELECT root FROM person WHERE id = ?

-- name: find
SELECT i.hash, p.root FROM identifier AS i JOIN person AS p ON p.id = i.person
WHERE i.hash = ? ORDER BY i.seq

-- name: find_own
SELECT i.hash, i.person FROM identifier AS i
WHERE i.hash = ? ORDER BY i.seq

-- name: find_first
SELECT p.root FROM identifier AS i JOIN person AS p ON p.id = i.person
WHERE i.hash = ? ORDER BY i.seq LIMIT 1

-- name: standing_of
SELECT b.body FROM person AS p JOIN {bodies} AS b ON b.person = p.root WHERE p.id = ?

-- name: standing_by_identifier
SELECT b.body FROM identifier AS i LEFT JOIN {bodies} AS b ON b.person = i.person
WHERE i.hash = ? ORDER BY i.seq LIMIT 1

-- name: standing_by_cluster
SELECT b.body FROM identifier AS i JOIN person AS p ON p.id = i.person
JOIN {bodies} AS b ON b.person = p.root
WHERE i.hash = ? ORDER BY i.seq LIMIT 1

-- name: persons
SELECT id FROM person WHERE root = id AND gone = 0

-- name: persons_after
SELECT id FROM person WHERE id > ? AND root = id AND gone = 0 ORDER BY id LIMIT ?

-- name: count_persons
SELECT count(*) FROM person WHERE root = id AND gone = 0

-- name: touched_after
SELECT DISTINCT root FROM (
    SELECT p.root FROM fact AS f JOIN person AS p ON p.id = f.person
    WHERE f.seq > ?1 AND f.seq <= ?2
    UNION ALL
    SELECT p.root FROM fact AS f JOIN passage AS g ON g.seq = f.seq
    JOIN person AS p ON p.id = g.person
    WHERE f.seq > ?1 AND f.seq <= ?2 AND f.person = ''
    UNION ALL
    SELECT p.root FROM tombstone AS t JOIN identifier AS i ON i.hash = t.hash
    JOIN person AS p ON p.id = i.person
    WHERE t.seq > ?1 AND t.seq <= ?2
)

-- name: make_wide
CREATE TABLE IF NOT EXISTS {wide} (person TEXT PRIMARY KEY, {definitions})

-- name: make_marks
CREATE TABLE IF NOT EXISTS {marks} (
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    from_ INTEGER NOT NULL,
    until_ INTEGER NOT NULL,
    PRIMARY KEY (person, name)
) WITHOUT ROWID

-- name: make_bodies
CREATE TABLE IF NOT EXISTS {bodies} (person TEXT PRIMARY KEY, body BLOB NOT NULL)

-- name: make_index
CREATE INDEX IF NOT EXISTS {index} ON {wide} (person, {columns}) WHERE {first}_from IS NOT NULL

-- name: make_bare_index
CREATE INDEX IF NOT EXISTS {index} ON {wide} (person) WHERE {first}_from IS NOT NULL

-- name: try_wide
CREATE TEMP TABLE {wide} (person TEXT PRIMARY KEY, {definitions})

-- name: try_marks
CREATE TEMP TABLE {marks} (
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    from_ INTEGER NOT NULL,
    until_ INTEGER NOT NULL,
    PRIMARY KEY (person, name)
)

-- name: analyse_tried
ANALYZE temp.{wide}

-- name: drop_wide
DROP TABLE IF EXISTS {wide}

-- name: drop_marks
DROP TABLE IF EXISTS {marks}

-- name: drop_bodies
DROP TABLE IF EXISTS {bodies}

-- name: put_wide
INSERT OR REPLACE INTO {wide} (person, {columns}) VALUES ({places})

-- name: renew_wide
UPDATE {wide} SET {settings} WHERE person = ?

-- name: put_bodies
INSERT OR REPLACE INTO {bodies} (person, body) VALUES (?, ?)

-- name: put_marks
INSERT INTO {marks} (person, name, from_, until_) VALUES (?, ?, ?, ?)

-- name: delete_wide
DELETE FROM {wide} WHERE person IN (SELECT value FROM json_each(?))

-- name: delete_marks
DELETE FROM {marks} WHERE person IN (SELECT value FROM json_each(?))

-- name: delete_bodies
DELETE FROM {bodies} WHERE person IN (SELECT value FROM json_each(?))

-- name: delete_identifiers
DELETE FROM identifier WHERE person IN (SELECT value FROM json_each(?))

-- name: folds
SELECT digest, active, caught_up FROM fold ORDER BY number, digest

-- name: put_fold
INSERT INTO fold (digest, number, active, caught_up)
VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM fold), 0, 0)
ON CONFLICT (digest) DO UPDATE SET number = fold.number + 1, caught_up = 0

-- name: fold_state
SELECT number, active, caught_up FROM fold WHERE digest = ?

-- name: catch_up_fold
UPDATE fold SET caught_up = ? WHERE digest = ?

-- name: activate_fold
UPDATE fold SET active = 1 WHERE digest = ?

-- name: drop_fold
DELETE FROM fold WHERE digest = ?

-- name: kept_set
SELECT body FROM kept_set WHERE key = ?

-- name: put_kept_set
INSERT INTO kept_set (key, digest, until_, body) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET until_ = excluded.until_, body = excluded.body

-- name: drop_old_sets
DELETE FROM kept_set WHERE until_ < ?

-- name: drop_sets
DELETE FROM kept_set WHERE digest = ?

-- name: last_number
SELECT coalesce(max(number), 0) FROM person

-- name: persons_newer
SELECT id FROM person WHERE number > ?

-- name: numbers_among
SELECT p.number FROM json_each(?) AS asked CROSS JOIN person AS p ON p.id = asked.value

-- name: put_policy
INSERT INTO policy (version, digest, fold_digest, text, effective_from, published_at)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (version) DO NOTHING

-- name: count_policies
SELECT count(*) FROM policy

-- name: policies
SELECT version, digest, fold_digest, text, effective_from, published_at FROM policy
ORDER BY effective_from, published_at, version

-- name: slots_among
SELECT s.name, s.value FROM json_each(?) AS asked CROSS JOIN slot AS s ON s.name = asked.value

-- name: put_slot
INSERT INTO slot (name, value) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: put_slot_after
INSERT INTO slot AS s (name, value) VALUES (?, ?)
-- A commit whose answer was lost is tried again, and has then been done.
ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE s.value IN (?, excluded.value)

-- name: seq_at
SELECT seq FROM place WHERE position < ? ORDER BY position DESC LIMIT 1

-- name: tree_size
SELECT coalesce(max(position) + 1, 0) FROM place

-- name: unplaced
SELECT seq, leaf FROM fact WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?

-- name: add_places
INSERT INTO place (position, seq) VALUES (?, ?)

-- name: place_of
SELECT p.position, f.leaf FROM fact AS f JOIN place AS p ON p.seq = f.seq WHERE f.id = ?

-- name: put_tiles
INSERT INTO tile (level, n, hashes) VALUES (?, ?, ?)
ON CONFLICT (level, n) DO UPDATE SET hashes = excluded.hashes

-- name: tile
SELECT hashes FROM tile WHERE level = ? AND n = ?

-- name: put_checkpoint
INSERT INTO checkpoint (size, text) VALUES (?, ?)

-- name: latest_checkpoint
SELECT size, text FROM checkpoint ORDER BY size DESC LIMIT 1

-- name: checkpoints
SELECT size, text FROM checkpoint ORDER BY size

-- name: places
SELECT position, seq FROM place WHERE position >= ? AND position < ? ORDER BY position

-- name: facts_between
SELECT seq, id, kind, occurred_at, recorded_at, person, leaf, body FROM fact
WHERE seq > ? AND seq <= ? ORDER BY seq

-- name: facts_after
SELECT seq, id, kind, occurred_at, recorded_at, person, leaf, body FROM fact
WHERE seq > ? ORDER BY seq

-- name: bodies_of
SELECT b.person, b.body FROM json_each(?) AS asked
CROSS JOIN {bodies} AS b ON b.person = asked.value

-- name: wide_of
SELECT w.person, {columns} FROM json_each(?) AS asked
CROSS JOIN {wide} AS w ON w.person = asked.value

-- name: marks_of
SELECT m.person, m.name, m.from_, m.until_ FROM json_each(?) AS asked
CROSS JOIN {marks} AS m ON m.person = asked.value

-- name: count_bodies
SELECT count(*) FROM {bodies}

-- name: identifiers_of
SELECT i.hash FROM json_each(?) AS asked CROSS JOIN identifier AS i ON i.person = asked.value
ORDER BY i.hash

-- name: erased
SELECT DISTINCT person FROM fact WHERE kind = 'key_destroyed' ORDER BY person

-- name: unfinished
SELECT s.id, s.person FROM fact AS s WHERE s.kind = 'erasure_started' AND NOT EXISTS (
    SELECT 1 FROM fact AS d WHERE d.kind = 'key_destroyed' AND d.person = s.person
    AND d.seq > s.seq
) ORDER BY s.seq

-- name: facts_at
SELECT f.body FROM place AS p JOIN fact AS f ON f.seq = p.seq
WHERE p.position >= ? AND p.position < ? ORDER BY p.position

-- name: link_facts
SELECT seq, body FROM fact WHERE kind IN ('identity_linked', 'link_voided')

-- name: links
SELECT id, first, second, occurred_at, seq FROM link

-- name: voids
SELECT link, seq FROM void

-- name: tombstone_facts
SELECT seq, body FROM fact WHERE kind = 'tombstone' AND seq > ? ORDER BY seq LIMIT ?

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
AND (i.hash IS NULL OR ? = 1) ORDER BY f.seq

-- name: stray_identifier
SELECT i.person FROM identifier AS i LEFT JOIN fact AS f
ON f.seq = i.seq AND f.person = i.person AND f.kind = 'identified'
WHERE f.seq IS NULL ORDER BY i.person LIMIT 1

-- name: merged
SELECT id, root FROM person WHERE root <> id

-- name: passage_facts
SELECT seq, body FROM fact WHERE person = '' AND seq > ? ORDER BY seq LIMIT ?

-- name: passages_at
SELECT p.person FROM json_each(?) AS asked
CROSS JOIN passage AS p ON p.person = asked.value AND p.seq = ?

-- name: count_passages
SELECT count(*) FROM passage
