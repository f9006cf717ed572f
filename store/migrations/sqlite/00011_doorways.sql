-- +goose Up

-- Consents of people on their way: begun, come back with a code, or waiting for the choice of a site. None lives longer than minutes.
CREATE TABLE consents (
	id        TEXT NOT NULL PRIMARY KEY, -- random, in the address of the page that asks
	state     BLOB NOT NULL, -- SHA-256 of the state by which the answer is recognised
	connector TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
	actor     TEXT NOT NULL, -- whose it is: "user:ID"
	begun     INTEGER NOT NULL, -- 1: that person began it here
	held      INTEGER NOT NULL, -- 1: it is being finished at this moment
	sealed    BLOB NOT NULL, -- JSON object with what the person brought, sealed for this row, or empty
	ends      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX consents_whose ON consents (connector, actor, begun);
CREATE INDEX consents_state ON consents (state);
CREATE INDEX consents_ends ON consents (ends);

-- How a workspace's door answers, where its vendor leaves a choice.
ALTER TABLE workspaces ADD COLUMN strict INTEGER NOT NULL DEFAULT 0; -- Harmony: 1 answers failures with statuses of their own
ALTER TABLE workspaces ADD COLUMN reserved TEXT NOT NULL DEFAULT ''; -- Harmony: names that no connector gets, one a line

-- The request log is asked for one credential, and for the names of all that are in it.
CREATE INDEX requests_credential ON requests (credential, seq) WHERE credential <> '';
