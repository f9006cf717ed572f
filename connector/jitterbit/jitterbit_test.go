package jitterbit

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/wire"
)

func draft(name string) (*connector.Draft, *Registration) {
	s := &Registration{Version: "1.0.0"}
	return &connector.Draft{Type: registration, Name: name, Spec: s}, s
}

func mustParse(t *testing.T, text string) wire.Value {
	t.Helper()
	v, err := wire.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRules(t *testing.T) {
	tests := []struct {
		name, field string
		change      func(*connector.Draft, *Registration)
		want        string // part of the sentence; "" means fine
	}{
		{"a plain name", "name", func(*connector.Draft, *Registration) {}, ""},
		{"no name", "name", func(d *connector.Draft, _ *Registration) { d.Name = "" }, "Name is required."},
		{"a name with a slash", "name", func(d *connector.Draft, _ *Registration) { d.Name = "a/b" }, "must have only letters"},
		{"a name with an accent", "name", func(d *connector.Draft, _ *Registration) { d.Name = "Zürich" }, "must have only letters"},
		{"a name with a space before it", "name", func(d *connector.Draft, _ *Registration) { d.Name = " a" }, "must not begin or end with a space"},
		{"a name of 100 characters", "name", func(d *connector.Draft, _ *Registration) { d.Name = strings.Repeat("a", 100) }, ""},
		{"a name of 101 characters", "name", func(d *connector.Draft, _ *Registration) { d.Name = strings.Repeat("a", 101) }, "at most 100"},
		{"no version", "version", func(_ *connector.Draft, s *Registration) { s.Version = "" }, "Version is required."},
		{"a version with a space", "version", func(_ *connector.Draft, s *Registration) { s.Version = "1 0" }, "must have only letters"},
		{"a version of 33 characters", "version", func(_ *connector.Draft, s *Registration) { s.Version = strings.Repeat("1", 33) }, "at most 32"},
		{"an activity of 38 characters", "activities", func(_ *connector.Draft, s *Registration) { s.Activities = []string{strings.Repeat("a", 38)} }, ""},
		{"an activity of 39 characters", "activities", func(_ *connector.Draft, s *Registration) { s.Activities = []string{strings.Repeat("a", 39)} }, "at most 38"},
		{"an activity with a dot", "activities", func(_ *connector.Draft, s *Registration) { s.Activities = []string{"a.b"} }, "must have only letters"},
		{"99 activities", "activities", func(_ *connector.Draft, s *Registration) { s.Activities = names(99) }, ""},
		{"100 activities", "activities", func(_ *connector.Draft, s *Registration) { s.Activities = names(100) }, "would use 100 numbers"},
		{"removed activities count", "activities", func(_ *connector.Draft, s *Registration) { s.Numbered, s.Activities = names(99), []string{"other"} }, "would use 100 numbers"},
		{"activities that differ in case", "activities", func(_ *connector.Draft, s *Registration) { s.Activities = []string{"get", "GET"} }, "cannot tell apart"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, s := draft("Acme Ledger")
			tt.change(d, s)
			got := Vendor().Validate(d).At(tt.field)
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("Validate says of %s %q, want %q", tt.field, got, tt.want)
			}
		})
	}
}

func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("a%d", i)
	}
	return out
}

func TestAdviceOnNames(t *testing.T) {
	for name, want := range map[string]bool{"Acme Ledger": false, "acme-ledger": true, "acme_ledger": true, "acme.ledger": true} {
		d, _ := draft(name)
		if got := len(Vendor().Advise(d)) > 0; got != want {
			t.Errorf("advice on %q: %v, want %v", name, got, want)
		}
	}
}

func TestAccountRule(t *testing.T) {
	for id, fine := range map[string]bool{"512604": true, "51x": false, strings.Repeat("1", 19): false} {
		if got := Vendor().AccountRule(id) == ""; got != fine {
			t.Errorf("AccountRule(%q): %v, want %v", id, got, fine)
		}
	}
}

