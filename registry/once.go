package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"

	"patchbay/access"
	"patchbay/connector"
)

// Call is a call of a program that must not happen twice, as the vendors have it: it is known by a token that the program chose.
type Call struct {
	Workspace, Operation, Token string
	Asked                       []byte // the parameters, so written that equal ones are equal here
}

func (r *Registry) reply(c Call, body string) access.Reply {
	sum := sha256.Sum256(c.Asked)
	return access.Reply{Workspace: c.Workspace, Operation: c.Operation, Token: c.Token, Asked: sum[:], Body: body, At: r.now()}
}

// Answered gives what a call was answered before. ErrNotFound when it was not; ErrConflict when the token came with other parameters.
func (r *Registry) Answered(ctx context.Context, c Call) (string, error) {
	had, err := r.doors.Reply(ctx, c.Workspace, c.Operation, c.Token)
	if err == nil && !bytes.Equal(had.Asked, r.reply(c, "").Asked) {
		return "", connector.ErrConflict
	}
	return had.Body, err
}

// KeepAnswer keeps what a call was answered, in place of what was kept for it before.
func (r *Registry) KeepAnswer(ctx context.Context, c Call, body string) error {
	return r.doors.KeepReply(ctx, r.reply(c, body))
}

// AdmitOnce admits a connector for a call that was not answered yet, and keeps the answer with it: whatever happens afterwards, the same call
// finds the answer and makes no second connector. answer writes it from the connector as it is kept. When somebody else has been quicker
// with the same token, the answer is theirs and there is no connector.
func (r *Registry) AdmitOnce(ctx context.Context, a access.Actor, d connector.Draft, c Call, answer func(connector.Connector) string) (connector.Connector, string, error) {
	body := ""
	kept, err := r.admit(ctx, a, d, func(ctx context.Context, made connector.Connector, grants []connector.Grant, secrets []connector.Made, ev access.Event) error {
		if err := r.invite(ctx, &made); err != nil {
			return err
		}
		body = answer(made)
		return r.doors.InsertOnce(ctx, made, grants, secrets, r.reply(c, body), ev)
	})
	if errors.Is(err, connector.ErrConflict) {
		body, err = r.Answered(ctx, c)
		return connector.Connector{}, body, err
	}
	return kept, body, err
}
