package store_test

import (
	"testing"
	"time"

	"patchbay/store/storetest"
)

func sqliteEngine(open func(t testing.TB, dir string, now func() time.Time) storetest.Store) storetest.Engine {
	return storetest.Engine{
		Open: open,
		Exec: func(t testing.TB, dir, statement string) { exec(t, dir, statement) },
		WithoutTrigger: func(t testing.TB, dir, statement string) {
			saved := triggers(t, dir)
			var all []string
			for name := range saved {
				all = append(all, "DROP TRIGGER "+name)
			}
			all = append(all, statement)
			for _, text := range saved {
				all = append(all, text)
			}
			exec(t, dir, all...)
		},
		Lock: lockDown,
	}
}

func TestSQLiteKeepsEveryPromise(t *testing.T) {
	storetest.Run(t, sqliteEngine(func(t testing.TB, dir string, now func() time.Time) storetest.Store { return open(t, dir, now) }))
}

// Where every filter leaves too many connectors to look at one by one, lists walk along their index; the promises are the same.
func TestWalksKeepEveryPromise(t *testing.T) {
	storetest.RunLists(t, sqliteEngine(func(t testing.TB, dir string, now func() time.Time) storetest.Store {
		s := open(t, dir, now)
		s.LookAt(2, 10)
		return s
	}))
}
