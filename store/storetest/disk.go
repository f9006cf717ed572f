package storetest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"patchbay/access"
	"patchbay/connector"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// try changes the database behind the store's back and gives the error.
func try(b *bench, t *testing.T, statement string) (err error) {
	t.Helper()
	inner := &trial{TB: t}
	var wait sync.WaitGroup
	wait.Go(func() { b.engine.Exec(inner, b.dir, statement) }) // a failed helper ends its goroutine
	wait.Wait()
	return inner.err
}

// trial takes the failure of a helper as an answer.
type trial struct {
	testing.TB
	err error
}

func (r *trial) Fatalf(format string, args ...any) {
	r.err = fmt.Errorf(format, args...)
	runtime.Goexit()
}

// canaries puts a value of its own into every hidden place and looks for it in every file, in several spellings.
func canaries(t *testing.T, b *bench) {
	var planted []string
	plant := func(where string) connector.Secret {
		value := "canary+" + where + "/7f3a9c"
		planted = append(planted, value)
		return connector.NewSecret(value)
	}
	must(t, b.KeepSecret(ctx, NewSecret("token"), plant("secret"), Event("secret.created")))
	next := NewSecret("token")
	next.Version = 2
	must(t, b.KeepSecret(ctx, next, plant("replaced"), Event("secret.replaced")))
	made := []connector.Made{{Secret: NewSecret("made"), Value: plant("made")}}
	reg := NewRegistration(1, plant("hidden").Reveal())
	must(t, b.Insert(ctx, reg, nil, made, Event("connector.created")))
	changed := b.read(t, reg.ID)
	changed.Version = 2
	changed.Spec.(*Registration).Secret = plant("changed")
	must(t, b.Update(ctx, changed, nil, nil, Event("connector.changed")))
	visible := NewGit(1)
	visible.Name = "canary in plain sight"
	b.insert(t, visible)

	look := func(when string, among func(path string) bool) {
		t.Helper()
		files, plain := 0, false
		err := filepath.WalkDir(b.dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !among(path) {
				return err
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files++
			plain = plain || bytes.Contains(content, []byte(visible.Name))
			for _, value := range planted {
				for spelling, text := range map[string]string{
					"as it is": value, "in base64": base64.StdEncoding.EncodeToString([]byte(value))[:20],
					"in base64 of addresses": base64.RawURLEncoding.EncodeToString([]byte(value))[:20], "in hex": hex.EncodeToString([]byte(value)),
				} {
					if bytes.Contains(content, []byte(text)) {
						t.Errorf("%s has %s %s, %s", filepath.Base(path), value, spelling, when)
					}
				}
			}
			return nil
		})
		must(t, err)
		if files == 0 || !plain {
			t.Errorf("looked into %d files %s without finding what is not secret", files, when)
		}
	}
	// Reading the database itself while it is open would drop the locks on it; its log of writes may be read.
	look("while open", func(path string) bool { return strings.HasSuffix(path, "-wal") })
	must(t, b.Close())
	look("when closed", func(string) bool { return true })
	b.open(t)
	opened, err := b.OpenSecret(ctx, next.SecretName)
	must(t, err)
	if got, ok := opened.For("https://x.example.com:443"); ok {
		t.Errorf("a secret without origins goes out: %q", got)
	}
}

