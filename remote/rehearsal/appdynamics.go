package rehearsal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// appDynamics plays an AppDynamics controller at appd.example.test, whose one account is customer1:
//
//	/controller             asks for User and Password, or a token of the API client User with the secret Password; three applications
//	/many/controller        the same, with more applications than a check reads
//	/endless/controller     the same, and the list never ends
//	/classic/controller     the same, and is older than API clients
//	/vague/controller       the same, and its answer to API clients holds no token
//	/forgetful/controller   the same, and does not take the token that it gave
//	/xml/controller         the same, and answers in XML whatever one wants
//	/torn/controller        the same, and ends its list in the middle
//	/upgrade/controller     is under maintenance
//	/busy/controller        answers no more, too many requests came
//	/portal/controller      shows a page to sign in at
//	/moved/controller       leads to another host
//	/open/controller        lists three applications to everybody
//	/blank/controller       answers nothing
//
// The root and all else is "not found". The user or API client "no-role" may not list applications, "sees-nothing" is shown none.
func (s *Server) appDynamics() map[string]http.Handler {
	mux := http.NewServeMux()
	at := func(path string, applications, token http.HandlerFunc) {
		mux.HandleFunc("GET "+path+"/controller/rest/applications", applications)
		mux.HandleFunc("POST "+path+"/controller/api/oauth/access_token", token)
	}
	plain := func(status int, kind, said string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			fmt.Fprint(w, said)
		}
	}
	three := plain(http.StatusOK, "application/json", `[{"name":"Checkout","description":"","id":5},{"name":"Payments","description":"","id":8},{"name":"Search","description":"","id":13}]`)
	xml := plain(http.StatusOK, "application/xml", `<applications><application><id>5</id><name>Checkout</name></application></applications>`)
	torn := plain(http.StatusOK, "application/json", `[{"name":"Checkout","id":5},{"name":"Pay`)
	busy := plain(http.StatusTooManyRequests, "text/plain", "Slow down.")
	upgrade := plain(http.StatusServiceUnavailable, "text/html", "<html><head><title>Maintenance</title></head><body>The controller is being upgraded.</body></html>")
	portal := plain(http.StatusOK, "text/html", "<!doctype html><title>Sign in</title><form>…</form>")
	moved := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://appd-new.example.test"+r.URL.Path, http.StatusFound)
	}

	at("", s.appdUser(three), s.appdToken)
	at("/many", s.appdUser(manyApplications), s.appdToken)
	mux.HandleFunc("GET /many/controller/rest/applications/{id}", s.appdUser(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `[{"name":"Service","id":%s}]`, r.PathValue("id"))
	}))
	at("/endless", s.appdUser(endlessApplications), s.appdToken)
	at("/classic", s.appdUser(three), http.NotFound)
	at("/vague", s.appdUser(three), plain(http.StatusOK, "application/json", `{"ticket":"for another service"}`))
	at("/forgetful", s.appdUser(nil), s.appdToken)
	at("/xml", s.appdUser(xml), s.appdToken)
	at("/torn", s.appdUser(torn), s.appdToken)
	at("/upgrade", upgrade, upgrade)
	at("/busy", busy, busy)
	at("/portal", portal, portal)
	at("/moved", moved, moved)
	at("/open", three, s.appdToken)
	at("/blank", plain(http.StatusOK, "application/json", ""), plain(http.StatusOK, "application/json", ""))
	return map[string]http.Handler{"appd.example.test": mux}
}

const appdAccount = "@customer1"

// appdUser lets through who may see applications; nil lets nobody through.
func (s *Server) appdUser(then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, password, isBasic := r.BasicAuth()
		known := isBasic && password == s.Password
		if !isBasic {
			name, known = s.appdClient(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		}
		switch {
		case !known || !s.appdKnows(name) || then == nil:
			appdRefuses(w)
		case name == "no-role"+appdAccount:
			http.Error(w, "Not for this role.", http.StatusForbidden)
		case name == "sees-nothing"+appdAccount:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "[]")
		default:
			then(w, r)
		}
	}
}

// appdKnows tells whether there is a user or API client of this name, with the account behind it.
func (s *Server) appdKnows(name string) bool {
	name, ok := strings.CutSuffix(name, appdAccount)
	return ok && slices.Contains([]string{s.User, "no-role", "sees-nothing"}, name)
}

// appdToken gives a token to an API client.
func (s *Server) appdToken(w http.ResponseWriter, r *http.Request) {
	if r.PostFormValue("grant_type") != "client_credentials" {
		http.Error(w, "This grant is not known.", http.StatusBadRequest)
		return
	}
	client := r.PostFormValue("client_id")
	if r.PostFormValue("client_secret") != s.Password || !s.appdKnows(client) {
		appdRefuses(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token": %q, "expires_in": 300}`, s.appdTokenOf(client))
}

// appdTokenOf is the token of an API client: its name, and a proof that this server gave it.
func (s *Server) appdTokenOf(client string) string {
	proof := hmac.New(sha256.New, []byte(s.Password))
	proof.Write([]byte(client)) // never fails
	return hex.EncodeToString([]byte(client)) + "." + hex.EncodeToString(proof.Sum(nil))
}

// appdClient is the API client that a token belongs to.
func (s *Server) appdClient(token string) (name string, ok bool) {
	first, _, _ := strings.Cut(token, ".")
	client, err := hex.DecodeString(first)
	return string(client), err == nil && len(client) > 0 && hmac.Equal([]byte(token), []byte(s.appdTokenOf(string(client))))
}

// appdRefuses answers as a controller does: with a page of its server, and no reason.
func appdRefuses(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Basic realm="controller_realm"`)
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusUnauthorized)
	fmt.Fprint(w, "<html><head><title>Error report</title></head><body><h1>HTTP Status 401</h1></body></html>")
}

// manyApplications lists some four thousand.
func manyApplications(w http.ResponseWriter, _ *http.Request) {
	more := applicationLines(w)
	for range 4000 {
		if more() != nil {
			return
		}
	}
	fmt.Fprint(w, `{"name":"Last","id":9999}]`)
}

func endlessApplications(w http.ResponseWriter, r *http.Request) {
	for more := applicationLines(w); r.Context().Err() == nil; {
		if more() != nil {
			return
		}
	}
}

// applicationLines begins a list; each call adds an application to it.
func applicationLines(w http.ResponseWriter) func() error {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, "[")
	n := 0
	return func() error {
		n++
		_, err := fmt.Fprintf(w, `{"name":"Service %04d","description":"One of many services of the account.","id":%d},`, n, n)
		return err
	}
}
