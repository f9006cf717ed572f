package jitterbit

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"patchbay/connector/wire"
)

// The severities of a finding. An error keeps the connector from working; a warning is worth a look.
const (
	Error   = "error"
	Warning = "warning"
)

// Finding is one thing that is wrong with a file of a JAR.
type Finding struct {
	Severity string
	Where    string // path of the value in the file: "activities.query.properties[0].type"; "" is the file as a whole
	Line     int    // from 1; 0 when no line can be named
	Text     string // one sentence
}

// CheckPayload tells what is wrong with the text of a payload, adapter.json, for a connector registered under the name.
// It looks only at what the vendor is known to need; everything else may be there.
func CheckPayload(text, name string) []Finding {
	root, err := wire.Parse(text)
	if err != nil {
		f := Finding{Severity: Error, Text: "The payload is not JSON: " + err.Error() + "."}
		var syntax *wire.SyntaxError
		if errors.As(err, &syntax) {
			f.Line = syntax.Line
		}
		return []Finding{f}
	}
	p := &payload{}
	if root.Kind() != wire.Object {
		p.fail("", root, "The payload must be an object, not "+article(root.Kind())+".")
		return p.findings
	}
	p.name(root, name)
	p.placeholders("", root)
	p.endpoint(root)
	p.activities(root)
	slices.SortStableFunc(p.findings, func(a, b Finding) int { return a.Line - b.Line })
	return p.findings
}

// Activities gives the keys of the activities in a payload, in their order; nil when there are none to be read.
func Activities(text string) []string {
	root, err := wire.Parse(text)
	if err != nil {
		return nil // CheckPayload says why
	}
	var out []string
	for _, m := range root.Get("activities").Members() {
		out = append(out, m.Name)
	}
	return out
}

type payload struct{ findings []Finding }

func (p *payload) fail(where string, at wire.Value, text string) {
	p.findings = append(p.findings, Finding{Error, where, at.Line(), text})
}

func (p *payload) warn(where string, at wire.Value, text string) {
	p.findings = append(p.findings, Finding{Warning, where, at.Line(), text})
}

func (p *payload) name(root wire.Value, name string) {
	got, there := root.Lookup("name")
	switch {
	case !there:
		p.fail("name", root, "The payload has no name. It must be the registered one, "+quoted(name)+".")
	case got.Kind() != wire.String || got.Text() != name && name != "":
		p.fail("name", got, "The name is "+shown(got)+", but the connector is registered as "+quoted(name)+".")
	}
	if v, there := root.Lookup("version"); there && v.Kind() != wire.String {
		p.fail("version", v, "The version must be a string.")
	}
}

// placeholders finds the asterisks that the vendor's sample leaves where values belong, wherever they are.
func (p *payload) placeholders(where string, v wire.Value) {
	if v.Kind() == wire.String && strings.Contains(v.Text(), "****") {
		p.fail(where, v, "A placeholder of asterisks is left where a value belongs.")
	}
	for _, m := range v.Members() {
		p.placeholders(below(where, m.Name), m.Value)
	}
	for i, item := range v.Items() {
		p.placeholders(entryAt(where, i), item)
	}
}

func (p *payload) endpoint(root wire.Value) {
	v := p.object("endpoint", root, root.Get("endpoint"), "The payload has no endpoint, so no connection can be made.")
	if v.Kind() != wire.Object {
		return
	}
	p.displayName("endpoint", v)
	p.properties("endpoint", v)
}

