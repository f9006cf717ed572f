-- +goose Up

-- The key ring that seals the secrets, encrypted by the key file.
CREATE TABLE keyring (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	ring BLOB NOT NULL
) STRICT;

-- What is written to learn whether writing works.
CREATE TABLE heartbeat (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	at  INTEGER NOT NULL
) STRICT;
INSERT INTO heartbeat (one, at) VALUES (1, 0);

CREATE TABLE sequences (
	name TEXT NOT NULL PRIMARY KEY,
	last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE workspaces (
	id      TEXT NOT NULL PRIMARY KEY,
	vendor  TEXT NOT NULL,
	name    TEXT NOT NULL,
	fold    TEXT NOT NULL, -- the name in lower case
	account TEXT NOT NULL,
	region  TEXT NOT NULL,
	remote  INTEGER NOT NULL,
	created INTEGER NOT NULL,
	version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX workspaces_name ON workspaces (fold);
CREATE UNIQUE INDEX workspaces_account ON workspaces (vendor, account, region);

-- Times are milliseconds since 1970, 0 for "never".
CREATE TABLE connectors (
	n           INTEGER PRIMARY KEY, -- inside the store only
	id          TEXT NOT NULL,
	trash       INTEGER NOT NULL CHECK (trash IN (0, 1)),
	vendor      TEXT NOT NULL,
	type        TEXT NOT NULL,
	workspace   TEXT NOT NULL REFERENCES workspaces (id),
	org         TEXT NOT NULL,
	project     TEXT NOT NULL,
	scope       TEXT NOT NULL, -- org and project as one path
	identifier  TEXT NOT NULL,
	name        TEXT NOT NULL,
	fold        TEXT NOT NULL, -- the name in lower case, for sorting
	also        TEXT,          -- what else must be unique in the workspace, where the vendor wants that
	status      TEXT NOT NULL,
	rank        INTEGER NOT NULL, -- of the status, worst first
	since       INTEGER NOT NULL,
	checked     INTEGER NOT NULL,
	proven      INTEGER NOT NULL,
	code        TEXT NOT NULL,
	summary     TEXT NOT NULL,
	version     INTEGER NOT NULL,
	created     INTEGER NOT NULL,
	created_by  TEXT NOT NULL,
	updated     INTEGER NOT NULL,
	updated_by  TEXT NOT NULL,
	retired     INTEGER NOT NULL,
	retired_by  TEXT NOT NULL,
	description TEXT NOT NULL,
	tags        TEXT NOT NULL, -- JSON object of strings
	spec        TEXT NOT NULL, -- JSON object
	words       TEXT NOT NULL  -- what the search looks at, in lower case
) STRICT;
CREATE UNIQUE INDEX connectors_id ON connectors (id);
CREATE UNIQUE INDEX connectors_identifier ON connectors (workspace, org, project, identifier) WHERE trash = 0;
CREATE UNIQUE INDEX connectors_also ON connectors (workspace, also) WHERE trash = 0 AND also IS NOT NULL;

-- One index for each order of the list. After the place in the order come the columns that lists filter by, so that a walk
-- along it never has to look at the connectors that it leaves out.
CREATE INDEX connectors_by_status ON connectors (trash, rank, fold, n, vendor, type, workspace, scope);
CREATE INDEX connectors_by_name ON connectors (trash, fold, n, vendor, type, workspace, rank, scope);
CREATE INDEX connectors_by_updated ON connectors (trash, updated, n, vendor, type, workspace, rank, scope);
CREATE INDEX connectors_by_created ON connectors (trash, created, n, vendor, type, workspace, rank, scope);
-- For filters that leave few connectors; those are looked at one by one.
CREATE INDEX connectors_type ON connectors (type);
CREATE INDEX connectors_workspace ON connectors (workspace);
CREATE INDEX connectors_scope ON connectors (scope);

-- "key", and "key:value" where there is a value.
CREATE TABLE tags (
	tag       TEXT NOT NULL,
	connector INTEGER NOT NULL,
	PRIMARY KEY (tag, connector)
) STRICT, WITHOUT ROWID;

-- Which connectors hold which three letters in a row. The letters themselves are in connectors.words.
CREATE VIRTUAL TABLE search USING fts5 (
	words, content = '', contentless_delete = 1, detail = none, tokenize = 'trigram case_sensitive 1'
);

-- How many living connectors share these values; kept by every write.
CREATE TABLE counts (
	workspace TEXT NOT NULL,
	vendor    TEXT NOT NULL,
	type      TEXT NOT NULL,
	status    TEXT NOT NULL,
	n         INTEGER NOT NULL CHECK (n >= 0),
	PRIMARY KEY (workspace, vendor, type, status)
) STRICT, WITHOUT ROWID;

-- Hidden values of the connectors' own.
CREATE TABLE hidden (
	connector INTEGER NOT NULL REFERENCES connectors (n) ON DELETE CASCADE,
	field     TEXT NOT NULL,
	version   INTEGER NOT NULL, -- of the connector, when the value was sealed
	sealed    BLOB NOT NULL,
	PRIMARY KEY (connector, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
	id        TEXT NOT NULL PRIMARY KEY,
	workspace TEXT NOT NULL REFERENCES workspaces (id),
	org       TEXT NOT NULL,
	project   TEXT NOT NULL,
	name      TEXT NOT NULL,
	kind      TEXT NOT NULL,
	version   INTEGER NOT NULL,
	uses      INTEGER NOT NULL CHECK (uses >= 0), -- living connectors that point here; kept by every write
	set_at    INTEGER NOT NULL,
	set_by    TEXT NOT NULL,
	created   INTEGER NOT NULL,
	sealed    BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX secrets_name ON secrets (workspace, org, project, name);

CREATE TABLE secret_origins (
	secret TEXT NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
	origin TEXT NOT NULL,
	PRIMARY KEY (secret, origin)
) STRICT, WITHOUT ROWID;

-- Which field of which connector points at which secret. A retired connector keeps its pointers.
CREATE TABLE pointers (
	connector INTEGER NOT NULL REFERENCES connectors (n) ON DELETE CASCADE,
	field     TEXT NOT NULL,
	secret    TEXT NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
	PRIMARY KEY (connector, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX pointers_secret ON pointers (secret, connector);

-- What outside Patchbay needs a connector.
CREATE TABLE uses (
	connector INTEGER NOT NULL REFERENCES connectors (n) ON DELETE CASCADE,
	kind      TEXT NOT NULL,
	name      TEXT NOT NULL,
	place     TEXT NOT NULL,
	added     INTEGER NOT NULL,
	added_by  TEXT NOT NULL,
	PRIMARY KEY (connector, kind, name, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
	n         INTEGER PRIMARY KEY,
	id        TEXT NOT NULL,
	connector INTEGER NOT NULL REFERENCES connectors (n) ON DELETE CASCADE,
	state     TEXT NOT NULL,
	asked     TEXT NOT NULL,
	asked_by  TEXT NOT NULL,
	began     INTEGER NOT NULL,
	ended     INTEGER NOT NULL,
	status    TEXT NOT NULL,
	code      TEXT NOT NULL,
	said      TEXT NOT NULL,
	cause     TEXT NOT NULL,
	next      TEXT NOT NULL,
	steps     TEXT NOT NULL -- JSON array
) STRICT;
CREATE UNIQUE INDEX runs_id ON runs (id);
CREATE INDEX runs_connector ON runs (connector);
CREATE INDEX runs_running ON runs (state) WHERE state = 'running';

CREATE TABLE users (
	id        TEXT NOT NULL PRIMARY KEY,
	name      TEXT NOT NULL,
	fold      TEXT NOT NULL, -- the name in lower case
	role      TEXT NOT NULL,
	disabled  INTEGER NOT NULL,
	hash      TEXT NOT NULL, -- of the password
	created   INTEGER NOT NULL,
	last_seen INTEGER NOT NULL,
	theme     TEXT NOT NULL,
	shortcuts INTEGER NOT NULL,
	version   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_name ON users (fold);

CREATE TABLE sessions (
	hash    BLOB NOT NULL PRIMARY KEY,
	person  TEXT REFERENCES users (id) ON DELETE CASCADE, -- NULL before signing in
	data    BLOB NOT NULL,
	created INTEGER NOT NULL,
	seen    INTEGER NOT NULL,
	ends    INTEGER NOT NULL,
	address TEXT NOT NULL,
	agent   TEXT NOT NULL,
	over    INTEGER NOT NULL -- 1 once it was ended: a request that is still under way must not bring it back
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_ends ON sessions (ends);

CREATE TABLE events (
	seq       INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	actor     TEXT NOT NULL,
	action    TEXT NOT NULL,
	object    TEXT NOT NULL,
	name      TEXT NOT NULL,
	workspace TEXT NOT NULL,
	detail    TEXT NOT NULL,
	address   TEXT NOT NULL,
	hash      BLOB NOT NULL
) STRICT;
CREATE INDEX events_object ON events (object);
CREATE INDEX events_actor ON events (actor);
CREATE INDEX events_action ON events (action);

-- The end of the log, so that cutting events off is found.
CREATE TABLE log_head (
	one  INTEGER PRIMARY KEY CHECK (one = 1),
	seq  INTEGER NOT NULL,
	hash BLOB NOT NULL
) STRICT;
INSERT INTO log_head (one, seq, hash) VALUES (1, 0, X'');

-- +goose StatementBegin
CREATE TRIGGER events_stay BEFORE UPDATE ON events
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_remain BEFORE DELETE ON events
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
-- REPLACE deletes without asking the trigger above.
-- +goose StatementBegin
CREATE TRIGGER events_follow BEFORE INSERT ON events
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events)
BEGIN
	SELECT RAISE(ABORT, 'the audit log is append-only');
END;
-- +goose StatementEnd
