-- +goose Up

-- When each connector is asked next. Times are milliseconds since 1970, 0 for "never".
CREATE TABLE watches (
	connector INTEGER NOT NULL PRIMARY KEY REFERENCES connectors (n) ON DELETE CASCADE,
	every     INTEGER NOT NULL, -- milliseconds between two checks; 0: as the program is told; -1: not watched
	slot      INTEGER NOT NULL, -- planned time of the next regular check; 0 while none is planned
	due       INTEGER NOT NULL, -- when it is asked or planned next; 0: never
	fails     INTEGER NOT NULL  -- failed checks in a row that have not changed the status
) STRICT;
CREATE INDEX watches_due ON watches (due, connector) WHERE due > 0;
-- What is there already is planned as soon as the watch runs.
INSERT INTO watches (connector, every, slot, due, fails)
SELECT n, 0, 0, CASE trash WHEN 0 THEN 1 ELSE 0 END, 0
FROM connectors;

-- What is not watched for a while: everything, a workspace, or a connector.
CREATE TABLE pauses (
	workspace TEXT REFERENCES workspaces (id) ON DELETE CASCADE,
	connector INTEGER REFERENCES connectors (n) ON DELETE CASCADE,
	since     INTEGER NOT NULL,
	until     INTEGER NOT NULL, -- 0: until somebody resumes
	reason    TEXT NOT NULL,
	paused_by TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX pauses_of ON pauses (coalesce(workspace, ''), coalesce(connector, 0));

-- Times of maintenance.
CREATE TABLE windows (
	id         TEXT NOT NULL PRIMARY KEY,
	workspace  TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
	name       TEXT NOT NULL,
	days       INTEGER NOT NULL, -- of the week, one bit each; 0 for one that happens once
	begin_at   INTEGER NOT NULL, -- minutes after midnight
	end_at     INTEGER NOT NULL,
	zone       TEXT NOT NULL,
	begins     INTEGER NOT NULL, -- of one that happens once
	ends       INTEGER NOT NULL,
	created    INTEGER NOT NULL,
	created_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX windows_workspace ON windows (workspace);

-- What the checks of a connector found on a day; kept by the write that ends a check.
CREATE TABLE days (
	connector INTEGER NOT NULL REFERENCES connectors (n) ON DELETE CASCADE,
	day       INTEGER NOT NULL, -- days since 1970, UTC
	checks    INTEGER NOT NULL,
	ok        INTEGER NOT NULL,
	degraded  INTEGER NOT NULL,
	failed    INTEGER NOT NULL,
	other     INTEGER NOT NULL,
	flips     INTEGER NOT NULL,
	worst     TEXT NOT NULL,
	took      INTEGER NOT NULL, -- milliseconds, all together
	longest   INTEGER NOT NULL,
	spread    TEXT NOT NULL,    -- how many took how long
	PRIMARY KEY (connector, day)
) STRICT, WITHOUT ROWID;

-- The status that a connector had before a run changed it, or nothing.
ALTER TABLE runs ADD COLUMN was TEXT NOT NULL DEFAULT '';

-- What checks saw the end of.
CREATE TABLE expiries (
	connector INTEGER NOT NULL REFERENCES connectors (n) ON DELETE CASCADE,
	kind      TEXT NOT NULL,
	name      TEXT NOT NULL,
	at        INTEGER NOT NULL,
	seen      INTEGER NOT NULL,
	warned    INTEGER NOT NULL, -- how many days before the end the last warning was for; 0: none
	PRIMARY KEY (connector, kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX expiries_at ON expiries (at, kind, name, connector);

-- The end of a secret, as a person noted it.
ALTER TABLE secrets ADD COLUMN ends INTEGER NOT NULL DEFAULT 0;
ALTER TABLE secrets ADD COLUMN warned INTEGER NOT NULL DEFAULT 0;
CREATE INDEX secrets_ends ON secrets (ends, id) WHERE ends > 0;
