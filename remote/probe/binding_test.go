package probe_test

import (
	"encoding/base64"
	"io"
	"log"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/remotetest"
)

var silent = log.New(io.Discard, "", 0)

// question asks for an address with secrets that may go to the origins alone.
func question(address string, secretUser bool, allowed ...connector.Origin) connector.Question {
	q := connector.ListRefs{URL: address, User: connector.Plain(user), Password: connector.Kept("password_ref", "account.pw")}
	secrets := map[string]connector.Opened{"password_ref": connector.NewOpened(connector.NewSecret(password), allowed...)}
	if secretUser {
		q.User = connector.Kept("username_ref", "account.user")
		secrets["username_ref"] = connector.NewOpened(connector.NewSecret(user), allowed...)
	}
	return connector.Question{Check: q, Secrets: secrets}
}

func TestASecretGoesOnlyWhereItMay(t *testing.T) {
	const host = "git.example.test"
	good, other := remotetest.NewSink(t, nil), remotetest.NewSink(t, nil)
	port := func(s *remotetest.Sink) string { return s.URL[strings.LastIndex(s.URL, ":"):] }
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, Resolver: remotetest.Resolver(func(string) []string { return []string{"127.0.0.1"} })}), nil)
	p.Deadline = 2 * time.Second
	address := "http://" + host + port(good) + "/acme/app.git"
	allowed, isPlain := connector.OriginOf(address)
	if !isPlain {
		t.Fatalf("%s has no origin", address)
	}

	var mutations []string
	for _, server := range []string{port(good), port(other)} {
		for _, scheme := range []string{"http://", "https://"} {
			for _, h := range []string{host, host + ".", "GIT.example.test.", "git.example.test.evil.test", "evil-git.example.test", "xgit.example.test", "git-example.test", "example.test",
				"sub.git.example.test", "127.0.0.1", "localhost", "[::1]", "deploy@" + host, "a:b@" + host, host + "@evil.test", "evil.test#@" + host, "evil.test/" + host, `evil.test\@` + host,
				"evil.test?" + host, "git.example.test%00.evil.test", "git。example.test", "git.exаmple.test", "git_example.test", "git..example.test"} {
				if scheme == "http://" && server == port(good) && h == host {
					continue // the one that is allowed
				}
				mutations = append(mutations, scheme+h+server+"/acme/app.git")
			}
		}
	}
	mutations = append(mutations, "http://"+host+"/acme/app.git", "http://"+host+":0"+port(good)[1:]+"/acme/app.git", "http://"+host+":+"+port(good)[1:]+"/", "ftp://"+host+port(good)+"/",
		" "+address, address[:4]+"s"+address[4:], "http:"+host+port(good), "//"+host+port(good)+"/acme/app.git")
	if len(mutations) < 84 {
		t.Errorf("%d mutations, want at least 84", len(mutations))
	}
	for _, at := range mutations {
		for _, secretUser := range []bool{false, true} {
			got := p.Ask(t.Context(), question(at, secretUser, allowed))
			if got.Status == connector.Healthy || got.Status == connector.Degraded {
				t.Errorf("Ask(%q) = %s %s", at, got.Status, got.Code)
			}
			if shown := strings.Join(append(evidence(got), got.Text), " "); strings.Contains(shown, password) {
				t.Errorf("Ask(%q) shows the password: %s", at, shown)
			}
		}
	}
	if sent := append(good.Credentials(), other.Credentials()...); len(sent) != 0 {
		t.Errorf("credentials arrived %d times, want never: %v", len(sent), sent)
	}

	// The allowed address, also in other letters, is the same place.
	for _, at := range []string{address, strings.ToUpper(address[:7+len(host)]) + address[7+len(host):], address + "/", strings.Replace(address, "/acme", "/ACME", 1)} {
		before := len(good.Credentials())
		want(t, p.Ask(t.Context(), question(at, true, allowed)), connector.Failing, "GIT_AUTH_REFUSED")
		if len(good.Credentials()) != before+1 {
			t.Errorf("Ask(%q) sent no credentials to the allowed origin", at)
		}
	}

	// With the control off, by allowing each origin that an address names, the same mutations do leak.
	before := len(good.Credentials()) + len(other.Credentials())
	for _, at := range mutations {
		anywhere, _ := connector.OriginOf(at)
		p.Ask(t.Context(), question(at, true, anywhere))
	}
	leaks := len(good.Credentials()) + len(other.Credentials()) - before
	if leaks < 20 {
		t.Errorf("without the control credentials arrive %d times, want at least 20, or the test could not fail", leaks)
	}
	t.Logf("%d mutations, none leaks; %d leak without the control", 2*len(mutations), leaks)
}

func TestARefusedSecretIsSaidSo(t *testing.T) {
	sink := remotetest.NewSink(t, nil)
	p := loopback(5 * time.Second)
	for name, q := range map[string]connector.Question{
		"another origin": question(sink.URL, false, "https://git.example.com:443"),
		"no origin":      question(sink.URL, false),
		"an empty one":   question(sink.URL, false, ""),
		"upper case":     question(sink.URL, false, connector.Origin(strings.ToUpper(sink.URL))),
		"with a path":    question(sink.URL, false, connector.Origin(sink.URL+"/")),
	} {
		got := p.Ask(t.Context(), q)
		want(t, got, connector.Failing, "SECRET_NOT_ALLOWED_HERE")
		if states(got) != "Resolve ok, Connect ok, HTTP ok, Authenticate failed, Use skipped" || !strings.Contains(got.Text, sink.URL) {
			t.Errorf("%s: %q, steps = %s", name, got.Text, states(got))
		}
	}
	// One of two is not enough.
	origin, _ := connector.OriginOf(sink.URL)
	half := question(sink.URL, true, origin)
	half.Secrets["username_ref"] = connector.NewOpened(connector.NewSecret(user), "https://git.example.com:443")
	want(t, p.Ask(t.Context(), half), connector.Failing, "SECRET_NOT_ALLOWED_HERE")
	missing := question(sink.URL, true, origin)
	delete(missing.Secrets, "password_ref")
	want(t, p.Ask(t.Context(), missing), connector.Failing, "SECRET_MISSING")
	if sent := sink.Credentials(); len(sent) != 0 {
		t.Errorf("credentials arrived: %v", sent)
	}
	want(t, p.Ask(t.Context(), question(sink.URL, true, origin)), connector.Failing, "GIT_AUTH_REFUSED")
	if sent, basic := sink.Credentials(), "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)); len(sent) != 1 || sent[0] != basic {
		t.Errorf("credentials = %v, want %s once", sent, basic)
	}
}
