package securityhubapi_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/handlers/securityhubapi"
	"patchbay/registry"
	"patchbay/store"
)

// sick is a store that answers as a full disk does, or comes to grief altogether.
type sick struct {
	*store.Store
	full, panics bool
}

func (s *sick) trouble() error {
	if s.panics {
		panic("a bug")
	}
	if s.full {
		return connector.ErrReadOnly
	}
	return nil
}

func (s *sick) Insert(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error {
	if err := s.trouble(); err != nil {
		return err
	}
	return s.Store.Insert(ctx, c, grants, made, ev)
}

func (s *sick) Update(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error {
	if err := s.trouble(); err != nil {
		return err
	}
	return s.Store.Update(ctx, c, grants, made, ev)
}

func (s *sick) KeepReply(ctx context.Context, reply access.Reply) error {
	if strings.Contains(reply.Body, "ConnectorId") && reply.Token == "lost" {
		return connector.ErrReadOnly
	}
	return s.Store.KeepReply(ctx, reply)
}

func TestAStoreThatCannotBeWrittenIsSaidInTheVendorsWords(t *testing.T) {
	h := opened(t)
	disk := &sick{Store: h.store}
	reg := registry.New(registry.Config{Store: disk, Doors: disk, Catalog: catalog.All(), Asker: h, Passwords: cheap{}, Now: h.now})
	t.Cleanup(reg.Close)
	id := h.jira(t, "jira")
	door := securityhubapi.New(securityhubapi.Config{Registry: reg, Now: h.now})
	ask := func(req *http.Request) reply {
		w := httptest.NewRecorder()
		door.ServeHTTP(w, req)
		return recorded(t, w)
	}
	req := func(method, path, body string) *http.Request {
		out := httptest.NewRequestWithContext(t.Context(), method, securityhubapi.Prefix+path, strings.NewReader(body))
		key := h.keys[access.Editor]
		creds := sigv4.Credentials{AccessKeyID: key.AccessKeyID, Key: sigv4.NewKey(key.SecretAccessKey.Reveal())}
		if err := sigv4.Sign(out, []byte(body), creds, region, "securityhub", h.now()); err != nil {
			t.Fatal(err)
		}
		return out
	}
	const create = `{"ClientToken":"t","Name":"n","Provider":{"JiraCloud":{}}}`
	tags := "/tags/" + escaped(arn(account, id))

	disk.full = true
	first := req(post, "/connectorsv2", create)
	again := first.Clone(t.Context())
	again.Body = http.NoBody
	ask(first).refused(t, 500, "InternalServerException", "cannot be written right now")
	ask(req(patch, "/connectorsv2/"+id, `{}`)).refused(t, 500, "InternalServerException", "nothing was changed")
	ask(req(post, tags, `{"Tags":{"a":"b"}}`)).refused(t, 500, "InternalException", "nothing was changed")
	disk.full = false

	// The very same request is good again, since it changed nothing.
	second := req(post, "/connectorsv2", create)
	second.Header = again.Header
	ask(second).ok(t)

	disk.panics = true
	ask(req(patch, "/connectorsv2/"+id, `{"Description":"d"}`)).refused(t, 500, "InternalServerException", "Something went wrong")
	ask(req(remove, tags+"?tagKeys=a", "")).refused(t, 500, "InternalException", "Something went wrong")
	disk.panics = false

	// The connector is there, so the answer says so, though it cannot be given a second time.
	ask(req(post, "/connectorsv2", `{"ClientToken":"lost","Name":"m","Provider":{"JiraCloud":{}}}`)).ok(t)
}
