package handlers_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/harness"
	"patchbay/connector/jitterbit"
)

func kind(t *testing.T, vendor, name string) connector.Type {
	t.Helper()
	for _, v := range catalog.All() {
		if v.ID == vendor {
			if found, ok := v.Type(name); ok {
				return found
			}
		}
	}
	t.Fatalf("there is no type %s", name)
	return connector.Type{}
}

// git keeps a connector that uses no secret.
func (c *console) git(t *testing.T) connector.Connector {
	t.Helper()
	name := c.unique("repo")
	return c.admit(t, connector.Draft{Type: kind(t, "harness", "ArtifactoryAnonymous"), Workspace: c.workspaces["harness"], Name: name, Identifier: name,
		Spec: &harness.ArtifactoryAnonymous{Server: harness.Server{URL: "https://repo.example.com/" + name}}})
}

func (c *console) registration(t *testing.T) connector.Connector {
	t.Helper()
	return c.admit(t, connector.Draft{Type: kind(t, "jitterbit", "Registration"), Workspace: c.workspaces["jitterbit"], Name: c.unique("Ledger "),
		Spec: &jitterbit.Registration{Version: "1.0.0", Activities: []string{"query"}}})
}

func (c *console) admit(t *testing.T, d connector.Draft) connector.Connector {
	t.Helper()
	kept, err := c.reg.Admit(t.Context(), root, d)
	if err != nil {
		t.Fatalf("Admit(%s) = %v", d.Name, err)
	}
	return kept
}

func (c *console) retired(t *testing.T) connector.Connector {
	t.Helper()
	gone, err := c.reg.Retire(t.Context(), root, c.git(t).ID, 0)
	if err != nil {
		t.Fatalf("Retire() = %v", err)
	}
	return gone
}

func (c *console) secret(t *testing.T) connector.NamedSecret {
	t.Helper()
	s, err := c.reg.KeepSecret(t.Context(), root, connector.NamedSecret{Kind: connector.SecretText,
		SecretName: connector.SecretName{Workspace: c.workspaces["harness"], Name: c.unique("token")}}, connector.NewSecret("some value"))
	if err != nil {
		t.Fatalf("KeepSecret() = %v", err)
	}
	return s
}

// notice opens a channel and has it tested.
func (c *console) notice(t *testing.T) connector.Notice {
	t.Helper()
	ch, _, err := c.reg.AddChannel(t.Context(), root, connector.Channel{Name: c.unique("channel"), Kind: connector.Webhook, Tells: connector.TellFailures},
		"https://hooks.example.com/T0K3N")
	if err != nil {
		t.Fatalf("AddChannel() = %v", err)
	}
	n, err := c.reg.TestChannel(t.Context(), root, ch.ID)
	if err != nil {
		t.Fatalf("TestChannel() = %v", err)
	}
	return n
}

// run validates a connector, waits, and gives the run.
func (c *console) run(t *testing.T, id string) connector.Run {
	t.Helper()
	run, err := c.reg.Check(t.Context(), root, id)
	if err != nil {
		t.Fatalf("Check() = %v", err)
	}
	c.reg.Wait(context.WithoutCancel(t.Context()), run.ID)
	return run
}

// draftTest has somebody test a draft to its end, and gives the run.
func (c *console) draftTest(t *testing.T) string {
	t.Helper()
	run, err := c.reg.CheckDraft(t.Context(), root, "", connector.Draft{Type: kind(t, "harness", "ArtifactoryAnonymous"), Workspace: c.workspaces["harness"],
		Spec: &harness.ArtifactoryAnonymous{Server: harness.Server{URL: "https://repo.example.com/draft"}}})
	if err != nil {
		t.Fatalf("CheckDraft() = %v", err)
	}
	c.reg.Wait(context.WithoutCancel(t.Context()), run.ID)
	return run.ID
}

// path fills the parameters of a route with things that are made for it, so that what one cell does is nothing to the next.
func (c *console) path(t *testing.T, route string) string {
	t.Helper()
	fill := func(id string, more ...string) string {
		out := strings.Replace(route, ":id", id, 1)
		for i := 0; i+1 < len(more); i += 2 {
			out = strings.Replace(out, more[i], more[i+1], 1)
		}
		return out
	}
	switch {
	case strings.Contains(route, ":vendor"):
		return strings.Replace(strings.Replace(route, ":vendor", "harness", 1), ":type", "GitHttp", 1)
	case strings.HasSuffix(route, "/restore"), strings.HasSuffix(route, "/purge"):
		return fill(c.retired(t).ID)
	case strings.HasSuffix(route, "/pair"), strings.HasSuffix(route, "/payload"):
		return fill(c.registration(t).ID)
	case strings.HasPrefix(route, "/notices/:id"):
		n := c.notice(t)
		return fill(n.Channel, ":notice", n.ID)
	case strings.HasPrefix(route, "/drafts/:run"):
		return strings.Replace(route, ":run", c.draftTest(t), 1)
	case strings.Contains(route, ":run"):
		id := c.git(t).ID
		return fill(id, ":run", c.run(t, id).ID)
	case strings.HasSuffix(route, "/uses/remove"):
		id := c.git(t).ID
		if err := c.reg.AddUse(t.Context(), root, id, connector.Use{Kind: "pipeline", Name: "deploy"}); err != nil {
			t.Fatal(err)
		}
		return fill(id)
	case strings.Contains(route, "/authorise"):
		c.withApp(t)
		return fill(c.jira(t).ID, ":consent", "nothing-has-this-id")
	case strings.HasSuffix(route, "/settings"):
		return fill(c.workspaces["jitterbit"])
	case strings.HasPrefix(route, "/workspaces/:id/oauth"):
		return fill(c.hub(t, strings.HasSuffix(route, "/remove")))
	case strings.HasPrefix(route, "/connectors/:id"):
		return fill(c.git(t).ID)
	case strings.HasPrefix(route, "/secrets/:id"):
		return fill(c.secret(t).ID)
	case strings.HasPrefix(route, "/users/:id"):
		return fill(c.user(t, c.unique("user"), access.Viewer).ID)
	case strings.HasPrefix(route, "/workspaces/:id"):
		name := c.unique("Empty")
		w, err := c.reg.AddWorkspace(t.Context(), root, connector.Workspace{Name: name, Vendor: "harness", Account: name})
		if err != nil {
			t.Fatal(err)
		}
		return fill(w.ID)
	case strings.HasPrefix(route, "/watch/windows/:id"):
		return fill(c.window(t).ID)
	case strings.HasPrefix(route, "/credentials/:id"):
		m, err := c.reg.Mint(t.Context(), root, c.workspaces["harness"], c.unique("ci"), access.Viewer)
		if err != nil {
			t.Fatal(err)
		}
		return fill(m.ID)
	case strings.Contains(route, ":"):
		t.Fatalf("the parameters of route %s are not known to this test", route)
	}
	return route
}

// exec changes the database behind the store's back.
func exec(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "patchbay.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range statements {
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
