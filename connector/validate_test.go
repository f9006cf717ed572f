package connector

import (
	"errors"
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	tests := []struct {
		name   string
		spec   everything
		field  string
		want   string
		others bool // more problems than this one are expected
	}{
		{"fine", everything{Text: "x"}, "text", "", false},
		{"required", everything{}, "text", "Text is required.", false},
		{"a rule", everything{Text: "123456"}, "text", "Text must have at most 5 characters.", false},
		{"a control character", everything{Text: "a\x1bb"}, "text", "Text must not contain control characters.", false},
		{"a line break in one line", everything{Text: "a\nb"}, "text", "Text must not contain control characters.", false},
		{"a choice", everything{Text: "x", Choice: "a"}, "choice", "", false},
		{"no such choice", everything{Text: "x", Choice: "d"}, "choice", "Choice must be a, b or c.", false},
		{"a hidden field", everything{Text: "x", Choice: "a", Hidden: ""}, "hidden", "", false},
		{"a shown field", everything{Text: "x", Choice: "c"}, "hidden", "Hidden text is required.", false},
		{"line breaks in long text", everything{Text: "x", Long: "a\n\tb\r\n"}, "long", "", false},
		{"a control character in long text", everything{Text: "x", Long: "a\n\x00"}, "long", "Long text must not contain control characters.", false},
		{"an entry", everything{Text: "x", List: []string{"a", "b c"}}, "list", "List cannot have the entry “b c”, which must not contain spaces.", false},
		{"a control character in an entry", everything{Text: "x", List: []string{"a\x00"}}, "list", "List cannot have the entry “a\x00”, which must not contain control characters.", false},
		{"a key", everything{Text: "x", Tags: Tags{{"abcd", ""}}}, "tags", "Tags cannot have the key “abcd”, which must have at most 3 characters.", false},
		{"a control character in a key", everything{Text: "x", Tags: Tags{{"a\n", ""}}}, "tags", "Tags cannot have the key “a\n”, which must not contain control characters.", false},
		{"a control character in a value", everything{Text: "x", Tags: Tags{{"a", "b\x7f"}}}, "tags", "Tags cannot have the value of “a”, which must not contain control characters.", false},
		{"a given field", everything{Text: "x", Given: "\x00"}, "given", "", false},
		{"two problems", everything{Choice: "d"}, "choice", "Choice must be a, b or c.", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Validate(tt.spec.Fields())
			if got.At(tt.field) != tt.want {
				t.Errorf("Validate says %q, want %q", got.At(tt.field), tt.want)
			}
			if n := len(got); !tt.others && (n > 1 || n == 1 && tt.want == "") || tt.others && n < 2 {
				t.Errorf("Validate = %v", got)
			}
		})
	}
}

func TestLongEntriesAreShortened(t *testing.T) {
	s := everything{Text: "x", List: []string{strings.Repeat("é ", 100)}}
	if got := Validate(s.Fields()).At("list"); !strings.Contains(got, strings.Repeat("é ", 20)+"…”") {
		t.Errorf("Validate says %q", got)
	}
}

// vendor knows references that begin with "s." only.
func vendor() *Vendor {
	return &Vendor{
		ID: "v",
		Fields: func(d *Draft) []Field {
			return []Field{Text(&d.Name, "name", "Name").Must().Once(), Labels(&d.Tags, "labels", "Labels")}
		},
		Whole: func(d *Draft) Problems {
			return append(Problems{{"name", "Name is never right."}}, AtMostTags(d.Tags, 1)...)
		},
		Advice: func(*Draft) Problems { return Problems{{"name", "Name is short."}} },
		Resolve: func(_ Scope, ref string) (Scope, string, string) {
			if name, ok := strings.CutPrefix(ref, "s."); ok {
				return Scope{}, name, ""
			}
			return Scope{}, "", "must start with s.."
		},
		Types: []Type{{Vendor: "v", Name: "T", New: func() Spec { return &everything{} }}},
	}
}

func TestValidateADraft(t *testing.T) {
	d := &Draft{Name: "n", Spec: &everything{Text: "x", Ref: "x"}, Tags: Tags{{"a", ""}, {"b", ""}}}
	got := vendor().Validate(d)
	if got.At("name") != "Name is never right." || got.At("ref") != "Ref must start with s.." || got.At("tags") != "Tags can be at most 1; there are 2. Remove some." {
		t.Errorf("Validate = %v", got)
	}
	d = &Draft{Spec: &everything{Text: "x", Ref: "s.x"}}
	got = vendor().Validate(d)
	if got.At("name") != "Name is required." || len(got) != 1 {
		t.Errorf("Validate = %v, want one problem a field, the field's own first", got)
	}
	if got := vendor().Advise(d); len(got) != 1 || got.At("name") != "Name is short." {
		t.Errorf("Advise = %v", got)
	}
	if got := (&Vendor{}).Advise(d); got != nil {
		t.Errorf("Advise of a vendor without advice = %v", got)
	}
}

