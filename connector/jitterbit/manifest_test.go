package jitterbit

import (
	"strings"
	"testing"
	"unicode/utf8"

	"patchbay/connector"
)

func granted(activities ...string) *Registration {
	s := &Registration{Version: "1.0.0", Activities: activities, Key: "a3d1c7f2-58be-4c0e-9f64-2b7e01d9c835",
		Secret:           connector.NewSecret("e94b20d6-7a13-4f58-8c2d-51f6a0b3d7ce"),
		EndpointEntityID: "3141501", FunctionEntityStartID: "3141502", FunctionEntityEndID: "3141600"}
	s.Tidy()
	return s
}

func TestManifest(t *testing.T) {
	build := Build{Author: "Acme Corp", Version: "1.0.1", ClassPath: []string{"lib/acme-client-2.1.0.jar", "lib/jackson-core-2.15.0.jar"}}
	want := `Manifest-Version: 1.0
Author: Acme Corp
Version: 1.0.1
Jitterbit-Connector: true
Jitterbit-Connector-Key: a3d1c7f2-58be-4c0e-9f64-2b7e01d9c835
Jitterbit-Connector-Secret: e94b20d6-7a13-4f58-8c2d-51f6a0b3d7ce
Jitterbit-Connector-Endpoint-EntityTypeId: 3141501
Jitterbit-Activity-EntityTypeId-query: 3141502
Jitterbit-Activity-EntityTypeId-create: 3141503
Jitterbit-Activity-EntityTypeId-update: 3141504
Jitterbit-Connector-UI: adapter.json
Class-Path: lib/acme-client-2.1.0.jar lib/jackson-core-2.15.0.jar

`
	if got := Manifest(granted("query", "create", "update"), build); got != want {
		t.Errorf("Manifest =\n%s\nwant\n%s", got, want)
	}
}

func TestManifestHidesASecretThatWasNotOpened(t *testing.T) {
	s := granted("query")
	s.Secret = connector.Secret{}
	if got := Manifest(s, Build{}); !strings.Contains(got, "Jitterbit-Connector-Secret: ****\n") {
		t.Errorf("Manifest =\n%s", got)
	}
}

func TestActivitiesKeepTheirNumbers(t *testing.T) {
	s := granted("query", "create", "update")
	s.Activities = []string{"delete", "update", "query"} // create goes, delete comes
	s.Tidy()
	got := Manifest(s, Build{})
	for _, want := range []string{"-query: 3141502\n", "-update: 3141504\n", "-delete: 3141505\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("Manifest has no line %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "create") {
		t.Errorf("Manifest has a removed activity:\n%s", got)
	}
	s.Activities = []string{"create"}
	if got := Manifest(s, Build{}); !strings.Contains(got, "-create: 3141503\n") {
		t.Errorf("an activity that comes back has another number:\n%s", got)
	}
}

func TestManifestFoldsAndParsesBack(t *testing.T) {
	tests := []struct {
		name string
		s    *Registration
		b    Build
	}{
		{"the longest activity", granted(strings.Repeat("a", 38)), Build{}},
		{"many JARs", granted("query"), Build{ClassPath: strings.Fields(strings.Repeat("lib/a-rather-long-name-1.0.0.jar ", 30))}},
		{"many bytes a character", granted("query"), Build{Author: strings.Repeat("日本", 60)}},
		{"many spaces", granted("query"), Build{Author: "a" + strings.Repeat(" ", 200) + "b"}},
		{"line breaks in a value", granted("query"), Build{Author: "Acme\r\nJitterbit-Connector-Key: forged\r\n\r\n"}},
		{"nothing yet", &Registration{Version: "1.0.0", Activities: []string{"query"}}, Build{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := Manifest(tt.s, tt.b)
			if !strings.HasSuffix(text, "\n\n") || strings.Count(text, "\n\n") != 1 {
				t.Errorf("the manifest does not end with exactly one empty line:\n%q", text)
			}
			for line := range strings.Lines(text) {
				line = strings.TrimSuffix(line, "\n")
				if len(line) > 72 || !utf8.ValidString(line) || line != "" && strings.TrimSpace(line) == "" {
					t.Errorf("line %q has %d bytes, or is not whole", line, len(line))
				}
			}
			entries, findings := ParseManifest(text)
			if len(findings) > 0 {
				t.Errorf("ParseManifest finds %v", findings)
			}
			author := ""
			for _, e := range entries {
				if e.Name == "Author" {
					author = e.Value
				}
				if e.Value == "forged" {
					t.Errorf("a value became a header: %v", e)
				}
			}
			if want := strings.Join(strings.Fields(tt.b.Author), " "); author != want {
				t.Errorf("Author comes back as %q, want %q", author, want)
			}
			crlf, _ := ParseManifest(strings.ReplaceAll(text, "\n", "\r\n"))
			if len(crlf) != len(entries) {
				t.Errorf("with CRLF there are %d headers, want %d", len(crlf), len(entries))
			}
		})
	}
}

