package catalog_test

import (
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/wire"
)

// everyType runs a promise against each type of the catalog.
func everyType(t *testing.T, promise func(t *testing.T, v *connector.Vendor, typ connector.Type)) {
	t.Helper()
	n := 0
	for _, v := range catalog.All() {
		for _, typ := range v.Types {
			n++
			t.Run(v.ID+"/"+typ.Name, func(t *testing.T) { promise(t, v, typ) })
		}
	}
	if n != 15 {
		t.Errorf("the catalog has %d types, want 15", n)
	}
}

func fresh(typ connector.Type) *connector.Draft {
	return &connector.Draft{Type: typ, Spec: typ.New()}
}

// examples is the form as somebody fills it in with the examples: all of them, or only where something is required.
func examples(v *connector.Vendor, d *connector.Draft, all bool) map[string][]string {
	form := map[string][]string{}
	for _, f := range v.All(d) {
		switch {
		case f.Given:
		case f.Kind == connector.KindFlag:
			form[f.Name] = []string{f.Value()}
		case f.Example != "" && (all || f.Required):
			form[f.Name] = []string{f.Example}
		}
	}
	return form
}

func filled(t *testing.T, v *connector.Vendor, typ connector.Type, all bool) *connector.Draft {
	t.Helper()
	d := fresh(typ)
	connector.Bind(v.All(d), examples(v, d, all))
	if p := v.Validate(d); len(p) > 0 {
		t.Fatalf("Validate(examples) = %v, want no problems", p)
	}
	return d
}

// hide puts a value that must not come out into every hidden field.
func hide(fields []connector.Field, canary string) (hidden int) {
	for _, f := range fields {
		if s := f.Secret(); s != nil {
			*s = connector.NewSecret(canary)
			hidden++
		}
	}
	return hidden
}

func TestTypesAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		if typ.Vendor != v.ID {
			t.Errorf("Vendor = %q, want %q", typ.Vendor, v.ID)
		}
		if seen[v.ID+typ.Title] || typ.Title == "" || typ.Family == "" {
			t.Errorf("Title %q and Family %q must be said, and the title once", typ.Title, typ.Family)
		}
		seen[v.ID+typ.Title] = true
		if !strings.HasSuffix(typ.Note, ".") {
			t.Errorf("Note = %q, want a sentence", typ.Note)
		}
		if got, ok := catalog.All().Type(v.ID, typ.Name); !ok || got.Title != typ.Title {
			t.Errorf("Type(%q, %q) = %q, %v", v.ID, typ.Name, got.Title, ok)
		}
	})
}

func TestFieldsAreDescribed(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		all := v.All(fresh(typ))
		for i, f := range all {
			if f.Name == "" || strings.ContainsAny(f.Name, " []&=") {
				t.Errorf("field %d has the name %q", i, f.Name)
			}
			if f.Label == "" || strings.HasSuffix(f.Label, ":") || strings.TrimSpace(f.Label) != f.Label {
				t.Errorf("%s has the label %q", f.Name, f.Label)
			}
			if f.Help == "" || !strings.HasSuffix(f.Help, ".") {
				t.Errorf("%s has the help %q, want a sentence", f.Name, f.Help)
			}
			if f.Required && f.Example == "" && f.Kind != connector.KindFlag {
				t.Errorf("%s is required and has no example", f.Name)
			}
			if f.Required && f.Given {
				t.Errorf("%s is required of the person and given by the registry", f.Name)
			}
			if name, among := f.Condition(all); !f.Shown() && (name == "" || len(among) == 0) {
				t.Errorf("%s is hidden by a condition on no field of the form", f.Name)
			}
			for _, other := range all[:i] {
				if other.Name == f.Name {
					t.Errorf("two fields have the name %s", f.Name)
				}
				if other.SameAs(f) {
					t.Errorf("%s and %s are bound to one place", other.Name, f.Name)
				}
			}
		}
	})
}

// A condition is known from the outside only: the field is shown for some value of another one, and hidden for a wrong one.
func TestConditionsCanBeMet(t *testing.T) {
	conditions := 0
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		d := fresh(typ)
		all := v.All(d)
		for _, f := range all {
			name, among := f.Condition(all)
			if name == "" {
				continue
			}
			conditions++
			for _, value := range among {
				connector.Bind(v.All(d), map[string][]string{name: {value}, f.Name: {"app.git"}})
				if f.Value() == "" || !f.Shown() {
					t.Errorf("with %s = %s, %s is %q, want it shown and kept", name, value, f.Name, f.Value())
				}
			}
			connector.Bind(v.All(d), map[string][]string{name: {"Repo"}, f.Name: {"app.git"}})
			if f.Value() != "" || f.Shown() {
				t.Errorf("with %s = Repo, %s is %q, want it hidden and emptied", name, f.Name, f.Value())
			}
		}
	})
	if conditions == 0 {
		t.Error("no type has a condition")
	}
}

func TestSpecsAreIndependent(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		for _, f := range typ.New().Fields() {
			for _, other := range typ.New().Fields() {
				if f.SameAs(other) {
					t.Errorf("%s of one spec and %s of another are bound to one place", f.Name, other.Name)
				}
			}
		}
	})
}

