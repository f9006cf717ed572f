package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// history is how many runs of a connector are kept.
const history = 200

const runSQL = `
	SELECT r.id, c.id, r.state, r.asked, r.asked_by, r.began, r.ended, r.status, r.code, r.said, r.cause, r.next, r.steps, r.was, r.host_key
	FROM runs AS r
	JOIN connectors AS c ON c.n = r.connector`

// step is how a step of a check is kept.
type step struct {
	Name     string              `json:"name"`
	State    connector.StepState `json:"state"`
	Began    int64               `json:"began,omitempty"` // nanoseconds since 1970
	Took     int64               `json:"took"`            // nanoseconds
	Evidence string              `json:"evidence,omitempty"`
}

func writeSteps(steps []connector.Step) (string, error) {
	out := make([]step, len(steps))
	for i, s := range steps {
		out[i] = step{Name: s.Name, State: s.State, Took: int64(s.Took), Evidence: s.Evidence}
		if !s.Began.IsZero() {
			out[i].Began = s.Began.UnixNano()
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return "", fmt.Errorf("write the steps: %w", err)
	}
	return string(text), nil
}

func readSteps(text string) ([]connector.Step, error) {
	var kept []step
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return nil, fmt.Errorf("read the steps: %w", err)
	}
	var out []connector.Step
	for _, s := range kept {
		one := connector.Step{Name: s.Name, State: s.State, Took: time.Duration(s.Took), Evidence: s.Evidence}
		if s.Began != 0 {
			one.Began = time.Unix(0, s.Began).UTC()
		}
		out = append(out, one)
	}
	return out, nil
}

func readRun(from scanner) (r connector.Run, err error) {
	var began, ended int64
	var steps, key string
	err = from.Scan(&r.ID, &r.Connector, &r.State, &r.Asked, &r.By, &began, &ended, &r.Status, &r.Code, &r.Text, &r.Cause, &r.Next, &steps, &r.Was, &key)
	if err != nil {
		return r, err
	}
	r.Began, r.Ended = fromMilli(began), fromMilli(ended)
	if r.Steps, err = readSteps(steps); err != nil {
		return r, err
	}
	if key != "" {
		r.HostKey, err = readHostKey(key)
	}
	return r, err
}

// BeginRun notes that a check has started, and forgets the oldest runs of the connector past the bound.
func (s *Store) BeginRun(ctx context.Context, r connector.Run) error {
	doing := "begin run " + r.ID
	steps, err := writeSteps(r.Steps)
	if err != nil {
		return said(doing, err)
	}
	if r.State == "" {
		r.State = connector.Running
	}
	const insertSQL = `
		INSERT INTO runs (id, connector, state, asked, asked_by, began, ended, status, code, said, cause, next, steps)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	const boundSQL = `
		DELETE FROM runs
		WHERE connector = $1 AND n <= (SELECT n FROM runs WHERE connector = $1 ORDER BY n DESC LIMIT 1 OFFSET $2)`
	return s.change(ctx, doing, func(t *tx) error {
		var n int64
		if err := t.one(`SELECT n FROM connectors WHERE id = $1`, []any{r.Connector}, &n); err != nil {
			return err
		}
		_, err := t.exec(insertSQL, r.ID, n, string(r.State), r.Asked, r.By, milli(r.Began), milli(r.Ended), string(r.Status), r.Code, r.Text,
			r.Cause, r.Next, steps)
		if err != nil {
			return err
		}
		_, err = t.exec(boundSQL, n, history)
		return err
	})
}

// EndRun keeps the outcome and the connector's new health h, if version is still the connector's own and the status and the time of the last
// check are still those of was, from which the verdict started: both are looked at in the same transaction, so a change never gets the verdict
// on what it changed, and of two checks beside each other the second to come is judged by what the first has found. With version 0 the run is
// no verdict. ev is written only when its Action is set. When the connector was purged meanwhile, nothing is left to keep and that is no error.
func (s *Store) EndRun(ctx context.Context, r connector.Run, version int64, was, h connector.Health, ev access.Event) error {
	doing := "end run " + r.ID
	steps, err := writeSteps(r.Steps)
	if err != nil {
		return said(doing, err)
	}
	key, err := writeHostKey(r.HostKey)
	if err != nil {
		return said(doing, err)
	}
	h.Status = status(h)
	const runSQL = `
		UPDATE runs
		SET state = $1, ended = $2, status = $3, code = $4, said = $5, cause = $6, next = $7, steps = $8, host_key = $9
		WHERE id = $10`
	const healthSQL = `
		UPDATE connectors
		SET status = $1, rank = $2, since = $3, checked = $4, proven = $5, code = $6, summary = $7
		WHERE n = $8`
	return s.change(ctx, doing, func(t *tx) error {
		if _, err := t.exec(runSQL, string(r.State), milli(r.Ended), string(r.Status), r.Code, r.Text, r.Cause, r.Next, steps, key, r.ID); err != nil {
			return err
		}
		var c connector.Connector
		var n int64
		var trash int
		var checked int64
		err := t.one(`SELECT n, trash, workspace, vendor, type, status, checked, version FROM connectors WHERE id = $1`, []any{r.Connector},
			&n, &trash, &c.Workspace, &c.Vendor, &c.Type, &c.Health.Status, &checked, &c.Version)
		if errors.Is(err, sql.ErrNoRows) || err == nil && version == 0 {
			return nil
		}
		switch {
		case err != nil:
		case c.Version != version:
			err = fmt.Errorf("version %d: %w", version, connector.ErrConflict)
		case c.Health.Status != status(was) || checked != milli(was.Checked):
			err = fmt.Errorf("another check was quicker: %w", connector.ErrConflict)
		}
		if err != nil {
			return err
		}
		if err := t.learn(n, r, c.Health.Status, h.Status); err != nil {
			return err
		}
		if trash == 0 && c.Health.Status != h.Status {
			after := c
			after.Health = h
			if err := errors.Join(t.count(&c, -1), t.count(&after, 1)); err != nil {
				return err
			}
		}
		if _, err := t.exec(healthSQL, string(h.Status), h.Status.Rank(), milli(h.Since), milli(h.Checked), milli(h.Proven), h.Code, h.Summary, n); err != nil {
			return err
		}
		if ev.Action == "" {
			return nil
		}
		return t.note(ev)
	})
}

// Run gives one.
func (s *Store) Run(ctx context.Context, id string) (found connector.Run, err error) {
	err = s.read.first(ctx, runSQL+` WHERE r.id = $1`, []any{id}, func(rows *sql.Rows) error {
		found, err = readRun(rows)
		return err
	})
	return found, said("read run "+id, err)
}

// History gives the newest n runs of a connector, newest first.
func (s *Store) History(ctx context.Context, connectorID string, n int) ([]connector.Run, error) {
	var out []connector.Run
	err := s.read.each(ctx, runSQL+` WHERE c.id = $1 ORDER BY r.n DESC LIMIT $2`, []any{connectorID, n}, func(rows *sql.Rows) error {
		r, err := readRun(rows)
		out = append(out, r)
		return err
	})
	return out, said("read the history of connector "+connectorID, err)
}

// Interrupt marks every running run as interrupted and tells how many there were; it is for the start of the program.
func (s *Store) Interrupt(ctx context.Context, at time.Time) (int, error) {
	const interruptSQL = `
		UPDATE runs
		SET state = 'interrupted', ended = $1
		WHERE state = 'running'`
	var n int64
	err := s.change(ctx, "interrupt the runs", func(t *tx) (err error) {
		n, err = t.exec(interruptSQL, milli(at))
		return err
	})
	return int(n), err
}
