package jitterbitapi

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
	"patchbay/registry"
)

// call is one request on its way through the door.
type call struct {
	ctx     context.Context
	request *http.Request
	writer  http.ResponseWriter
	id      string
	address string
	base    string // address of the console as the client reaches it
	op      operation
	params  map[string]string // what stands in the path for the parts in braces

	credential access.Credential
	workspace  connector.Workspace
	actor      access.Actor
	about      string // id of the connector that the request turned out to be about
}

func newCall(e echo.Context) *call {
	r := e.Request()
	id := e.Response().Header().Get("X-Request-Id")
	if id == "" {
		id = strings.ToLower(rand.Text()[:12])
		e.Response().Header().Set("X-Request-Id", id)
	}
	return &call{ctx: registry.From(r.Context(), e.RealIP()), request: r, writer: e.Response(), id: id, address: e.RealIP(),
		base: e.Scheme() + "://" + r.Host}
}

// unknown is what the answer to a request that matched no operation names as its operation.
const unknown = "Unknown operation"

// reply is an answer on its way out.
type reply struct {
	status int
	header map[string]string
	kind   string // media type; "" is JSON
	text   string
}

// send writes the answer. An error of the network here has nobody left to be told to.
func (out reply) send(c *call) {
	h := c.writer.Header()
	h.Set("Content-Type", "application/json")
	if out.kind != "" {
		h.Set("Content-Type", out.kind)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(out.text)))
	for name, value := range out.header {
		h.Set(name, value)
	}
	c.writer.WriteHeader(out.status)
	if _, err := c.writer.Write([]byte(out.text)); err != nil {
		slog.DebugContext(c.ctx, "the answer did not arrive", "id", c.id, "error", err)
	}
}

func ok(body wire.Value) (reply, error) { return reply{status: http.StatusOK, text: body.JSON()}, nil }

// body reads what the client sent, whatever it says its type is.
func (c *call) body(limit int64) (string, error) {
	if packed := c.request.Header.Get("Content-Encoding"); packed != "" && packed != "identity" {
		return "", refuse(packedBody, "The body must come unpacked, without Content-Encoding.")
	}
	text, err := io.ReadAll(http.MaxBytesReader(c.writer, c.request.Body, limit))
	var tooMuch *http.MaxBytesError
	switch {
	case errors.As(err, &tooMuch):
		return "", refuse(bodyTooLarge, "The body is larger than "+strconv.FormatInt(limit>>10, 10)+" KiB. Send less.")
	case err != nil:
		return "", refuse(malformedJSON, "The body could not be read to its end.")
	}
	return string(text), nil
}

// object reads a body that must be a JSON object.
func (c *call) object() (wire.Value, error) {
	text, err := c.body(smallBody)
	if err != nil {
		return wire.Value{}, err
	}
	v, err := wire.Parse(strings.TrimPrefix(text, "\ufeff")) // some editors put a mark in front
	switch {
	case err != nil:
		return v, refuse(malformedJSON, "The body is not JSON: "+err.Error()+".")
	case v.Kind() != wire.Object:
		return v, refuse(malformedJSON, "The body must be a JSON object.")
	}
	return v, nil
}

// smallBody is the most that a body may hold, but for a payload's.
const smallBody = 64 << 10

func shorten(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
