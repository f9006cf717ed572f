-- +goose Up

-- The host keys of SSH servers that people accepted: one for each server that a workspace reaches, since a key takes the place of
-- whatever was accepted before it.
CREATE TABLE host_keys (
	workspace   TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
	origin      TEXT NOT NULL, -- ssh://host:port
	algorithm   TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	key         TEXT NOT NULL, -- algorithm and base64, as known_hosts has it
	accepted    INTEGER NOT NULL,
	accepted_by TEXT NOT NULL,
	PRIMARY KEY (workspace, origin)
) STRICT, WITHOUT ROWID;

-- The host key that an SSH server showed in a run: JSON object, or '' for none.
ALTER TABLE runs ADD COLUMN host_key TEXT NOT NULL DEFAULT '';
