package securityhubapi

import (
	"strconv"

	"patchbay/access/sigv4"
	"patchbay/connector"
	"patchbay/connector/wire"
)

// mostTags is how many tags one connector may have, and one call may name.
const mostTags = 50

func (d *Door) tagResource(c *call) (string, error) {
	body, problems := object(c.body)
	if len(problems) > 0 {
		return "", problems
	}
	tags, problems := tagsOf(body.Get("Tags"))
	if len(problems) > 0 {
		return "", problems
	}
	return d.retag(c, func(had connector.Tags) connector.Tags {
		for _, tag := range tags {
			had = had.With(tag.Key, tag.Value)
		}
		return had
	})
}

// tagsOf reads 1 to 50 tags. What a key must look like is said by the connector's own rules.
func tagsOf(v wire.Value) (connector.Tags, connector.Problems) {
	wrong := func(text string) connector.Problems { return connector.Problems{{Field: "Tags", Text: text}} }
	switch n := len(v.Members()); {
	case v.IsNull():
		return nil, wrong("It is required.")
	case v.Kind() != wire.Object || n == 0 || n > mostTags:
		return nil, wrong("It must be an object of 1 to " + strconv.Itoa(mostTags) + " strings.")
	}
	var tags connector.Tags
	for _, m := range v.Members() {
		if m.Value.Kind() != wire.String {
			return nil, wrong("Every value must be a string.")
		}
		tags = tags.With(m.Name, m.Value.Text())
	}
	return tags, nil
}

func (d *Door) untagResource(c *call) (string, error) {
	query, err := sigv4.Query(c.request.URL.RawQuery)
	if err != nil {
		return "", connector.Problems{{Field: "tagKeys", Text: "The query cannot be decoded."}}
	}
	keys := query["tagKeys"]
	if len(keys) < 1 || len(keys) > mostTags {
		return "", connector.Problems{{Field: "tagKeys", Text: "There must be 1 to " + strconv.Itoa(mostTags) + " of them."}}
	}
	gone := map[string]bool{}
	for _, key := range keys {
		if key == "" || len(key) > 128 {
			return "", connector.Problems{{Field: "tagKeys", Text: "Each must have 1 to 128 characters."}}
		}
		gone[key] = true
	}
	return d.retag(c, func(had connector.Tags) connector.Tags {
		var left connector.Tags
		for _, tag := range had {
			if !gone[tag.Key] {
				left = append(left, tag)
			}
		}
		return left
	})
}

// retag gives a connector other tags.
func (d *Door) retag(c *call, edit func(connector.Tags) connector.Tags) (string, error) {
	id, err := resource(c.workspace, c.label)
	if err != nil {
		return "", err
	}
	_, err = d.change(c, id, func(old connector.Connector) (connector.Draft, error) {
		t, _ := d.reg.Catalog().Type(old.Vendor, old.Type)
		draft := old.Draft(t)
		draft.Tags = edit(old.Tags)
		return draft, nil
	})
	return empty, err
}

func (d *Door) listTags(c *call) (string, error) {
	id, err := resource(c.workspace, c.label)
	if err != nil {
		return "", err
	}
	found, err := d.found(c, id)
	if err != nil {
		return "", err
	}
	return wire.Obj(wire.M("Tags", found.Tags.Wire())).JSON(), nil
}
