package probe

import (
	"os/exec"
	"strings"
	"testing"
)

func TestRepositoryPath(t *testing.T) {
	for address, want := range map[string]string{
		"git@git.example.com:acme/app.git":              "acme/app.git",
		"git@git.example.com:/srv/acme/app.git":         "/srv/acme/app.git",
		"git@git.example.com:/~ann/app.git":             "~ann/app.git",
		"git@git.example.com:a%20b.git":                 "a%20b.git",
		"ssh://git@git.example.com/acme/app.git":        "/acme/app.git",
		"SSH://git@git.example.com:2222/acme/app.git":   "/acme/app.git",
		"ssh://git@git.example.com/~ann/app.git":        "~ann/app.git",
		"ssh://git.example.com/a%20b%27c.git":           "/a b'c.git",
		"ssh://git@git.example.com/a@b:c/app.git":       "/a@b:c/app.git",
		"ssh://git@git.example.com":                     "",
		"ssh://git@git.example.com//":                   "",
		"ssh://git@git.example.com/%00":                 "",
		"ssh://git@git.example.com/%zz":                 "",
		"ssh://git@git.example.com?service=x/acme":      "",
		"git@git.example.com:":                          "",
		"git@git.example.com:--upload-pack=touch pwned": "",
		"git@git.example.com:a\x7fb":                    "",
	} {
		got, wrong := repositoryPath(address)
		if got != want || (wrong == "") != (want != "") {
			t.Errorf("repositoryPath(%q) = %q, %q, want %q", address, got, wrong, want)
		}
	}
}

// TestAShellTakesAQuotedPathForOneWord asks the shells themselves.
func TestAShellTakesAQuotedPathForOneWord(t *testing.T) {
	for _, shell := range []string{"sh", "bash"} {
		for _, path := range []string{"acme/app.git", "it's", "''", `\`, "$(id)`id`$HOME", "a; id", "a\" b", "*?[a]{b,c}", "!1 !!", "-x", " ", "~root", "&& id", "a|b>c<d #e", "ä€"} {
			// Git's own quoting leaves the backslash before ! to the reader, who is Git or a shell that is not in the house of history.
			out, err := exec.Command(shell, "-c", "printf %s "+quoted(path)).Output()
			if err != nil || string(out) != path {
				t.Errorf("%s takes %s for %q, %v, want %q", shell, quoted(path), out, err, path)
			}
		}
	}
	if got := uploadPack("acme/app.git"); got != "git-upload-pack 'acme/app.git'" {
		t.Errorf("uploadPack() = %s", got)
	}
}

func TestOfWords(t *testing.T) {
	for words, want := range map[string]string{
		"ERROR: Repository not found.\nfatal: Could not read from remote repository.":                                                         "GIT_NOT_FOUND",
		"remote: \nremote: ========\nremote: \nremote: The project you were looking for could not be found or you may not view it.\nremote: ": "GIT_NOT_FOUND",
		"fatal: '/srv/x.git' does not appear to be a git repository":                                                                          "GIT_NOT_FOUND",
		"FATAL: R any acme/app git DENIED by fallthru":                                                                                        "GIT_FORBIDDEN",
		"Unauthorized": "GIT_FORBIDDEN",
		"bash: git-upload-pack: command not found":                                 "SSH_NO_GIT",
		"sh: 1: git-upload-pack: not found":                                        "SSH_NO_GIT",
		"This account is currently not available.":                                 "SSH_NO_GIT",
		"Hi ann! You've successfully authenticated, but there is no shell access.": "SSH_NO_GIT",
		"fatal: detected dubious ownership in repository at '/srv/x.git'":          "GIT_ERROR",
	} {
		if got := ofWords(words, "GIT_ERROR"); got != want {
			t.Errorf("ofWords(%q) = %s, want %s", words, got, want)
		}
	}
	if got := gist("remote: \nremote: =====\nremote: remote: The project is gone.\n-----\n"); got != "The project is gone." {
		t.Errorf("gist() = %q", got)
	}
}

// FuzzRepositoryPath holds the reader to its promise: what it gives is one word to a program, and no option.
func FuzzRepositoryPath(f *testing.F) {
	f.Add("git@git.example.com:acme/app.git")
	f.Add("ssh://git@git.example.com/~ann/it's%20mine.git")
	f.Fuzz(func(t *testing.T, address string) {
		path, wrong := repositoryPath(address)
		if wrong != "" {
			return
		}
		if path == "" || path[0] == '-' || strings.ContainsAny(path, "\x00\n\r") {
			t.Errorf("repositoryPath(%q) = %q", address, path)
		}
		inside := quoted(path)
		if len(inside) < 2 || inside[0] != '\'' || inside[len(inside)-1] != '\'' {
			t.Errorf("quoted(%q) = %s", path, inside)
		}
	})
}
