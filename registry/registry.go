// Package registry holds the verbs of Patchbay: admit, change, retire, check and the rest. It is the only place where
// something is allowed, validated, kept and logged; pages, vendor doors and the command line all come through here.
package registry

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Registry is the verbs over a store. Make one with [New] and end it with [Registry.Close].
type Registry struct {
	store     Store
	doors     Doors
	catalog   connector.Catalog
	asker     Asker
	passwords Passwords
	now       func() time.Time
	jobs      *jobs
	trials    *trials
	finished  []finished // told of each check that has ended
	warned    []func(context.Context, connector.Warning)
	watch     *watch
	throttle  *throttle
	refusals  *refusals
	setUp     *setUpCode
	oauth     OAuth
	renewals  *renewals
	tickets   Ticketer
	notify    Notify
	woken     chan struct{} // one word when something may be to tell
}

// Passwords hashes and verifies passwords. An empty hash stands for a user who does not exist, and costs as much.
type Passwords interface {
	Hash(ctx context.Context, password string) (string, error)
	Verify(ctx context.Context, password, hash string) (bool, error)
}

// Config is what a registry is made from. All members but Doors, OAuth, Notify and Tickets are needed.
type Config struct {
	Store     Store
	Doors     Doors // the same store again; nil where no door is served
	Catalog   connector.Catalog
	Asker     Asker
	Passwords Passwords
	Now       func() time.Time
	OAuth     OAuth    // left out where no person lets a connector in
	Notify    Notify   // left out where nobody is told of anything
	Tickets   Ticketer // left out where no tickets are opened
	Limits    Limits
}

// New makes a registry.
func New(c Config) *Registry {
	r := &Registry{
		store: c.Store, doors: c.Doors, catalog: c.Catalog, asker: c.Asker, passwords: c.Passwords, now: c.Now,
		jobs: newJobs(c.Limits), trials: newTrials(c.Now), throttle: newThrottle(c.Now), refusals: newRefusals(), setUp: &setUpCode{}, oauth: c.OAuth,
		renewals: newRenewals(), tickets: c.Tickets,
		notify: c.Notify, woken: make(chan struct{}, 1),
	}
	r.watch = newWatch(r)
	r.finished = append(r.finished, r.watch.land,
		func(context.Context, connector.Connector, connector.Run, connector.Health, connector.Health) {
			r.wake()
		})
	return r
}

// Catalog gives all vendors and types.
func (r *Registry) Catalog() connector.Catalog { return r.catalog }

// Ready tells whether the store can be written now; the error says why not.
func (r *Registry) Ready(ctx context.Context) error { return r.store.Ready(ctx) }

func may(a access.Actor, p access.Permission) error {
	if !a.May(p) {
		return access.Denied{Permission: p}
	}
	return nil
}

// InUse is the refusal to remove something that others need; it is connector.ErrInUse.
type InUse struct {
	What string
	By   []string
}

// Error names what uses it.
func (e *InUse) Error() string {
	return fmt.Sprintf("%s is in use by %s. Take it out of use there first.", e.What, strings.Join(e.By, ", "))
}

// Is makes errors.Is(err, connector.ErrInUse) true.
func (e *InUse) Is(target error) bool { return target == connector.ErrInUse }

// event begins an audit line; the store gives it number and hash.
func (r *Registry) event(ctx context.Context, a access.Actor, action string) access.Event {
	return access.Event{At: r.now(), Actor: a.Kind + ":" + a.Name, Action: action, Address: addressOf(ctx)}
}

func (r *Registry) connectorEvent(ctx context.Context, a access.Actor, action string, c connector.Connector) access.Event {
	ev := r.event(ctx, a, action)
	ev.Object, ev.Name, ev.Workspace = "connector:"+c.ID, c.Name, c.Workspace
	return ev
}

type addressKey struct{}

// From notes in the context which network address a request came from, for the audit log.
func From(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, address)
}

func addressOf(ctx context.Context) string {
	a, _ := ctx.Value(addressKey{}).(string)
	return a
}

// newID gives 80 random bits as 16 lower-case characters, for rows of ours.
func newID() string { return strings.ToLower(rand.Text()[:16]) }

// newUUID gives a random UUID, version 4.
func newUUID() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// visible gives the workspace if the actor may see it; another one answers exactly as an unknown one.
func (r *Registry) visible(ctx context.Context, a access.Actor, id string) (connector.Workspace, error) {
	if err := may(a, access.View); err != nil {
		return connector.Workspace{}, err
	}
	if !a.Sees(id) {
		return connector.Workspace{}, connector.ErrNotFound
	}
	return r.store.Workspace(ctx, id)
}

// problem turns an error that the person can mend into a problem at a field, and leaves others as they are.
func problem(err, target error, field, text string) error {
	if errors.Is(err, target) {
		return connector.Problems{{Field: field, Text: text}}
	}
	return err
}
