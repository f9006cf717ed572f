//go:build bench

package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/connector/harness"
	"patchbay/connector/jitterbit"
	"patchbay/connector/securityhub"
	"patchbay/connector/wire"
	"patchbay/handlers/harnessapi"
	"patchbay/handlers/jitterbitapi"
	"patchbay/handlers/securityhubapi"
)

const hallPage = 50

// dated gives a connector the times and the health of one that came in when it did.
func dated(c connector.Connector, n int64) connector.Connector {
	at := time.Now().Add(time.Duration(n) * time.Millisecond)
	c.ID, c.Version, c.Created, c.Updated, c.CreatedBy, c.UpdatedBy = fmt.Sprintf("hall%012d", n), 1, at, at, "figures", "figures"
	c.Health = connector.Health{Status: connector.Statuses[n%int64(len(connector.Statuses))], Since: at}
	return c
}

func typeNamed(t *testing.T, h *hall, vendor, name string) connector.Type {
	t.Helper()
	kind, ok := h.reg.Catalog().Type(vendor, name)
	if !ok {
		t.Fatalf("there is no type %s", name)
	}
	return kind
}

func harnessDoorway(t *testing.T, h *hall) *doorway {
	t.Helper()
	const address = "https://mirror.example.test/artifactory"
	one := func(w connector.Workspace, n int64) connector.Connector {
		return dated(connector.Connector{Vendor: "harness", Type: "ArtifactoryAnonymous", Workspace: w.ID, Identifier: fmt.Sprintf("c_%d", n),
			Name: fmt.Sprintf("Mirror %d", n*7919%figureRows), Spec: &harness.ArtifactoryAnonymous{Server: harness.Server{URL: address}}}, n)
	}
	w, m := h.opens(t, connector.Workspace{Name: "Figures", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"}, figureRows, one)
	kind, key := typeNamed(t, h, "harness", "ArtifactoryAnonymous"), m.APIKey.Reveal()
	request := func(method, path, body string) *http.Request {
		r := h.request(method, harnessapi.Door+path, body)
		r.Header.Set("x-api-key", key)
		return r
	}
	d := &doorway{name: "Harness", workspace: w, actor: m.Credential.Actor(),
		create: func(n int64) *http.Request {
			return request(http.MethodPost, "/v1/connectors",
				fmt.Sprintf(`{"connector":{"name":"Mirror %d","identifier":"c_%d","spec":{"type":"ArtifactoryAnonymous","url":"%s"}}}`, n, n, address))
		},
		admit: func(n int64) connector.Draft {
			return connector.Draft{Type: kind, Workspace: w.ID, Identifier: fmt.Sprintf("c_%d", n), Name: fmt.Sprintf("Mirror %d", n), Spec: &harness.ArtifactoryAnonymous{Server: harness.Server{URL: address}}}
		},
		one: func(n int64) connector.Connector { return one(w, n) },
	}
	const pages = figureRows / hallPage
	for i, what := range []string{"first page", "middle page", "last page"} {
		page := []int{0, pages / 2, pages - 1}[i]
		d.lists = append(d.lists, doorList{what: fmt.Sprintf("%s (%d)", what, page),
			ask: func() *http.Request {
				return request(http.MethodGet, "/v1/connectors?limit="+strconv.Itoa(hallPage)+"&page="+strconv.Itoa(page), "")
			},
			direct: func() error {
				p := connector.Pick{Workspace: w.ID, Scopes: []connector.Scope{{}}, Page: page, Size: hallPage}
				found, total, err := h.reg.Pick(t.Context(), d.actor, p)
				if err == nil && (len(found) != hallPage || total < figureRows) {
					err = fmt.Errorf("page %d has %d connectors of %d", page, len(found), total)
				}
				return err
			}})
	}
	return d
}

func hubDoorway(t *testing.T, h *hall) *doorway {
	t.Helper()
	const region = "eu-west-1"
	one := func(w connector.Workspace, n int64) connector.Connector {
		return dated(connector.Connector{Vendor: "securityhub", Type: "JiraCloud", Workspace: w.ID, Identifier: fmt.Sprintf("0b7f3f5e-1c9a-4d6e-9a52-%012d", n),
			Name: fmt.Sprintf("Tickets %d", n), Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}}, n)
	}
	w, m := h.opens(t, connector.Workspace{Name: "Hub", Vendor: "securityhub", Account: "123456789012", Region: region}, figureRows, one)
	kind := typeNamed(t, h, "securityhub", "JiraCloud")
	creds := sigv4.Credentials{AccessKeyID: m.AccessKeyID, Key: sigv4.NewKey(m.SecretAccessKey.Reveal())}
	request := func(method, path, body string) *http.Request {
		r := h.request(method, securityhubapi.Prefix+path, body)
		if err := sigv4.Sign(r, []byte(body), creds, region, "securityhub", time.Now()); err != nil {
			panic(err) // there is a key, and the query is in order
		}
		return r
	}
	d := &doorway{name: "Security Hub", workspace: w, actor: m.Credential.Actor(),
		create: func(n int64) *http.Request {
			return request(http.MethodPost, "/connectorsv2", fmt.Sprintf(`{"Name":"Tickets %d","Provider":{"JiraCloud":{"ProjectKey":"SEC"}}}`, n))
		},
		admit: func(n int64) connector.Draft {
			return connector.Draft{Type: kind, Workspace: w.ID, Name: fmt.Sprintf("Tickets %d", n), Spec: &securityhub.JiraCloud{ProjectKey: "SEC"}}
		},
		one: func(n int64) connector.Connector { return one(w, n) },
	}
	tokens, cursors := h.hubPages(t, d, request)
	for i, what := range []string{"first page", "middle page", "last page"} {
		d.lists = append(d.lists, doorList{what: what,
			ask: func() *http.Request {
				return request(http.MethodGet, "/connectorsv2?MaxResults="+strconv.Itoa(hallPage)+tokens[i], "")
			},
			direct: func() error {
				page, err := h.reg.List(t.Context(), d.actor, connector.Query{Workspace: w.ID, Sort: connector.SortCreated, After: cursors[i], Size: hallPage})
				if err == nil && len(page.Connectors) != hallPage {
					err = fmt.Errorf("the %s has %d connectors", what, len(page.Connectors))
				}
				return err
			}})
	}
	return d
}

// hubPages walks to the middle and to the last page, at the door and in the registry, and gives what leads to them. Both pages are full.
func (h *hall) hubPages(t *testing.T, d *doorway, request func(method, path, body string) *http.Request) (tokens, cursors [3]string) {
	t.Helper()
	const step = 100
	token, q := "", connector.Query{Workspace: d.workspace.ID, Sort: connector.SortCreated, Size: step}
	for at := step; at < figureRows; at += step {
		body, err := h.answer(request(http.MethodGet, "/connectorsv2?MaxResults="+strconv.Itoa(step)+token, ""), http.StatusOK)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := wire.Parse(body)
		if err != nil {
			t.Fatal(err)
		}
		token = "&NextToken=" + url.QueryEscape(answer.Get("NextToken").Text())
		page, err := h.reg.List(t.Context(), d.actor, q)
		if err != nil {
			t.Fatal(err)
		}
		q.After = page.Next
		switch at {
		case figureRows / 2:
			tokens[1], cursors[1] = token, q.After
		case figureRows - step:
			tokens[2], cursors[2] = token, q.After
		}
	}
	return tokens, cursors
}

func harmonyDoorway(t *testing.T, h *hall) *doorway {
	t.Helper()
	const account = "512604"
	one := func(w connector.Workspace, n int64) connector.Connector {
		return dated(connector.Connector{Vendor: "jitterbit", Type: "Registration", Workspace: w.ID, Identifier: strconv.FormatInt(1_000_000+n, 10),
			Name: fmt.Sprintf("Ledger %d", n), Spec: &jitterbit.Registration{Version: "1.0.0", Key: fmt.Sprintf("key-%d", n), Secret: connector.NewSecret(fmt.Sprintf("secret-%d", n))}}, n)
	}
	w, m := h.opens(t, connector.Workspace{Name: "Harmony", Vendor: "jitterbit", Account: account}, hallRegistrations, one)
	const service = jitterbitapi.Prefix + "/jitterbit-cloud-restful-service"
	body, err := h.answer(h.request(http.MethodPut, service+"/user/login", fmt.Sprintf(`{"email":%q,"password":%q}`, m.Email, m.Password.Reveal())), http.StatusOK)
	if err != nil {
		t.Fatal(err)
	}
	session, err := wire.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	token := session.Get("authenticationToken").Text()
	request := func(method, body string) *http.Request {
		r := h.request(method, service+"/orgs/"+account+"/connector", body)
		r.Header.Set("authToken", token)
		return r
	}
	register := func(n int64) string { return fmt.Sprintf(`{"name":"Ledger %d","version":"1.0.0"}`, n) }
	d := &doorway{name: "Harmony", workspace: w, actor: m.Credential.Actor(),
		create: func(n int64) *http.Request { return request(http.MethodPost, register(n)) },
		admit: func(n int64) connector.Draft {
			body, err := wire.Parse(register(n))
			if err != nil {
				panic(err) // it stands above
			}
			draft, _ := jitterbit.DecodeRegister(body)
			draft.Workspace = w.ID
			return draft
		},
		one: func(n int64) connector.Connector { return one(w, n) },
	}
	d.lists = []doorList{{what: fmt.Sprintf("all %d with their secrets", hallRegistrations),
		ask: func() *http.Request { return request(http.MethodGet, "") },
		direct: func() error {
			found, total, err := h.reg.Pick(t.Context(), d.actor, connector.Pick{Workspace: w.ID, Sort: "number"})
			if err == nil && (total != hallRegistrations || len(found) != total) {
				err = fmt.Errorf("the list has %d of %d", len(found), total)
			}
			return errors.Join(err, h.reg.OpenPair(t.Context(), d.actor, found))
		}}}
	return d
}
