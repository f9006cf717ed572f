//go:build js && wasm

// Command wasm is the browser half of package connector: the very functions by which the server binds, validates and
// writes a connector, offered to the scripts of a page as the object patchbayRules. Its functions take and give plain
// values of JavaScript. What a form holds crosses the border as one JSON text, since each crossing costs more than a rule.
package main

import (
	"syscall/js"

	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/harness"
	"patchbay/connector/jitterbit"
	"patchbay/connector/wire"
)

var (
	vendors = catalog.All()
	codec   = js.Global().Get("JSON") // of the browser
)

func main() {
	js.Global().Set("patchbayRules", js.ValueOf(map[string]any{
		"check":      js.FuncOf(check),
		"fields":     js.FuncOf(fields),
		"identifier": js.FuncOf(identifier),
		"payload":    js.FuncOf(payload),
		"manifest":   js.FuncOf(manifest),
	}))
	select {} // the functions live as long as the page
}

// check takes vendor, type, the values of a form by name, and the workspace as {account, region, base}. It gives what is wrong
// and what is worth knowing as pairs of field and sentence, which fields are hidden, and the request that creates the
// connector in several spellings; null for a type that this release does not know.
func check(_ js.Value, args []js.Value) any {
	d, v, all := draft(args)
	if d == nil {
		return nil
	}
	hidden := []any{}
	for _, f := range all {
		if !f.Shown() {
			hidden = append(hidden, f.Name)
		}
	}
	ws := read(args, 3)
	w := connector.Workspace{Vendor: v.ID, Account: ws.Get("account").Text(), Region: ws.Get("region").Text()}
	spelled := v.Create(w, d).Spell(ws.Get("base").Text() + v.Door)
	return map[string]any{
		"problems":   pairs(v.Validate(d)),
		"advice":     pairs(v.Advise(d)),
		"hidden":     hidden,
		"identifier": d.Identifier,
		"request":    spelled.HTTP,
		"curl":       spelled.Curl,
		"json":       spelled.JSON,
		"yaml":       spelled.YAML,
	}
}

// draft binds the values into a fresh draft, in the steps that the server takes, and gives its fields too; a nil draft for a
// type that is not known.
func draft(args []js.Value) (*connector.Draft, *connector.Vendor, []connector.Field) {
	v, ok := vendors.Vendor(args[0].String())
	if !ok {
		return nil, nil, nil
	}
	t, ok := v.Type(args[1].String())
	if !ok {
		return nil, nil, nil
	}
	d := &connector.Draft{Type: t, Spec: t.New()}
	form := formOf(read(args, 2))
	all := v.All(d)
	connector.Bind(all, form)
	for _, f := range all {
		if state := form[f.Name+".state"]; f.Kind == connector.KindSecret && f.Empty() && len(state) > 0 && state[0] == "keep" {
			*f.Secret() = connector.NewSecret("kept") // it has a value, which only the server knows
		}
	}
	if s, ok := d.Spec.(connector.Tidying); ok {
		s.Tidy()
	}
	if d.Identifier == "" && v.ID == "harness" {
		d.Identifier = harness.IdentifierFrom(d.Name)
	}
	return d, v, all
}

// formOf takes an object whose members are texts or arrays of texts.
func formOf(object wire.Value) map[string][]string {
	form := map[string][]string{}
	for _, m := range object.Members() {
		if m.Value.Kind() == wire.String {
			form[m.Name] = []string{m.Value.Text()}
		}
		for _, item := range m.Value.Items() {
			form[m.Name] = append(form[m.Name], item.Text())
		}
	}
	return form
}

// read takes an argument; one that is missing, or nothing that JSON can say, is null.
func read(args []js.Value, i int) wire.Value {
	if i >= len(args) || args[i].Type() != js.TypeObject {
		return wire.Value{}
	}
	v, err := wire.Parse(codec.Call("stringify", args[i]).String())
	if err != nil {
		return wire.Value{} // a text with half a character in it: the server will say so
	}
	return v
}

func pairs(problems connector.Problems) []any {
	out := []any{}
	for _, p := range problems {
		out = append(out, []any{p.Field, p.Text})
	}
	return out
}

// fields takes vendor and type and gives the fields of a fresh connector in the order of its form.
func fields(_ js.Value, args []js.Value) any {
	d, _, all := draft(args)
	if d == nil {
		return nil
	}
	out := []any{}
	for _, f := range all {
		out = append(out, map[string]any{"name": f.Name, "label": f.Label, "help": f.Help, "example": f.Example,
			"required": f.Required, "given": f.Given, "fixed": f.Fixed})
	}
	return out
}

// identifier takes a name and gives the identifier that is made from it.
func identifier(_ js.Value, args []js.Value) any { return harness.IdentifierFrom(args[0].String()) }

// payload takes the text of a payload and the name that its connector is registered under, and gives the findings.
func payload(_ js.Value, args []js.Value) any {
	out := []any{}
	for _, f := range jitterbit.CheckPayload(args[0].String(), args[1].String()) {
		out = append(out, map[string]any{"severity": f.Severity, "where": f.Where, "line": f.Line, "text": f.Text})
	}
	return out
}

// manifest takes the values of a registration's form and gives the lines of its manifest. What only the registry gives, key,
// secret and numbers, is not in them yet.
func manifest(_ js.Value, args []js.Value) any {
	d, _, _ := draft(append([]js.Value{js.ValueOf("jitterbit"), js.ValueOf("Registration")}, args...))
	if d == nil {
		return ""
	}
	s, ok := d.Spec.(*jitterbit.Registration)
	if !ok {
		return ""
	}
	return jitterbit.Manifest(s, jitterbit.Build{})
}
