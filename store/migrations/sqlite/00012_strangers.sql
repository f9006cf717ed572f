-- +goose Up

-- A line of the request log is kept among its own kind, with a credential or without, so that what strangers send pushes no other line out.
-- The place counts within the kind, from the oldest.
ALTER TABLE requests ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
UPDATE requests
SET place = ranked.place
FROM (SELECT seq, row_number() OVER (PARTITION BY credential = '' ORDER BY seq) AS place FROM requests) AS ranked
WHERE requests.seq = ranked.seq;
CREATE INDEX requests_named ON requests (place) WHERE credential <> '';
CREATE INDEX requests_unnamed ON requests (place) WHERE credential = '';
