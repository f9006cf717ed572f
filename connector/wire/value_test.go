package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) Value {
	t.Helper()
	v, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestOrderAndDigitsSurvive(t *testing.T) {
	const text = `{"z":1.50,"a":[1e5,-0,12345678901234567890],"m":{"y":null,"b":true}}`
	if got := parsed(t, text).JSON(); got != text {
		t.Errorf("JSON() = %s, want %s", got, text)
	}
}

func TestGetTellsNullFromAbsent(t *testing.T) {
	v := parsed(t, `{"a":null,"b":0}`)
	if got, there := v.Lookup("a"); !got.IsNull() || !there {
		t.Errorf("Lookup(a) = %s, %v", got, there)
	}
	if got, there := v.Lookup("c"); !got.IsNull() || there {
		t.Errorf("Lookup(c) = %s, %v", got, there)
	}
	if got := Text("x").Get("a"); !got.IsNull() {
		t.Errorf("Get of a string = %s", got)
	}
}

func TestInt(t *testing.T) {
	tests := []struct {
		text string
		want int64
		ok   bool
	}{{"7", 7, true}, {"-9223372036854775808", -9223372036854775808, true}, {"9223372036854775808", 0, false}, {"1.0", 0, false}, {"1e2", 0, false}, {`"7"`, 0, false}}
	for _, tt := range tests {
		if got, ok := parsed(t, tt.text).Int(); ok != tt.ok || ok && got != tt.want {
			t.Errorf("Int() of %s = %d, %v, want %d, %v", tt.text, got, ok, tt.want, tt.ok)
		}
	}
	if got := Int(-42).JSON(); got != "-42" {
		t.Errorf("Int(-42) = %s", got)
	}
}

func TestWithAndWithoutMakeCopies(t *testing.T) {
	v := parsed(t, `{"a":1,"b":2,"c":3}`)
	if got := v.With("b", Text("x")).With("d", Int(4)).JSON(); got != `{"a":1,"b":"x","c":3,"d":4}` {
		t.Errorf("With = %s", got)
	}
	if got := v.Without("a", "c", "nope").JSON(); got != `{"b":2}` {
		t.Errorf("Without = %s", got)
	}
	if got := v.JSON(); got != `{"a":1,"b":2,"c":3}` {
		t.Errorf("the original became %s", got)
	}
}

func TestWriting(t *testing.T) {
	v := Obj(M("empty", List()), M("none", Obj()), M("list", Texts([]string{"a", "b"})), M("flag", Flag(false)), M("null", Value{}))
	if got, want := v.JSON(), `{"empty":[],"none":{},"list":["a","b"],"flag":false,"null":null}`; got != want {
		t.Errorf("JSON() = %s, want %s", got, want)
	}
	want := "{\n  \"empty\": [],\n  \"none\": {},\n  \"list\": [\n    \"a\",\n    \"b\"\n  ],\n  \"flag\": false,\n  \"null\": null\n}"
	if got := v.Indent(); got != want {
		t.Errorf("Indent() = %s, want %s", got, want)
	}
	inside, err := json.Marshal(map[string]Value{"v": v})
	if err != nil || string(inside) != `{"v":`+v.JSON()+`}` {
		t.Errorf("inside encoding/json: %s, %v", inside, err)
	}
}

func TestQuotedStringsAreReadBack(t *testing.T) {
	for _, s := range []string{"", `"`, `\`, "/", "\b\f\n\r\t\x00\x1f", "\x7f\u0085\u009f", "\u2028\u2029\ufeff\ufffe\uffff", "é日😀", "</script>"} {
		var back string
		if err := json.Unmarshal([]byte(Text(s).JSON()), &back); err != nil || back != s {
			t.Errorf("Text(%q) is written as %s, which is read as %q, %v", s, Text(s).JSON(), back, err)
		}
	}
	if got := Text("\u2028\u0085\ufeff").JSON(); got != `"\u2028\u0085\ufeff"` {
		t.Errorf("what cannot be printed is written as %s", got)
	}
	if got := Text("a\xffb").JSON(); got != "\"a\ufffdb\"" {
		t.Errorf("a byte that is not UTF-8 is written as %q", got)
	}
}

func TestYAML(t *testing.T) {
	tests := []struct{ json, want string }{
		{`null`, "null\n"},
		{`"x"`, "x\n"},
		{`[]`, "[]\n"},
		{`{}`, "{}\n"},
		{`{"a":"b"}`, "a: b\n"},
		{`{"a":{"b":{"c":1.50}}}`, "a:\n  b:\n    c: 1.50\n"},
		{`{"a":[1,"x",true,null]}`, "a:\n  - 1\n  - x\n  - true\n  - null\n"},
		{`{"a":[],"b":{},"c":""}`, "a: []\nb: {}\nc: \"\"\n"},
		{`[{"a":1,"b":2},[3]]`, "-\n  a: 1\n  b: 2\n-\n  - 3\n"},
		{`{"a":"true","b":"No","c":"NULL","d":"on","e":"y"}`, "a: \"true\"\nb: \"No\"\nc: \"NULL\"\nd: \"on\"\ne: \"y\"\n"},
		{`{"a":"1","b":"1.0.0","c":"-1","d":"0x1","e":"1e5","f":"2025-01-01","g":".inf","h":"~"}`,
			"a: \"1\"\nb: \"1.0.0\"\nc: \"-1\"\nd: \"0x1\"\ne: \"1e5\"\nf: \"2025-01-01\"\ng: \".inf\"\nh: \"~\"\n"},
		{`{"a":"x: y","b":"# c","c":"- d","d":"*e","e":"&f","f":"!g","g":"%h","h":"@i","i":" j","j":"k ","k":"[l]","l":"{m}","m":"n,o"}`,
			"a: \"x: y\"\nb: \"# c\"\nc: \"- d\"\nd: \"*e\"\ne: \"&f\"\nf: \"!g\"\ng: \"%h\"\nh: \"@i\"\ni: \" j\"\nj: \"k \"\nk: \"[l]\"\nl: \"{m}\"\nm: \"n,o\"\n"},
		{`{"a":"x\ny","b":"---","c":"...","d":"é"}`, "a: \"x\\ny\"\nb: \"---\"\nc: \"...\"\nd: \"é\"\n"},
		{`{"yes":1,"1":2,"a b":3,"":4}`, "\"yes\": 1\n\"1\": 2\n\"a b\": 3\n\"\": 4\n"},
		{`{"ref":"account.git_token","url":"https://h/x","host":"git.example.com","path":"a/b-c"}`,
			"ref: account.git_token\nurl: \"https://h/x\"\nhost: git.example.com\npath: a/b-c\n"},
	}
	for _, tt := range tests {
		if got := parsed(t, tt.json).YAML(); got != tt.want {
			t.Errorf("YAML() of %s =\n%s\nwant\n%s", tt.json, got, tt.want)
		}
	}
}

func TestResource(t *testing.T) {
	got := Resource("kind", "name", func(b *Block) {
		b.Set("a", Text("x"))
		b.Set("longer", Texts([]string{"y", "z"}))
		b.Set("left_out", Text(""))
		b.Set("nothing", Value{})
		b.Set("none", List())
		b.Set("flag", Flag(false))
		b.Block("inner", func(b *Block) {
			b.Set("tags", Obj(M("k v", Text("1"))))
			b.Block("deeper", func(b *Block) {})
		})
		b.Set("after", Int(3))
	})
	want := `resource "kind" "name" {
  a      = "x"
  longer = ["y", "z"]
  flag   = false

  inner {
    tags = { "k v" = "1" }

    deeper {
    }
  }
  after = 3
}
`
	if got != want {
		t.Errorf("Resource =\n%s\nwant\n%s", got, want)
	}
}

func TestTerraformTemplatesAreQuoted(t *testing.T) {
	tests := []struct{ in, want string }{
		{`plain $5 50%`, `"plain $5 50%"`},
		{`${x}`, `"$${x}"`},
		{`%{if}`, `"%%{if}"`},
		{`$${x}`, `"\u0024$${x}"`},
		{`%%{x}`, `"\u0025%%{x}"`},
		{`$$${x}`, `"$\u0024$${x}"`},
		{"a\"b\\c\nd", `"a\"b\\c\nd"`},
	}
	for _, tt := range tests {
		if got := hclQuote(tt.in); got != tt.want {
			t.Errorf("hclQuote(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
	if strings.Contains(hclQuote("$%{"), "$${") {
		t.Error("a mark is doubled that is none")
	}
}
