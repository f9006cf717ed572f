package securityhub

import (
	"strings"
	"testing"

	"patchbay/connector"
)

func TestAStateNamesItsConnector(t *testing.T) {
	n := byte('0')
	d := jira("SEC")
	err := give(d, connector.Giver{UUID: func() string {
		n++
		return strings.Repeat(string(n), 8) + "-0000-4000-8000-00000000000" + string(n)
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := d.Spec.(*JiraCloud)
	if got := StateFor(s.State()); got != d.Identifier {
		t.Errorf("StateFor(%q) = %q, want %q", s.State(), got, d.Identifier)
	}
	s.Authorise("cloud", "https://acme.atlassian.net")
	if s.State() != "" || !s.Authorised() || s.CloudID != "cloud" || s.Domain != "https://acme.atlassian.net" {
		t.Errorf("authorised = %+v, want the site and no state left", s)
	}
	for _, text := range []string{"", "x", strings.Repeat("0", 95), strings.Repeat("0", 97), strings.Repeat("G", 96), strings.Repeat("0", 92) + "ü00"} {
		if got := StateFor(text); got != "" {
			t.Errorf("StateFor(%q) = %q, want nothing", text, got)
		}
	}
}

func TestIsIdentifier(t *testing.T) {
	tests := []struct {
		in   string
		want bool
	}{
		{"0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11", true},
		{"00000000-0000-0000-0000-000000000000", true},
		{"0B7F3F5E-1C9A-4D6E-9A52-0D6B6F6F7C11", false},
		{"0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c1", false},
		{"0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11 ", false},
		{"0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7cg1", false},
		{"0b7f3f5e11c9a-4d6e-9a52-0d6b6f6f7c11", false},
		{"0b7f3f5e-1c9a-4d6e-9a52-0d6b-f6f7c11", false},
		{"register", false},
		{"", false},
	}
	for _, tt := range tests {
		if got := IsIdentifier(tt.in); got != tt.want {
			t.Errorf("IsIdentifier(%q) = %v, want %v", tt.in, got, tt.want)
		}
	}
}

func TestEnablementIsClaimedForKnownTypesOnly(t *testing.T) {
	known := kept(*jira("SEC"), connector.Health{})
	if got := answer(here, known); got.Get("EnablementStatus").Text() != "ENABLED" || !got.Get("EnablementStatusReason").IsNull() {
		t.Errorf("answer = %s", got)
	}
	unknown := kept(connector.Draft{Type: typeOf("Azure"), Name: "az", Spec: &connector.Opaque{}}, connector.Health{})
	for _, got := range []string{answer(here, unknown).JSON(), Summary(here, unknown).JSON()} {
		if !strings.Contains(got, `"EnablementStatus":"PENDING_ENABLEMENT","EnablementStatusReason":"The connector is kept`) {
			t.Errorf("the answer is %s, want it pending with a reason", got)
		}
	}
	if got, want := Updated(unknown).JSON(), `{"ConnectorStatus":"UNKNOWN","EnablementStatus":"PENDING_ENABLEMENT"}`; got != want {
		t.Errorf("Updated = %s, want %s", got, want)
	}
}
