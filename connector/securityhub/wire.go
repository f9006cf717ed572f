package securityhub

import (
	"strconv"
	"strings"
	"time"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// create gives the request CreateConnectorV2.
func create(_ connector.Workspace, d *connector.Draft) connector.Request {
	members := []wire.Member{wire.M("Name", wire.Text(d.Name))}
	if d.Description != "" {
		members = append(members, wire.M("Description", wire.Text(d.Description)))
	}
	members = append(members, wire.M("Provider", union(d.Type.Name, d.Spec, d.Extra, asked)))
	if key := keyOf(d.Spec); key != "" {
		members = append(members, wire.M(kmsKey, wire.Text(key)))
	}
	if len(d.Tags) > 0 {
		members = append(members, wire.M("Tags", d.Tags.Wire()))
	}
	return connector.Request{
		Method: "POST",
		Path:   "/connectorsv2",
		Headers: []wire.Member{
			wire.M("Authorization", wire.Text("AWS4-HMAC-SHA256 (signed by the SDK or curl --aws-sigv4)")),
			wire.M("Content-Type", wire.Text("application/json")),
		},
		Body: wire.Obj(members...),
	}
}

// union writes the provider's one member: the fields of the spec that keep accepts, and what the type does not declare.
func union(typeName string, s connector.Spec, extra []wire.Member, keep func(connector.Field) bool) wire.Value {
	var of []connector.Field
	for _, f := range s.Fields() {
		if keep(f) {
			of = append(of, f)
		}
	}
	return wire.Obj(wire.M(typeName, wire.Obj(append(connector.Encode(of), extra...)...)))
}

// What a field of a spec is on the wire: the key stands beside the provider; the rest inside it, where asked is what
// somebody may say and detail what is answered.
func isKey(f connector.Field) bool  { return f.Name == kmsKey }
func detail(f connector.Field) bool { return !isKey(f) }
func asked(f connector.Field) bool  { return detail(f) && !f.Given }

// keyOf is the KMS key of a spec that has one.
func keyOf(s connector.Spec) string {
	for _, f := range s.Fields() {
		if f.Name == kmsKey {
			return f.Value()
		}
	}
	return ""
}

// answer gives the reply of GetConnectorV2.
func answer(w connector.Workspace, c *connector.Connector) wire.Value {
	members := identity(w, c)
	if key := keyOf(c.Spec); key != "" {
		members = append(members, wire.M(kmsKey, wire.Text(key)))
	}
	updated := c.Updated
	if c.Health.Since.After(updated) { // the vendor counts a changed status as a change
		updated = c.Health.Since
	}
	return wire.Obj(append(append(members,
		wire.M("CreatedAt", stamp(c.Created)),
		wire.M("LastUpdatedAt", stamp(updated)),
		wire.M("Health", healthBody(c)),
		wire.M("ProviderDetail", providerDetail(c)),
	), enablement(c)...)...)
}

// Summary gives one entry of the list of ListConnectorsV2.
func Summary(w connector.Workspace, c *connector.Connector) wire.Value {
	return wire.Obj(append(append(identity(w, c),
		wire.M("ProviderSummary", wire.Obj(
			wire.M("ProviderName", wire.Text(ProviderName(c.Type))),
			wire.M("ConnectorStatus", wire.Text(StatusWord(c))),
			wire.M("ProviderConfiguration", providerDetail(c)),
		)),
		wire.M("CreatedAt", stamp(c.Created)),
	), enablement(c)...)...)
}

// Created gives the reply of CreateConnectorV2. A Jira connector brings the address at which a person authorises it.
func Created(w connector.Workspace, c *connector.Connector) wire.Value {
	members := []wire.Member{
		wire.M("ConnectorArn", wire.Text(ARN(w, c.Identifier))),
		wire.M("ConnectorId", wire.Text(c.Identifier)),
	}
	if jira, ok := c.Spec.(*JiraCloud); ok && jira.AuthURL != "" {
		members = append(members, wire.M("AuthUrl", wire.Text(jira.AuthURL)))
	}
	return wire.Obj(append(members, Updated(c).Members()...)...)
}

// Updated gives the reply of UpdateConnectorV2.
func Updated(c *connector.Connector) wire.Value {
	return wire.Obj(
		wire.M("ConnectorStatus", wire.Text(StatusWord(c))),
		wire.M("EnablementStatus", wire.Text(EnablementWord(c))),
	)
}

func identity(w connector.Workspace, c *connector.Connector) []wire.Member {
	members := []wire.Member{
		wire.M("ConnectorArn", wire.Text(ARN(w, c.Identifier))),
		wire.M("ConnectorId", wire.Text(c.Identifier)),
		wire.M("Name", wire.Text(c.Name)),
	}
	if c.Description != "" {
		members = append(members, wire.M("Description", wire.Text(c.Description)))
	}
	return members
}

// providerDetail is the union of an answer. The API wants the authorisation of a ServiceNow connector always said;
// until a check has proven it, it is not.
func providerDetail(c *connector.Connector) wire.Value {
	out := union(c.Type, c.Spec, c.Extra, detail)
	if jira, ok := c.Spec.(*JiraCloud); ok && jira.Authorised() && lapsed(c.Health) {
		out = wire.Obj(wire.M(c.Type, out.Get(c.Type).With("AuthStatus", wire.Text(AuthFailed))))
	}
	if snow, ok := c.Spec.(*ServiceNow); ok && snow.AuthStatus == "" {
		word := AuthFailed
		if c.Health.Status == connector.Healthy || c.Health.Status == connector.Degraded ||
			c.Health.Status == connector.Failing && !isIdentity(c.Health.Code) {
			word = AuthActive
		}
		out = wire.Obj(wire.M(c.Type, out.Get(c.Type).With("AuthStatus", wire.Text(word))))
	}
	return out
}

// lapsed reports whether a person's consent, once given, is good no more.
func lapsed(h connector.Health) bool {
	return (h.Status == connector.Failing || h.Status == connector.Waiting) && isIdentity(h.Code)
}

func healthBody(c *connector.Connector) wire.Value {
	checked := c.Health.Checked
	if checked.IsZero() { // the API wants a time always; nothing has changed since the beginning
		checked = c.Created
	}
	members := []wire.Member{
		wire.M("ConnectorStatus", wire.Text(StatusWord(c))),
		wire.M("LastCheckedAt", stamp(checked)),
	}
	if c.Health.Summary != "" && c.Health.Status != connector.Healthy {
		members = append(members, wire.M("Message", wire.Text(c.Health.Summary)))
	}
	if c.Health.Status == connector.Failing && isIdentity(c.Health.Code) {
		members = append(members, wire.M("Issues", wire.List(wire.Obj(
			wire.M("Code", wire.Text("AUTHENTICATION_FAILURE")),
			wire.M("Message", wire.Text(c.Health.Summary)),
		))))
	}
	return wire.Obj(members...)
}

// StatusWord is the vendor's word for a connector's status.
func StatusWord(c *connector.Connector) string {
	switch c.Health.Status {
	case connector.Healthy:
		return "CONNECTED"
	case connector.Failing:
		return "FAILED_TO_CONNECT"
	case connector.Degraded:
		return "DEGRADED"
	case connector.Waiting:
		if jira, ok := c.Spec.(*JiraCloud); ok && jira.Authorised() && !lapsed(c.Health) {
			return "PENDING_CONFIGURATION"
		}
		return "PENDING_AUTHORIZATION"
	}
	return "UNKNOWN"
}

// EnablementWord tells whether what a connector needs at its provider is set up. The ticketing types need nothing; a type
// that this release does not know may, and nobody has seen to it.
func EnablementWord(c *connector.Connector) string {
	if _, unknown := c.Spec.(*connector.Opaque); unknown {
		return "PENDING_ENABLEMENT"
	}
	return "ENABLED"
}

func enablement(c *connector.Connector) []wire.Member {
	members := []wire.Member{wire.M("EnablementStatus", wire.Text(EnablementWord(c)))}
	if EnablementWord(c) != "ENABLED" {
		members = append(members, wire.M("EnablementStatusReason",
			wire.Text("The connector is kept as it is; this release does not know its provider and has set nothing up there.")))
	}
	return members
}

// ProviderName is the word by which lists and filters call a type: the union's key JiraCloud is JIRA_CLOUD there, and
// ServiceNow SERVICENOW. What a later release of the vendor adds is written in capitals.
func ProviderName(typeName string) string {
	if typeName == jiraCloud.Name {
		return "JIRA_CLOUD"
	}
	return strings.ToUpper(typeName)
}

// stamp is a time as the API writes it: ISO 8601 with milliseconds, in UTC. It is put together by hand, since time's own
// layouts would make the browser's module 12 KB bigger.
func stamp(t time.Time) wire.Value {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	return wire.Text(padded(year, 4) + "-" + padded(int(month), 2) + "-" + padded(day, 2) + "T" +
		padded(hour, 2) + ":" + padded(minute, 2) + ":" + padded(second, 2) + "." + padded(t.Nanosecond()/1e6, 3) + "Z")
}

func padded(n, width int) string {
	digits := strconv.Itoa(n)
	return strings.Repeat("0", max(0, width-len(digits))) + digits
}
