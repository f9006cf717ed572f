package harnessapi

import (
	"errors"
	"strings"

	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/connector/wire"
)

// The parameters of the vendor's old Git sync (branch, repoIdentifier, filePath and the like) may come with any of these calls. They
// mean nothing here, and nothing reads them.

func (a *API) createLegacy(c *call) (reply, error) { return a.keepLegacy(c, a.admit) }

func (a *API) updateLegacy(c *call) (reply, error) { return a.keepLegacy(c, a.change) }

// keepLegacy keeps what the body says, where the body says: the older API has the scope nowhere else.
func (a *API) keepLegacy(c *call, keep func(*call, connector.Draft) (connector.Connector, error)) (reply, error) {
	d, err := a.draft(c)
	if err != nil {
		return reply{}, err
	}
	kept, err := keep(c, d)
	if err != nil {
		return reply{}, err
	}
	return c.enveloped(harness.LegacyAnswer(c.workspace, &kept)), nil
}

func (a *API) showLegacy(c *call) (reply, error) {
	at, identifier, err := c.named()
	if err != nil {
		return reply{}, err
	}
	one, err := a.find(c, at, identifier, noSuch)
	if err != nil {
		return reply{}, err
	}
	return c.enveloped(harness.LegacyAnswer(c.workspace, &one)), nil
}

func (a *API) deleteLegacy(c *call) (reply, error) {
	at, identifier, err := c.named()
	if err != nil {
		return reply{}, err
	}
	force, wrong := c.truth("forceDelete")
	if wrong != nil {
		return reply{}, refuse(badFields, "", wrong...)
	}
	if _, err := a.retire(c, at, identifier, force); err != nil {
		return reply{}, err
	}
	return c.enveloped(wire.Flag(true)), nil
}

func (a *API) testLegacy(c *call) (reply, error) {
	at, identifier, err := c.named()
	if err != nil {
		return reply{}, err
	}
	one, err := a.find(c, at, identifier, noSuchToAct)
	if err != nil {
		return reply{}, err
	}
	return a.testedLegacy(c, one)
}

func (a *API) testedLegacy(c *call, one connector.Connector) (reply, error) {
	run, err := a.test(c, one)
	if err != nil {
		return reply{}, err
	}
	v, err := judge(run)
	if err != nil {
		return reply{}, err
	}
	return c.enveloped(v.legacy()), nil
}

// testGitRepo tests a Git connector with a repository. A stored secret never goes where a caller of a test says, so the repository can
// only be the one that the connector itself names.
func (a *API) testGitRepo(c *call) (reply, error) {
	at, identifier, err := c.named()
	if err != nil {
		return reply{}, err
	}
	one, err := a.find(c, at, identifier, noSuchToAct)
	if err != nil {
		return reply{}, err
	}
	if t, _ := a.reg.Catalog().Type(vendorID, one.Type); t.Family != "Git" {
		return reply{}, invalid("Connector " + identifier + " is no Git connector, so it has no repository to test.")
	}
	asked, names := one.Spec.Check().(connector.ListRefs)
	switch repo := strings.TrimSuffix(c.query.Get("repoURL"), "/"); {
	case repo == "" || names && repo == strings.TrimSuffix(asked.URL, "/"):
		return a.testedLegacy(c, one)
	case names:
		return reply{}, invalid("repoURL must be " + asked.URL + ", the repository that the connector names: its secret is sent nowhere else. Change the connector to test another one.")
	}
	return reply{}, invalid("The connector names no repository to test with. Set validationRepo to one below its url: its secret is sent nowhere else.")
}

func (a *API) identifierIsFree(c *call) (reply, error) {
	at, err := c.scope()
	if err != nil {
		return reply{}, err
	}
	identifier := c.query.Get("identifier")
	if identifier == "" {
		return reply{}, refuse(badFields, "", fault{"identifier", "is required in the query"})
	}
	_, err = a.reg.Find(c.ctx, c.actor, c.workspace.ID, at, identifier)
	if err != nil && !errors.Is(err, connector.ErrNotFound) {
		return reply{}, err
	}
	return c.enveloped(wire.Flag(err != nil)), nil
}

// mostNames is how many full names one call may ask for.
const mostNames = 1000

// listByFullName answers the connectors behind full names: account/identifier, account/org/identifier or
// account/org/project/identifier. A name of nothing, or of another account, is passed over.
func (a *API) listByFullName(c *call) (reply, error) {
	body, err := c.body()
	if err != nil {
		return reply{}, err
	}
	if body.Kind() != wire.Array {
		return reply{}, unreadable("The body of the request must be an array of full names.", "")
	}
	if len(body.Items()) > mostNames {
		return reply{}, invalid("At most 1000 full names can be asked for at once.")
	}
	items := []wire.Value{}
	seen := map[string]bool{}
	for _, name := range body.Items() {
		if name.Kind() != wire.String {
			return reply{}, unreadable("The body of the request must be an array of full names.", "A full name must be a string.")
		}
		at, identifier, ok := fullName(name.Text(), c.workspace.Account)
		if !ok || seen[name.Text()] {
			continue
		}
		seen[name.Text()] = true
		one, err := a.reg.Find(c.ctx, c.actor, c.workspace.ID, at, identifier)
		if errors.Is(err, connector.ErrNotFound) {
			continue
		}
		if err != nil {
			return reply{}, err
		}
		items = append(items, harness.LegacyAnswer(c.workspace, &one))
	}
	return c.enveloped(wire.List(items...)), nil
}

// fullName takes a full name of the account apart.
func fullName(name, account string) (at connector.Scope, identifier string, ok bool) {
	parts := strings.Split(name, "/")
	last := len(parts) - 1
	if last < 1 || last > 3 || parts[0] != account {
		return at, "", false
	}
	if last > 1 {
		at.Org = parts[1]
	}
	if last > 2 {
		at.Project = parts[2]
	}
	return at, parts[last], true
}
