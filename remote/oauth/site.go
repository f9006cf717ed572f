package oauth

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// resources is where the API lists the sites that a token is for.
const resources = "/oauth/token/accessible-resources"

// mostSites is how many sites a person can be asked to choose from.
const mostSites = 100

// sites asks which sites the consent is for, in the order of their addresses. A site that comes twice, once for each of its products, counts
// once; one that gives no right to Jira does not count. There is always one at least.
func sites(ctx context.Context, client *http.Client, api, token string) ([]connector.Site, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(api, "/")+resources, nil)
	if err != nil {
		return nil, notAList
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return nil, explain(ctx, err, "API base")
	}
	body, err := io.ReadAll(res.Body) // all of it is here already
	if err = errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusOK {
		return nil, notAList
	}
	list, err := wire.Parse(string(body))
	if err != nil || list.Kind() != wire.Array {
		return nil, notAList
	}
	var out []connector.Site
	for _, one := range list.Items() {
		if !isForJira(one.Get("scopes")) {
			continue
		}
		s := connector.Site{ID: one.Get("id").Text(), Name: shownName(one.Get("name").Text()), Address: one.Get("url").Text()}
		if s.ID == "" || len(s.ID) > 255 || !isPlain(s.ID) || len(s.Address) > 2048 || connector.HTTPURL(s.Address) != "" {
			return nil, notAList
		}
		if !slices.ContainsFunc(out, func(had connector.Site) bool { return had.ID == s.ID }) {
			out = append(out, s)
		}
	}
	switch {
	case len(out) == 0:
		return nil, refused("The consent covers no Jira site.", "Authorise again, and choose the site that the connector is for.")
	case len(out) > mostSites:
		return nil, refused("The consent covers more sites than can be chosen from here.",
			"Take the other sites back at the vendor, under the connected apps of your account, then authorise again and choose one site.")
	}
	slices.SortFunc(out, func(a, b connector.Site) int {
		return cmp.Or(strings.Compare(a.Address, b.Address), strings.Compare(a.ID, b.ID))
	})
	return out, nil
}

// shownName cuts what a site calls itself to what a page can show.
func shownName(name string) string {
	r := []rune(connector.Clean(name, false))
	if len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return string(r)
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