func TestParseManifestFinds(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no break at the end", "Manifest-Version: 1.0\nVersion: 1", "has no line break at its end"},
		{"a long line", "Author: " + strings.Repeat("x", 70) + "\n", "more than 72 bytes"},
		{"a beginning that goes on", " x\n", "none was begun"},
		{"no colon", "Author Acme\n", "a header's name, a colon"},
		{"no space after the colon", "Author:Acme\n", "a header's name, a colon"},
		{"a name with a space", "The Author: Acme\n", "a header's name, a colon"},
		{"a name that begins with a hyphen", "-A: b\n", "a header's name, a colon"},
		{"a header twice", "Author: a\nauthor: b\n", "is there twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, findings := ParseManifest(tt.text)
			if len(findings) != 1 || !strings.Contains(findings[0].Text, tt.want) || findings[0].Line == 0 {
				t.Errorf("ParseManifest(%q) finds %v, want one with %q", tt.text, findings, tt.want)
			}
		})
	}
	if entries, findings := ParseManifest("A: 1\n\nB broken"); len(entries) != 1 || len(findings) != 0 {
		t.Errorf("after the empty line: %v, %v, want it unread", entries, findings)
	}
}

func TestCheckManifest(t *testing.T) {
	s := granted("query", "create")
	good := Manifest(s, Build{})
	tests := []struct {
		name     string
		from, to string
		severity string
		want     string
	}{
		{"another key", s.Key, "00000000-58be-4c0e-9f64-2b7e01d9c835", Error, "Jitterbit-Connector-Key is not that of this registration"},
		{"another secret", "e94b20d6", "00000000", Error, "Jitterbit-Connector-Secret is not that of this registration"},
		{"a placeholder", "3141501", "****", Error, "still has a placeholder"},
		{"no endpoint", "Jitterbit-Connector-Endpoint-EntityTypeId: 3141501\n", "", Error, "Jitterbit-Connector-Endpoint-EntityTypeId is missing"},
		{"the older endpoint", "Endpoint-EntityTypeId", "Endpoint-Id", Warning, "older spelling"},
		{"an older activity", "Jitterbit-Activity-EntityTypeId-query", "Jitterbit-Activity-Id-query", Warning, "older spelling"},
		{"a number outside", "query: 3141502", "query: 3141501", Error, "must have a number from 3141502 to 3141600"},
		{"no number", "query: 3141502", "query: x", Error, "must have a number from 3141502 to 3141600"},
		{"a number twice", "create: 3141503", "create: 3141502", Error, "have the same number 3141502"},
	}
	check := func(text string) []Finding {
		entries, findings := ParseManifest(text)
		return append(findings, CheckManifest(entries, s)...)
	}
	if got := check(good); len(got) > 0 {
		t.Fatalf("CheckManifest of its own manifest finds %v", got)
	}
	if got := check(strings.Replace(good, s.Key, strings.ToUpper(s.Key), 1)); len(got) > 0 {
		t.Errorf("CheckManifest of a key in capitals finds %v", got)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.from) {
				t.Fatalf("the manifest has no %q", tt.from)
			}
			got := check(strings.Replace(good, tt.from, tt.to, 1))
			if len(got) != 1 || got[0].Severity != tt.severity || !strings.Contains(got[0].Text, tt.want) {
				t.Errorf("CheckManifest finds %v, want one %s with %q", got, tt.severity, tt.want)
			}
		})
	}
}
