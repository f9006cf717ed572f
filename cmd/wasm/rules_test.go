package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/connector/harness"
	"patchbay/connector/jitterbit"
)

const (
	script = "../../assets/static/wasm_exec.js"
	module = "../../assets/static/app.wasm"
)

var workspace = map[string]any{"account": "123456789012", "region": "eu-central-1", "base": "https://patchbay.example"}

// ask is one call of a function of patchbayRules: its name and its arguments.
type ask []any

// filled is a form of a type and what it is called in a failure.
type filled struct {
	name, vendor, typeName string
	values                 map[string]any
}

func (f filled) ask() ask { return ask{"check", f.vendor, f.typeName, f.values, workspace} }

// forms gives, for every type of the catalog, the empty form, the one with all examples, and for each field the examples with
// this one wrong.
func forms() []filled {
	var out []filled
	for _, v := range catalog.All() {
		for _, t := range v.Types {
			add := func(name string, values map[string]any) {
				out = append(out, filled{v.ID + " " + t.Name + " " + name, v.ID, t.Name, values})
			}
			add("empty", map[string]any{})
			add("examples", examples(v, t))
			for _, f := range v.All(&connector.Draft{Type: t, Spec: t.New()}) {
				if f.Given {
					continue
				}
				for what, wrong := range map[string]any{
					"missing": "", "strange": "☃ \"<'$(id)'>\" \u0007 %zz", "long": strings.Repeat("x y", 200), "twice": []any{"a b", "http://", "a b"},
				} {
					values := examples(v, t)
					values[f.Name] = wrong
					add(f.Name+" "+what, values)
				}
			}
		}
	}
	return out
}

func examples(v *connector.Vendor, t connector.Type) map[string]any {
	values := map[string]any{}
	for _, f := range v.All(&connector.Draft{Type: t, Spec: t.New()}) {
		if f.Example != "" && !f.Given {
			values[f.Name] = f.Example
		}
	}
	return values
}

// want is what the server itself makes of a form.
func want(t testing.TB, f filled) map[string]any {
	t.Helper()
	v, _ := catalog.All().Vendor(f.vendor)
	typ, _ := v.Type(f.typeName)
	d := &connector.Draft{Type: typ, Spec: typ.New()}
	form := map[string][]string{}
	for name, value := range f.values {
		switch value := value.(type) {
		case string:
			form[name] = []string{value}
		case []any:
			for _, one := range value {
				form[name] = append(form[name], one.(string))
			}
		}
	}
	connector.Bind(v.All(d), form)
	if s, ok := d.Spec.(connector.Tidying); ok {
		s.Tidy()
	}
	if d.Identifier == "" && v.ID == "harness" {
		d.Identifier = harness.IdentifierFrom(d.Name)
	}
	hidden := []any{}
	for _, field := range v.All(d) {
		if !field.Shown() {
			hidden = append(hidden, field.Name)
		}
	}
	request := v.Create(connector.Workspace{Vendor: v.ID, Account: "123456789012", Region: "eu-central-1"}, d)
	return map[string]any{
		"problems": pairs(v.Validate(d)), "advice": pairs(v.Advise(d)), "hidden": hidden, "identifier": d.Identifier,
		"request": request.HTTP(), "curl": request.Curl("https://patchbay.example" + v.Door),
		"json": request.Body.Indent(), "yaml": request.Body.YAML(),
	}
}

func pairs(problems connector.Problems) []any {
	out := []any{}
	for _, p := range problems {
		out = append(out, []any{p.Field, p.Text})
	}
	return out
}

// node gives the program that runs the module, and skips the test where there is none; a machine that says it is CI must have it.
func node(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal("Node is not installed, and without it nothing proves that the browser says the server's sentences.")
	}
	if err != nil {
		t.Skip("Node is not installed, so the browser module cannot be run here.")
	}
	return path
}

// answers asks the module that the program carries.
func answers(t testing.TB, rounds int, asks []ask) (out []any, nanoseconds float64) {
	t.Helper()
	in, err := json.Marshal(map[string]any{"rounds": rounds, "asks": asks})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node(t), "testdata/ask.cjs", script, module)
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("the module did not answer: %v\n%s", err, stderr.String())
	}
	var got struct {
		Answers     []any
		Nanoseconds float64
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("the answer is not JSON: %v\n%.300s", err, text)
	}
	return got.Answers, got.Nanoseconds
}