func readOnly(t *testing.T, b *bench) {
	b.insert(t, NewGit(1), NewRegistration(1, "hunter2"))
	must(t, b.KeepSecret(ctx, NewSecret("s"), connector.NewSecret("v"), Event("secret.created")))
	must(t, b.AddUser(ctx, access.User{ID: "u", Name: "u", Role: access.Viewer, Version: 1}, "h", false, Event("user.added")))
	must(t, b.Ready(ctx))
	must(t, b.Close())
	b.engine.Lock(t, b.dir)
	b.open(t)

	wants(t, "Ready", b.Ready(ctx), connector.ErrReadOnly)
	change := b.read(t, "git-000001")
	change.Version++
	ev := Event("x")
	_, number := b.Number(ctx, "n", 1)
	_, interrupted := b.Interrupt(ctx, Noon)
	next := NewSecret("s")
	next.Version = 2
	for name, err := range map[string]error{
		"Insert": b.Insert(ctx, NewGit(2), nil, nil, ev), "Update": b.Update(ctx, change, nil, nil, ev), "Retire": b.Retire(ctx, change, nil, ev),
		"Purge": b.Purge(ctx, "git-000001", ev), "Number": number, "Interrupt": interrupted, "Note": b.Note(ctx, ev),
		"KeepSecret": b.KeepSecret(ctx, next, connector.NewSecret("v2"), ev), "TouchSession": b.TouchSession(ctx, []byte("x"), Noon),
		"SignedIn": b.SignedIn(ctx, "u", Noon, ev), "BeginRun": b.BeginRun(ctx, connector.Run{ID: "r", Connector: "git-000001"}),
	} {
		wants(t, name+" when nothing can be written", err, connector.ErrReadOnly)
	}
	if page, err := b.List(ctx, connector.Query{Text: "repository"}); err != nil || len(page.Connectors) != 2 {
		t.Errorf("List when nothing can be written = %d connectors, %v; want 2", len(page.Connectors), err)
	}
	reg := b.read(t, "reg-000001")
	must(t, b.OpenFields(ctx, reg))
	if got := reg.Spec.(*Registration).Secret.Reveal(); got != "hunter2" {
		t.Errorf("OpenFields when nothing can be written = %q, want hunter2", got)
	}
	if n := b.events(t); n == 0 {
		t.Error("VerifyLog() = 0, want the events")
	}
	if _, _, err := b.UserNamed(ctx, "u"); err != nil {
		t.Errorf("UserNamed when nothing can be written = %v", err)
	}
}

// crowd has many write at once, some of them in vain.
func crowd(t *testing.T, b *bench) {
	b.insert(t, NewGit(0))
	const hands, each = 16, 12
	var wait sync.WaitGroup
	for hand := range hands {
		wait.Go(func() {
			for i := range each {
				c := NewGit(1 + hand*each + i)
				vain := i%3 == 2
				if vain {
					c.Identifier = "repo_0"
				}
				err := b.Insert(ctx, c, nil, nil, Event("connector.created"))
				if vain && !errors.Is(err, connector.ErrTaken) || !vain && err != nil {
					t.Errorf("Insert(%s) = %v, in vain: %v", c.ID, err, vain)
				}
			}
		})
	}
	wait.Wait()
	const want = 1 + hands*each*2/3
	if got, err := b.Counts(ctx); err != nil || got.Total() != want {
		t.Errorf("Counts = %d, %v; want %d", got.Total(), err, want)
	}
	if got, setup := b.events(t), int64(len(Workspaces())); got != want+setup {
		t.Errorf("VerifyLog() = %d, want %d: one for each connector", got, want+setup)
	}
	page, err := b.List(ctx, connector.Query{Text: "repository", Size: 200})
	must(t, err)
	if len(page.Connectors) != want {
		t.Errorf("the search finds %d, want %d", len(page.Connectors), want)
	}
}

// neighbours has two open stores write to one directory.
func neighbours(t *testing.T, b *bench) {
	other := &bench{engine: b.engine, dir: b.dir}
	other.open(t)
	var wait sync.WaitGroup
	for i, s := range []*bench{b, other} {
		wait.Go(func() {
			for n := range 20 {
				if err := s.Insert(ctx, NewRegistration(i*100+n, fmt.Sprint("secret ", i, n)), nil, nil, Event("connector.created")); err != nil {
					t.Errorf("Insert by program %d = %v", i, err)
				}
			}
		})
	}
	wait.Wait()
	for _, s := range []*bench{b, other} {
		if got, err := s.Counts(ctx); err != nil || got.Total() != 40 {
			t.Errorf("Counts = %d, %v; want 40", got.Total(), err)
		}
		if n := s.events(t); n != int64(40+len(Workspaces())) {
			t.Errorf("VerifyLog() = %d, want one event for each change of both", n)
		}
		for _, id := range []string{"reg-000019", "reg-000119"} {
			must(t, s.OpenFields(ctx, s.read(t, id)))
		}
	}
}
