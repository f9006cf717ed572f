package harnessapi

import (
	"net/http"

	"patchbay/connector"
	"patchbay/connector/wire"
)

func (a *API) createV1(c *call) (reply, error) {
	d, err := a.draftHere(c)
	if err != nil {
		return reply{}, err
	}
	made, err := a.admit(c, d)
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusCreated, body: a.answer(c, made)}, nil
}

func (a *API) showV1(c *call) (reply, error) {
	at, identifier, err := c.named()
	if err != nil {
		return reply{}, err
	}
	one, err := a.find(c, at, identifier, noSuch)
	if err != nil {
		return reply{}, err
	}
	return ok(a.answer(c, one)), nil
}

func (a *API) updateV1(c *call) (reply, error) {
	d, err := a.draftHere(c)
	if err != nil {
		return reply{}, err
	}
	if d.Identifier != "" && d.Identifier != c.params["connector"] {
		return reply{}, invalid("The identifier of the body must be the one of the path, " + c.params["connector"] + ".")
	}
	changed, err := a.change(c, d)
	if err != nil {
		return reply{}, err
	}
	return ok(a.answer(c, changed)), nil
}

// deleteV1 answers the connector that is gone.
func (a *API) deleteV1(c *call) (reply, error) {
	at, identifier, err := c.named()
	if err != nil {
		return reply{}, err
	}
	gone, err := a.retire(c, at, identifier, false)
	if err != nil {
		return reply{}, err
	}
	return ok(a.answer(c, gone)), nil
}

func (a *API) testV1(c *call) (reply, error) {
	at, identifier, err := c.named()
	if err != nil {
		return reply{}, err
	}
	return a.tested(c, at, identifier)
}

// testByQueryV1 is the way to the test that one page of the vendor's documents has: org and project in the query.
func (a *API) testByQueryV1(c *call) (reply, error) {
	at, err := c.scopeFrom("org", "project")
	if err != nil {
		return reply{}, err
	}
	return a.tested(c, at, c.params["connector"])
}

func (a *API) tested(c *call, at connector.Scope, identifier string) (reply, error) {
	one, err := a.find(c, at, identifier, noSuchToAct)
	if err != nil {
		return reply{}, err
	}
	run, err := a.test(c, one)
	if err != nil {
		return reply{}, err
	}
	v, err := judge(run)
	if err != nil {
		return reply{}, err
	}
	return ok(v.v1()), nil
}

// draftHere reads a connector whose scope must be the one of the path: at account scope neither org nor project may be said.
func (a *API) draftHere(c *call) (connector.Draft, error) {
	d, err := a.draft(c)
	if err != nil {
		return d, err
	}
	at, err := c.scope()
	switch {
	case err != nil:
		return d, err
	case d.Scope == at:
		return d, nil
	case at == connector.Scope{}:
		return d, invalid("At account scope the body must not name an org or a project. Leave them out, or use the path of that org or project.")
	}
	return d, invalid("The org and project of the body must be those of the path: " + at.String() + ".")
}

// named gives the scope and the identifier that the call is about.
func (c *call) named() (connector.Scope, string, error) {
	at, err := c.scope()
	return at, c.params["connector"], err
}

// answer gives a connector as the v1 API answers it.
func (a *API) answer(c *call, one connector.Connector) wire.Value {
	return a.vendor().Answer(c.workspace, &one)
}
