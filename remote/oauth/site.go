package oauth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// resources is where the API lists the sites that a token is for.
const resources = "/oauth/token/accessible-resources"

// site asks which site the consent is for. A site that comes twice, once for each of its products, counts once; one that gives no right
// to Jira does not count.
func site(ctx context.Context, client *http.Client, api, token string) (id, address string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(api, "/")+resources, nil)
	if err != nil {
		return "", "", notAList
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return "", "", explain(ctx, err, "API base")
	}
	body, err := io.ReadAll(res.Body) // all of it is here already
	if err = errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK {
		return "", "", notAList
	}
	list, err := wire.Parse(string(body))
	if err != nil || list.Kind() != wire.Array {
		return "", "", notAList
	}
	sites := map[string]string{}
	for _, one := range list.Items() {
		if !isForJira(one.Get("scopes")) {
			continue
		}
		id, address = one.Get("id").Text(), one.Get("url").Text()
		if id == "" || len(id) > 255 || !isPlain(id) || len(address) > 2048 || connector.HTTPURL(address) != "" {
			return "", "", notAList
		}
		sites[id] = address
	}
	switch len(sites) {
	case 0:
		return "", "", refused("The consent covers no Jira site.", "Authorise again, and choose the site that the connector is for.")
	case 1:
		return id, sites[id], nil
	}
	return "", "", refused("The consent covers more than one Jira site, and a connector is for one.",
		"Take the other sites back at Atlassian, under the connected apps of your account, then authorise again and choose one site.")
}

// isForJira looks at the rights that a site comes with; a server that does not list them gives all that were asked for.
func isForJira(scopes wire.Value) bool {
	if len(scopes.Items()) == 0 {
		return true
	}
	for _, s := range scopes.Items() {
		if strings.Contains(s.Text(), "jira") {
			return true
		}
	}
	return false
}
