package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"modernc.org/sqlite"

	"patchbay/connector"
	"patchbay/store/seal"
)

// Store is one open data directory. Many goroutines may use it at once, and several programs may have the same directory
// open; see [Store.Claim] for the one that serves.
type Store struct {
	dir     string
	catalog connector.Catalog
	now     func() time.Time
	ring    *seal.Ring
	write   *writer
	read    *reader
	shut    error // why nothing can be written, or nil
	few     int   // how many candidates a list looks at one by one
	nearby  int   // how long the walk is that tries whether a page fills soon
	rolls   *rolls

	claim   sync.Mutex
	release func() error // set while this store has the directory claimed

	ending sync.Once
	ended  error
}

// Option changes how a store is opened.
type Option func(*options)

type options struct{ key string }

// KeyFile says where the key file is. Without it, it lies in the data directory.
func KeyFile(path string) Option { return func(o *options) { o.key = path } }

// Open opens a data directory and makes one that is not there, with its key file; it brings the database to the newest
// form. A directory or database that may not be written is opened for reading: every write then answers
// [connector.ErrReadOnly]. A key file that does not fit gives [connector.ErrSealed]. now is asked for the time.
func Open(ctx context.Context, dir string, catalog connector.Catalog, now func() time.Time, with ...Option) (*Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the data directory: %w", err)
	}
	o := options{key: filepath.Join(dir, keyName)}
	for _, w := range with {
		w(&o)
	}
	writable, why, err := prepare(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, catalog: catalog, now: now, few: few, nearby: nearby, rolls: newRolls()}
	if !writable {
		s.shut = fmt.Errorf("%w: %w", connector.ErrReadOnly, why)
	}
	if err := errors.Join(s.connect(ctx), ctx.Err()); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.ring, err = seal.Open(o.key, s.shelf(ctx)); err != nil {
		if errors.Is(err, seal.ErrUnopened) {
			err = fmt.Errorf("%w: %w", connector.ErrSealed, err)
		}
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) connect(ctx context.Context) error {
	path := filepath.Join(s.dir, databaseName)
	if s.shut != nil {
		return s.connectToRead(ctx, path)
	}
	db, err := pool(path, "", 1)
	if err != nil {
		return err
	}
	s.write = newWriter(db)
	if err := migrate(ctx, db); err != nil {
		return err
	}
	// The switch to WAL has made a file, whose name must not be lost when the power fails.
	if err := syncDir(s.dir); err != nil {
		return err
	}
	readers, err := pool(path, "", readers, "query_only(1)")
	if err != nil {
		return err
	}
	s.read = newReader(readers)
	return nil
}

// connectToRead opens a database that may not be written. Where even the small files that readers share cannot be made,
// the database is taken as one that nobody changes, which holds where nobody can.
func (s *Store) connectToRead(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("%w, and there is no database in it yet", s.shut)
	}
	db, err := pool(path, "mode=ro", readers, "query_only(1)")
	if err != nil {
		return err
	}
	if first := current(ctx, db); first != nil {
		if _, err := os.Stat(path + "-wal"); err == nil {
			return errors.Join(first, db.Close())
		}
		if err := db.Close(); err != nil {
			return said("close the database", err)
		}
		if db, err = pool(path, "mode=ro&immutable=1", readers, "query_only(1)"); err != nil {
			return err
		}
		if err := current(ctx, db); err != nil {
			return errors.Join(err, db.Close())
		}
	}
	s.read = newReader(db)
	return nil
}

// readers is how many connections read at once.
const readers = 4

// pool gives connections to the database at path; own are parameters that SQLite itself reads, for one that cannot be written.
// busy_timeout is first, since the switch to WAL already may have to wait for another program.
func pool(path, own string, size int, more ...string) (*sql.DB, error) {
	values := url.Values{
		"_txlock": {"immediate"}, "_defensive": {"1"}, "_dqs": {"0"}, "_time_integer_format": {"unix_milli"},
		"_pragma": append([]string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
			"trusted_schema(0)", "temp_store(MEMORY)", "cache_size(-8000)", "wal_autocheckpoint(4000)"}, more...),
	}
	if own != "" {
		// Without a switch of the journal: that would be a write.
		values["_pragma"] = append([]string{"busy_timeout(5000)", "trusted_schema(0)", "temp_store(MEMORY)"}, more...)
		own += "&"
	}
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: own + values.Encode()}
	from, err := sqlite.NewConnector(address.String())
	if err != nil {
		return nil, fmt.Errorf("address the database: %w", err)
	}
	db := sql.OpenDB(from)
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// Claim takes the data directory for the one program that serves from it, until [Store.Close]. It answers
// [connector.ErrInUse] when another one has it. Everything else that uses the directory needs no claim.
func (s *Store) Claim() error {
	s.claim.Lock()
	defer s.claim.Unlock()
	if s.release != nil {
		return nil
	}
	release, taken, err := lock(s.dir)
	if taken {
		return fmt.Errorf("another program already serves from %s; stop it or choose another data directory: %w", s.dir, connector.ErrInUse)
	}
	if err != nil {
		return fmt.Errorf("claim the data directory %s: %w", s.dir, err)
	}
	s.release = release
	return nil
}

// Close ends the store once what is being written is on the disk. A second call gives what the first gave.
func (s *Store) Close() error {
	s.ending.Do(func() {
		var problems []error
		if s.read != nil {
			problems = append(problems, s.read.close())
		}
		if s.write != nil {
			problems = append(problems, s.write.close())
		}
		s.claim.Lock()
		defer s.claim.Unlock()
		if s.release != nil {
			problems = append(problems, s.release())
		}
		s.ended = said("close the store", errors.Join(problems...))
	})
	return s.ended
}

// Dir is the data directory, as an absolute path.
func (s *Store) Dir() string { return s.dir }
