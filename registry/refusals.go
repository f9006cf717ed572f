package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// The bounds of what refused log-ins at the doors leave in the audit log: for each credential, or for each address where the credential is not
// known, the first one and then a line a minute at most, which says how many there were. Who comes from more addresses than are remembered
// shares one line with the others.
const (
	refusalEvery   = time.Minute
	mostRefusals   = 500
	othersRefused  = "others"
	unknownProgram = "program:unknown"
)

// refusals counts the refused log-ins that the audit log has not been told of yet.
type refusals struct {
	mu sync.Mutex
	by map[string]*refusal
}

// refusal is what has been refused to one credential or address.
type refusal struct {
	last  access.Event // the newest, for the line
	noted time.Time    // when the audit log was told last
	more  int          // since then
}

func newRefusals() *refusals { return &refusals{by: map[string]*refusal{}} }

// add counts one. The answer is the line to write now, if one is due.
func (l *refusals) add(key string, ev access.Event) (access.Event, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.by[key]
	if one == nil && len(l.by) >= mostRefusals {
		key = othersRefused
		one = l.by[key]
	}
	if one == nil {
		one = &refusal{}
		l.by[key] = one
	}
	one.last = ev
	one.more++
	if ev.At.Sub(one.noted) < refusalEvery {
		return ev, false
	}
	return one.line(key, ev.At), true
}

// line takes the line that says all that has not been said.
func (r *refusal) line(key string, now time.Time) access.Event {
	ev := r.last
	if key == othersRefused {
		ev.Detail, ev.Address = "from many addresses", ""
	}
	if r.more > 1 {
		ev.Detail = fmt.Sprintf("%s, %d times", ev.Detail, r.more)
	}
	r.noted, r.more = now, 0
	return ev
}

// due takes the lines of those that have waited for a minute, or of all, and forgets who has been quiet for so long.
func (l *refusals) due(now time.Time, all bool) []access.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []access.Event
	for key, one := range l.by {
		switch waited := now.Sub(one.noted) >= refusalEvery; {
		case one.more > 0 && (waited || all):
			out = append(out, one.line(key, now))
		case one.more == 0 && waited:
			delete(l.by, key)
		}
	}
	return out
}

// Refused notes that a door did not let a program in: for which credential, where its key is known, and why, in a few words. The key is the part
// that may be known; one that nobody has is not written down, since people paste secrets into the wrong places.
func (r *Registry) Refused(ctx context.Context, vendor, key, why string) {
	c := access.Credential{}
	if key != "" {
		known, _, err := r.doors.CredentialByKey(ctx, vendor, key)
		if err != nil && !errors.Is(err, connector.ErrNotFound) && !errors.Is(err, connector.ErrSealed) {
			slog.WarnContext(ctx, "a refused log-in could not be looked up", "vendor", vendor, "error", err)
		}
		c = known
	}
	r.refused(ctx, vendor, c, why)
}

func (r *Registry) refused(ctx context.Context, vendor string, c access.Credential, why string) {
	ev := access.Event{At: r.now(), Actor: unknownProgram, Action: "credential.refused", Object: "door:" + vendor, Detail: why, Address: addressOf(ctx)}
	if v, ok := r.catalog.Vendor(vendor); ok {
		ev.Name = v.Name
	}
	key := vendor + " from " + neighbourhood(ev.Address)
	if c.ID != "" {
		ev.Actor, ev.Object, ev.Name, ev.Workspace = "credential:"+c.Name, "credential:"+c.ID, c.Name, c.Workspace
		key = "credential " + c.ID
	}
	if line, due := r.refusals.add(key, ev); due {
		r.noteRefused(ctx, line)
	}
}

// NoteRefusals tells the audit log of refused log-ins that have waited for a minute. Call it every now and then.
func (r *Registry) NoteRefusals(ctx context.Context) {
	for _, line := range r.refusals.due(r.now(), false) {
		r.noteRefused(ctx, line)
	}
}

// noteAllRefused tells the audit log of all that it has not been told of, at the end of the program.
func (r *Registry) noteAllRefused() {
	for _, line := range r.refusals.due(r.now(), true) {
		r.noteRefused(context.Background(), line)
	}
}

// noteRefused writes a line about refusals. Nothing was changed, so what cannot be audited is logged and no more than that.
func (r *Registry) noteRefused(ctx context.Context, line access.Event) {
	if err := r.store.Note(context.WithoutCancel(ctx), line); err != nil {
		slog.WarnContext(ctx, "a refused log-in could not be noted", "object", line.Object, "why", line.Detail, "error", err)
	}
}

// neighbourhood is what an address counts for: itself, or the network of 64 bits that one subscriber has to choose from.
func neighbourhood(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
