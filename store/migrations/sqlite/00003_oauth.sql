-- +goose Up

-- The OAuth 2.0 application of a workspace, through which people let its connectors in.
CREATE TABLE oauth_apps (
	workspace TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
	authorise TEXT NOT NULL,
	token     TEXT NOT NULL,
	api       TEXT NOT NULL,
	client    TEXT NOT NULL,
	sealed    BLOB NOT NULL, -- the client secret, sealed for this workspace, client and token address
	version   INTEGER NOT NULL,
	set_at    INTEGER NOT NULL,
	set_by    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a person's consent brought for a connector.
CREATE TABLE oauth_tokens (
	connector TEXT NOT NULL PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
	sealed    BLOB NOT NULL, -- JSON object with access and refresh, sealed for this connector
	expires   INTEGER NOT NULL -- of the access token, or 0
) STRICT, WITHOUT ROWID;
