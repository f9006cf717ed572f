package securityhubapi

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// once carries out a call that must not happen twice: the same token with the same parameters is answered with what was
// answered before. Calls with one token wait for each other, since a client that lost patience sends the second while the
// first is still on its way. Without a token there is nothing to know it by.
func (d *Door) once(c *call, token string, body wire.Value, do func(*call) (wire.Value, error)) (string, error) {
	if token == "" {
		reply, err := do(c)
		return reply.JSON(), err
	}
	defer d.turns.take(c.workspace.ID + " " + c.op.Name + " " + token)()
	begun := *c
	begun.Context = context.WithoutCancel(c.Context) // what was begun is ended, or the answer would be lost with the caller
	reply, err := d.reg.Once(begun, c.workspace.ID, c.op.Name, token, []byte(canonical(body.Without("ClientToken"))), func() (string, error) {
		reply, err := do(&begun)
		if err != nil {
			return "", d.fault(&begun, err)
		}
		return reply.JSON(), nil
	})
	c.connector = begun.connector
	switch {
	case reply != "" && err != nil:
		slog.WarnContext(c, "the answer to a call with a client token could not be kept", "id", c.id, "operation", c.op.Name, "error", err)
		return reply, nil // it did happen
	case errors.Is(err, connector.ErrConflict):
		return "", conflict("ClientToken was used before with other parameters. Use a new token for another call.")
	}
	return reply, err
}

// turns lets one call at a time go on for each key.
type turns struct {
	mu sync.Mutex
	at map[string]*turn
}

type turn struct {
	mu   sync.Mutex
	with int // how many have it or wait for it
}

// take waits for the turn and gives what ends it.
func (t *turns) take(key string) (end func()) {
	t.mu.Lock()
	mine := t.at[key]
	if mine == nil {
		mine = &turn{}
		t.at[key] = mine
	}
	mine.with++
	t.mu.Unlock()
	mine.mu.Lock()
	return func() {
		mine.mu.Unlock()
		t.mu.Lock()
		defer t.mu.Unlock()
		if mine.with--; mine.with == 0 {
			delete(t.at, key)
		}
	}
}
