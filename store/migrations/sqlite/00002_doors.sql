-- +goose Up

-- What programs use at the vendor doors.
CREATE TABLE credentials (
	id         TEXT NOT NULL PRIMARY KEY,
	workspace  TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
	vendor     TEXT NOT NULL,
	name       TEXT NOT NULL,
	role       TEXT NOT NULL,
	key        TEXT NOT NULL, -- what may be known: token id, access key id, e-mail address
	hash       BLOB NOT NULL, -- SHA-256 of a secret that is only compared, or empty
	sealed     BLOB NOT NULL, -- a secret that has to be opened, or empty
	created    INTEGER NOT NULL,
	created_by TEXT NOT NULL,
	used       INTEGER NOT NULL,
	used_from  TEXT NOT NULL,
	revoked    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX credentials_key ON credentials (vendor, key);
CREATE UNIQUE INDEX credentials_name ON credentials (workspace, name) WHERE revoked = 0;

-- Log-ins at the Harmony door.
CREATE TABLE tokens (
	hash       BLOB NOT NULL PRIMARY KEY,
	credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
	created    INTEGER NOT NULL,
	seen       INTEGER NOT NULL,
	ends       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_credential ON tokens (credential);
CREATE INDEX tokens_ends ON tokens (ends);

-- Answers to calls that must not happen twice.
CREATE TABLE replies (
	workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
	operation TEXT NOT NULL,
	token     TEXT NOT NULL,
	asked     BLOB NOT NULL,
	body      TEXT NOT NULL,
	at        INTEGER NOT NULL,
	PRIMARY KEY (workspace, operation, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX replies_at ON replies (at);

-- The request log. It is bounded, so it is no audit log: the oldest lines go.
CREATE TABLE requests (
	seq        INTEGER PRIMARY KEY AUTOINCREMENT,
	at         INTEGER NOT NULL,
	vendor     TEXT NOT NULL,
	workspace  TEXT NOT NULL,
	method     TEXT NOT NULL,
	path       TEXT NOT NULL,
	operation  TEXT NOT NULL,
	credential TEXT NOT NULL,
	status     INTEGER NOT NULL,
	micros     INTEGER NOT NULL,
	connector  TEXT NOT NULL,
	id         TEXT NOT NULL,
	address    TEXT NOT NULL
) STRICT;
CREATE INDEX requests_connector ON requests (connector, seq) WHERE connector <> '';

-- The payloads of Harmony connectors, by number: they outlive the registration.
CREATE TABLE payloads (
	workspace TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
	number    TEXT NOT NULL,
	text      TEXT NOT NULL,
	PRIMARY KEY (workspace, number)
) STRICT, WITHOUT ROWID;
