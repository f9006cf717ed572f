package securityhubapi

import (
	"errors"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/connector/wire"
	"patchbay/registry"
)

func (d *Door) registerConnector(c *call) (string, error) {
	body, problems := object(c.body)
	if len(problems) > 0 {
		return "", problems
	}
	asked, problems := required(body, "AuthCode", "AuthState")
	if len(problems) > 0 {
		return "", problems
	}
	identifier := securityhub.StateFor(asked["AuthState"]) // the state names its connector, so none has to be searched for
	if identifier == "" {
		return "", nobodyWaits
	}
	kept, err := d.reg.Consent(c, c.actor, c.workspace.ID, identifier, asked["AuthState"], asked["AuthCode"])
	c.connector = kept.ID
	var refused *connector.ConsentRefused
	switch {
	case errors.Is(err, connector.ErrNotFound):
		return "", nobodyWaits
	case errors.Is(err, registry.ErrNoOAuthApp):
		return "", conflict("No OAuth application is set for this workspace, so the consent of a person cannot be turned into an authorisation.")
	case errors.As(err, &refused) && refused.Code:
		return "", conflict("The other side did not take AuthCode. Open the connector's AuthUrl again and register the new code.")
	case errors.As(err, &refused):
		// It is no mistake of the program that asks, but the API knows no other exception that carries the reason.
		return "", connector.Problems{{Field: "AuthCode", Text: refused.Error()}}
	case err != nil:
		return "", err
	}
	d.prove(c, kept)
	return wire.Obj(
		wire.M("ConnectorArn", wire.Text(securityhub.ARN(c.workspace, kept.Identifier))),
		wire.M("ConnectorId", wire.Text(kept.Identifier)),
	).JSON(), nil
}

// nobodyWaits answers for a state that no connector waits for, whatever the reason.
var nobodyWaits = notFound("No connector of the account waits for this AuthState in this region. Read its AuthUrl again; each state is good for one authorisation.")
