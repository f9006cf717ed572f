package rehearsal

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// DeskClient is the id of the OAuth client that the rehearsal's instances know; its secret is Password.
const DeskClient = "patchbay"

// Incident is one that was opened at the rehearsal's ServiceNow.
type Incident struct {
	Host, ID, Number, Title, Text, Mark string
}

// serviceNow plays ServiceNow instances, by host:
//
//	acme.service-now.com     gives DeskClient a token, and lets it read and open incidents
//	empty.service-now.com    the same, and there is no incident that the client may see
//	reader.service-now.com   lets the client read incidents and open none
//	strict.service-now.com   gives a token, and lets nobody read
//	bare.service-now.com     gives a token, and has no table of incidents
//	forgetful.service-now.com gives tokens that it does not know a moment later
//	closed.service-now.com   gives nobody a token: client credentials are switched off
//	older.service-now.com    knows no client credentials at all
//	asleep.service-now.com   is a developer's instance that hibernates, which it says on a page
//	away.service-now.com     the same, and leads to the page
//	portal.service-now.com   shows its sign-in page for everything
//	blank.service-now.com    gives an answer without a token
//	busy.service-now.com     answers that too many requests came
func (s *Server) serviceNow() map[string]http.Handler {
	s.Desk = &Desk{secret: s.Password, tokens: map[string]string{}}
	hosts := map[string]http.Handler{}
	for _, name := range []string{"acme", "empty", "reader", "strict", "bare", "forgetful", "closed", "older", "asleep", "away", "portal", "blank", "busy"} {
		hosts[name+".service-now.com"] = s.Desk.instance(name)
	}
	return hosts
}

// Desk is ServiceNow as it is played. It is safe for concurrent use.
type Desk struct {
	secret string

	mu        sync.Mutex
	tokens    map[string]string // the instance, by token
	incidents []Incident
	lost      int
}

// Incidents gives those that were opened, in their order.
func (d *Desk) Incidents() []Incident {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.incidents)
}

// Lose loses the answers to the next n incidents, which are opened all the same.
func (d *Desk) Lose(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lost = n
}

func (d *Desk) instance(name string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth_token.do", func(w http.ResponseWriter, r *http.Request) { d.token(w, r, name) })
	mux.HandleFunc("GET /api/now/table/incident", d.let(name, d.read))
	mux.HandleFunc("POST /api/now/table/incident", d.let(name, d.open))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := func(title, text string) {
			w.Header().Set("Content-Type", "text/html;charset=UTF-8")
			fmt.Fprintf(w, "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>", title, text)
		}
		switch name {
		case "asleep":
			page("Instance Hibernating page", "Your instance is hibernating")
		case "away":
			http.Redirect(w, r, "https://developer.servicenow.com/dev.do#!/home?wu=true", http.StatusFound)
		case "portal":
			page("Log in", "Welcome")
		case "busy":
			w.Header().Set("Retry-After", "30")
			sayJSON(w, http.StatusTooManyRequests, map[string]any{"error": map[string]string{"message": "Rate limit exceeded", "detail": "Too many requests"}})
		default:
			mux.ServeHTTP(w, r)
		}
	})
}

func (d *Desk) token(w http.ResponseWriter, r *http.Request, name string) {
	form := formOf(r)
	refuse := func(status int, code, text string) {
		sayJSON(w, status, map[string]string{"error": code, "error_description": text})
	}
	switch {
	case name == "older":
		refuse(http.StatusUnauthorized, "unsupported_grant_type", "the grant type is not supported")
	case name == "closed":
		refuse(http.StatusUnauthorized, "server_error", "access_denied")
	case form.Get("grant_type") != "client_credentials":
		refuse(http.StatusBadRequest, "invalid_request", "no grant type")
	case form.Get("client_id") != DeskClient || form.Get("client_secret") != d.secret:
		refuse(http.StatusUnauthorized, "invalid_client", "the client is not known")
	case name == "blank":
		sayJSON(w, http.StatusOK, map[string]any{"token_type": "Bearer"})
	default:
		token := rand.Text()
		if name != "forgetful" {
			d.mu.Lock()
			d.tokens[token] = name
			d.mu.Unlock()
		}
		sayJSON(w, http.StatusOK, map[string]any{"access_token": token, "scope": "useraccount", "token_type": "Bearer", "expires_in": 1799})
	}
}

// let asks for a token of the instance before a table is touched.
func (d *Desk) let(name string, then func(http.ResponseWriter, *http.Request, string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		d.mu.Lock()
		of, ok := d.tokens[token]
		d.mu.Unlock()
		switch {
		case !ok || of != name:
			deskFails(w, http.StatusUnauthorized, "User is not authenticated")
		case name == "strict":
			deskFails(w, http.StatusForbidden, "Insufficient rights to query records")
		case name == "bare":
			deskFails(w, http.StatusBadRequest, "Invalid table incident")
		default:
			then(w, r, name)
		}
	}
}

func (d *Desk) read(w http.ResponseWriter, r *http.Request, name string) {
	rows := []any{}
	mark, marked := strings.CutPrefix(r.URL.Query().Get("sysparm_query"), "correlation_id=")
	for _, i := range d.Incidents() {
		if i.Host == name+".service-now.com" && (!marked || i.Mark == mark) {
			rows = append(rows, map[string]string{"sys_id": i.ID, "number": i.Number})
		}
	}
	if !marked && len(rows) == 0 && name != "empty" {
		rows = append(rows, map[string]string{"sys_id": "9c573169c611228700193229fff72400", "number": "INC0000001"})
	}
	if limit, err := strconv.Atoi(r.URL.Query().Get("sysparm_limit")); err == nil && len(rows) > limit {
		rows = rows[:limit]
	}
	sayJSON(w, http.StatusOK, map[string]any{"result": rows})
}

func (d *Desk) open(w http.ResponseWriter, r *http.Request, name string) {
	var in map[string]string
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		deskFails(w, http.StatusBadRequest, "Exception while reading request")
		return
	}
	if name == "reader" {
		deskFails(w, http.StatusForbidden, "Operation Failed")
		return
	}
	var id [16]byte
	rand.Read(id[:]) //nolint:errcheck // crypto/rand.Read never fails: it ends the program instead
	d.mu.Lock()
	defer d.mu.Unlock()
	i := Incident{Host: name + ".service-now.com", ID: hex.EncodeToString(id[:]), Number: fmt.Sprintf("INC%07d", 10001+len(d.incidents)),
		Title: in["short_description"], Text: in["description"], Mark: in["correlation_id"]}
	d.incidents = append(d.incidents, i)
	if d.lost > 0 {
		d.lost--
		panic(http.ErrAbortHandler) // the connection ends; what was done is done
	}
	sayJSON(w, http.StatusCreated, map[string]any{"result": map[string]string{"sys_id": i.ID, "number": i.Number}})
}

func deskFails(w http.ResponseWriter, status int, message string) {
	sayJSON(w, status, map[string]any{"error": map[string]string{"message": message, "detail": "ACL"}, "status": "failure"})
}
