package harness

import (
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/wire"
)

// What the older API answers, it takes again, and it is the same connector.
func TestLegacyAnswerIsReadBack(t *testing.T) {
	for _, typ := range types {
		t.Run(typ.Name, func(t *testing.T) {
			spec := typ.New()
			form := map[string][]string{}
			for _, f := range spec.Fields() {
				form[f.Name] = []string{f.Example}
			}
			connector.Bind(spec.Fields(), form)
			c := connector.Connector{Type: typ.Name, Name: "N", Identifier: "n", Scope: connector.Scope{Org: "retail", Project: "checkout"}, Spec: spec,
				Tags: connector.Tags{}.With("a", "b"), Description: "d"}
			answer := LegacyAnswer(connector.Workspace{Account: "acc"}, &c)
			d, problems := DecodeLegacy(answer)
			if len(problems) > 0 {
				t.Fatalf("DecodeLegacy(%s) = %v", answer, problems)
			}
			want := c.Draft(typ)
			if got := body(&d, true).JSON(); got != body(&want, true).JSON() {
				t.Errorf("read back as %s\nwant %s", got, body(&want, true))
			}
			if d, problems := DecodeLegacy(EntityForm(&c)); len(problems) > 0 || body(&d, true).JSON() != body(&want, true).JSON() {
				t.Errorf("the entity form is read back as %s, %v", body(&d, true), problems)
			}
		})
	}
}

func TestLegacyAnswerHasItsNulls(t *testing.T) {
	c := connector.Connector{Type: "ArtifactoryAnonymous", Name: "N", Identifier: "n", Spec: &ArtifactoryAnonymous{Server: Server{"https://h"}}}
	got := LegacyAnswer(connector.Workspace{Account: "acc"}, &c).JSON()
	for _, want := range []string{
		`"description":null,"accountIdentifier":"acc","orgIdentifier":null,"projectIdentifier":null,"tags":{},"type":"Artifactory"`,
		`"auth":{"type":"Anonymous","spec":null},"delegateSelectors":[],"executeOnDelegate":false`,
		`"status":{"status":"UNKNOWN","errorSummary":null,"errors":null,"testedAt":0,"lastTestedAt":0,"lastConnectedAt":0,"lastAlertSent":null}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("LegacyAnswer = %s\nwant it to have %s", got, want)
		}
	}
}

func TestLegacyName(t *testing.T) {
	for _, tt := range []struct {
		typ         connector.Type
		field, want string
	}{
		{gitHTTP, "org", "orgIdentifier"}, {gitHTTP, "project", "projectIdentifier"}, {gitHTTP, "branch", "branchName"}, {gitHTTP, "url", "url"},
		{artifactory, "url", "artifactoryServerUrl"}, {appDynamics, "account_name", "accountname"}, {appDynamics, "client_secret_ref", "clientSecretRef"},
	} {
		if got := LegacyName(tt.typ, tt.field); got != tt.want {
			t.Errorf("LegacyName(%s, %s) = %s, want %s", tt.typ.Name, tt.field, got, tt.want)
		}
	}
}

// seeds are bodies that the decoders know well, to begin from.
func seeds(f *testing.F, legacy bool) {
	for _, typ := range types {
		spec := typ.New()
		form := map[string][]string{}
		for _, field := range spec.Fields() {
			form[field.Name] = []string{field.Example}
		}
		connector.Bind(spec.Fields(), form)
		c := connector.Connector{Type: typ.Name, Name: "N", Identifier: "n", Spec: spec}
		if legacy {
			f.Add(LegacyAnswer(connector.Workspace{}, &c).JSON())
			continue
		}
		f.Add(answer(connector.Workspace{}, &c).JSON())
	}
	for _, text := range []string{`null`, `[]`, `{"connector":1}`, `{"connector":{"spec":[]}}`, `{"connector":{"type":{},"spec":{"type":[]}}}`,
		`{"connector":{"tags":[1],"type":"Azure","spec":{"credential":{"spec":{"auth":7}}}}}`} {
		f.Add(text)
	}
}

// held checks what a decoder may give: a draft that can be validated, and without problems one that is written and read the same again.
func held(t *testing.T, text string, decode func(wire.Value) (connector.Draft, connector.Problems)) {
	v, err := wire.Parse(text)
	if err != nil {
		return
	}
	d, problems := decode(v)
	if d.Spec == nil {
		t.Fatalf("the draft of %q has no spec", text)
	}
	for _, p := range problems {
		if p.Field == "" || !strings.HasSuffix(p.Text, ".") {
			t.Fatalf("the problem %+v of %q is no sentence about a field", p, text)
		}
	}
	wrong := Vendor().Validate(&d)
	if len(problems) > 0 || len(wrong) > 0 {
		return
	}
	again, problems := DecodeV1(wire.Obj(wire.M("connector", body(&d, true))))
	if len(problems) > 0 || body(&again, true).JSON() != body(&d, true).JSON() {
		t.Fatalf("%q is written as %s, which is read as %s, %v", text, body(&d, true), body(&again, true), problems)
	}
}

func FuzzDecodeV1(f *testing.F) {
	seeds(f, false)
	f.Fuzz(func(t *testing.T, text string) { held(t, text, DecodeV1) })
}

func FuzzDecodeLegacy(f *testing.F) {
	seeds(f, true)
	f.Fuzz(func(t *testing.T, text string) { held(t, text, DecodeLegacy) })
}
