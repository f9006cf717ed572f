package wire

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
)

// meaning gives what encoding/json would have read, with numbers as they were written.
func meaning(v Value) any {
	switch v.Kind() {
	case Bool:
		return v.Truth()
	case Number:
		return json.Number(v.Text())
	case String:
		return v.Text()
	case Array:
		out := []any{}
		for _, item := range v.Items() {
			out = append(out, meaning(item))
		}
		return out
	case Object:
		out := map[string]any{}
		for _, m := range v.Members() {
			out[m.Name] = meaning(m.Value)
		}
		return out
	}
	return nil
}

// oracle reads with encoding/json: one value and nothing after it.
func oracle(text string) (any, error) {
	if !json.Valid([]byte(text)) {
		return nil, errors.New("not valid")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// texts are read alike by this package and encoding/json: both take one, or both refuse it.
var texts = []string{
	``, ` `, `null`, `nul`, `nullx`, `true`, `tru`, `True`, `false`, `falsely`, `1`, `-1`, `-`, `+1`, `01`, `-01`, `00`, `0`, `-0`,
	`0.`, `.5`, `0.5`, `1e`, `1e5`, `1E+5`, `1e-5`, `1e+`, `1.5e3`, `0x1`, `1_000`, `1e999999`, `12345678901234567890`, `NaN`, `Infinity`,
	`""`, `"a"`, `"a`, `a`, `'a'`, `"\""`, `"\\"`, `"\/"`, `"\b\f\n\r\t"`, `"\x"`, `"\u0041"`, `"\u00"`, `"\u00g0"`, `"\u+041"`, `"\U0041"`,
	`"\ud83d\ude00"`, `"😀"`, `"é"`, "\"\t\"", "\"\n\"", "\"\x00\"", "\"\x7f\"", "\"\u2028\"", `"\`, `"\"`, `"\u`, `"\u0000"`, `"\ufffd"`,
	`[]`, `[ ]`, `[1]`, `[1,]`, `[,1]`, `[1 2]`, `[1,2`, `[`, `]`, `[[],[[]]]`, `{}`, `{ }`, `{"a":1}`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`,
	`{a:1}`, `{1:1}`, `{"a" : 1 , "b" : [ { } ] }`, `{"a":1`, `{"a":1}}`, `{"":0}`, `1 2`, `[]x`, "\ufeff1", `// x`, `/**/1`, "1\v", " \t\r\n1\n",
	`{"a":{"b":{"c":[1,"x",null,true]}}}`, `{"é":"日本"}`,
}

func TestParseAgreesWithTheStandardLibrary(t *testing.T) {
	for _, text := range texts {
		got, err := Parse(text)
		want, wantErr := oracle(text)
		if (err == nil) != (wantErr == nil) {
			t.Errorf("Parse(%q) gives the error %v, encoding/json %v", text, err, wantErr)
		} else if err == nil && !reflect.DeepEqual(meaning(got), want) {
			t.Errorf("Parse(%q) = %#v, want %#v", text, meaning(got), want)
		}
	}
}

// What encoding/json lets pass and this package does not.
func TestParseRefusesMore(t *testing.T) {
	for _, text := range []string{
		`{"a":1,"a":1}`, `{"a":1,"\u0061":2}`, `[{"b":{"x":1,"x":2}}]`, // a name twice
		"\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "{\"\xc0\x80\":1}", // bytes that are not UTF-8
		`"\ud83d"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ude00"`, `"\ude00\ud83d"`, `"\ud83d\u0041"`, // half of a pair
		strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
		strings.Repeat(`{"a":`, MaxDepth+1) + "1" + strings.Repeat("}", MaxDepth+1),
	} {
		if _, err := oracle(text); err != nil {
			t.Errorf("encoding/json refuses %q too: %v", text, err)
		}
		if v, err := Parse(text); err == nil {
			t.Errorf("Parse(%q) = %s, want an error", text, v)
		}
	}
	if _, err := Parse(strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)); err != nil {
		t.Errorf("Parse of the deepest allowed text: %v", err)
	}
	if _, err := Parse(strings.Repeat("[", 1_000_000)); err == nil {
		t.Error("Parse of a million brackets has no error")
	}
}

func TestSyntaxErrorsTellWhere(t *testing.T) {
	tests := []struct {
		text         string
		line, column int
		want         string
	}{
		{``, 1, 1, "the text ends where a value should be"},
		{`{"é": tru}`, 1, 7, "a value cannot start with 't'"},
		{"{\n  \"a\": 1\n  \"b\": 2\n}", 3, 3, `a comma or } should be here, not '"'`},
		{"[1,\r\n 2,\r\n}", 3, 1, "a value cannot start with '}'"},
		{`{"日本": 1, "日本": 2}`, 1, 15, "comes twice"},
		{"\"a\nb\"", 1, 3, "a line break or control character"},
		{`[1] x`, 1, 5, "more text after the end"},
		{`{"a" 1}`, 1, 6, "a colon should be here, not '1'"},
		{`{a`, 1, 2, "a member's name in double quotes"},
		{`[1`, 1, 3, "not the end of the text"},
		{`"\q"`, 1, 2, "a backslash is followed"},
		{`1.x`, 1, 3, "a digit should follow the point"},
		{`1ex`, 1, 3, "a digit should follow the exponent"},
		{`-x`, 1, 2, "a digit should be here"},
	}
	for _, tt := range tests {
		_, err := Parse(tt.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("Parse(%q) gives the error %v, want a SyntaxError", tt.text, err)
			continue
		}
		if syntax.Line != tt.line || syntax.Column != tt.column || !strings.Contains(syntax.Text, tt.want) {
			t.Errorf("Parse(%q) fails at line %d, column %d: %s\nwant line %d, column %d: %s",
				tt.text, syntax.Line, syntax.Column, syntax.Text, tt.line, tt.column, tt.want)
		}
	}
}

func TestLines(t *testing.T) {
	v, err := Parse("\n{\n \"a\": [\n  1,\n\n  {\"b\":\n   2}]\n}")
	if err != nil {
		t.Fatal(err)
	}
	a := v.Get("a")
	for what, got := range map[string][2]int{
		"the object": {v.Line(), 2}, "the array": {a.Line(), 3}, "its first item": {a.Items()[0].Line(), 4},
		"the inner member": {a.Items()[1].Get("b").Line(), 7}, "a made value": {Text("x").Line(), 0},
	} {
		if got[0] != got[1] {
			t.Errorf("%s begins on line %d, want %d", what, got[0], got[1])
		}
	}
}

// FuzzParse holds Parse to its promise: what it takes, encoding/json takes too and reads as the same, and what it writes
// is read back as the same by both.
func FuzzParse(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Parse(text)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("Parse(%q) gives the error %#v", text, err)
			}
			return
		}
		want, err := oracle(text)
		if err != nil {
			t.Fatalf("Parse takes %q, and encoding/json says %v", text, err)
		}
		if !reflect.DeepEqual(meaning(v), want) {
			t.Fatalf("Parse(%q) = %#v, want %#v", text, meaning(v), want)
		}
		for _, written := range []string{v.JSON(), v.Indent()} {
			if again, err := oracle(written); err != nil || !reflect.DeepEqual(again, want) {
				t.Fatalf("%q is written as %q, which encoding/json reads as %#v, %v", text, written, again, err)
			}
			if again, err := Parse(written); err != nil || again.JSON() != v.JSON() {
				t.Fatalf("%q is written as %q, which Parse reads as %s, %v", text, written, again, err)
			}
		}
		if yaml := v.YAML(); !strings.HasSuffix(yaml, "\n") {
			t.Fatalf("the YAML of %q is %q", text, yaml)
		}
	})
}
