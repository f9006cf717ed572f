package probe_test

import (
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/remotetest"
)

// bound says how a type of the catalogue is led elsewhere.
type bound struct {
	scheme string // of its usual address
	path   string // of it
	field  string // with the address
	values map[string]string
}

// boundTypes has a row for each type that has a secret and an address. Azure has no address of its own, Jira's is the OAuth application's,
// and a registration asks nobody outside: they have tests of their own below.
var boundTypes = map[string]bound{
	"GitHttp":              {"http", "/acme/app.git", "url", nil},
	"GitHttpEncrypted":     {"https", "/acme/app.git", "url", nil},
	"GitSsh":               {"ssh", "/acme/app.git", "url", nil},
	"Artifactory":          {"http", "/artifactory", "url", nil},
	"ArtifactoryEncrypted": {"https", "/artifactory", "url", nil},
	"Appdynamics":          {"http", "/controller/", "controller_url", nil},
	"AppdynamicsClientId":  {"https", "/controller/", "controller_url", nil},
	"ServiceNow":           {"https", "", "InstanceName", map[string]string{"SecretArn": `{"ClientId":"patchbay","ClientSecret":"canary/client secret+1"}`}},
}

// filled gives the spec of a type with its examples, and another value for some fields.
func filled(kind connector.Type, with map[string]string) connector.Spec {
	spec := kind.New()
	values := map[string][]string{}
	for _, f := range spec.Fields() {
		if f.Required || f.Kind == connector.KindRef {
			values[f.Name] = []string{f.Example}
		}
	}
	for name, value := range with {
		values[name] = []string{value}
	}
	connector.Bind(spec.Fields(), values)
	return spec
}

// TestEverySecretGoesOnlyWhereItMay is proof S2: each type of the catalogue that has a secret, led to each address that is not its own.
func TestEverySecretGoesOnlyWhereItMay(t *testing.T) {
	const host = "git.example.test"
	authority, err := remotetest.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	signer, key := pair(t)
	good, other := remotetest.NewTap(t, authority), remotetest.NewTap(t, authority)
	p := probe.New(remote.New(remote.Config{AllowLoopback: true, Roots: authority.Pool, Resolver: remotetest.Resolver(func(string) []string { return []string{"127.0.0.1"} })}), nil)
	p.Deadline = 2 * time.Second
	cases, leaks, types := 0, 0, 0
	for _, v := range catalog.All() {
		for _, kind := range v.Types {
			row, ok := boundTypes[kind.Name]
			if !ok {
				continue
			}
			types++
			t.Run(kind.Name, func(t *testing.T) {
				address := func(at string) map[string]string { return map[string]string{row.field: at} }
				values := map[string]string{}
				secrets := []string{ssh.FingerprintSHA256(signer.PublicKey()), "canary/client secret+1"}
				own := row.scheme + "://" + host + good.Port + row.path
				if row.scheme == "ssh" {
					own = "ssh://git@" + host + good.Port + row.path
				}
				for _, s := range filled(kind, address(own)).Check().Sends() {
					values[s.Field] = "canary/" + s.Field + " of " + kind.Name + "+1"
					if row.scheme == "ssh" {
						values[s.Field] = key
					}
					if v := row.values[s.Field]; v != "" {
						values[s.Field] = v
					}
					secrets = append(secrets, values[s.Field])
				}
				if len(values) == 0 {
					t.Fatalf("%s sends no secret", own)
				}
				ask := func(at string, allowed connector.Origin) connector.Outcome {
					q := connector.Question{Check: filled(kind, address(at)).Check(), Secrets: map[string]connector.Opened{}, HostKeys: []connector.HostKey{accepted(at, good.HostKey), accepted(at, other.HostKey)}}
					for field, value := range values {
						q.Secrets[field] = connector.NewOpened(connector.NewSecret(value), allowed)
					}
					return p.Ask(t.Context(), q)
				}
				here, isPlain := connector.OriginOf(own)
				if !isPlain {
					t.Fatalf("%s has no origin", own)
				}
				mutations := remotetest.Elsewhere(row.scheme, host, good.Port, other.Port, row.path)
				switch {
				case row.scheme == "ssh":
					mutations = remotetest.ElsewhereBySSH(host, good.Port, other.Port)
				case row.field == "InstanceName": // a host alone is an instance, and this one is the very same
					mutations = slices.DeleteFunc(mutations, func(at string) bool { return at == host+good.Port })
				}
				for _, at := range mutations {
					cases++
					if got := ask(at, here); got.Status == connector.Healthy || got.Status == connector.Degraded {
						t.Errorf("Ask(%q) = %s %s", at, got.Status, got.Code)
					}
					if came := good.Taken() + other.Taken(); remotetest.Found(came, secrets...) != "" {
						t.Errorf("Ask(%q) sent %q: %q", at, remotetest.Found(came, secrets...), came)
					}
				}
				// At its own address the secret does arrive, so the taps see it where it comes.
				if got := ask(own, here); got.Status != connector.Healthy {
					t.Errorf("at its own address it is %s %s %q", got.Status, got.Code, got.Text)
				}
				if came := good.Taken(); remotetest.Found(came, secrets...) == "" {
					t.Errorf("at its own address no secret came: %q", came)
				}
				// With the control off, by allowing whatever origin an address names, the same addresses get it.
				leaked := 0
				for _, at := range mutations {
					anywhere, _ := connector.OriginOf(filledAddress(kind, address(at)))
					ask(at, anywhere)
					if remotetest.Found(good.Taken()+other.Taken(), secrets...) != "" {
						leaked++
					}
				}
				if leaked < 10 {
					t.Errorf("without the control the secret arrives %d times, want at least 10, or the test could not fail", leaked)
				}
				leaks += leaked
			})
		}
	}
	if types != len(boundTypes) || cases < 84 {
		t.Errorf("%d types of %d, %d addresses, want all types and at least 84", types, len(boundTypes), cases)
	}
	t.Logf("%d types, %d addresses, no secret arrives; %d times without the control", types, cases, leaks)
}

// filledAddress gives the address that a spec's check goes to.
func filledAddress(kind connector.Type, with map[string]string) string {
	switch q := filled(kind, with).Check().(type) {
	case connector.ListRefs:
		return q.URL
	case connector.ReadArtifactory:
		return q.URL
	case connector.ReadAppDynamics:
		return q.Controller
	case connector.ReadServiceNow:
		return q.Address
	}
	return ""
}

// TestEveryTypeWithASecretIsBound holds the table to the catalogue: a new type with a secret needs a row, or a test of its own.
func TestEveryTypeWithASecretIsBound(t *testing.T) {
	apart := map[string]string{
		"AzureClientSecretKey":   "TestAzureSecretsStayInTheirCloud",
		"AzureClientCertificate": "TestAzureSecretsStayInTheirCloud",
		"JiraCloud":              "TestTheTokensOfAConsentGoOnlyWhereTheyMay",
		"Registration":           "its pair goes to its own registry alone, which is no address",
	}
	for _, v := range catalog.All() {
		for _, kind := range v.Types {
			check := filled(kind, nil).Check()
			_, authorises := kind.New().(connector.Authorising)
			_, pair := check.(connector.HarmonyPair)
			has := len(check.Sends()) > 0 || authorises || pair
			_, bound := boundTypes[kind.Name]
			if bound == has && apart[kind.Name] == "" || has && !bound && apart[kind.Name] != "" {
				continue
			}
			t.Errorf("%s %s sends a secret: %v; bound: %v, apart: %q", v.ID, kind.Name, has, bound, apart[kind.Name])
		}
	}
}
