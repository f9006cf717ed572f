package registry_test

import (
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/jitterbit"
)

// pairOf gives what a new registration was given.
func pairOf(c connector.Connector) (key string, secret connector.Secret) {
	s := c.Spec.(*jitterbit.Registration)
	return s.Key, s.Secret
}

func TestAPairIsValidForItsNameWhateverTheVersion(t *testing.T) {
	h := opened(t)
	key, secret := pairOf(h.kept(t, registration(h.harmony, "Acme Ledger", "1.0.0")))
	key2, secret2 := pairOf(h.kept(t, registration(h.harmony, "Acme Ledger", "2.0.0")))
	otherKey, otherSecret := pairOf(h.kept(t, registration(h.harmony, "Other", "1.0.0")))
	retired := h.kept(t, registration(h.harmony, "Gone", "1.0.0"))
	goneKey, goneSecret := pairOf(retired)
	if _, err := h.Retire(t.Context(), admin, retired.ID, 0); err != nil {
		t.Fatal(err)
	}
	second := h.workspace(t, connector.Workspace{Name: "Second", Vendor: "jitterbit", Account: "512605"})

	for name, tt := range map[string]struct {
		workspace, name, key string
		secret               connector.Secret
		want                 bool
	}{
		"the first version's pair":       {h.harmony, "Acme Ledger", key, secret, true},
		"the second version's pair":      {h.harmony, "Acme Ledger", key2, secret2, true},
		"the key in capitals":            {h.harmony, "Acme Ledger", strings.ToUpper(key), secret, true},
		"spaces around the name":         {h.harmony, "  Acme Ledger ", key, secret, true},
		"two versions mixed":             {h.harmony, "Acme Ledger", key, secret2, false},
		"another connector's pair":       {h.harmony, "Acme Ledger", otherKey, otherSecret, false},
		"a wrong name":                   {h.harmony, "Ledger", key, secret, false},
		"a name in other letters":        {h.harmony, "ACME LEDGER", key, secret, false},
		"a wrong key":                    {h.harmony, "Acme Ledger", otherKey, secret, false},
		"a wrong secret":                 {h.harmony, "Acme Ledger", key, otherSecret, false},
		"the secret in capitals":         {h.harmony, "Acme Ledger", key, connector.NewSecret(strings.ToUpper(secret.Reveal())), false},
		"no key":                         {h.harmony, "Acme Ledger", "", secret, false},
		"no secret":                      {h.harmony, "Acme Ledger", key, connector.Secret{}, false},
		"nothing at all":                 {h.harmony, "", "", connector.Secret{}, false},
		"one that is in the trash":       {h.harmony, "Gone", goneKey, goneSecret, false},
		"the pair of another workspace":  {second, "Acme Ledger", key, secret, false},
		"a workspace of another vendor":  {h.acme, "Acme Ledger", key, secret, false},
		"a connector that has no secret": {h.harmony, "Acme Ledger", "key", connector.NewSecret("secret"), false},
	} {
		t.Run(name, func(t *testing.T) {
			// Whichever part is wrong, the answer is the same: false, without an error that could tell.
			if got, err := h.ValidatePair(t.Context(), tester, tt.workspace, tt.name, tt.key, tt.secret); got != tt.want || err != nil {
				t.Errorf("ValidatePair() = %v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestACheckOfARegistrationPutsItsOwnPairToTheQuestion(t *testing.T) {
	h := opened(t)
	c := h.kept(t, registration(h.harmony, "Acme Ledger", "1.0.0"))
	run := h.checked(t, c.ID)
	if run.Code != "HARMONY_PAIR_VALID" || run.Status != connector.Healthy || len(run.Steps) != 2 {
		t.Errorf("run = %+v, want healthy in two steps", run.Outcome)
	}
	if h.other.times() != 0 {
		t.Error("the pair of a hosted workspace went out of the house")
	}

	exec(t, h.store.Dir(), `DELETE FROM hidden`)
	if run := h.checked(t, c.ID); run.Code != "HARMONY_PAIR_REFUSED" || run.Status != connector.Failing {
		t.Errorf("run without a secret = %+v, want refused", run.Outcome)
	}
}

func TestACheckOfADamagedRegistrationSaysSo(t *testing.T) {
	h := opened(t)
	good := h.kept(t, registration(h.harmony, "Acme Ledger", "1.0.0"))
	bad := h.kept(t, registration(h.harmony, "Acme Ledger", "2.0.0"))
	exec(t, h.store.Dir(), `UPDATE hidden SET sealed = X'00' WHERE connector = (SELECT n FROM connectors WHERE id = '`+bad.ID+`')`)
	for _, id := range []string{bad.ID, good.ID} {
		if run := h.checked(t, id); run.Code != "SECRET_SEALED" {
			t.Errorf("run of %s = %+v, want that a secret does not open", id, run.Outcome)
		}
	}
}
