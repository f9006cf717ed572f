package probe

import (
	"fmt"
	"strings"
	"testing"
)

const (
	oldHash = "0123456789abcdef0123456789abcdef01234567"
	newHash = oldHash + "89abcdef0123456789abcdef"
)

func pkt(line string) string { return fmt.Sprintf("%04x%s", len(line)+4, line) }

func TestReadAdvertised(t *testing.T) {
	head := pkt("# service=git-upload-pack\n") + "0000"
	tests := []struct {
		name, in string
		count    int
		head     string
		ok       bool
	}{
		{"HEAD and a branch", head + pkt(oldHash+" HEAD\x00symref=HEAD:refs/heads/main agent=x\n") + pkt(oldHash+" refs/heads/main\n") + "0000", 2, "refs/heads/main", true},
		{"a detached HEAD", head + pkt(oldHash+" HEAD\x00agent=x\n") + "0000", 1, oldHash[:12], true},
		{"no line breaks", head + pkt(oldHash+" refs/heads/main\x00agent=x") + "0000", 1, "", true},
		{"a tag with what it points at", head + pkt(oldHash+" refs/tags/v1\x00") + pkt(oldHash+" refs/tags/v1^{}") + "0000", 1, "", true},
		{"SHA-256", head + pkt(newHash+" HEAD\x00symref=HEAD:refs/heads/main object-format=sha256\n") + "0000", 1, "refs/heads/main", true},
		{"version 1", head + pkt("version 1\n") + pkt(oldHash+" refs/heads/main\x00agent=x") + "0000", 1, "", true},
		{"a shallow repository", head + pkt(oldHash+" HEAD\x00") + pkt("shallow "+oldHash) + "0000", 1, oldHash[:12], true},
		{"no refs, by capabilities", head + pkt(strings.Repeat("0", 40)+" capabilities^{}\x00agent=x\n") + "0000", 0, "", true},
		{"no refs, by silence", head + "0000", 0, "", true},
		{"nothing", "", 0, "", false},
		{"only the service", head, 0, "", false},
		{"no service", pkt(oldHash+" HEAD\x00") + "0000", 0, "", false},
		{"no flush after the service", pkt("# service=git-upload-pack\n") + pkt(oldHash+" HEAD\x00") + "0000", 0, "", false},
		{"no end", head + pkt(oldHash+" HEAD\x00"), 1, oldHash[:12], false},
		{"a hash that is not one", head + pkt("xyz HEAD\x00") + "0000", 0, "", false},
		{"a hash in upper case", head + pkt(strings.ToUpper(oldHash)+" HEAD\x00") + "0000", 0, "", false},
		{"a name that is missing", head + pkt(oldHash+" \x00") + "0000", 0, "", false},
		{"HTML", "<!doctype html>", 0, "", false},
		{"a length that lies", head + "ffff" + oldHash, 0, "", false},
	}
	for _, tt := range tests {
		got, err := readAdvertised(strings.NewReader(tt.in))
		if (err == nil) != tt.ok || got.count != tt.count || got.head != tt.head {
			t.Errorf("%s: readAdvertised() = %+v, %v, want %d refs, HEAD %q, ok %t", tt.name, got, err, tt.count, tt.head, tt.ok)
		}
	}
}

func TestReadHead(t *testing.T) {
	for in, want := range map[string]string{
		pkt(oldHash+" HEAD symref-target:refs/heads/main\n") + "0000": "refs/heads/main",
		pkt(oldHash+" HEAD\n") + "0000":                               oldHash[:12],
		"0000":                                                        "",
	} {
		if got, err := readHead(strings.NewReader(in)); err != nil || got != want {
			t.Errorf("readHead(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", pkt(oldHash + " HEAD\n"), pkt("ERR no") + "0000", pkt("HEAD\n") + "0000", "<html>"} {
		if got, err := readHead(strings.NewReader(in)); err == nil {
			t.Errorf("readHead(%q) = %q, want an error", in, got)
		}
	}
}

func TestHeadQuestion(t *testing.T) {
	want := pkt("command=ls-refs\n") + "0001" + pkt("symrefs\n") + pkt("ref-prefix HEAD\n") + "0000"
	if got := headQuestion(); got != want {
		t.Errorf("headQuestion() = %q, want %q", got, want)
	}
}

// FuzzReadAdvertised holds the reader to two promises: it never panics, and what it takes for a whole list ends with a flush.
func FuzzReadAdvertised(f *testing.F) {
	f.Add(pkt("# service=git-upload-pack\n") + "0000" + pkt(oldHash+" HEAD\x00symref=HEAD:refs/heads/main\n") + "0000")
	f.Add(pkt("# service=git-upload-pack\n") + "0000" + "0000")
	f.Fuzz(func(t *testing.T, in string) {
		if _, err := readAdvertised(strings.NewReader(in)); err == nil && (!strings.HasPrefix(in, "001") || !strings.Contains(in[8:], "0000")) {
			t.Errorf("readAdvertised(%q) takes it for a list of refs", in)
		}
		if _, err := readHead(strings.NewReader(in)); err == nil && !strings.Contains(in, "0000") {
			t.Errorf("readHead(%q) takes it for an answer", in)
		}
	})
}

func TestHiding(t *testing.T) {
	var h hiding
	h.add("p w/1&\"2", "deploy:p w/1&\"2")
	for _, text := range []string{"p w/1&\"2", "p+w%2F1%26%222", "p%20w%2F1&%222", "p w/1&amp;&#34;2", `p w/1&\"2`, "cCB3LzEmIjI=", "cCB3LzEmIjI", "7020772f31262232", "ZGVwbG95OnAgdy8xJiIy"} {
		if got := h.in("before " + text + " after"); got != "before [redacted] after" {
			t.Errorf("in(%q) = %q", text, got)
		}
	}
	if got := h.start("seen p w/1"); strings.Contains(got, "p w") {
		t.Errorf("start() = %q, shows half of the secret", got)
	}
}
