package securityhubapi_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/store"
)

// disk is a store that can be filled up, also for one connector alone, and can come to grief altogether.
type disk struct {
	*store.Store
	full, broken atomic.Bool
}

func (d *disk) trouble(c connector.Connector) error {
	if d.broken.Load() {
		panic("a bug")
	}
	if _, tagged := c.Tags.Get("full-disk"); tagged || c.Name == "full disk" || d.full.Load() {
		return connector.ErrReadOnly
	}
	return nil
}

func (d *disk) Insert(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error {
	if err := d.trouble(c); err != nil {
		return err
	}
	return d.Store.Insert(ctx, c, grants, made, ev)
}

func (d *disk) InsertOnce(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, reply access.Reply, ev access.Event) error {
	if err := d.trouble(c); err != nil {
		return err
	}
	return d.Store.InsertOnce(ctx, c, grants, made, reply, ev)
}

func (d *disk) Update(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error {
	if err := d.trouble(c); err != nil {
		return err
	}
	return d.Store.Update(ctx, c, grants, made, ev)
}

func (d *disk) KeepReply(ctx context.Context, reply access.Reply) error {
	if reply.Token == "lost" {
		return connector.ErrReadOnly
	}
	return d.Store.KeepReply(ctx, reply)
}

// again is the very same request once more, with its signature.
func again(t *testing.T, req *http.Request) *http.Request {
	t.Helper()
	out := req.Clone(t.Context())
	body, err := req.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	out.Body = body
	return out
}

func TestAFullDiskIsSaidInTheVendorsWords(t *testing.T) {
	h := opened(t)
	id := h.jira(t, "jira")
	tags := "/tags/" + escaped(arn(account, id))
	h.disk.full.Store(true)
	first := h.signed(t, h.keys[access.Editor], post, "/connectorsv2", `{"ClientToken":"t","Name":"n","Provider":{"JiraCloud":{}}}`)
	second := again(t, first)
	h.do(t, first).refused(t, 500, "InternalServerException", "cannot be written right now")
	h.ask(t, access.Editor, patch, "/connectorsv2/"+id, `{}`).refused(t, 500, "InternalServerException", "nothing was changed")
	h.ask(t, access.Editor, post, tags, `{"Tags":{"a":"b"}}`).refused(t, 500, "InternalException", "nothing was changed")
	h.ask(t, access.Viewer, get, "/connectorsv2/"+id, "").ok(t)
	h.disk.full.Store(false)
	h.do(t, second).ok(t) // the very same request, since it changed nothing
}

func TestAPanicIsSaidInTheVendorsWords(t *testing.T) {
	h := opened(t)
	id := h.jira(t, "jira")
	h.disk.broken.Store(true)
	h.ask(t, access.Editor, patch, "/connectorsv2/"+id, `{"Description":"d"}`).refused(t, 500, "InternalServerException", "Something went wrong")
	h.ask(t, access.Editor, remove, "/tags/"+escaped(arn(account, id))+"?tagKeys=a", "").refused(t, 500, "InternalException", "Something went wrong")
	if line := h.noted()[len(h.noted())-1]; line.Status != 500 || line.Operation != "UntagResource" {
		t.Errorf("noted = %+v, want the failure", line)
	}
}

// TestAnAnswerThatCannotBeKeptIsGivenAllTheSame loses the last word on a call: the connector was answered before its check had ended, and that
// answer stays.
func TestAnAnswerThatCannotBeKeptIsGivenAllTheSame(t *testing.T) {
	h := opened(t)
	h.secret(t)
	const body = `{"ClientToken":"lost","Name":"n","Provider":{"ServiceNow":{"InstanceName":"acme","SecretArn":"` + secret + `"}}}`
	made := h.ask(t, access.Editor, post, "/connectorsv2", body).ok(t)
	if made.get("ConnectorStatus") != "CONNECTED" {
		t.Errorf("CreateConnectorV2 = %s, want the verdict in it", made.text)
	}
	again := h.ask(t, access.Editor, post, "/connectorsv2", body).ok(t)
	if again.get("ConnectorId") != made.get("ConnectorId") || again.get("ConnectorStatus") != "UNKNOWN" {
		t.Errorf("the same call again = %s, want the answer from before the check", again.text)
	}
	if got := h.ask(t, access.Viewer, get, "/connectorsv2", "").text; strings.Count(got, `"ConnectorId"`) != 1 {
		t.Errorf("there is %s, want the one connector", got)
	}
}
