package registry_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/registry"
	"patchbay/store"
)

// openedIn is opened over a directory of the test's choice, with the store that the registry sees changed by the test.
func openedIn(t *testing.T, dir string, seen func(*store.Store) registry.Store) *house {
	t.Helper()
	h := &house{clock: &clock{at: noon}, passwords: &cheap{}, other: &other{}}
	st, err := store.Open(t.Context(), dir, catalog.All(), h.clock.now)
	if err != nil {
		t.Fatalf("store.Open() = %v", err)
	}
	h.store = st
	var keeps registry.Store = st
	if seen != nil {
		keeps = seen(st)
	}
	h.Registry = registry.New(registry.Config{Store: keeps, Doors: st, Catalog: catalog.All(), Asker: h.other, Passwords: h.passwords, Now: h.clock.now})
	t.Cleanup(func() {
		h.Close()
		if err := st.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	h.acme = h.workspace(t, connector.Workspace{Name: "Acme", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"})
	return h
}

func answerOf(c connector.Connector) string { return "made " + c.ID }

func (h *house) living(t *testing.T) int {
	t.Helper()
	counts, err := h.Counts(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	return counts.Total()
}

// TestAConnectorAndTheAnswerToItsCallStandOrFallTogether lets the database refuse each half in turn: a program that asks again with its token
// never gets two connectors.
func TestAConnectorAndTheAnswerToItsCallStandOrFallTogether(t *testing.T) {
	for what, trigger := range map[string]string{
		"the answer":     `CREATE TRIGGER refuse BEFORE INSERT ON replies BEGIN SELECT raise(ABORT, 'no room'); END`,
		"the connector":  `CREATE TRIGGER refuse BEFORE INSERT ON connectors BEGIN SELECT raise(ABORT, 'no room'); END`,
		"the audit line": `CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'no room'); END`,
	} {
		t.Run(what, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			h := openedIn(t, dir, nil)
			call := registry.Call{Workspace: h.acme, Operation: "Create", Token: "t", Asked: []byte("a")}
			draft := h.git(h.acme)
			exec(t, dir, trigger)
			if _, _, err := h.AdmitOnce(t.Context(), editor, draft, call, answerOf); err == nil {
				t.Fatal("AdmitOnce() = nil though the disk refuses")
			}
			if n := h.living(t); n != 0 {
				t.Errorf("there are %d connectors, want none without its answer", n)
			}
			if _, err := h.Answered(t.Context(), call); !errors.Is(err, connector.ErrNotFound) {
				t.Errorf("Answered() = %v, want none without its connector", err)
			}
			exec(t, dir, `DROP TRIGGER refuse`)
			c, body, err := h.AdmitOnce(t.Context(), editor, draft, call, answerOf)
			if err != nil || body != "made "+c.ID {
				t.Fatalf("AdmitOnce() once the disk is well = %q, %v", body, err)
			}
			if got, err := h.Answered(t.Context(), call); err != nil || got != body || h.living(t) != 1 {
				t.Errorf("Answered() = %q, %v with %d connectors, want %q", got, err, h.living(t), body)
			}
		})
	}
}

// TestInTwoTransactionsARetryMakesASecondConnector shows the control switched off: kept one after the other, as before, a program that asks
// again gets another connector.
func TestInTwoTransactionsARetryMakesASecondConnector(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	h := openedIn(t, dir, nil)
	call := registry.Call{Workspace: h.acme, Operation: "Create", Token: "t", Asked: []byte("a")}
	exec(t, dir, `CREATE TRIGGER refuse BEFORE INSERT ON replies BEGIN SELECT raise(ABORT, 'no room'); END`)
	for range 2 {
		if _, err := h.Answered(t.Context(), call); !errors.Is(err, connector.ErrNotFound) {
			t.Fatalf("Answered() = %v", err)
		}
		c := h.kept(t, h.git(h.acme))
		if err := h.KeepAnswer(t.Context(), call, answerOf(c)); err == nil {
			t.Fatal("KeepAnswer() = nil though the disk refuses")
		}
	}
	if n := h.living(t); n != 2 {
		t.Errorf("there are %d connectors, want the two that one transaction prevents", n)
	}
}

func TestATokenIsGoodForOneCall(t *testing.T) {
	h := opened(t)
	call := registry.Call{Workspace: h.acme, Operation: "Create", Token: "t", Asked: []byte("a")}
	_, body, err := h.AdmitOnce(t.Context(), editor, h.git(h.acme), call, answerOf)
	if err != nil {
		t.Fatal(err)
	}
	// Somebody who did not look first gets the same answer and no connector.
	c, again, err := h.AdmitOnce(t.Context(), editor, h.git(h.acme), call, answerOf)
	if err != nil || again != body || c.ID != "" {
		t.Errorf("AdmitOnce() again = %q, %q, %v, want %q and no connector", c.ID, again, err, body)
	}
	other := call
	other.Asked = []byte("b")
	if _, _, err := h.AdmitOnce(t.Context(), editor, h.git(h.acme), other, answerOf); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("AdmitOnce() with other parameters = %v, want a conflict", err)
	}
	if err := h.KeepAnswer(t.Context(), other, "theirs"); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("KeepAnswer() with other parameters = %v, want a conflict", err)
	}
	if err := h.KeepAnswer(t.Context(), call, "the last word"); err != nil {
		t.Errorf("KeepAnswer() = %v", err)
	}
	if got, err := h.Answered(t.Context(), call); err != nil || got != "the last word" {
		t.Errorf("Answered() = %q, %v, want the last word", got, err)
	}
	for _, another := range []registry.Call{{Workspace: h.rival, Operation: "Create", Token: "t"}, {Workspace: h.acme, Operation: "Update", Token: "t"}} {
		if _, err := h.Answered(t.Context(), another); !errors.Is(err, connector.ErrNotFound) {
			t.Errorf("Answered(%+v) = %v, want not found", another, err)
		}
	}
	if n := h.living(t); n != 1 {
		t.Errorf("there are %d connectors, want 1", n)
	}
}

// hasty is a store to which somebody adds a use right after its uses were asked for.
type hasty struct {
	*store.Store
	then func()
}

func (s *hasty) Uses(ctx context.Context, id string) ([]connector.Use, error) {
	uses, err := s.Store.Uses(ctx, id)
	if then := s.then; then != nil {
		s.then = nil
		then()
	}
	return uses, err
}

// TestAUseThatIsNotedMeanwhileIsSeen is the race between who looks at the uses and who adds one.
func TestAUseThatIsNotedMeanwhileIsSeen(t *testing.T) {
	late := &hasty{}
	h := openedIn(t, filepath.Join(t.TempDir(), "data"), func(s *store.Store) registry.Store { late.Store = s; return late })
	c := h.kept(t, h.git(h.acme))
	late.then = func() {
		if err := late.Store.AddUse(context.Background(), c.ID, connector.Use{Kind: "pipeline", Name: "deploy", Added: noon}, access.Event{At: noon, Action: "x"}); err != nil {
			t.Errorf("AddUse() = %v", err)
		}
	}
	var used *registry.InUse
	if _, err := h.Retire(t.Context(), editor, c.ID, 0); !errors.As(err, &used) || !strings.Contains(err.Error(), "pipeline “deploy”") {
		t.Errorf("Retire() = %v, want the use that was noted meanwhile named", err)
	}
	if !h.now(t, c.ID).Retired.IsZero() {
		t.Error("the connector is in the trash all the same")
	}
	late.then = func() {
		if err := late.Store.AddUse(context.Background(), c.ID, connector.Use{Kind: "project", Name: "app", Added: noon}, access.Event{At: noon, Action: "x"}); err != nil {
			t.Errorf("AddUse() = %v", err)
		}
	}
	if _, err := h.RetireByForce(t.Context(), editor, c.ID, 0); err != nil {
		t.Errorf("RetireByForce() = %v, want both uses forgotten", err)
	}
	if ev := h.events(t, "connector.retired"); len(ev) != 1 || !strings.Contains(ev[0].Detail, "deploy") || !strings.Contains(ev[0].Detail, "app") {
		t.Errorf("events = %+v, want one that names both uses", ev)
	}
}

// TestAForcedRetirementIsDoneWholeOrNotAtAll lets the database refuse the last step.
func TestAForcedRetirementIsDoneWholeOrNotAtAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	h := openedIn(t, dir, nil)
	c := h.kept(t, h.git(h.acme))
	for _, name := range []string{"deploy", "nightly"} {
		if err := h.AddUse(t.Context(), editor, c.ID, connector.Use{Kind: "pipeline", Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	exec(t, dir, `CREATE TRIGGER refuse BEFORE UPDATE OF trash ON connectors BEGIN SELECT raise(ABORT, 'no room'); END`)
	if _, err := h.RetireByForce(t.Context(), editor, c.ID, 0); err == nil {
		t.Fatal("RetireByForce() = nil though the disk refuses")
	}
	if uses, err := h.Uses(t.Context(), viewer, c.ID); err != nil || len(uses) != 2 {
		t.Errorf("Uses() = %v, %v, want both as they were", uses, err)
	}
	exec(t, dir, `DROP TRIGGER refuse`)
	if _, err := h.RetireByForce(t.Context(), editor, c.ID, 0); err != nil {
		t.Errorf("RetireByForce() once the disk is well = %v", err)
	}
}
