package jitterbitapi

import (
	"errors"
	"net/netip"
	"time"

	"patchbay/connector"
	"patchbay/connector/jitterbit"
	"patchbay/connector/wire"
	"patchbay/registry"
)

// The bounds of guessing: so many log-ins a minute from one network address, and so many failures of one account in a quarter of an hour.
const (
	logInsPerAddress   = 10
	failuresPerAccount = 5
)

// logIn gives a token for the e-mail address and password of a credential.
func (d *Door) logIn(c *call) (reply, error) {
	body, err := d.knock(c)
	if err != nil {
		return reply{}, err
	}
	in, problems := jitterbit.DecodeLogIn(body)
	if len(problems) > 0 {
		return reply{}, refuse(missingField, problems[0].Text)
	}
	// A try counts as failed from here on, until it turns out to be right: so many at once cannot all slip in before the first has ended.
	// Accounts that do not exist are locked in the same way, so that the lock tells nothing.
	if wait := d.accounts.try(in.Email); wait > 0 {
		d.reg.Refused(c.ctx, vendorID, in.Email, "locked after too many failures")
		return reply{}, tooSoon(accountLocked, wait, "Too many log-ins of this account have failed.")
	}
	credential, workspace, err := d.reg.Present(c.ctx, vendorID, in.Email, in.Password.Reveal(), c.address)
	if errors.Is(err, registry.ErrCredentials) {
		return reply{}, refuse(invalidCredentials, "The email or password is not correct.")
	}
	if err != nil {
		return reply{}, err
	}
	d.accounts.forget(in.Email)
	c.credential, c.workspace = credential, workspace
	token, err := d.reg.LogIn(c.ctx, credential)
	if err != nil {
		return reply{}, err
	}
	server := c.base + Prefix
	return ok(jitterbit.LoggedIn(jitterbit.Session{
		Token: token, Server: server, Apps: c.base,
		Organizations: []jitterbit.Organization{{ID: workspace.Account, Name: workspace.Name, Zone: server}},
		Default:       workspace.Account,
		Seconds:       int64(registry.TokenIdle / time.Second),
	}))
}

// secondStep is where the code of a two-factor log-in would go. This console asks for no second factor, so there never is one.
func (d *Door) secondStep(c *call) (reply, error) {
	body, err := d.knock(c)
	if err != nil {
		return reply{}, err
	}
	if _, problems := jitterbit.DecodeCode(body); len(problems) > 0 {
		return reply{}, refuse(missingField, problems[0].Text)
	}
	return reply{}, refuse(invalidCode, "No code is outstanding: this console does not ask for a second factor. Log in with email and password alone.")
}

// knock lets an address try only so often, and reads what it sent.
func (d *Door) knock(c *call) (wire.Value, error) {
	if wait := d.addresses.try(network(c.address)); wait > 0 {
		return wire.Value{}, tooSoon(rateLimited, wait, "Too many log-ins came from this address.")
	}
	return c.object()
}

// network is what an address counts for: itself, or the network of 64 bits that one subscriber has to choose from.
func network(address string) string {
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

// firstProblem gives the failure for what is wrong with a member of a body: that it is missing, or what its code says.
func firstProblem(body wire.Value, problems connector.Problems, codes map[string]code) error {
	p := problems[0]
	kind, known := codes[p.Field]
	if v := body.Get(p.Field); !known || v.IsNull() || v.Kind() == wire.String && v.Text() == "" {
		kind = missingField
	}
	return refuse(kind, p.Text)
}
