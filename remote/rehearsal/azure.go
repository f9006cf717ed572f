package rehearsal

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The tenants, applications and identities that the Azure of the rehearsal has. Both tenants have all applications.
const (
	AzureTenant    = "66666666-7777-4888-9999-aaaaaaaaaaaa" // public cloud; also acme.onmicrosoft.com
	AzureGovTenant = "66666666-7777-4888-9999-aaaaaaaaaaab" // cloud of the US government

	AzureApplication      = "11111111-2222-4333-8444-555555555555" // takes Password as its secret, sees two subscriptions
	AzureCertified        = "11111111-2222-4333-8444-555555555556" // takes the certificate of AzurePEM, sees one subscription
	AzureSeesNothing      = "11111111-2222-4333-8444-555555555557" // sees no subscription
	AzureSeesDisabled     = "11111111-2222-4333-8444-555555555558" // sees one that is disabled
	AzureTokenUnwanted    = "11111111-2222-4333-8444-555555555559" // its token is refused by the resource manager
	AzureForbidden        = "11111111-2222-4333-8444-55555555555a" // may not list subscriptions
	AzureSeesThousand     = "11111111-2222-4333-8444-55555555555b" // sees a thousand, more than a check reads
	AzureUserIdentity     = "99999999-8888-4777-8666-555555555555" // a user-assigned identity that sees one subscription
	azureNumbered         = "00000000-0000-4000-8000-"             // then twelve digits, an AADSTS number
	azureNumberedIdentity = "99999999-8888-4777-8666-"             // then twelve digits, an HTTP status
)

// azure plays the sign-in services and the resource managers of Azure's public cloud and of the cloud of the US government, by host. The
// tenants and applications are the constants above. Those that take a secret take Password. Beside them:
//
//   - An application whose id is 00000000-0000-4000-8000- and twelve digits is refused with these digits as the AADSTS number, whatever
//     it shows: …-000007000222 has an expired secret.
//   - Another application is not known (700016), another secret is wrong (7000215), another tenant does not exist (90002).
//   - The public cloud describes the tenant of the government and leads on to its own sign-in service; there a secret for it is refused
//     (900382). The government's cloud does not know the public tenant.
//   - The certificate has to be the one of AzurePEM, the signature its own, the audience this tenant's token address (700027, 700023),
//     and the time within five minutes (700024). Its RSA key signs as PS256 or RS256.
//   - A token is good for the resource manager of its own cloud alone.
//
// The metadata service, at IdentityAt, gives tokens for the machine's own identity, which sees no subscription, and for AzureUserIdentity. A
// client id of 99999999-8888-4777-8666- and twelve digits is answered with these as the status; another identity is not there.
func (s *Server) azure() map[string]http.Handler {
	hosts := map[string]http.Handler{}
	for _, c := range azureClouds {
		hosts[c.login] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.directory.signIn(w, r, c) })
		hosts[c.manager] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.directory.manage(w, r, c) })
	}
	return hosts
}

// azureCloud is one of the clouds, by the hosts of its sign-in service and its resource manager.
type azureCloud struct{ login, manager, tenant string }

var azureClouds = []azureCloud{
	{"login.microsoftonline.com", "management.azure.com", AzureTenant},
	{"login.microsoftonline.us", "management.usgovcloudapi.net", AzureGovTenant},
}

// home is the cloud that a tenant lives in.
func home(tenant string) (azureCloud, bool) {
	if tenant == "acme.onmicrosoft.com" {
		tenant = AzureTenant
	}
	for _, c := range azureClouds {
		if tenant == c.tenant {
			return c, true
		}
	}
	return azureCloud{}, false
}

// signIn plays the sign-in service of a cloud.
func (d *directory) signIn(w http.ResponseWriter, r *http.Request, c azureCloud) {
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	lives, known := home(tenant)
	switch {
	case !strings.Contains(tenant, ".") && len(tenant) != len(AzureTenant):
		refuseSignIn(w, 900023)
	case !known, lives != c && c != azureClouds[0]:
		refuseSignIn(w, 90002)
	case r.Method == http.MethodGet && rest == "v2.0/.well-known/openid-configuration":
		d.describe(w, lives, tenant)
	case r.Method == http.MethodPost && rest == "oauth2/v2.0/token":
		if number := d.refusal(r, c, lives, tenant); number != 0 {
			refuseSignIn(w, number)
			return
		}
		respond(w, http.StatusOK, map[string]any{"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": d.issue(c, r.PostFormValue("client_id"))})
	default:
		http.NotFound(w, r)
	}
}

// describe tells everybody where a tenant signs in.
func (d *directory) describe(w http.ResponseWriter, lives azureCloud, tenant string) {
	at, region := "https://"+lives.login+"/"+tenant, "EU"
	if lives == azureClouds[1] {
		region = "USGov"
	}
	respond(w, http.StatusOK, map[string]any{"token_endpoint": at + "/oauth2/v2.0/token", "authorization_endpoint": at + "/oauth2/v2.0/authorize", "issuer": at + "/v2.0",
		"jwks_uri": at + "/discovery/v2.0/keys", "cloud_instance_name": strings.TrimPrefix(lives.login, "login."), "tenant_region_scope": region,
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt"}})
}

// refusal is the AADSTS number by which a request for a token is refused, 0 for one that is granted.
func (d *directory) refusal(r *http.Request, c, lives azureCloud, tenant string) int {
	id := r.PostFormValue("client_id")
	if digits, ok := strings.CutPrefix(id, azureNumbered); ok {
		if number, err := strconv.Atoi(digits); err == nil && number > 0 {
			return number
		}
	}
	_, known := azureSights[id]
	switch {
	case lives != c:
		return 900382
	case r.PostFormValue("grant_type") != "client_credentials":
		return 70003
	case !slices.Contains(strings.Fields(r.PostFormValue("scope")), "https://"+c.manager+"/.default"): // libraries ask for more beside it
		return 500011
	case !known:
		return 700016
	case r.PostFormValue("client_assertion") != "":
		return d.refuseAssertion(r.PostFormValue("client_assertion"), id, "https://"+c.login+"/"+tenant+"/oauth2/v2.0/token")
	case r.PostFormValue("client_secret") == "":
		return 7000218
	case r.PostFormValue("client_secret") != d.secret || id == AzureCertified:
		return 7000215
	}
	return 0
}

// refuseSignIn says no as the sign-in service does.
func refuseSignIn(w http.ResponseWriter, number int) {
	const trace, correlation = "0f3a1c52-7d0e-4b4e-9c39-3b2f7e5d1a00", "5b0f9d64-2a41-4c1e-8f52-6a1d0c9e7b00"
	status, name := http.StatusBadRequest, "invalid_request"
	switch number {
	case 7000215, 7000218, 7000222, 700027, 700024, 7000229, 1000502, 50012, 70002:
		status, name = http.StatusUnauthorized, "invalid_client"
	case 700016, 7000112:
		name = "unauthorized_client"
	case 90033, 90006, 90012, 90024:
		status, name = http.StatusServiceUnavailable, "temporarily_unavailable"
	case 90055:
		status = http.StatusTooManyRequests
	}
	text := "AADSTS" + strconv.Itoa(number)
	respond(w, status, map[string]any{"error": name, "error_description": text + ": refused in rehearsal. Trace ID: " + trace + " Correlation ID: " + correlation,
		"error_codes": []int{number}, "trace_id": trace, "correlation_id": correlation})
}

// respond writes an answer in JSON.
func respond(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the reader may be gone by now; there is nobody to tell then
}
