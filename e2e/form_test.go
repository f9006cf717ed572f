//go:build e2e

package e2e

import (
	"strings"

	"github.com/playwright-community/playwright-go"

	"patchbay/connector"
	"patchbay/connector/harness"
)

// exampleOf gives a field's example, with the word at its end where connectors must differ.
func exampleOf(f connector.Field, word string) string {
	switch {
	case f.Name == "name":
		return f.Example + " " + word
	case f.Name == "identifier" || f.Kind == connector.KindRef:
		return f.Example + "_" + word
	case f.Kind == connector.KindFlag:
		return f.Value()
	}
	return f.Example
}

// filledIn gives what somebody sees and fills in: a value for each field that is neither given nor hidden. Choices come
// first, since other fields depend on them.
func filledIn(v *connector.Vendor, typ connector.Type, value func(connector.Field) string) map[string]string {
	form := map[string]string{}
	for _, choices := range []bool{true, false} {
		_, all := boundTo(v, typ, form)
		for _, f := range all {
			if !f.Given && f.Shown() && (f.Kind == connector.KindChoice) == choices {
				form[f.Name] = value(fresh(v, typ, f.Name))
			}
		}
	}
	return form
}

// boundTo binds a form as the server does.
func boundTo(v *connector.Vendor, typ connector.Type, form map[string]string) (*connector.Draft, []connector.Field) {
	d := &connector.Draft{Type: typ, Spec: typ.New()}
	sent := map[string][]string{}
	for name, value := range form {
		sent[name] = []string{value}
	}
	connector.Bind(v.All(d), sent)
	if s, ok := d.Spec.(connector.Tidying); ok {
		s.Tidy()
	}
	if v.ID == harness.Vendor().ID && d.Identifier == "" {
		d.Identifier = harness.IdentifierFrom(d.Name)
	}
	return d, v.All(d)
}

// fresh gives a field of an untouched form.
func fresh(v *connector.Vendor, typ connector.Type, name string) connector.Field {
	for _, f := range v.All(&connector.Draft{Type: typ, Spec: typ.New()}) {
		if f.Name == name {
			return f
		}
	}
	return connector.Field{}
}

// wrongWith lists what is wrong with a form, by the rules themselves.
func wrongWith(v *connector.Vendor, typ connector.Type, form map[string]string) connector.Problems {
	d, _ := boundTo(v, typ, form)
	return v.Validate(d)
}

// fillForm fills the form of the page in, field by field by its label.
func (v *visitor) fillForm(vendor *connector.Vendor, typ connector.Type, form map[string]string) {
	v.t.Helper()
	_, all := boundTo(vendor, typ, form)
	for _, choices := range []bool{true, false} {
		for _, f := range all {
			if value, filled := form[f.Name]; filled && (f.Kind == connector.KindChoice) == choices {
				v.enter(f, value)
			}
		}
	}
}

// enter fills one field in.
func (v *visitor) enter(f connector.Field, value string) {
	v.t.Helper()
	control := v.labelled(f.Label)
	switch f.Kind {
	case connector.KindChoice:
		_, err := control.SelectOption(playwright.SelectOptionValues{Values: &[]string{value}})
		v.must(err)
	case connector.KindFlag:
		v.must(control.SetChecked(value != ""))
	default:
		v.fill(control, value)
	}
}

// newValue types a value that becomes the secret which the field points at.
func (v *visitor) newValue(f connector.Field, value string) {
	v.t.Helper()
	row := v.Locator(`[data-field="` + f.Name + `"]`)
	v.click(row.GetByText("Store a new value under this name"))
	v.fill(row.GetByLabel("New value"), value)
}

// message is the place under a field where its problem stands.
func (v *visitor) message(field string) playwright.Locator {
	return v.Locator(attribute("id", "f-"+field+"-error"))
}

func attribute(name, value string) string {
	return "[" + name + `="` + strings.ReplaceAll(value, `"`, `\"`) + `"]`
}

// exampleWith is exampleOf with its word.
func exampleWith(word string) func(connector.Field) string {
	return func(f connector.Field) string { return exampleOf(f, word) }
}
