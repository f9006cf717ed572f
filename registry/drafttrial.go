package registry

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"time"

	"patchbay/connector"
)

// mark tells drafts apart by all that a test of them depends on, hidden values included. It is made with a key that lives as long as the
// program, so nobody can try values against it.
type mark [sha256.Size]byte

// markOf gives the mark of a draft that was settled; old is the connector that it changes, or the zero Connector.
func (r *Registry) markOf(ctx context.Context, old connector.Connector, d connector.Draft, grants []connector.Grant, made []connector.Made) (mark, error) {
	sum := hmac.New(sha256.New, r.trials.key[:])
	put := func(parts ...string) {
		for _, p := range parts {
			var n [8]byte
			binary.BigEndian.PutUint64(n[:], uint64(len(p)))
			sum.Write(n[:])
			sum.Write([]byte(p))
		}
	}
	number := func(n int64) string { return string(binary.BigEndian.AppendUint64(nil, uint64(n))) }
	put(old.ID, number(old.Version), d.Type.Vendor, d.Type.Name, d.Workspace, d.Scope.Org, d.Scope.Project)
	for _, f := range d.Spec.Fields() {
		switch {
		case f.Given:
		case f.Secret() != nil:
			put(f.Name, f.Secret().Reveal())
		default:
			put(f.Name, f.Value())
		}
	}
	for _, m := range d.Extra {
		put(m.Name, m.Value.JSON())
	}
	for _, m := range made {
		put("typed", m.Secret.Scope.Path(), m.Secret.Name, m.Value.Reveal())
	}
	for _, g := range grants {
		s, err := r.store.SecretNamed(ctx, g.Secret)
		switch {
		case errors.Is(err, connector.ErrNotFound): // it comes with the draft
		case err != nil:
			return mark{}, err
		default:
			put("kept", g.Field, s.ID, number(s.Version))
		}
	}
	return mark(sum.Sum(nil)), nil
}

// trial is the test of a draft that has ended.
type trial struct {
	run   connector.Run
	owner string
	mark  mark
}

// trials are the tests of drafts that ended a short while ago. They live in memory only.
type trials struct {
	key [32]byte
	now func() time.Time

	mu   sync.Mutex
	kept []trial // by the time of their end
}

// How long a test of a draft may be looked at, and may become the first check of its connector; and how many are kept.
const (
	trialLife  = 10 * time.Minute
	mostTrials = 200
)

func newTrials(now func() time.Time) *trials {
	t := &trials{now: now}
	rand.Read(t.key[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	return t
}

func (t *trials) keep(one trial) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget()
	t.kept = append(t.kept, one)
	if over := len(t.kept) - mostTrials; over > 0 {
		t.kept = slices.Delete(t.kept, 0, over)
	}
}

// forget lets go of what is too old. Hold mu.
func (t *trials) forget() {
	t.kept = slices.DeleteFunc(t.kept, func(one trial) bool { return t.now().Sub(one.run.Ended) > trialLife })
}

func (t *trials) find(owner, runID string) (connector.Run, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget()
	for _, one := range t.kept {
		if one.run.ID == runID && one.owner == owner {
			return one.run, true
		}
	}
	return connector.Run{}, false
}

// any tells whether there is something of an owner at all.
func (t *trials) any(owner string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget()
	return slices.ContainsFunc(t.kept, func(one trial) bool { return one.owner == owner })
}

// take gives the newest test of an owner for a mark if it passed, once.
func (t *trials) take(owner string, m mark) (trial, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget()
	for i, one := range slices.Backward(t.kept) {
		if one.owner == owner && hmac.Equal(one.mark[:], m[:]) {
			passed := one.run.State == connector.Done && one.run.Status == connector.Healthy
			if passed {
				t.kept = slices.Delete(t.kept, i, i+1)
			}
			return one, passed
		}
	}
	return trial{}, false
}