func TestChangedNamesWhatIsFixed(t *testing.T) {
	v := vendor()
	before := &Draft{Name: "old", Spec: &everything{Text: "x"}}
	after := &Draft{Name: "new", Spec: &everything{Text: "y"}}
	got := Changed(v.All(before), v.All(after))
	want := "Name cannot change after a connector was created; it is “old”. Create a new connector instead."
	if len(got) != 1 || got.At("name") != want {
		t.Errorf("Changed = %v, want %q", got, want)
	}
	if got := Changed(v.All(before), v.All(before)); got != nil {
		t.Errorf("Changed of the same = %v", got)
	}
}

func TestCarryGiven(t *testing.T) {
	from := &everything{Text: "no", Given: "g", GivenSecret: NewSecret("s")}
	to := &everything{Text: "stays", Given: "forged"}
	CarryGiven(from.Fields(), to.Fields())
	if to.Given != "g" || to.GivenSecret.Reveal() != "s" || to.Text != "stays" {
		t.Errorf("CarryGiven = %+v", to)
	}
	CarryGiven(from.Fields(), nil)
}

func TestCatalogKeepsWhatItDoesNotKnow(t *testing.T) {
	c := Catalog{vendor()}
	if typ, ok := c.Type("v", "T"); !ok || typ.Name != "T" {
		t.Errorf("Type(v, T) = %v, %v", typ, ok)
	}
	for _, unknown := range [][2]string{{"v", "Later"}, {"w", "T"}} {
		typ, ok := c.Type(unknown[0], unknown[1])
		if ok || typ.Name != unknown[1] || typ.Vendor != unknown[0] {
			t.Errorf("Type(%v) = %v, %v", unknown, typ, ok)
		}
		if spec := typ.New(); spec.Fields() != nil || spec.Check() == nil {
			t.Errorf("an unknown type has the spec %#v", spec)
		}
	}
}

func TestConditionsNameTheirField(t *testing.T) {
	s := &everything{}
	all := s.Fields()
	for _, f := range all {
		name, among := f.Condition(all)
		if f.Name == "hidden" {
			if name != "choice" || strings.Join(among, " ") != "b c" {
				t.Errorf("Condition of %s = %s, %v", f.Name, name, among)
			}
		} else if name != "" || !f.Shown() {
			t.Errorf("Condition of %s = %s", f.Name, name)
		}
	}
}

func TestProblemsAreAnError(t *testing.T) {
	var none Problems
	if none.Err() != nil {
		t.Errorf("no problems are the error %v", none.Err())
	}
	err := Problems{{"a", "One."}, {"b", "Two."}}.Err()
	var problems Problems
	if !errors.As(err, &problems) || err.Error() != "One. Two." || problems.At("b") != "Two." || problems.At("c") != "" {
		t.Errorf("Err() = %v", err)
	}
}

func TestChecksSendEachSecretToOnePlace(t *testing.T) {
	kept := func(field string) Input { return Kept(field, "account."+field) }
	tests := []struct {
		check Check
		to    Origin
		sends string
	}{
		{ListRefs{URL: "https://git.example.com/a", User: Plain("u"), Password: kept("p")}, "https://git.example.com:443", "p"},
		{ListRefs{URL: "git@git.example.com:a", User: Plain("git"), Key: kept("k")}, "ssh://git.example.com:22", "k"},
		{ListRefs{URL: `https://good\@evil`, User: kept("u"), Password: kept("p")}, "", "u p"},
		{ReadArtifactory{URL: "https://r.example.com", User: kept("u"), Password: kept("p")}, "https://r.example.com:443", "u p"},
		{ReadArtifactory{URL: "https://r.example.com"}, "", ""},
		{ReadAppDynamics{Controller: "https://a.example.com/c/", User: Plain("u"), Password: kept("p")}, "https://a.example.com:443", "p"},
		{ReadAppDynamics{Controller: "https://a.example.com/c/", Client: Plain("c"), Secret: kept("s")}, "https://a.example.com:443", "s"},
		{ReadAzure{Cloud: "AZURE", Secret: kept("s")}, "https://login.microsoftonline.com:443", "s"},
		{ReadAzure{Cloud: "AZURE_US_GOVERNMENT", Certificate: kept("c")}, "https://login.microsoftonline.us:443", "c"},
		{ReadAzure{Cloud: "AZURE", System: true}, "", ""},
		{ReadServiceNow{Address: "https://x.service-now.com", Client: kept("c")}, "https://x.service-now.com:443", "c"},
		{ReadJira{}, "", ""}, {HarmonyPair{}, "", ""}, {Nothing{}, "", ""},
	}
	for _, tt := range tests {
		var fields []string
		for _, s := range tt.check.Sends() {
			fields = append(fields, s.Field)
			if s.To != tt.to || s.Ref != "account."+s.Field {
				t.Errorf("%#v sends %v, want it to go to %q", tt.check, s, tt.to)
			}
		}
		if got := strings.Join(fields, " "); got != tt.sends || tt.check.Title() == "" {
			t.Errorf("%#v sends %q, want %q", tt.check, got, tt.sends)
		}
	}
}
