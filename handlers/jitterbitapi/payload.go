package jitterbitapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"

	"patchbay/connector"
	"patchbay/connector/jitterbit"
	"patchbay/connector/wire"
)

// payloadLimit is the most that a payload may hold.
const payloadLimit = 1 << 20

// number is the number that the path means. A payload outlives its registration, so all digits need not be registered.
func (d *Door) number(c *call) (string, error) {
	text := c.params["connectorId"]
	found, err := d.named(c)
	var missing *failure
	switch {
	case err == nil:
		return found.Identifier, nil
	case connector.Digits(text) == "" && errors.As(err, &missing) && missing.code == connectorNotFound:
		return text, nil
	}
	return "", err
}

// deletePayload forgets the payload of a connector; its registration stays.
func (d *Door) deletePayload(c *call) (reply, error) {
	number, err := d.number(c)
	if err != nil {
		return reply{}, err
	}
	err = d.reg.RemovePayload(c.ctx, c.actor, c.workspace.ID, number)
	switch {
	case errors.Is(err, connector.ErrNotFound):
		return reply{}, d.noPayload(number)
	case errors.Is(err, connector.ErrInUse):
		used, err := d.named(c)
		if err != nil {
			return reply{}, err
		}
		return reply{}, d.inUse(c, used)
	case err != nil:
		return reply{}, err
	}
	return ok(jitterbit.Succeeded(c.op.Name, wire.M("id", wire.Text(number))))
}

func (d *Door) noPayload(number string) error {
	return refuse(payloadNotFound, "No cached payload exists for connector "+shorten(number, 40)+".")
}

// upload keeps a payload that has no errors, and answers its hash and what is worth a look.
func (d *Door) upload(c *call) (reply, error) {
	found, err := d.named(c)
	if err != nil {
		return reply{}, err
	}
	text, err := c.body(payloadLimit)
	if err != nil {
		return reply{}, err
	}
	findings := jitterbit.CheckPayload(text, found.Name)
	if slices.ContainsFunc(findings, func(f jitterbit.Finding) bool { return f.Severity == jitterbit.Error }) {
		no := refuse(invalidPayload, "The payload has errors, so it was not kept. Correct what the findings say.")
		no.more = []wire.Member{wire.M("findings", jitterbit.Wire(findings))}
		return reply{}, no
	}
	if err := d.reg.KeepPayload(c.ctx, c.actor, c.workspace.ID, found.Identifier, text); err != nil {
		return reply{}, err
	}
	return ok(jitterbit.Succeeded(c.op.Name,
		wire.M("id", wire.Text(found.Identifier)),
		wire.M("sha256", wire.Text(hashOf(text))),
		wire.M("size", wire.Int(int64(len(text)))),
		wire.M("findings", jitterbit.Wire(findings)),
	))
}

// download gives a payload as it was uploaded, byte for byte.
func (d *Door) download(c *call) (reply, error) {
	number, err := d.number(c)
	if err != nil {
		return reply{}, err
	}
	text, err := d.reg.Payload(c.ctx, c.actor, c.workspace.ID, number)
	if errors.Is(err, connector.ErrNotFound) {
		return reply{}, d.noPayload(number)
	}
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, text: text, header: map[string]string{
		"ETag": `"` + hashOf(text) + `"`, "Content-Disposition": `attachment; filename="adapter.json"`,
	}}, nil
}

// manifest gives the manifest of a connector's JAR, for the activities that the query names or else for those that it has. The secret is
// not in it. An activity without a number of its own gets the next free one in this text only: to keep it, it has to be given to the
// connector.
func (d *Door) manifest(c *call) (reply, error) {
	found, err := d.named(c)
	if err != nil {
		return reply{}, err
	}
	own, is := found.Spec.(*jitterbit.Registration)
	if !is {
		return reply{}, d.missing(c)
	}
	s := *own
	s.Secret = connector.Secret{}
	if names := c.request.URL.Query().Get("activities"); names != "" {
		s.Activities = connector.Unique(strings.Split(names, ","))
		problems := connector.Validate(s.Fields())
		if problems = append(problems, s.Whole()...); len(problems) > 0 {
			return reply{}, refuse(badActivities, problems[0].Text)
		}
	}
	return reply{status: http.StatusOK, kind: "text/plain; charset=utf-8", text: jitterbit.Manifest(&s, jitterbit.Build{}),
		header: map[string]string{"Content-Disposition": `attachment; filename="MANIFEST.MF"`}}, nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