func (p *payload) activities(root wire.Value) {
	v := p.object("activities", root, root.Get("activities"), "The payload has no activities, so nothing can be done with the connector.")
	if v.Kind() != wire.Object {
		return
	}
	list := v.Members()
	switch {
	case len(list) == 0:
		p.fail("activities", v, "The payload has no activities, so nothing can be done with the connector.")
	case len(list) > MaxActivities:
		p.fail("activities", v, "There are "+strconv.Itoa(len(list))+" activities; a connector may have at most "+strconv.Itoa(MaxActivities)+".")
	}
	keys, titles := map[string]string{}, map[string]string{}
	for _, m := range list {
		where := below("activities", m.Name)
		if wrong := activityKey(m.Name); wrong != "" {
			p.fail(where, m.Value, "The activity "+quoted(m.Name)+" "+wrong)
		}
		folded := strings.ToLower(m.Name)
		if had, twice := keys[folded]; twice {
			p.fail(where, m.Value, "The activities "+quoted(had)+" and "+quoted(m.Name)+" cannot be told apart in a manifest. Rename one.")
		}
		keys[folded] = m.Name
		if p.object(where, m.Value, m.Value, "").Kind() != wire.Object {
			continue
		}
		p.displayName(where, m.Value)
		title := m.Value.Get("displayName").Text()
		if had, twice := titles[title]; twice && title != "" {
			p.warn(below(where, "displayName"), m.Value.Get("displayName"),
				"The activities "+quoted(had)+" and "+quoted(m.Name)+" are both shown as "+quoted(title)+".")
		}
		titles[title] = m.Name
		p.properties(where, m.Value)
	}
}

func activityKey(key string) string {
	if key == "" || activityLetters(key) != "" {
		return "must have only letters without accents, digits, - and _, since its key is part of a header in the manifest."
	}
	if len(key) > MaxActivityName {
		return "must have at most " + strconv.Itoa(MaxActivityName) + " characters, since its key is part of a header in the manifest."
	}
	return ""
}

// object wants an object; missing is what is said when nothing is there.
func (p *payload) object(where string, near, v wire.Value, missing string) wire.Value {
	switch {
	case v.IsNull() && missing != "":
		p.fail(where, near, missing)
	case v.Kind() != wire.Object:
		p.fail(where, v, "The value of "+where+" must be an object, not "+article(v.Kind())+".")
	}
	return v
}

func (p *payload) displayName(where string, v wire.Value) {
	switch title := v.Get("displayName"); {
	case title.IsNull():
		p.warn(below(where, "displayName"), v, "There is no displayName, so people see no name for "+where+".")
	case title.Kind() != wire.String:
		p.fail(below(where, "displayName"), title, "The displayName must be a string.")
	}
}

// properties looks at the list of properties of v and at the ones inside them.
func (p *payload) properties(where string, v wire.Value) {
	for _, list := range []string{"properties", "children"} {
		props, there := v.Lookup(list)
		if !there {
			continue
		}
		path := below(where, list)
		if props.Kind() != wire.Array {
			p.fail(path, props, "The value of "+path+" must be an array, not "+article(props.Kind())+".")
			continue
		}
		names := map[string]bool{}
		for i, prop := range props.Items() {
			p.property(entryAt(path, i), prop, names)
		}
	}
}

// knownTypes are the types of properties that have been seen.
var knownTypes = []string{"string", "object", "pagination", "list-object"}

func (p *payload) property(where string, prop wire.Value, names map[string]bool) {
	if prop.Kind() != wire.Object {
		p.fail(where, prop, "A property must be an object, not "+article(prop.Kind())+".")
		return
	}
	name, kind := prop.Get("name"), prop.Get("type")
	switch {
	case name.Kind() != wire.String || name.Text() == "":
		p.fail(where, prop, "The property has no name.")
	case names[name.Text()]:
		p.fail(where, prop, "Two properties beside each other have the name "+quoted(name.Text())+".")
	}
	names[name.Text()] = true
	switch {
	case kind.Kind() != wire.String || kind.Text() == "":
		p.fail(where, prop, "The property has no type.")
	case !slices.Contains(knownTypes, kind.Text()):
		p.warn(below(where, "type"), kind, "The type "+quoted(kind.Text())+" is not among those known: "+strings.Join(knownTypes, ", ")+".")
	}
	p.properties(where, prop)
}

func below(where, name string) string {
	if where == "" {
		return name
	}
	return where + "." + name
}

func entryAt(where string, i int) string { return where + "[" + strconv.Itoa(i) + "]" }

func article(k wire.Kind) string {
	switch k {
	case wire.Null:
		return "null"
	case wire.Array, wire.Object:
		return "an " + k.String()
	}
	return "a " + k.String()
}

func quoted(s string) string { return "“" + s + "”" }

func shown(v wire.Value) string {
	if v.Kind() == wire.String {
		return quoted(v.Text())
	}
	return article(v.Kind())
}