func TestEmptyIsRefused(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		d := fresh(typ)
		connector.Bind(v.All(d), nil)
		problems := v.Validate(d)
		for _, f := range v.All(d) {
			got := problems.At(f.Name)
			want := ""
			switch {
			case f.Required && f.Kind == connector.KindList:
				want = f.Label + " must have at least one entry."
			case f.Required:
				want = f.Label + " is required."
			}
			if got != want {
				t.Errorf("Validate(empty) says of %s %q, want %q", f.Name, got, want)
			}
		}
		if len(problems) == 0 {
			t.Error("Validate(empty) found nothing")
		}
	})
}

func TestExamplesAreAccepted(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		filled(t, v, typ, true)
		filled(t, v, typ, false)
	})
}

func TestControlCharactersAreRefused(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		d := filled(t, v, typ, true)
		for _, f := range v.All(d) {
			if f.Given || !f.Shown() || f.Kind == connector.KindFlag {
				continue
			}
			before := connector.Form(v.All(d))
			bad := f.Example + "\x1b"
			if f.Kind == connector.KindTags {
				bad = "key\x1b:value"
			}
			broken := connector.Form(v.All(d))
			broken[f.Name] = []string{bad}
			connector.Bind(v.All(d), broken)
			if v.Validate(d).At(f.Name) == "" {
				t.Errorf("%s takes %q", f.Name, bad)
			}
			connector.Bind(v.All(d), before)
		}
	})
}

func TestJSONOutAndIn(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		d := filled(t, v, typ, true)
		hide(v.All(d), "canary-5f0b6d1e")
		text := wire.Obj(connector.Encode(v.All(d))...).JSON()
		if strings.Contains(text, "canary") || strings.Contains(text, "redacted") {
			t.Fatalf("Encode gives a hidden value: %s", text)
		}
		parsed, err := wire.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		back := fresh(typ)
		extra, problems := connector.Decode(v.All(back), parsed)
		if len(extra) > 0 || len(problems) > 0 {
			t.Errorf("Decode(%s) leaves %v and finds %v", text, extra, problems)
		}
		if again := wire.Obj(connector.Encode(v.All(back))...).JSON(); again != text {
			t.Errorf("out and in again:\n%s\nwant\n%s", again, text)
		}
	})
}

func TestFormOutAndIn(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		d := filled(t, v, typ, true)
		hide(v.All(d), "canary-5f0b6d1e")
		form := connector.Form(v.All(d))
		for name, values := range form {
			if strings.Contains(strings.Join(values, " "), "canary") {
				t.Errorf("Form gives the hidden value of %s", name)
			}
		}
		back := fresh(typ)
		connector.Bind(v.All(back), form)
		want := v.All(d)
		for i, f := range v.All(back) {
			if f.Value() != want[i].Value() {
				t.Errorf("%s comes back as %q, want %q", f.Name, f.Value(), want[i].Value())
			}
		}
	})
}

func TestGivenFieldsCannotBeSent(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		d := fresh(typ)
		form := examples(v, d, true)
		for _, f := range v.All(d) {
			if f.Given {
				form[f.Name] = []string{"mine"}
			}
		}
		connector.Bind(v.All(d), form)
		for _, f := range v.All(d) {
			if f.Given && !f.Empty() {
				t.Errorf("%s was taken from the form", f.Name)
			}
		}
	})
}

func TestChecks(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		if c := typ.New().Check(); c == nil || c.Title() == "" {
			t.Errorf("Check of an empty spec = %v", c)
		}
		d := filled(t, v, typ, false)
		check := d.Spec.Check()
		if check == nil {
			t.Fatal("Check() = nil")
		}
		sent := map[string]string{}
		for _, s := range check.Sends() {
			if s.To == "" {
				t.Errorf("%s goes to no origin", s.Field)
			}
			sent[s.Field] = s.Ref
		}
		for _, f := range d.Spec.Fields() {
			if f.Kind != connector.KindRef {
				continue
			}
			if sent[f.Name] != f.Value() {
				t.Errorf("Check sends %q for %s, want %q", sent[f.Name], f.Name, f.Value())
			}
			delete(sent, f.Name)
		}
		for name := range sent {
			t.Errorf("Check sends %s, which is no reference of the spec", name)
		}
	})
}

func TestReferencesFindTheirSecrets(t *testing.T) {
	everyType(t, func(t *testing.T, v *connector.Vendor, typ connector.Type) {
		d := filled(t, v, typ, false)
		for _, f := range d.Spec.Fields() {
			if f.Kind != connector.KindRef {
				continue
			}
			scope, name, wrong := v.Resolve(d.Scope, f.Value())
			if wrong != "" || v.SecretRule(name) != "" {
				t.Errorf("Resolve(%q) = %v, %q, %q", f.Value(), scope, name, wrong)
			}
			secret := connector.SecretName{Scope: scope, Name: name}
			if back := v.Reference(d.Scope, secret); back != f.Value() {
				t.Errorf("Reference(%v) = %q, want %q", secret, back, f.Value())
			}
		}
	})
}
