package main

import (
	"context"
	"errors"

	"patchbay/connector"
	"patchbay/handlers/securityhubapi"
	"patchbay/registry"
)

// authoriser lets the Security Hub door exchange codes through the registry, in the door's own words for what goes wrong.
type authoriser struct{ reg *registry.Registry }

// Exchange implements [securityhubapi.Authoriser].
func (a authoriser) Exchange(ctx context.Context, w connector.Workspace, code string) (site, address string, err error) {
	site, address, err = a.reg.Exchange(ctx, w.ID, code)
	var refused *connector.ConsentRefused
	switch {
	case errors.Is(err, registry.ErrNoOAuthApp):
		err = securityhubapi.ErrNoApplication
	case errors.As(err, &refused) && refused.Code:
		err = securityhubapi.ErrCode
	case errors.As(err, &refused):
		// It is no mistake of the program that asks, but the API knows no other exception that carries the reason.
		err = connector.Problems{{Field: "AuthCode", Text: refused.Error()}}
	}
	return site, address, err
}