func TestGrant(t *testing.T) {
	var s Registration
	if err := s.Grant(31415, "k", connector.NewSecret("s")); err != nil {
		t.Fatal(err)
	}
	if s.EndpointEntityID != "3141501" || s.FunctionEntityStartID != "3141502" || s.FunctionEntityEndID != "3141600" || s.Key != "k" || s.Secret.Reveal() != "s" {
		t.Errorf("Grant(31415) = %+v", s)
	}
	if err := s.Grant(21474835, "k", connector.Secret{}); err != nil || s.FunctionEntityEndID != "2147483600" {
		t.Errorf("Grant of the last block = %v, %+v", err, s)
	}
	for _, number := range []int64{-1, 0, 21474836, 1 << 62} {
		if err := s.Grant(number, "k", connector.Secret{}); err == nil {
			t.Errorf("Grant(%d) gives %s to %s", number, s.EndpointEntityID, s.FunctionEntityEndID)
		}
	}
}

func TestGive(t *testing.T) {
	last := map[string]int64{"jitterbit.connector": 8124, "jitterbit.block": 31414}
	uuid := 0
	giver := connector.Giver{
		Number: func(sequence string, start int64) (int64, error) {
			if start != 1 {
				t.Errorf("sequence %s starts at %d, want 1", sequence, start)
			}
			last[sequence]++
			return last[sequence], nil
		},
		UUID: func() string { uuid++; return fmt.Sprint("uuid", uuid) },
	}
	d, s := draft("Acme Ledger")
	if err := give(d, giver); err != nil {
		t.Fatal(err)
	}
	if d.Identifier != "8125" || s.EndpointEntityID != "3141501" || s.Key == s.Secret.Reveal() || s.Secret.Empty() {
		t.Errorf("give = %+v, %+v", d, s)
	}
	full := errors.New("disk full")
	giver.Number = func(string, int64) (int64, error) { return 0, full }
	if err := give(d, giver); !errors.Is(err, full) {
		t.Errorf("give without numbers = %v, want %v", err, full)
	}
}

func TestAnswers(t *testing.T) {
	c := &connector.Connector{Identifier: "8125", Name: "Acme Ledger", Spec: &Registration{Version: "1.0.0", Key: "k", Secret: connector.NewSecret("s3cret"),
		EndpointEntityID: "3141501", FunctionEntityStartID: "3141502", FunctionEntityEndID: "3141600", Activities: []string{"query"}}}
	const tail = `"endpointEntityId":"3141501","functionEntityStartId":"3141502","functionEntityEndId":"3141600"}`
	tests := []struct {
		name, got, want string
	}{
		{"the page's", Vendor().Answer(connector.Workspace{}, c).JSON(), `{"id":"8125","name":"Acme Ledger","version":"1.0.0","key":"k","secret":"…",` + tail},
		{"the door's list entry", AnswerWithSecret(c).JSON(), `{"id":"8125","name":"Acme Ledger","version":"1.0.0","key":"k","secret":"s3cret",` + tail},
		{"the door's answer to a register call", Registered(c).JSON(), `{"status":true,"operation":"Register a connector","id":"8125","key":"k","secret":"s3cret",` + tail},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s answer =\n%s\nwant\n%s", tt.name, tt.got, tt.want)
		}
	}
}

func TestDecodeRegister(t *testing.T) {
	d, problems := DecodeRegister(mustParse(t, `{"name":"Acme Ledger","version":"2.1","key":"mine","activities":["x"],"description":"no","other":1}`))
	s := d.Spec.(*Registration)
	if len(problems) > 0 || d.Name != "Acme Ledger" || s.Version != "2.1" || s.Key != "" || len(s.Activities) > 0 || d.Description != "" {
		t.Errorf("DecodeRegister = %+v, %+v, %v", d, s, problems)
	}
	for _, body := range []string{`{"name":"a"}`, `{"name":"a","version":null}`} {
		if d, problems := DecodeRegister(mustParse(t, body)); len(problems) > 0 || d.Spec.(*Registration).Version != "1.0.0" {
			t.Errorf("DecodeRegister(%s) = %+v, %v, want version 1.0.0", body, d.Spec, problems)
		}
	}
	if _, problems := DecodeRegister(mustParse(t, `{"name":1}`)); problems.At("name") != "Name must be a string." {
		t.Errorf("DecodeRegister of a number = %v", problems)
	}
	if _, problems := DecodeRegister(mustParse(t, `[]`)); len(problems) != 1 {
		t.Errorf("DecodeRegister([]) = %v", problems)
	}
}
