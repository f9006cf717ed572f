-- +goose Up

-- The newest thousand or so times that a connector came into a list, went or may have changed place, in their order without a gap.
-- Whoever remembers the order of a list learns here what to look at anew, whichever program wrote it.
CREATE TABLE moves (
	seq       INTEGER PRIMARY KEY,
	connector INTEGER NOT NULL
) STRICT;

-- +goose StatementBegin
CREATE TRIGGER connectors_come AFTER INSERT ON connectors
BEGIN
	INSERT INTO moves (connector) VALUES (NEW.n);
END;
-- +goose StatementEnd
-- What no list is filtered or sorted by may change without a word: most checks find what the one before has found.
-- +goose StatementBegin
CREATE TRIGGER connectors_move AFTER UPDATE ON connectors
WHEN OLD.trash <> NEW.trash OR OLD.type <> NEW.type OR OLD.workspace <> NEW.workspace OR OLD.scope <> NEW.scope
	OR OLD.identifier <> NEW.identifier OR OLD.name <> NEW.name OR OLD.rank <> NEW.rank
	OR OLD.created <> NEW.created OR OLD.updated <> NEW.updated OR OLD.description <> NEW.description OR OLD.tags <> NEW.tags OR OLD.spec <> NEW.spec
BEGIN
	INSERT INTO moves (connector) VALUES (NEW.n);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER connectors_go AFTER DELETE ON connectors
BEGIN
	INSERT INTO moves (connector) VALUES (OLD.n);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER moves_bounded AFTER INSERT ON moves
WHEN NEW.seq % 256 = 0
BEGIN
	DELETE FROM moves WHERE seq <= NEW.seq - 1024;
END;
-- +goose StatementEnd
