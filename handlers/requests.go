package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/views"
	"patchbay/web"
)

// requestsAPage is how many lines of the request log a page has.
const requestsAPage = 100

func (h *Handlers) requests(c echo.Context) error {
	s, err := h.shell(c, "Requests")
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), web.Actor(c)
	get := func(name string) string { return connector.Clean(c.QueryParam(name), false) }
	q := access.RequestQuery{Vendor: get("vendor"), Workspace: get("workspace"), Method: get("method"), Path: get("path"), Operation: get("operation"),
		Credential: get("credential"), Connector: get("connector"), Size: requestsAPage + 1}
	if n, err := strconv.Atoi(get("status")); err == nil && n > 0 {
		q.Status = n
	}
	if before, err := strconv.ParseInt(get("before"), 10, 64); err == nil && before > 0 {
		q.Before = before
	}
	w, all, err := h.workspace(c, q.Workspace)
	if err != nil {
		return err
	}
	if w.ID != "" { // people write its name into addresses
		q.Workspace = w.ID
	}
	page := views.RequestsPage{Shell: s, Vendors: h.reg.Catalog(), Workspaces: all, Doors: h.doors, Query: q, Curls: map[int64]string{}}
	if page.Requests, err = h.reg.Requests(ctx, actor, q); err != nil {
		return err
	}
	if len(page.Requests) > requestsAPage {
		page.Requests = page.Requests[:requestsAPage]
		page.Older = page.Requests[requestsAPage-1].Seq
	}
	if page.Credentials, err = h.reg.RequestCredentials(ctx, actor); err != nil {
		return err
	}
	for _, r := range page.Requests {
		if command := h.again(r); command != "" {
			page.Curls[r.Seq] = command
		}
	}
	if page.Connectors, err = h.named(ctx, actor, page.Requests, q.Connector); err != nil {
		return err
	}
	return web.Page(c, http.StatusOK, views.Requests(page))
}

// named gives the names of the connectors that the lines are about, and of the one that is asked for. Those that are gone have none.
func (h *Handlers) named(ctx context.Context, actor access.Actor, lines []access.Request, asked string) ([]connector.Option, error) {
	var out []connector.Option
	seen := map[string]bool{"": true}
	add := func(id string) error {
		if seen[id] {
			return nil
		}
		seen[id] = true
		one, err := h.reg.Connector(ctx, actor, id)
		if errors.Is(err, connector.ErrNotFound) {
			return nil
		}
		out = append(out, connector.Option{Value: id, Label: one.Name})
		return err
	}
	for _, r := range lines {
		if err := add(r.Connector); err != nil {
			return nil, err
		}
	}
	return out, add(asked)
}

// again gives a logged request as a command; whoever runs it brings the credential. A line tells what strangers sent, so nothing of it
// reaches a shell or a terminal as it came: a request with a method that no door takes, or with a path that was cut or that no client sends,
// has no command, which is "".
func (h *Handlers) again(r access.Request) string {
	if !slices.Contains(repeatable, r.Method) || strings.ContainsFunc(r.Path, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return ""
	}
	auth := map[string]string{"harness": ` --header "x-api-key: $HARNESS_API_KEY"`, "jitterbit": ` --header "authToken: $HARMONY_TOKEN"`,
		"securityhub": ` --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 "aws:amz:$AWS_REGION:securityhub"`}[r.Vendor]
	method := "--request " + quoted(r.Method)
	if r.Method == http.MethodHead { // by another option, or the command waits for a body that never comes
		method = "--head"
	}
	// Without globs a bracket in an address is a bracket, and not a thousand requests.
	return "curl " + method + " --globoff" + auth + " " + quoted(h.base+r.Path)
}

// repeatable are the methods of the requests that are offered as commands.
var repeatable = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// quoted is a text as one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