func TestTheBrowserSaysWhatTheServerSays(t *testing.T) {
	all := forms()
	asks := make([]ask, len(all))
	for i, f := range all {
		asks[i] = f.ask()
	}
	got, _ := answers(t, 1, asks)
	refused := 0
	for i, f := range all {
		want := want(t, f)
		refused += len(want["problems"].([]any))
		if strings.HasSuffix(f.name, " examples") && len(want["problems"].([]any)) > 0 {
			t.Errorf("%s: problems %v, want none", f.name, want["problems"])
		}
		answer, _ := got[i].(map[string]any)
		for part, text := range want {
			if !reflect.DeepEqual(answer[part], text) {
				t.Errorf("%s: the browser's %s is\n%v\nand the server's\n%v\nRun go generate if the rules have changed.", f.name, part, answer[part], text)
			}
		}
	}
	if refused < len(all)/4 {
		t.Errorf("only %d problems in %d forms: the wrong values are not wrong enough to compare much", refused, len(all))
	}
}

func TestTheBrowserKnowsNoOtherTypes(t *testing.T) {
	got, _ := answers(t, 1, []ask{{"check", "harness", "Nothing", map[string]any{}, workspace}, {"check", "nobody", "GitHttp", map[string]any{}, workspace}})
	for i, answer := range got {
		if answer != nil {
			t.Errorf("check number %d of an unknown type = %v, want null", i, answer)
		}
	}
}

func TestTheBrowserReadsPayloadsAndNames(t *testing.T) {
	const payload = `{"name": "Other", "activities": {}}`
	var findings []any
	for _, f := range jitterbit.CheckPayload(payload, "Acme Ledger") {
		findings = append(findings, map[string]any{"severity": f.Severity, "where": f.Where, "line": float64(f.Line), "text": f.Text})
	}
	if len(findings) == 0 {
		t.Fatal("CheckPayload found nothing wrong with a wrong payload")
	}
	spec := &jitterbit.Registration{Version: "2.0.0", Activities: []string{"query", "create"}}
	manifest := jitterbit.Manifest(spec, jitterbit.Build{})
	got, _ := answers(t, 1, []ask{
		{"payload", payload, "Acme Ledger"},
		{"manifest", map[string]any{"name": "Acme Ledger", "version": "2.0.0", "activities": "query, create"}},
		{"identifier", "Check-out Git"},
		{"fields", "harness", "GitHttp"},
	})
	for i, want := range []any{findings, manifest, harness.IdentifierFrom("Check-out Git")} {
		if !reflect.DeepEqual(got[i], want) {
			t.Errorf("answer number %d = %v, want %v", i, got[i], want)
		}
	}
	fields, _ := got[3].([]any)
	if first, _ := fields[0].(map[string]any); first["name"] != "name" || first["label"] != "Name" {
		t.Errorf("the first field of GitHttp = %v, want its name", fields[0])
	}
}

// A hidden value that is kept is there, though the form does not send it; what a kept value is never shows.
func TestAKeptSecretIsNeverShown(t *testing.T) {
	const canary = "canary-6f1d"
	var asks []ask
	for _, f := range forms() {
		if !strings.HasSuffix(f.name, " empty") {
			continue
		}
		values := map[string]any{}
		v, _ := catalog.All().Vendor(f.vendor)
		typ, _ := v.Type(f.typeName)
		for _, field := range v.All(&connector.Draft{Type: typ, Spec: typ.New()}) {
			values[field.Name+".value"], values[field.Name+".state"] = canary, "keep"
			if field.Kind == connector.KindSecret {
				values[field.Name] = canary
			}
		}
		asks = append(asks, ask{"check", f.vendor, f.typeName, values, workspace})
	}
	got, _ := answers(t, 1, asks)
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte(canary)) {
		t.Error("a secret that was typed into a form is in what the browser writes beside it")
	}
	if !bytes.Contains(text, []byte("is required.")) {
		t.Error("the empty forms have no problems, so nothing was looked at")
	}
}

// BenchmarkCheck tells what one validation costs a page, the call from JavaScript and back included.
func BenchmarkCheck(b *testing.B) {
	v, _ := catalog.All().Vendor("harness")
	t, _ := v.Type("GitHttp")
	form := filled{"", v.ID, t.Name, examples(v, t)}
	_, nanoseconds := answers(b, b.N+1, []ask{form.ask()})
	b.ReportMetric(nanoseconds/float64(b.N), "ns/call")
	b.ReportMetric(0, "ns/op") // the start of Node is in it, which no page pays for
}
