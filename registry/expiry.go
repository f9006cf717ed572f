package registry

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Endings keeps what ends one day, and of what people were warned.
type Endings interface {
	// Endings gives one page of what ends, the next end first.
	Endings(ctx context.Context, q connector.EndingQuery) (connector.EndingPage, error)
	// CountEndings tells how many things end before a time or have ended, up to a hundred; with workspaces that are not nil, only of those.
	CountEndings(ctx context.Context, before time.Time, workspaces []string) (int, error)
	// NoteEnd keeps when a secret ends; the zero time forgets it. ErrNotFound.
	NoteEnd(ctx context.Context, secretID string, ends time.Time, ev access.Event) error
	// Warnings gives what ends after now and at or before until, once for each workspace that needs it.
	Warnings(ctx context.Context, now, until time.Time) ([]connector.Warning, error)
	// Warned keeps that a warning was given. ErrConflict when it was given already.
	Warned(ctx context.Context, w connector.Warning, ev access.Event) error
}

// warnEvery is how often the watch looks for what ends soon.
const warnEvery = time.Hour

// Endings gives one page of what ends in the workspaces that the actor sees, the next end first.
func (r *Registry) Endings(ctx context.Context, a access.Actor, q connector.EndingQuery) (connector.EndingPage, error) {
	if err := may(a, access.View); err != nil {
		return connector.EndingPage{}, err
	}
	return r.store.Endings(ctx, within(a, q))
}

// EndingSoon counts what ends within the first of [connector.WarnBefore] or has ended already, in the workspaces that the actor sees. It
// counts no further than a hundred.
func (r *Registry) EndingSoon(ctx context.Context, a access.Actor) (int, error) {
	if err := may(a, access.View); err != nil {
		return 0, err
	}
	return r.store.CountEndings(ctx, r.now().AddDate(0, 0, connector.WarnBefore[0]), within(a, connector.EndingQuery{}).Workspaces)
}

// ConnectorEndings gives what ends for one connector, its certificates and its secrets, the next end first.
func (r *Registry) ConnectorEndings(ctx context.Context, a access.Actor, id string) ([]connector.Ending, error) {
	if _, err := r.Connector(ctx, a, id); err != nil {
		return nil, err
	}
	page, err := r.store.Endings(ctx, within(a, connector.EndingQuery{Connector: id}))
	return page.Endings, err
}

func within(a access.Actor, q connector.EndingQuery) connector.EndingQuery {
	if a.Workspace != "" {
		q.Workspaces = []string{a.Workspace}
	}
	return q
}

// NoteEnd keeps on which day a secret ends, as the person knows it: 2027-01-31, or "" to forget it.
func (r *Registry) NoteEnd(ctx context.Context, a access.Actor, id, day string) (connector.NamedSecret, error) {
	if err := may(a, access.KeepSecrets); err != nil {
		return connector.NamedSecret{}, err
	}
	s, _, err := r.Secret(ctx, a, id)
	if err != nil {
		return s, err
	}
	ends, problems := EndOf(day)
	if len(problems) > 0 {
		return s, problems
	}
	ev := r.secretEvent(ctx, a, "secret.end-noted", s)
	ev.Detail += ", none"
	if !ends.IsZero() {
		ev.Detail = s.Scope.String() + ", " + ends.Format(time.DateOnly)
	}
	s.Ends = ends
	return s, r.store.NoteEnd(ctx, id, ends, ev)
}

// EndOf reads the day on which a secret ends, as a person typed it; "" is the zero time.
func EndOf(day string) (time.Time, connector.Problems) {
	day = connector.Clean(day, false)
	if day == "" {
		return time.Time{}, nil
	}
	ends, err := time.Parse(time.DateOnly, day)
	if err != nil || ends.Year() < 2000 || ends.Year() > 2200 {
		return time.Time{}, connector.Problems{{Field: "ends", Text: "Ends on must be a day such as 2027-01-31, or nothing."}}
	}
	return ends, nil
}

// secretExpiring is the action of a warning of a secret that no connector needs; what a connector needs is told as the connector's.
const secretExpiring = "secret.expiring"

// warn gives the warnings whose time has come, each once: the audit log has them, and whoever listens is told.
func (r *Registry) warn(ctx context.Context) error {
	now := r.now()
	all, err := r.store.Warnings(ctx, now, now.AddDate(0, 0, connector.WarnBefore[0]))
	if err != nil {
		return err
	}
	var problems []error
	for _, w := range all {
		w.Days = w.Stage(now)
		if w.Days == 0 || w.Warned != 0 && w.Warned <= w.Days {
			continue
		}
		ev, err := r.warning(ctx, &w, now)
		if err == nil {
			err = r.store.Warned(ctx, w, ev)
		}
		switch {
		case errors.Is(err, connector.ErrConflict), errors.Is(err, connector.ErrNotFound): // given already, or what needed it was purged just now
		case err != nil:
			problems = append(problems, err)
		default:
			slog.InfoContext(ctx, "something ends soon", "kind", w.Kind, "name", w.Expiry.Name, "at", w.At, "days", w.Days)
			for _, hear := range r.warned {
				hear(ctx, w)
			}
		}
	}
	return errors.Join(problems...)
}

// warning gives the event of a warning, and fills in which connector it is about.
func (r *Registry) warning(ctx context.Context, w *connector.Warning, now time.Time) (access.Event, error) {
	ev := r.event(ctx, watcher, expiring)
	ev.Workspace = w.Workspace
	ev.Detail = string(w.Kind) + " " + w.Expiry.Name + " ends on " + w.At.UTC().Format("2 Jan 2006") + ", in " + strconv.Itoa(w.DaysLeft(now)) + " d"
	if w.Users > 1 {
		ev.Detail += "; " + strconv.Itoa(w.Users) + " connectors need it"
	}
	if w.Secret != "" {
		users, err := r.store.SecretUsers(ctx, w.Secret, 1)
		if err != nil {
			return ev, err
		}
		if len(users) == 0 {
			ev.Action, ev.Object, ev.Name = secretExpiring, "secret:"+w.Secret, w.Expiry.Name
			return ev, nil
		}
		w.Connector = users[0].ID
	}
	c, err := r.store.Connector(ctx, w.Connector)
	w.Name = c.Name
	ev.Object, ev.Name = "connector:"+c.ID, c.Name
	return ev, err
}
