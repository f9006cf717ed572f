package securityhubapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"patchbay/connector"
	"patchbay/connector/wire"
	"patchbay/registry"
)

// once carries out a call that must not happen twice: the same token with the same parameters is answered with what was
// answered before. Calls with one token wait for each other, since a client that lost patience sends the second while the
// first is still on its way. Without a token there is nothing to know it by, and do is told of no call.
//
// do gives the answer, and whether it has been kept already together with what was done. Where it has not, because it is about something
// outside the store, there is a moment in between; a program that ends just then does it again.
func (d *Door) once(c *call, token string, body wire.Value, do func(*call, *registry.Call) (answer string, kept bool, err error)) (string, error) {
	if token == "" {
		answer, _, err := do(c, nil)
		return answer, err
	}
	end, waited, err := d.turns.take(c, c.workspace.ID+" "+c.op.Name+" "+token)
	if errors.Is(err, errCrowded) {
		return "", d.putOff(c, 5*time.Second, "Other calls with this ClientToken are on their way. Wait a moment and try again.")
	}
	if err != nil {
		return "", err
	}
	defer end()
	if waited {
		if err := d.identify(c); err != nil {
			return "", err
		}
	}
	begun := *c
	begun.Context = context.WithoutCancel(c.Context) // what was begun is ended, or the answer would be lost with the caller
	one := registry.Call{Workspace: c.workspace.ID, Operation: c.op.Name, Token: token, Asked: []byte(canonical(body.Without("ClientToken")))}
	answer, err := d.reg.Answered(begun, one)
	kept := true
	if errors.Is(err, connector.ErrNotFound) {
		answer, kept, err = do(&begun, &one)
		c.connector = begun.connector
		if err != nil && !errors.Is(err, errUsed) {
			return "", d.fault(&begun, err)
		}
	}
	switch {
	case errors.Is(err, connector.ErrConflict):
		return "", conflict("ClientToken was used before with other parameters. Use a new token for another call.")
	case err != nil:
		return "", err
	}
	if !kept {
		d.keepAnswer(&begun, one, answer)
	}
	return answer, nil
}

// errUsed is a token that somebody else used while the call was carried out; it is [connector.ErrConflict].
var errUsed = fmt.Errorf("the token is used: %w", connector.ErrConflict)

// keepAnswer keeps the last word on a call. Without it the answer is right all the same, or there is an older one.
func (d *Door) keepAnswer(c *call, one registry.Call, answer string) {
	if err := d.reg.KeepAnswer(c, one, answer); err != nil {
		slog.WarnContext(c, "the answer to a call with a client token could not be kept", "id", c.id, "operation", c.op.Name, "error", err)
	}
}
