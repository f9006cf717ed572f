package remotetest

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"testing"
)

func TestASecretIsFoundInEveryForm(t *testing.T) {
	const value = "canary pass/wörd+1%"
	for name, text := range map[string]string{
		"basic": "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+value)), "basic, longer": base64.StdEncoding.EncodeToString([]byte("user@account:" + value + "x")),
		"form": url.Values{"a": {"b"}, "client_secret": {value}}.Encode(), "path": "/x/" + url.PathEscape(value), "plain": "x" + value + "y", "hex": hex.EncodeToString([]byte(value)),
		"json": `{"a":"canary pass/wörd+1%"}`, "url base64": base64.URLEncoding.EncodeToString([]byte(`{"k":"` + value + `"}`)),
	} {
		if Found(text, value) == "" {
			t.Errorf("%s: Found(%q, %q) is nothing", name, text, value)
		}
	}
	if got := Found("Basic "+base64.StdEncoding.EncodeToString([]byte("user:another password")), value); got != "" {
		t.Errorf("Found() = %q, want nothing where nothing is", got)
	}
}

func TestElsewhereIsElsewhere(t *testing.T) {
	all := Elsewhere("https", "git.example.test", ":8443", ":9443", "/x")
	seen := map[string]bool{}
	for _, at := range all {
		if at == "https://git.example.test:8443/x" {
			t.Error("Elsewhere() has the very address")
		}
		seen[at] = true
	}
	if len(seen) < 84 {
		t.Errorf("Elsewhere() has %d addresses, want at least 84", len(seen))
	}
	if n := len(ElsewhereBySSH("git.example.test", ":8443", ":9443")); n < 84 {
		t.Errorf("ElsewhereBySSH() has %d addresses, want at least 84", n)
	}
}
