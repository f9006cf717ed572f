package registry

import (
	"context"
	"errors"
	"time"

	"patchbay/connector"
)

// take reads what is due, plans the time after it, and only then puts it among what is to be asked: what could not be planned is
// not asked, since it would be asked again and again.
func (w *watch) take(ctx context.Context) error {
	now := w.reg.now()
	rows, err := w.reg.store.Due(ctx, now, dueAtOnce)
	w.more = len(rows) == dueAtOnce
	if err != nil || len(rows) == 0 {
		return err
	}
	quiet, err := w.reg.quiet(ctx, now)
	if err != nil {
		return err
	}
	plans, turns := make([]connector.Watch, len(rows)), make([]*turn, len(rows))
	waiting := w.inHand()
	for i, row := range rows {
		if plans[i], turns[i], err = w.next(ctx, row, now, quiet, waiting); err != nil {
			return err
		}
	}
	kept, err := w.reg.store.Plan(ctx, plans)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, t := range turns {
		if t != nil && kept[i] {
			w.ready = append(w.ready, *t)
		}
	}
	return nil
}

// inHand is what waits in memory or is on its way.
type inHand struct {
	connectors map[string]bool
	hosts      map[string]int // of what waits
}

func (w *watch) inHand() inHand {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := inHand{map[string]bool{}, map[string]int{}}
	for _, t := range w.ready {
		h.connectors[t.Connector] = true
		h.hosts[t.host]++
	}
	for id := range w.flying {
		h.connectors[id] = true
	}
	return h
}

// next plans one row that is due, and gives its turn where it is asked now.
func (w *watch) next(ctx context.Context, row connector.Watch, now time.Time, quiet quiet, waiting inHand) (connector.Watch, *turn, error) {
	c, err := w.reg.store.Connector(ctx, row.Connector)
	if errors.Is(err, connector.ErrNotFound) { // purged just now, and its row with it
		return row, nil, nil
	}
	if err != nil {
		return row, nil, err
	}
	check := c.Spec.Check()
	every := cadenceOf(check, row.Every, w.with.Every)
	plan := row
	switch {
	case row.Slot.IsZero():
		plan.Slot = firstSlot(c.ID, every, now)
		plan.Due = plan.Slot
		return plan, nil, nil
	case !row.Due.After(w.resumed):
		plan.Slot = missedSlot(c.ID, every, w.resumed)
		plan.Due, plan.Fails = plan.Slot, 0
		return plan, nil, nil
	}
	planned := row.Due
	if row.Slot.Before(planned) {
		planned = row.Slot // it had to stand back
	}
	plan.Slot = nextSlot(row.Slot, every, now)
	plan.Due, plan.Fails = plan.Slot, 0
	if waiting.connectors[c.ID] || unwatched(c) != "" || quiet.holds(c, row.Pause) {
		return plan, nil, nil
	}
	host := hostOf(placeOf(check))
	if host != "" && waiting.hosts[host] >= readyThere {
		plan.Slot, plan.Fails = row.Slot, row.Fails
		plan.Due = now.Add(standBack + dice(standBack, c.ID))
		return plan, nil, nil
	}
	waiting.connectors[c.ID] = true
	waiting.hosts[host]++
	plan.Fails = row.Fails
	return plan, &turn{Watch: plan, planned: planned, every: every, host: host}, nil
}

// follow works out what a check that has ended changes in the plan.
func follow(t turn, run connector.Run) (plan connector.Watch, changed bool) {
	plan = t.Watch
	switch {
	case run.State != connector.Done:
		return plan, false
	case t.held:
		plan.Fails++
		plan.Due = earlier(plan.Slot, againAt(t.Connector, plan.Fails, run.Ended))
		return plan, true
	}
	plan.Fails = 0
	if pace := paceAfter(run.Outcome); pace > 0 {
		plan.Slot = notBefore(plan.Slot, t.every, run.Ended.Add(pace))
		plan.Due = plan.Slot
	}
	return plan, plan.Fails != t.Fails || !plan.Due.Equal(t.Due)
}

// soon has connectors asked now, out of turn. What is not watched, or is asked in any case, is left alone.
func (w *watch) soon(ctx context.Context, now time.Time, ids ...string) error {
	var plans []connector.Watch
	for _, id := range ids {
		row, err := w.reg.store.Watch(ctx, id)
		switch {
		case errors.Is(err, connector.ErrNotFound) || err == nil && !row.Due.After(now):
			continue
		case err != nil:
			return err
		}
		row.Due = now
		plans = append(plans, row)
	}
	if len(plans) == 0 {
		return nil
	}
	_, err := w.reg.store.Plan(ctx, plans)
	return err
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
