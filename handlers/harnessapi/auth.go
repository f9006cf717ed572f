package harnessapi

import (
	"errors"
	"strings"

	"patchbay/registry"
)

const badKey = "The API key is missing, wrong, revoked or of another account. Send a key of this account in the header x-api-key."

// authenticate finds out who calls from the API key, and holds every account that the request names against the key's own. Whatever is
// wrong, the answer is the same one, so that it tells nothing about keys and accounts.
func (a *API) authenticate(c *call) error {
	account, id, secret, ok := splitKey(c.r.Header.Get("x-api-key"))
	if !ok {
		if c.r.Header.Get("x-api-key") != "" { // who brings no key at all does not try to log in
			a.reg.Refused(c.ctx, vendorID, "", "not an API key")
		}
		return refuse(unauthenticated, badKey)
	}
	credential, workspace, err := a.reg.Present(c.ctx, vendorID, id, secret, c.address)
	if errors.Is(err, registry.ErrCredentials) {
		return refuse(unauthenticated, badKey)
	}
	if err != nil {
		return err
	}
	named := c.account()
	if named == "" {
		named = account
	}
	switch {
	case account != "" && account != workspace.Account, named != "" && named != workspace.Account:
		a.reg.Refused(c.ctx, vendorID, id, "another account")
		return refuse(unauthenticated, badKey)
	case named == "":
		return refuse(noAccount, "No account is known for this call. Send the header Harness-Account.")
	}
	c.credential, c.workspace, c.actor = credential, workspace, credential.Actor()
	return a.legacyAccount(c)
}

// legacyAccount holds the older API to its own rule: the query says the account, whatever the header says.
func (a *API) legacyAccount(c *call) error {
	said := c.query.Get("accountIdentifier")
	switch {
	case !c.legacy || c.operation.anyAccount && said == "":
		return nil
	case said == "":
		return refuse(badFields, "", fault{"accountIdentifier", "is required in the query"})
	case said != c.workspace.Account:
		a.reg.Refused(c.ctx, vendorID, c.credential.Key, "another account")
		return refuse(unauthenticated, badKey)
	}
	return nil
}

// account is the one that the request names: the header counts, else the query.
func (c *call) account() string {
	for _, said := range []string{c.r.Header.Get("Harness-Account"), c.query.Get("account"), c.query.Get("accountIdentifier")} {
		if said != "" {
			return said
		}
	}
	return ""
}

// splitKey takes an API key apart: pat or sat, the account in newer keys, the key's id, the secret.
func splitKey(key string) (account, id, secret string, ok bool) {
	parts := strings.Split(key, ".")
	if parts[0] != "pat" && parts[0] != "sat" {
		return "", "", "", false
	}
	switch len(parts) {
	case 3:
		id, secret = parts[1], parts[2]
	case 4:
		account, id, secret = parts[1], parts[2], parts[3]
		if account == "" {
			return "", "", "", false
		}
	}
	return account, id, secret, id != "" && secret != ""
}
