package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/remote/rehearsal"
	"patchbay/remote/remotetest"
)

// TestTheConsentOfAPersonStaysAtItsServer is S2 for Jira, through the registry: the tokens of a consent and the client secret go to the addresses
// that they were given for, whatever an admin writes into the application, and whatever stands in its row.
func TestTheConsentOfAPersonStaysAtItsServer(t *testing.T) {
	const client = "canary/client secret+1"
	h := newThief(t)
	h.secrets = append(h.secrets, client, remotetest.Token, remotetest.Token+"-2")
	api := "https://" + boundHost + h.good.Port
	token := api + "/oauth/token"
	if a := h.application(token, api, client); a.Code != http.StatusSeeOther {
		t.Fatalf("the application = %d", a.Code)
	}
	one := h.jira(t)
	if _, a := h.consent(t, one.ID); a.Code != http.StatusSeeOther {
		t.Fatalf("the consent = %d %s", a.Code, a.Body)
	}
	// The tap gives the same tokens to everybody, so it can be seen where they come back. Its one site is "c".
	if run := h.check(t, one.ID); run.Status != connector.Healthy {
		t.Fatalf("the check = %s %s %q", run.Status, run.Code, run.Text)
	}
	over := func() { // so that the next check has to renew the access token
		h.behind(t, `UPDATE oauth_tokens SET expires = 1 WHERE connector = $1`, one.ID)
	}
	over()
	h.came()
	if run := h.check(t, one.ID); run.Status != connector.Healthy {
		t.Fatalf("the check = %s %s %q", run.Status, run.Code, run.Text)
	}
	if text := h.good.Taken(); remotetest.Found(text, client) == "" || remotetest.Found(text, remotetest.Token+"-2") == "" {
		t.Fatalf("the renewal at its own address sent no secrets: %q", text)
	}
	over()
	cases := 0
	expect := func(what, at string) {
		t.Helper()
		cases++
		run := h.check(t, one.ID)
		if text, form := h.came(); form != "" || run.Status == connector.Healthy || run.Status == connector.Degraded {
			t.Errorf("%s %q: %s %s, sent %q: %q", what, at, run.Status, run.Code, form, text)
		}
	}
	workspace := h.spaces["securityhub"].ID
	for _, at := range some(remotetest.Elsewhere("https", boundHost, h.good.Port, h.other.Port, "/oauth/token"), 1) {
		// The secret that is kept does not go along to another token URL.
		if a := h.application(at, api, ""); a.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q was taken as token URL with the secret that is kept: %d", at, a.Code)
		}
		// With a secret of its own it may be set, and the tokens of the old one stay where they are.
		if a := h.application(at, api, "another secret"); a.Code == http.StatusSeeOther {
			expect("the token URL", at)
		}
		if a := h.application(token, at, client); a.Code == http.StatusSeeOther {
			expect("the API base", at)
		}
		for _, column := range []string{"token", "api"} {
			if a := h.application(token, api, client); a.Code != http.StatusSeeOther {
				t.Fatalf("the application as it was = %d", a.Code)
			}
			if column == "api" && strings.HasSuffix(at, "@"+boundHost+h.good.Port+"/oauth/token") {
				continue // the very origin, so the tokens are renewed where they may be
			}
			h.behind(t, `UPDATE oauth_apps SET `+column+` = $1 WHERE workspace = $2`, at, workspace)
			expect("the row's "+column, at)
			h.behind(t, `UPDATE oauth_apps SET `+column+` = $1 WHERE workspace = $2`, map[string]string{"token": token, "api": api}[column], workspace)
		}
	}
	if cases < 84 {
		t.Errorf("%d cases, want at least 84", cases)
	}
	// As it was, the consent is good still: what was refused was refused for the address alone.
	if run := h.check(t, one.ID); run.Status != connector.Healthy {
		t.Errorf("back at its own addresses it is %s %s %q", run.Status, run.Code, run.Text)
	}
	if _, form := h.came(); form == "" {
		t.Error("back at its own addresses nothing was sent: the test could not fail")
	}
	t.Logf("%d cases", cases)
}

// TestAzureSecretsStayInTheirCloudWhateverIsSaved is S2 for the types of Azure, through the registry: their addresses are those of the cloud that
// the connector names, so that is what a thief would change.
func TestAzureSecretsStayInTheirCloudWhateverIsSaved(t *testing.T) {
	const government = "AZURE_US_GOVERNMENT"
	h := newThief(t)
	there, err := rehearsal.New("ci", "x", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close() //nolint:errcheck // only its certificate is of use here
	editor := h.person(t, "edda", "editor")
	for kind, secret := range map[string]string{"AzureClientSecretKey": "canary/client secret of Azure+1", "AzureClientCertificate": there.AzurePEM} {
		a := asking{"harness", kind, "azure_environment_type"}
		d := h.draft(t, a, "AZURE", secret)
		for field := range d.NewSecrets {
			d.NewSecrets[field] = connector.NewSecret(secret)
		}
		c, err := h.Admit(t.Context(), asAdmin, d)
		if err != nil {
			t.Fatalf("Admit(%s) = %v", kind, err)
		}
		shown := func() string {
			text, form := h.came()
			if form == "" {
				form = remotetest.Found(text, secret, "client_assertion=", "client_secret=")
			}
			return form
		}
		if run := h.check(t, c.ID); run.Status != connector.Healthy || shown() == "" {
			t.Fatalf("%s in its own cloud is %s %s %q", kind, run.Status, run.Code, run.Text)
		}
		d.NewSecrets = nil
		if code := h.tested(t, editor, a.at(d, government)); code != "SECRET_NOT_ALLOWED_HERE" {
			t.Errorf("the test of %s in another cloud = %s", kind, code)
		}
		h.behind(t, `UPDATE connectors SET spec = json_set(spec, '$.azure_environment_type', $1) WHERE id = $2`, government, c.ID)
		if run := h.check(t, c.ID); run.Code != "SECRET_NOT_ALLOWED_HERE" {
			t.Errorf("a row of %s with another cloud is %s %s", kind, run.Status, run.Code)
		}
		if form := shown(); form != "" {
			t.Errorf("%s sent %q to another cloud", kind, form)
		}
		// The control switched off: whoever may keep secrets saves the other cloud.
		moved := a.at(d, government)
		moved.Name, moved.Identifier = h.unique("moved"), h.unique("moved")
		made, err := h.Admit(t.Context(), asAdmin, moved)
		if err != nil {
			t.Fatal(err)
		}
		if h.check(t, made.ID); shown() == "" {
			t.Errorf("%s saved for another cloud sends nothing there: the test could not fail", kind)
		}
	}
}
