package rehearsal

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// azureSystem is how the machine's own identity is called in its tokens.
const azureSystem = "system"

// azureSights says what each identity sees at the resource manager: the names of subscriptions, the state of all of them.
var azureSights = map[string]struct {
	names []string
	state string
}{
	AzureApplication:   {[]string{"Acme landing zone", "Acme production"}, "Enabled"},
	AzureCertified:     {[]string{"Acme government"}, "Enabled"},
	AzureUserIdentity:  {[]string{"Acme cluster"}, "Enabled"},
	AzureSeesDisabled:  {[]string{"Acme last year"}, "Disabled"},
	AzureSeesThousand:  {thousand(), "Enabled"},
	AzureSeesNothing:   {},
	AzureTokenUnwanted: {},
	AzureForbidden:     {},
	azureSystem:        {},
}

func thousand() []string {
	names := make([]string, 1000)
	for i := range names {
		names[i] = fmt.Sprintf("Acme shop %04d", i)
	}
	return names
}

// manage plays the resource manager of a cloud.
func (d *directory) manage(w http.ResponseWriter, r *http.Request, c azureCloud) {
	token, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	who, known := d.holder(c, token)
	id, isOne := strings.CutPrefix(r.URL.Path, "/subscriptions/")
	switch {
	case !isBearer:
		refuseManaging(w, http.StatusUnauthorized, "AuthenticationFailed")
	case !known, who == AzureTokenUnwanted:
		refuseManaging(w, http.StatusUnauthorized, "InvalidAuthenticationToken")
	case r.URL.Query().Get("api-version") != "2022-12-01":
		refuseManaging(w, http.StatusBadRequest, "InvalidApiVersionParameter")
	case who == AzureForbidden:
		refuseManaging(w, http.StatusForbidden, "AuthorizationFailed")
	case r.Method == http.MethodGet && r.URL.Path == "/subscriptions":
		all := subscriptions(c, who)
		respond(w, http.StatusOK, map[string]any{"value": all, "count": map[string]any{"type": "Total", "value": len(all)}})
	case r.Method == http.MethodGet && isOne:
		for _, one := range subscriptions(c, who) {
			if one["subscriptionId"] == id {
				respond(w, http.StatusOK, one)
				return
			}
		}
		refuseManaging(w, http.StatusNotFound, "SubscriptionNotFound")
	default:
		refuseManaging(w, http.StatusNotFound, "InvalidResourceType")
	}
}

// subscriptions are those that an identity sees, each with what the resource manager tells of one.
func subscriptions(c azureCloud, who string) []map[string]any {
	sight := azureSights[who]
	out := make([]map[string]any, 0, len(sight.names))
	for i, name := range sight.names {
		id := fmt.Sprintf("77777777-0000-4000-8000-%012d", i)
		out = append(out, map[string]any{"id": "/subscriptions/" + id, "subscriptionId": id, "tenantId": c.tenant, "displayName": name, "state": sight.state,
			"authorizationSource": "RoleBased", "managedByTenants": []string{}, "tags": map[string]string{"cost-centre": "4711", "owner": "platform@acme.example.test"},
			"subscriptionPolicies": map[string]string{"locationPlacementId": "Public_2014-09-01", "quotaId": "EnterpriseAgreement_2014-09-01", "spendingLimit": "Off"}})
	}
	return out
}

func refuseManaging(w http.ResponseWriter, status int, code string) {
	respond(w, status, map[string]any{"error": map[string]string{"code": code, "message": "refused in rehearsal"}})
}

// metadata plays the metadata service of a machine in the public cloud.
func (d *directory) metadata(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/metadata/identity/oauth2/token" || r.Method != http.MethodGet {
		http.NotFound(w, r)
		return
	}
	no := func(name, text string) {
		respond(w, http.StatusBadRequest, map[string]string{"error": name, "error_description": text})
	}
	who := r.URL.Query().Get("client_id")
	if digits, ok := strings.CutPrefix(who, azureNumberedIdentity); ok {
		if status, err := strconv.Atoi(digits); err == nil && status >= 400 && status < 600 {
			respond(w, status, map[string]string{"error": "rehearsed", "error_description": "refused in rehearsal"})
			return
		}
	}
	if who == "" {
		who = azureSystem
	}
	c := azureClouds[0]
	switch {
	case r.Header.Get("Metadata") != "true" || r.URL.Query().Get("api-version") != "2018-02-01":
		no("bad_request_102", "refused in rehearsal")
	case who != azureSystem && who != AzureUserIdentity:
		no("invalid_request", "no such identity in rehearsal")
	case strings.TrimSuffix(r.URL.Query().Get("resource"), "/") != "https://"+c.manager: // the machine's tenant knows its own cloud only
		no("invalid_resource", "AADSTS500011: refused in rehearsal")
	default:
		respond(w, http.StatusOK, map[string]string{"access_token": d.issue(c, who), "client_id": r.URL.Query().Get("client_id"), "expires_in": "86399",
			"expires_on": strconv.FormatInt(d.now().Add(24*time.Hour).Unix(), 10), "resource": r.URL.Query().Get("resource"), "token_type": "Bearer"})
	}
}

// serveMetadata starts the metadata service on a port of its own: it is reached by a way of its own, too.
func (s *Server) serveMetadata() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the metadata service of the rehearsal: %w", err)
	}
	if s.IdentityAt, err = netip.ParseAddrPort(listener.Addr().String()); err != nil {
		return fmt.Errorf("read the address of the metadata service of the rehearsal: %w", err)
	}
	s.metadata = &http.Server{Handler: http.HandlerFunc(s.directory.metadata), ReadHeaderTimeout: 5 * time.Second, ErrorLog: log.New(discard{}, "", 0)}
	go func() { _ = s.metadata.Serve(listener) }() // ends with Close
	return nil
}
