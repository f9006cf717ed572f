package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"patchbay/connector"
)

// daysKept is for how many days the checks of a connector are added up.
const daysKept = 400

// dayNumber counts days since 1970, by UTC.
func dayNumber(t time.Time) int64 { return connector.DayOf(t).Unix() / (24 * 60 * 60) }

const dayColumns = `day, checks, ok, degraded, failed, other, flips, worst, took, longest, spread`

func readDay(from scanner) (connector.Day, error) {
	var d connector.Day
	var day, took, longest int64
	var spread string
	err := from.Scan(&day, &d.Checks, &d.OK, &d.Degraded, &d.Failed, &d.Other, &d.Flips, &d.Worst, &took, &longest, &spread)
	d.Date = time.Unix(day*24*60*60, 0).UTC()
	d.Took, d.Longest = time.Duration(took)*time.Millisecond, time.Duration(longest)*time.Millisecond
	d.Spread = connector.ParseSpread(spread)
	return d, err
}

// Days gives the days from one on, without those on which nothing was checked, the oldest first.
func (s *Store) Days(ctx context.Context, connectorID string, from time.Time) ([]connector.Day, error) {
	const daysSQL = `
		SELECT ` + dayColumns + `
		FROM days
		WHERE connector = (SELECT n FROM connectors WHERE id = $1) AND day >= $2
		ORDER BY day`
	var out []connector.Day
	err := s.read.each(ctx, daysSQL, []any{connectorID, dayNumber(from)}, func(rows *sql.Rows) error {
		d, err := readDay(rows)
		out = append(out, d)
		return err
	})
	return out, said("read the days of connector "+connectorID, err)
}

// learn keeps what a run that has ended tells besides its outcome: the change of the connector's status, the day, what ends one day.
func (t *tx) learn(n int64, r connector.Run, before, after connector.Status) error {
	if r.State != connector.Done {
		return nil
	}
	flipped := before != after
	if flipped {
		if _, err := t.exec(`UPDATE runs SET was = $1 WHERE id = $2`, string(before), r.ID); err != nil {
			return err
		}
	}
	return errors.Join(t.addUp(n, r, flipped), t.sawEnds(n, r))
}

// addUp adds a run to its day.
func (t *tx) addUp(n int64, r connector.Run, flipped bool) error {
	const putSQL = `
		INSERT INTO days (connector, ` + dayColumns + `)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (connector, day) DO UPDATE SET checks = excluded.checks, ok = excluded.ok, degraded = excluded.degraded,
			failed = excluded.failed, other = excluded.other, flips = excluded.flips, worst = excluded.worst, took = excluded.took,
			longest = excluded.longest, spread = excluded.spread`
	day := dayNumber(r.Ended)
	s, err := t.statement(`SELECT ` + dayColumns + ` FROM days WHERE connector = $1 AND day = $2`)
	if err != nil {
		return err
	}
	d, err := readDay(s.QueryRowContext(context.Background(), n, day))
	fresh := errors.Is(err, sql.ErrNoRows)
	if err != nil && !fresh {
		return err
	}
	if fresh {
		d = connector.Day{}
	}
	d.Add(r.Status, r.Took(), flipped)
	if _, err := t.exec(putSQL, n, day, d.Checks, d.OK, d.Degraded, d.Failed, d.Other, d.Flips, string(d.Worst), d.Took.Milliseconds(),
		d.Longest.Milliseconds(), d.Spread.String()); err != nil || !fresh {
		return err
	}
	// Once a day is enough to forget.
	_, err = t.exec(`DELETE FROM days WHERE connector = $1 AND day <= $2`, n, day-daysKept)
	return err
}
