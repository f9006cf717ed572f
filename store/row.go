package store

import (
	"fmt"
	"strings"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// connectorColumns are what readConnector reads, in its order.
const connectorColumns = `n, id, vendor, type, workspace, org, project, identifier, name, fold, rank, since, checked, proven, code, summary,
	version, created, created_by, updated, updated_by, retired, retired_by, description, tags, spec`

// row is a connector with what the store knows of it besides.
type row struct {
	connector.Connector
	n    int64
	fold string
	rank int
}

type scanner interface{ Scan(into ...any) error }

func (s *Store) readConnector(from scanner) (row, error) {
	var r row
	var c = &r.Connector
	var since, checked, proven, created, updated, retired int64
	var tags, spec string
	err := from.Scan(&r.n, &c.ID, &c.Vendor, &c.Type, &c.Workspace, &c.Scope.Org, &c.Scope.Project, &c.Identifier, &c.Name, &r.fold,
		&r.rank, &since, &checked, &proven, &c.Health.Code, &c.Health.Summary, &c.Version, &created, &c.CreatedBy,
		&updated, &c.UpdatedBy, &retired, &c.RetiredBy, &c.Description, &tags, &spec)
	if err != nil {
		return r, err
	}
	if r.rank >= 0 && r.rank < len(connector.Statuses) {
		c.Health.Status = connector.Statuses[r.rank]
	}
	c.Health.Since, c.Health.Checked, c.Health.Proven = fromMilli(since), fromMilli(checked), fromMilli(proven)
	c.Created, c.Updated, c.Retired = fromMilli(created), fromMilli(updated), fromMilli(retired)
	if c.Tags, err = readTags(tags); err != nil {
		return r, fmt.Errorf("connector %s: %w", c.ID, err)
	}
	kind, _ := s.catalog.Type(c.Vendor, c.Type)
	if c.Spec, c.Extra, err = readSpec(kind, spec); err != nil {
		return r, fmt.Errorf("connector %s: %w", c.ID, err)
	}
	return r, nil
}

// fold is a text without regard to case, for sorting and for names that must not differ by case alone.
func fold(text string) string { return strings.ToLower(text) }

func readTags(text string) (connector.Tags, error) {
	if text == "{}" {
		return nil, nil
	}
	object, err := wire.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("read the tags: %w", err)
	}
	tags := make(connector.Tags, len(object.Members()))
	for i, m := range object.Members() {
		tags[i] = connector.Tag{Key: m.Name, Value: m.Value.Text()}
	}
	return tags, nil
}

// writeSpec gives spec and undeclared members as one JSON object. A text that was emptied although the type starts with one
// goes in as null, so that it stays empty.
func writeSpec(kind connector.Type, c *connector.Connector) string {
	fields := specFields(c.Spec)
	members := connector.Encode(fields)
	has := map[string]bool{}
	for _, m := range members {
		has[m.Name] = true
	}
	for _, f := range kind.New().Fields() {
		if !has[f.Name] && f.Kind != connector.KindSecret && !f.Empty() {
			members = append(members, wire.M(f.Name, wire.Value{}))
			has[f.Name] = true
		}
	}
	for _, m := range c.Extra {
		if !has[m.Name] {
			members = append(members, m)
			has[m.Name] = true
		}
	}
	return wire.Obj(members...).JSON()
}

// readSpec takes a stored JSON object apart again. A member whose kind no longer fits its field stays among the undeclared
// ones: one odd row must not shut the list that it is in.
func readSpec(kind connector.Type, text string) (connector.Spec, []wire.Member, error) {
	object, err := wire.Parse(text)
	if err != nil {
		return nil, nil, fmt.Errorf("read the spec: %w", err)
	}
	spec := kind.New()
	extra, problems := connector.Decode(spec.Fields(), object)
	for _, p := range problems {
		extra = append(extra, wire.M(p.Field, object.Get(p.Field)))
	}
	return spec, extra, nil
}

func specFields(spec connector.Spec) []connector.Field {
	if spec == nil {
		return nil
	}
	return spec.Fields()
}

// also is what must be unique among a workspace's living connectors besides the identifier, or nil: the name at Security Hub,
// the name without regard to case and the version at Harmony.
func also(c *connector.Connector) any {
	switch c.Vendor {
	case "securityhub":
		return c.Name
	case "jitterbit":
		version := ""
		for _, f := range specFields(c.Spec) {
			if f.Name == "version" {
				version = f.Value()
			}
		}
		return wire.Texts([]string{fold(c.Name), version}).JSON()
	}
	return nil
}

// status is the connector's status, with the one that every connector starts with where none is said.
func status(h connector.Health) connector.Status {
	if h.Status == "" {
		return connector.Unverified
	}
	return h.Status
}
