package storetest

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"patchbay/connector"
)

type promise struct {
	name string
	test func(*testing.T, *bench)
}

// Run holds an engine to every promise.
func Run(t *testing.T, e Engine) {
	hold(t, e, append(append(aboutLists(), aboutPicks()...), []promise{
		{"a connector comes back as it was kept", keeps},
		{"an update needs the newest version", updates},
		{"identifiers and names are taken", takes},
		{"the trash gives identifiers free and back", trash},
		{"a purge leaves nothing", purges},
		{"uses are noted and forgotten", uses},
		{"what is in use is not retired", usedUp},
		{"numbers are never given twice", numbers},
		{"hidden values are sealed", hidden},
		{"hidden values of many open at once", hiddenTogether},
		{"hidden values open only in their own place", misplaced},
		{"secrets keep their value and their origins", secrets},
		{"a secret in use stays", secretsInUse},
		{"a connector and its secrets stand or fall together", together},
		{"runs are kept and bounded", runs},
		{"a run ends after its connector", runsOutlive},
		{"the watch is planned", watches},
		{"the watch is paused", pauses},
		{"times of maintenance are kept", windows},
		{"what cannot be logged of the watch is undone", unloggedWatch},
		{"days add up", days},
		{"what ends is listed", endings},
		{"warnings are given once", warnings},
		{"accepted host keys stay in their workspace", hostKeys},
		{"a run keeps the host key that it saw", seenHostKey},
		{"workspaces are told apart", workspaces},
		{"users and the last admin", users},
		{"sessions end for good", sessions},
		{"every change has its event", events},
		{"what cannot be logged is undone", unlogged},
		{"a log that was tampered with is found out", tampered},
		{"no secret is on the disk", canaries},
		{"a store that cannot be written is read", readOnly},
		{"a write that fails harms no other", crowd},
		{"two programs share a directory", neighbours},
		{"counts are always right", counts},
	}...))
}

// RunLists holds an engine to the promises about lists, for one that is set to read them another way.
func RunLists(t *testing.T, e Engine) { hold(t, e, aboutLists()) }

func aboutLists() []promise {
	return []promise{
		{"a list gives every connector once", lists},
		{"a list goes on while connectors come", listsMeanwhile},
		{"a list knows its cursors", cursors},
		{"a search finds words", searches},
	}
}

// RunPicks holds an engine to the promises about pages by number, for one that is set to remember their order another way.
func RunPicks(t *testing.T, e Engine) { hold(t, e, aboutPicks()) }

func aboutPicks() []promise {
	return []promise{
		{"pages by number are the walk", picks},
		{"a list notices each change", picksEach},
		{"a page by number is of one moment", picksMeanwhile},
		{"a field that is not stored is as its type starts", picksStart},
	}
}

func hold(t *testing.T, e Engine, promises []promise) {
	for _, p := range promises {
		t.Run(p.name, func(t *testing.T) { p.test(t, newBench(t, e)) })
	}
}

// bench is one store with the suite's workspaces.
type bench struct {
	Store
	engine Engine
	dir    string
}

var ctx = context.Background()

func newBench(t testing.TB, e Engine) *bench {
	t.Helper()
	b := &bench{engine: e, dir: filepath.Join(t.TempDir(), "data")}
	b.open(t)
	for _, w := range Workspaces() {
		must(t, b.AddWorkspace(ctx, w, Event("workspace.added")))
	}
	return b
}

// open opens the store in the directory, and closes it when the test ends.
func (b *bench) open(t testing.TB) {
	t.Helper()
	s := b.engine.Open(t, b.dir, Clock())
	b.Store = s
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
}

func (b *bench) insert(t testing.TB, cs ...connector.Connector) {
	t.Helper()
	for _, c := range cs {
		if err := b.Insert(ctx, c, nil, nil, Event("connector.created")); err != nil {
			t.Fatalf("Insert(%s) = %v", c.ID, err)
		}
	}
}

// read gives a connector as it is kept now.
func (b *bench) read(t testing.TB, id string) connector.Connector {
	t.Helper()
	c, err := b.Connector(ctx, id)
	must(t, err)
	return c
}

// retire moves the newest version of a connector to the trash.
func (b *bench) retire(t testing.TB, id string) {
	t.Helper()
	c := b.read(t, id)
	c.Version++
	c.Retired, c.RetiredBy = Noon, "dana"
	must(t, b.Retire(ctx, c, nil, Event("connector.retired")))
}

// events tells how many events the log has, and that it holds together.
func (b *bench) events(t testing.TB) int64 {
	t.Helper()
	n, err := b.VerifyLog(ctx)
	must(t, err)
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("error = %v, want none", err)
	}
}

func wants(t testing.TB, call string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("%s = %v, want %v", call, got, want)
	}
}

// asProblems reports whether an error is problems that a person can mend.
func asProblems(err error, into *connector.Problems) bool { return errors.As(err, into) }
