package connector

import (
	"slices"
	"strings"
	"testing"

	"patchbay/connector/wire"
)

// everything is a spec with a field of each kind.
type everything struct {
	Text, Choice, Ref, Long, Hidden, Given string
	Flag                                   bool
	List                                   []string
	Tags                                   Tags
	Secret, GivenSecret                    Secret
}

func (s *everything) Fields() []Field {
	return []Field{
		Text(&s.Text, "text", "Text").Must(Longest(5)),
		Choice(&s.Choice, "choice", "Choice", "a: the first", "b: the second", "c"),
		Ref(&s.Ref, "ref", "Ref"),
		Long(&s.Long, "long", "Long text"),
		Text(&s.Hidden, "hidden", "Hidden text").Must().When(&s.Choice, "b", "c"),
		Flag(&s.Flag, "flag", "Flag"),
		List(&s.List, "list", "List").May(NoSpaces),
		Labels(&s.Tags, "tags", "Tags").May(Longest(3)),
		Hidden(&s.Secret, "secret", "Secret"),
		Text(&s.Given, "given", "Given").FromRegistry(),
		Hidden(&s.GivenSecret, "givenSecret", "Given secret").FromRegistry(),
	}
}

func (s *everything) Check() Check { return Nothing{} }

func parsed(t *testing.T, text string) wire.Value {
	t.Helper()
	v, err := wire.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestBind(t *testing.T) {
	s := &everything{Text: "old", Flag: true, List: []string{"old"}, Tags: Tags{{"old", ""}}, Secret: NewSecret("old"),
		Given: "given", GivenSecret: NewSecret("given"), Hidden: "old"}
	Bind(s.Fields(), map[string][]string{
		"text":   {" \u200bhello\ufeff\u200e "},
		"choice": {"b"},
		"ref":    {"account.x\r\n"},
		"long":   {"\r\none\r\ntwo\rthree \n"},
		"hidden": {"shown"},
		"flag":   {"", "true"}, // a hidden input before the box
		"list":   {"a, b\nc", "b,,d "},
		"tags":   {"z:1\n a : b:c \n\nz:2\nlone"},
		"secret": {"-----BEGIN KEY-----\r\nabc\r\n-----END KEY-----\r\n"},
		"given":  {"forged"}, "givenSecret": {"forged"}, "stray": {"x"},
	})
	if s.Text != "hello" || s.Choice != "b" || s.Ref != "account.x" || s.Long != "one\ntwo\nthree" || s.Hidden != "shown" || !s.Flag {
		t.Errorf("Bind = %+v", s)
	}
	if !slices.Equal(s.List, []string{"a", "b", "c", "d"}) || s.Tags.String() != "a:b:c\nlone\nz:2" {
		t.Errorf("list %q, tags %q", s.List, s.Tags)
	}
	if s.Secret.Reveal() != "-----BEGIN KEY-----\nabc\n-----END KEY-----" {
		t.Errorf("a key lost its line breaks: %q", s.Secret.Reveal())
	}
	if s.Given != "given" || s.GivenSecret.Reveal() != "given" {
		t.Error("a form changed what the registry gave")
	}

	Bind(s.Fields(), nil)
	if s.Text != "" || s.Flag || s.List != nil || s.Tags != nil || s.Hidden != "" {
		t.Errorf("an empty form leaves %+v", s)
	}
	if s.Secret.Empty() || s.Given == "" {
		t.Error("an empty form took a hidden or given value away")
	}

	for _, off := range []string{"", "false"} {
		s.Flag = true
		if Bind(s.Fields(), map[string][]string{"flag": {off}}); s.Flag {
			t.Errorf("a box that says %q is on", off)
		}
	}
	Bind(s.Fields(), map[string][]string{"choice": {"a"}, "hidden": {"left over"}})
	if s.Hidden != "" {
		t.Errorf("a field that is not shown keeps %q", s.Hidden)
	}
}

func TestDecode(t *testing.T) {
	s := &everything{Text: "stays", Long: "goes", Flag: true, List: []string{"goes"}, Secret: NewSecret("stays"), Given: "old"}
	extra, problems := Decode(s.Fields(), parsed(t, `{"later":{"b":1,"a":2},"long":null,"flag":null,"list":null,"tags":{"b":"1","a":null},
		"ref":" kept as it came ","given":"new","more":[]}`))
	if len(problems) > 0 || s.Text != "stays" || s.Long != "" || !s.Flag || s.List != nil || s.Tags.String() != "a\nb:1" ||
		s.Ref != " kept as it came " || s.Given != "new" || s.Secret.Reveal() != "stays" {
		t.Errorf("Decode = %+v, %v", s, problems)
	}
	if got := wire.Obj(extra...).JSON(); got != `{"later":{"b":1,"a":2},"more":[]}` {
		t.Errorf("extra = %s", got)
	}
	if _, problems := Decode(s.Fields(), parsed(t, `{"secret":"new"}`)); len(problems) > 0 || s.Secret.Reveal() != "new" {
		t.Errorf("Decode of a secret = %q, %v", s.Secret.Reveal(), problems)
	}
	if Decode(s.Fields(), parsed(t, `{"secret":null,"tags":null,"text":null}`)); !s.Secret.Empty() || s.Tags != nil || s.Text != "" {
		t.Errorf("null leaves %+v", s)
	}
}

func TestDecodeRefusesWrongKinds(t *testing.T) {
	tests := []struct{ body, want string }{
		{`{"text":1}`, "Text must be a string."},
		{`{"text":["a"]}`, "Text must be a string."},
		{`{"choice":true}`, "Choice must be a string."},
		{`{"flag":"true"}`, "Flag must be true or false."},
		{`{"flag":1}`, "Flag must be true or false."},
		{`{"list":"a"}`, "List must be an array of strings."},
		{`{"list":["a",1]}`, "List must be an array of strings."},
		{`{"list":{"a":"b"}}`, "List must be an array of strings."},
		{`{"tags":["a"]}`, "Tags must be an object of strings."},
		{`{"tags":{"a":1}}`, "Tags must be an object of strings."},
		{`{"secret":1}`, "Secret must be a string."},
	}
	for _, tt := range tests {
		s := &everything{Text: "old", Flag: true, List: []string{"old"}, Tags: Tags{{"old", ""}}, Secret: NewSecret("old")}
		before := wire.Obj(Encode(s.Fields())...).JSON()
		_, problems := Decode(s.Fields(), parsed(t, tt.body))
		if len(problems) != 1 || problems[0].Text != tt.want {
			t.Errorf("Decode(%s) = %v, want %q", tt.body, problems, tt.want)
		}
		if after := wire.Obj(Encode(s.Fields())...).JSON(); after != before || s.Secret.Reveal() != "old" {
			t.Errorf("Decode(%s) changed %s to %s", tt.body, before, after)
		}
	}
}

func TestEncode(t *testing.T) {
	s := &everything{Text: "x", Tags: Tags{{"a", "1"}}, Secret: NewSecret("canary"), GivenSecret: NewSecret("canary"), Given: "g"}
	want := `{"text":"x","flag":false,"list":[],"tags":{"a":"1"},"given":"g"}`
	if got := wire.Obj(Encode(s.Fields())...).JSON(); got != want {
		t.Errorf("Encode = %s, want %s", got, want)
	}
}

func TestFormLeavesHiddenValuesOut(t *testing.T) {
	s := &everything{Text: "x", Flag: true, List: []string{"a", "b"}, Secret: NewSecret("canary")}
	form := Form(s.Fields())
	if len(form) != 3 || form["list"][0] != "a, b" || form["flag"][0] != "true" || form["text"][0] != "x" {
		t.Errorf("Form = %v", form)
	}
}

func TestClean(t *testing.T) {
	tests := []struct {
		in   string
		long bool
		want string
	}{
		{"  a  ", false, "a"},
		{"a\u00a0b\u202fc", false, "a b c"},
		{"\ufeffa\u200b\u200c\u200d\u2060b\u200e\u200f\u202e\u2066", false, "ab"},
		{"a\r\nb\rc\n", false, "a b c"},
		{"a\r\nb\rc\n", true, "a\nb\nc"},
		{"a\x00b\ufffdc\xff", false, "abc"},
		{"a  b", false, "a  b"},
	}
	for _, tt := range tests {
		if got := Clean(tt.in, tt.long); got != tt.want {
			t.Errorf("Clean(%q, %v) = %q, want %q", tt.in, tt.long, got, tt.want)
		}
	}
}

func TestTags(t *testing.T) {
	tags := ParseTags("b:2\na\nb:3\n : \nc:x:y\nurl:https://h/x\n:alone")
	if got := tags.String(); got != ":alone\na\nb:3\nc:x:y\nurl:https://h/x" {
		t.Errorf("ParseTags = %q", got)
	}
	if v, ok := tags.Get("c"); v != "x:y" || !ok {
		t.Errorf("Get(c) = %q, %v", v, ok)
	}
	if _, ok := tags.Get("d"); ok {
		t.Error("Get(d) finds something")
	}
	if more := tags.With("a", "new"); len(more) != len(tags) || tags[1].Value != "" {
		t.Errorf("With = %v, and the original is %v", more, tags)
	}
	if got := (Tag{"k", ""}).String() + " " + (Tag{"k", "v"}).String(); got != "k k:v" {
		t.Errorf("Tag.String = %q", got)
	}
	for _, key := range []string{"a:b", `a\b`, `a\:b`, `\`, `a\\`, ":"} {
		one := Tags{}.With(key, "v:w")
		if back := ParseTags(one.String()); len(back) != 1 || back[0] != one[0] {
			t.Errorf("a tag with the key %q is shown as %q and read back as %v", key, one.String(), back)
		}
	}
}

func TestSecretsPrintAsNothing(t *testing.T) {
	s := NewSecret("canary")
	text, err := s.MarshalText()
	if shown := s.String() + s.GoString() + string(text); err != nil || strings.Contains(shown, "canary") {
		t.Errorf("a secret prints as %s, %v", shown, err)
	}
	opened := NewOpened(s, "https://h:443")
	if got, ok := opened.For("https://h:443"); got != "canary" || !ok {
		t.Errorf("For(its origin) = %q, %v", got, ok)
	}
	for _, other := range []Origin{"", "https://h:444", "http://h:443", "https://H:443", "https://h"} {
		if got, ok := opened.For(other); got != "" || ok {
			t.Errorf("For(%q) = %q, %v", other, got, ok)
		}
	}
	if got, ok := NewOpened(s, "").For(""); got != "" || ok {
		t.Errorf("For(nowhere) = %q, %v", got, ok)
	}
}

func TestScopes(t *testing.T) {
	tests := []struct {
		in   string
		want Scope
		path string
	}{
		{"", Scope{}, ""}, {"account", Scope{}, ""}, {" acme ", Scope{"acme", ""}, "acme"},
		{"acme/payments", Scope{"acme", "payments"}, "acme/payments"}, {"acme / payments", Scope{"acme", "payments"}, "acme/payments"},
	}
	for _, tt := range tests {
		got := ParseScope(tt.in)
		if got != tt.want || got.Path() != tt.path || ParseScope(got.String()) != got || ParseScope(got.Path()) != got {
			t.Errorf("ParseScope(%q) = %v with the path %q, want %v", tt.in, got, got.Path(), tt.want)
		}
	}
}
