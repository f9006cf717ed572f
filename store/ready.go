package store

import "context"

// Ready tells whether the store can be written now, by writing: [connector.ErrReadOnly] says why not.
func (s *Store) Ready(ctx context.Context) error {
	return s.change(ctx, "write to the store", func(t *tx) error {
		_, err := t.exec(`UPDATE heartbeat SET at = $1`, milli(s.now()))
		return err
	})
}
