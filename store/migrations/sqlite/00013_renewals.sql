-- +goose Up

-- Which program renews the tokens of a connector at this moment, and until when it may: a refresh token is good once, and programs on the
-- same data directory know nothing else of each other.
CREATE TABLE renewals (
	connector TEXT NOT NULL PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
	holder    TEXT NOT NULL, -- random, of one program
	ends      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
