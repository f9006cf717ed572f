package main

import (
	"os"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/catalog"
)

func TestTheStyleRulesAreThoseOfTheCatalog(t *testing.T) {
	want, err := conditions(catalog.All())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../static/conditions.css")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("conditions.css is not what the catalog asks for: run go generate")
	}
	if strings.Count(want, "display: none") == 0 {
		t.Error("no field of any type has a condition, so nothing was compared")
	}
}

// deep is a spec whose field depends on one that depends on another, which a style sheet cannot follow.
type deep struct{ first, second, third string }

func (s *deep) Fields() []connector.Field {
	return []connector.Field{
		connector.Choice(&s.first, "first", "First", "a", "b"),
		connector.Choice(&s.second, "second", "Second", "c", "d").When(&s.first, "a"),
		connector.Text(&s.third, "third", "Third").When(&s.second, "c"),
	}
}

func (s *deep) Check() connector.Check { return connector.Nothing{} }

func TestAConditionOnAConditionIsRefused(t *testing.T) {
	v := &connector.Vendor{ID: "x", Fields: func(*connector.Draft) []connector.Field { return nil },
		Types: []connector.Type{{Vendor: "x", Name: "Deep", New: func() connector.Spec { return &deep{} }}}}
	if css, err := conditions(connector.Catalog{v}); err == nil || !strings.Contains(err.Error(), "third depends on second") {
		t.Errorf("conditions = %q, %v; want an error that names both fields", css, err)
	}
}
