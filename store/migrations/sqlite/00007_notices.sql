-- +goose Up

-- Where notices go. The address may hold a token, so it is sealed, with the key that signs.
CREATE TABLE channels (
	id         TEXT NOT NULL PRIMARY KEY,
	name       TEXT NOT NULL,
	fold       TEXT NOT NULL, -- the name in lower case
	kind       TEXT NOT NULL,
	place      TEXT NOT NULL, -- what may be shown of the address
	tells      TEXT NOT NULL,
	workspace  TEXT REFERENCES workspaces (id) ON DELETE CASCADE, -- NULL: everywhere
	paused     INTEGER NOT NULL,
	version    INTEGER NOT NULL,
	created    INTEGER NOT NULL,
	created_by TEXT NOT NULL,
	sealed     BLOB NOT NULL -- JSON object with address and key
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX channels_name ON channels (fold);

-- What channels were and will be told. Finished ones go in the end.
CREATE TABLE notices (
	n         INTEGER PRIMARY KEY,
	id        TEXT NOT NULL,
	channel   TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
	kind      TEXT NOT NULL,
	pair      TEXT NOT NULL,
	connector TEXT NOT NULL, -- id; it may be gone
	subject   TEXT NOT NULL,
	said      TEXT NOT NULL,
	body      TEXT NOT NULL,
	at        INTEGER NOT NULL,
	state     TEXT NOT NULL,
	open      INTEGER NOT NULL,
	tries     INTEGER NOT NULL,
	next      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX notices_id ON notices (id);
CREATE INDEX notices_channel ON notices (channel);
CREATE INDEX notices_open ON notices (connector) WHERE open = 1;
CREATE INDEX notices_due ON notices (channel, next) WHERE state = 'waiting';

CREATE TABLE deliveries (
	n      INTEGER PRIMARY KEY,
	notice INTEGER NOT NULL REFERENCES notices (n) ON DELETE CASCADE,
	at     INTEGER NOT NULL,
	micros INTEGER NOT NULL,
	sent   INTEGER NOT NULL,
	said   TEXT NOT NULL
) STRICT;
CREATE INDEX deliveries_notice ON deliveries (notice);

-- Up to which event of the audit log channels have been told. What happened before there were channels is not told.
CREATE TABLE heard (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	seq INTEGER NOT NULL
) STRICT;
INSERT INTO heard (one, seq) SELECT 1, seq FROM log_head;
