package securityhubapi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
)

// empty is the reply of operations that have nothing to say.
const empty = "{}"

func (d *Door) createConnector(c *call) (string, error) {
	body, problems := object(c.body)
	if len(problems) > 0 {
		return "", problems
	}
	draft, problems := draftOf(body)
	token, more := clientToken(body)
	if problems = append(problems, more...); len(problems) > 0 {
		return "", problems
	}
	draft.Workspace = c.workspace.ID
	return d.once(c, token, body, func(c *call, one *registry.Call) (string, bool, error) {
		if err := d.room(c); err != nil {
			return "", false, err
		}
		answer := func(kept connector.Connector) string { return securityhub.Created(c.workspace, &kept).JSON() }
		if one == nil {
			kept, err := d.reg.Admit(c, c.actor, draft)
			if err != nil {
				return "", false, d.refused(c, &draft, err)
			}
			c.connector = kept.ID
			return answer(d.prove(c, kept)), false, nil
		}
		kept, early, err := d.reg.AdmitOnce(c, c.actor, draft, *one, answer)
		switch {
		case errors.Is(err, connector.ErrConflict):
			return "", false, errUsed
		case err != nil:
			return "", false, d.refused(c, &draft, err)
		case kept.ID == "": // another program on the same data directory has been quicker
			return early, true, nil
		}
		c.connector = kept.ID
		last := answer(d.prove(c, kept))
		return last, last == early, nil // the verdict may have come since
	})
}

// room refuses one connector more than the workspace may have. The counts are kept by the writes, so nothing is counted here.
func (d *Door) room(c *call) error {
	most := 0
	if d.Most != nil {
		most = d.Most(c.workspace)
	}
	if most == 0 {
		return nil
	}
	counts, err := d.reg.Counts(c, c.actor)
	if err != nil {
		return err
	}
	if counts.Of(func(n connector.Count) bool { return n.Workspace == c.workspace.ID }) >= most {
		return &fault{name: "ServiceQuotaExceededException", status: http.StatusPaymentRequired,
			message: "The account has " + strconv.Itoa(most) + " connectors in this region, and may not have more. Delete one first."}
	}
	return nil
}

// refused names the problems of a draft as the API names its members. A name that another connector has is not a problem of
// the draft to the API but a conflict.
func (d *Door) refused(c *call, draft *connector.Draft, err error) error {
	var problems connector.Problems
	if !errors.As(err, &problems) {
		return err
	}
	if len(problems) == 1 && problems[0].Field == "name" {
		_, others, err := d.reg.Pick(c, c.actor, connector.Pick{Workspace: c.workspace.ID, Names: []string{draft.Name}, Size: 1})
		if err != nil {
			return err
		}
		if others > 0 {
			return conflict(sentences(named(draft, problems)))
		}
	}
	return named(draft, problems)
}

// prove checks a connector whose settings are new and waits a little for the verdict, so that the answer can say it. Without
// one in time the answer says what is known, and the check goes on behind it.
func (d *Door) prove(c *call, kept connector.Connector) connector.Connector {
	if s, ok := kept.Spec.(connector.Starting); ok {
		if status, _ := s.Start(); status == connector.Waiting {
			return kept
		}
	}
	if _, nothing := kept.Spec.Check().(connector.Nothing); nothing {
		return kept
	}
	run, err := d.reg.Check(c, c.actor, kept.ID)
	if err == nil {
		waiting, done := context.WithTimeout(c, d.Patience)
		defer done()
		d.reg.Wait(waiting, run.ID)
		var latest connector.Connector
		if latest, err = d.reg.Connector(c, c.actor, kept.ID); err == nil {
			return latest
		}
	}
	slog.WarnContext(c, "a connector could not be checked after it was kept", "id", c.id, "connector", kept.ID, "error", err)
	return kept
}

// find gives the connector that a ConnectorId means.
func (d *Door) find(c *call, id string) (connector.Connector, error) {
	identifier, err := identifier(c.workspace, id)
	if err != nil {
		return connector.Connector{}, err
	}
	return d.found(c, identifier)
}

func (d *Door) found(c *call, identifier string) (connector.Connector, error) {
	found, err := d.reg.Find(c, c.actor, c.workspace.ID, connector.Scope{}, identifier)
	c.connector = found.ID
	return found, err
}

func (d *Door) getConnector(c *call) (string, error) {
	found, err := d.find(c, c.label)
	if err != nil {
		return "", err
	}
	vendor, _ := d.reg.Catalog().Vendor(vendorID)
	return vendor.Answer(c.workspace, &found).JSON(), nil
}

func (d *Door) updateConnector(c *call) (string, error) {
	body, problems := object(c.body)
	if len(problems) > 0 {
		return "", problems
	}
	id, err := identifier(c.workspace, c.label)
	if err != nil {
		return "", err
	}
	kept, err := d.change(c, id, func(old connector.Connector) (connector.Draft, error) {
		draft, problems := changeOf(body, old)
		return draft, problems.Err()
	})
	if err != nil {
		return "", err
	}
	if kept.Health.Status == connector.Unverified || kept.Health.Status == connector.Waiting {
		kept = d.prove(c, kept)
	}
	return securityhub.Updated(&kept).JSON(), nil
}

// attempts is how often a change is made anew when somebody else was quicker. The API knows no versions: the last one wins.
const attempts = 5

// change alters a connector by what edit makes of it.
func (d *Door) change(c *call, identifier string, edit func(connector.Connector) (connector.Draft, error)) (connector.Connector, error) {
	for try := 1; ; try++ {
		old, err := d.found(c, identifier)
		if err != nil {
			return old, err
		}
		draft, err := edit(old)
		if err != nil {
			return old, err
		}
		kept, err := d.reg.Change(c, c.actor, old.ID, old.Version, draft)
		if err != nil && (!errors.Is(err, connector.ErrConflict) || try == attempts) {
			return kept, d.refused(c, &draft, err)
		}
		if err == nil {
			return kept, nil
		}
	}
}

func (d *Door) deleteConnector(c *call) (string, error) {
	found, err := d.find(c, c.label)
	if err != nil {
		return "", err
	}
	_, err = d.reg.Retire(c, c.actor, found.ID, 0)
	return empty, err
}
