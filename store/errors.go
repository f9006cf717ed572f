package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"patchbay/connector"
)

// said turns what the database answers into the errors that every room knows, and adds what was being done. Codes decide,
// never texts.
func said(doing string, err error) error {
	if err == nil {
		return nil
	}
	var theirs *sqlite.Error
	switch {
	case errors.Is(err, sql.ErrNoRows):
		err = connector.ErrNotFound
	case errors.As(err, &theirs):
		err = known(theirs.Code(), err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func known(code int, err error) error {
	switch code {
	case codes.SQLITE_CONSTRAINT_UNIQUE, codes.SQLITE_CONSTRAINT_PRIMARYKEY, codes.SQLITE_CONSTRAINT_ROWID:
		return fmt.Errorf("%w (%w)", connector.ErrTaken, err)
	case codes.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("what it belongs to: %w (%w)", connector.ErrNotFound, err)
	}
	const primary = 0xff // an extended code says more in its higher bits
	reason := ""
	switch code & primary {
	case codes.SQLITE_FULL:
		reason = "the disk is full"
	case codes.SQLITE_READONLY:
		reason = "the database is read-only"
	case codes.SQLITE_IOERR:
		reason = "the disk answers with an error"
	case codes.SQLITE_CANTOPEN:
		reason = "the database file cannot be opened"
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		reason = "another program keeps the database locked"
	case codes.SQLITE_INTERRUPT:
		return fmt.Errorf("%w (%w)", context.Canceled, err)
	default:
		return err
	}
	return fmt.Errorf("%w: %s (%w)", connector.ErrReadOnly, reason, err)
}
