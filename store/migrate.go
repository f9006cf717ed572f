package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"patchbay/connector"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

func steps(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return p, nil
}

// migrate brings the database to the form that this release knows.
func migrate(ctx context.Context, db *sql.DB) error {
	p, err := steps(db)
	if err != nil {
		return err
	}
	// Two programs may start on one directory together. The slower one finds tables that it was about to make; it looks
	// again and finds less left to do, each time at least one step.
	for range len(p.ListSources()) + 2 {
		var have, want int64
		if have, want, err = p.GetVersions(ctx); err == nil {
			if have == want {
				return nil
			}
			if have > want {
				return newer(have, want)
			}
			if _, err = p.Up(ctx); err == nil {
				return nil
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	return said("bring the database to the newest form", err)
}

// current is nil when the database has the form that this release knows. It writes nothing.
func current(ctx context.Context, db *sql.DB) error {
	p, err := steps(db)
	if err != nil {
		return err
	}
	sources := p.ListSources()
	want := sources[len(sources)-1].Version
	var have int64
	const haveSQL = `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`
	if err := db.QueryRowContext(ctx, haveSQL).Scan(&have); err != nil {
		return said("read the form of the database", err)
	}
	switch {
	case have > want:
		return newer(have, want)
	case have < want:
		return fmt.Errorf("%w: the database has form %d and this release needs form %d, which has to be written first",
			connector.ErrReadOnly, have, want)
	}
	return nil
}

func newer(have, want int64) error {
	return errors.New("the data directory was written by a newer release of Patchbay (form " + fmt.Sprint(have) +
		", this one knows " + fmt.Sprint(want) + "); use that release or restore a backup")
}
