package handlers_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"patchbay/access"
	"patchbay/web"
)

// row is what every kind of actor gets at a route: nobody, viewer, tester, editor, admin.
type row struct {
	codes string
	form  []string // what is posted; empty for a form that has problems
}

// open to all, to those who are signed in, to those with a role; what comes after the refusals is what who may gets.
func all5(code string) string     { return strings.Repeat(code+" ", 5) }
func signed(code string) string   { return "303 " + strings.Repeat(code+" ", 4) }
func testers(code string) string  { return "303 403 " + strings.Repeat(code+" ", 3) }
func editors(code string) string  { return "303 403 403 " + code + " " + code }
func adminsTo(code string) string { return "303 403 403 403 " + code }

// matrix is proof S4: every route, and what every kind of actor gets there. A new route needs a row.
var matrix = map[string]row{
	"GET /livez":   {codes: all5("200")},
	"GET /readyz":  {codes: all5("200")},
	"GET /login":   {codes: "200 303 303 303 303"},
	"POST /login":  {codes: all5("422")},
	"POST /logout": {codes: all5("303")},
	"GET /setup":   {codes: all5("303")},
	"POST /setup":  {codes: all5("303")},

	"GET /":        {codes: signed("200")},
	"GET /palette": {codes: signed("200")},

	"GET /connectors":                    {codes: signed("200")},
	"GET /connectors/new":                {codes: editors("200")},
	"GET /connectors/new/:vendor/:type":  {codes: editors("200")},
	"POST /connectors":                   {codes: editors("422"), form: []string{"vendor", "harness", "type", "GitHttp"}},
	"POST /connectors/new/:vendor/:type": {codes: editors("422")},
	"GET /connectors/:id":                {codes: signed("200")},
	"GET /connectors/:id/edit":           {codes: editors("200")},
	"POST /connectors/:id/edit":          {codes: editors("422"), form: []string{"revision", "1"}},
	"GET /connectors/:id/delete":         {codes: editors("200")},
	"POST /connectors/:id/delete":        {codes: editors("303"), form: []string{"version", "1"}},
	"POST /connectors/:id/restore":       {codes: editors("303")},
	"GET /connectors/:id/purge":          {codes: adminsTo("200")},
	"POST /connectors/:id/purge":         {codes: adminsTo("422"), form: []string{"name", "not the name"}},
	"POST /connectors/:id/uses":          {codes: editors("303"), form: []string{"kind", "pipeline", "name", "deploy"}},
	"POST /connectors/:id/uses/remove":   {codes: editors("303"), form: []string{"kind", "pipeline", "name", "deploy"}},
	"GET /connectors/:id/validate":       {codes: testers("303")},
	"POST /connectors/:id/validate":      {codes: testers("303")},
	"GET /connectors/:id/history":        {codes: signed("200")},
	"GET /connectors/:id/runs/:run":      {codes: signed("200")},

	"GET /connectors/:id/checks/:run/events":  {codes: signed("200")},
	"POST /connectors/:id/checks/:run/cancel": {codes: testers("303")},

	"GET /connectors/new/:vendor/:type/test":  {codes: editors("303")},
	"POST /connectors/new/:vendor/:type/test": {codes: editors("422")},
	"GET /connectors/:id/edit/test":           {codes: editors("303")},
	"POST /connectors/:id/edit/test":          {codes: editors("422"), form: []string{"revision", "1"}},
	"GET /drafts/:run":                        {codes: editors("404")}, // somebody else's, so it is nowhere for each of them
	"GET /drafts/:run/events":                 {codes: editors("404")},
	"POST /drafts/:run/cancel":                {codes: editors("404")},

	"POST /connectors/:id/host-key":  {codes: editors("303"), form: []string{"fingerprint", "SHA256:of-none"}},
	"POST /connectors/:id/pair":      {codes: testers("200"), form: []string{"key", "k", "secret", "s"}},
	"POST /connectors/:id/payload":   {codes: signed("200"), form: []string{"payload", "{}"}},
	"POST /connectors/:id/authorise": {codes: editors("200")},
	"GET /oauth/jira/callback":       {codes: signed("303")},
	"GET /trash":                     {codes: signed("200")},

	"GET /connectors/:id/authorise/:consent":  {codes: editors("303")}, // somebody else's, so it is over for each of them
	"POST /connectors/:id/authorise/:consent": {codes: editors("303")},

	"POST /connectors/:id/watch":     {codes: editors("303"), form: []string{"every", "1h"}},
	"POST /connectors/:id/pause":     {codes: editors("303"), form: []string{"for", "4", "reason", "Being mended."}},
	"POST /connectors/:id/resume":    {codes: editors("303")},
	"GET /watch":                     {codes: signed("200")},
	"POST /watch/pause":              {codes: adminsTo("422"), form: []string{"for", "4"}},
	"POST /watch/resume":             {codes: adminsTo("303")},
	"POST /watch/windows":            {codes: adminsTo("422")},
	"POST /watch/windows/:id/remove": {codes: adminsTo("303")},
	"GET /expiry":                    {codes: signed("200")},
	"POST /secrets/:id/ends":         {codes: editors("303"), form: []string{"ends", "2027-01-31"}},

	"GET /secrets":              {codes: signed("200")},
	"POST /secrets":             {codes: editors("422")},
	"GET /secrets/:id":          {codes: signed("200")},
	"POST /secrets/:id/replace": {codes: editors("422"), form: []string{"version", "1"}},
	"POST /secrets/:id/remove":  {codes: editors("303")},

	"GET /workspaces":             {codes: signed("200")},
	"POST /workspaces":            {codes: adminsTo("422"), form: []string{"vendor", "harness"}},
	"POST /workspaces/:id/rename": {codes: adminsTo("422"), form: []string{"version", "1"}},
	"POST /workspaces/:id/remove": {codes: adminsTo("303")},

	"GET /workspaces/:id/settings":      {codes: adminsTo("200")},
	"POST /workspaces/:id/settings":     {codes: adminsTo("422"), form: []string{"version", "1"}},
	"GET /workspaces/:id/oauth":         {codes: adminsTo("200")},
	"POST /workspaces/:id/oauth":        {codes: adminsTo("422"), form: []string{"version", "0"}},
	"POST /workspaces/:id/oauth/remove": {codes: adminsTo("303")},

	"GET /workspaces/:id/host-keys":         {codes: signed("200")},
	"POST /workspaces/:id/host-keys/forget": {codes: editors("404"), form: []string{"origin", "ssh://git.example.com:22"}},

	"GET /credentials":             {codes: adminsTo("200")},
	"POST /credentials":            {codes: adminsTo("422")},
	"POST /credentials/:id/revoke": {codes: adminsTo("303")},
	"GET /requests":                {codes: signed("200")},

	"GET /notices":                            {codes: adminsTo("200")},
	"POST /notices":                           {codes: adminsTo("422")},
	"GET /notices/:id":                        {codes: adminsTo("200")},
	"POST /notices/:id":                       {codes: adminsTo("422"), form: []string{"version", "1"}},
	"POST /notices/:id/test":                  {codes: adminsTo("303")},
	"POST /notices/:id/remove":                {codes: adminsTo("303")},
	"GET /notices/:id/log/:notice":            {codes: adminsTo("200")},
	"POST /notices/:id/log/:notice/redeliver": {codes: adminsTo("303")},

	"GET /users":               {codes: adminsTo("200")},
	"POST /users":              {codes: adminsTo("422")},
	"POST /users/:id/role":     {codes: adminsTo("303"), form: []string{"version", "1", "role", "tester"}},
	"POST /users/:id/disable":  {codes: adminsTo("303"), form: []string{"version", "1"}},
	"POST /users/:id/enable":   {codes: adminsTo("303"), form: []string{"version", "1"}},
	"POST /users/:id/password": {codes: adminsTo("422")},

	"GET /account":           {codes: signed("200")},
	"POST /account/password": {codes: signed("422"), form: []string{"current", "wrong", "password", "battery staple"}},
	"POST /account/theme":    {codes: signed("303"), form: []string{"theme", "dark"}},
	"POST /account/keys":     {codes: signed("303"), form: []string{"keys", "on"}},
	"POST /account/stay":     {codes: signed("200")},

	"GET /audit":         {codes: adminsTo("200")},
	"POST /audit/verify": {codes: adminsTo("200")},

	"GET /reference":               {codes: signed("200")},
	"GET /reference/codes":         {codes: signed("200")},
	"GET /reference/compatibility": {codes: signed("200")},
	"GET /reference/:vendor/:type": {codes: signed("200")},
}

// public are the routes where nobody is not sent to the sign-in page first.
var public = []string{"/livez", "/readyz", "/login", "/setup"}

func TestEveryRouteAnswersEveryActorAsTheMatrixSays(t *testing.T) {
	c := opened(t, setting{})
	routes := map[string]bool{}
	for _, r := range c.routes {
		name := r.Method + " " + r.Path
		routes[name] = true
		want, ok := matrix[name]
		if !ok {
			t.Errorf("route %s has no row in the access matrix", name)
			continue
		}
		t.Run(name, func(t *testing.T) { c.cells(t, r, want) })
	}
	for name := range matrix {
		if !routes[name] {
			t.Errorf("the matrix has a row for %s, which is no route", name)
		}
	}
}

// cells asserts one row, and that a refusal leaves nothing behind.
func (c *console) cells(t *testing.T, r web.Route, want row) {
	codes := strings.Fields(want.codes)
	// The registry would refuse too, so the route's own guard is asserted by itself.
	first := slices.IndexFunc(codes[1:], func(code string) bool { return code != "403" })
	least := access.Viewer
	if r.Needs != web.Public && r.Needs != web.SignedIn {
		least = access.Needs(r.Needs)
	}
	if first < 0 || access.Roles[first] != least {
		t.Errorf("%s %s is guarded for %s, and the matrix says %s", r.Method, r.Path, least, want.codes)
	}
	for i, code := range codes {
		actor := append([]access.Role{"nobody"}, access.Roles...)[i]
		v, fields := c.nobody(), want.form
		if actor != "nobody" {
			v = c.in(t, string(actor))
		}
		if r.Path == "/login" && r.Method == http.MethodPost {
			fields = []string{"username", c.unique("guess"), "password", "wrong password"}
		}
		path := c.path(t, r.Path)
		before := c.events(t)
		a := v.get(path)
		if r.Method == http.MethodPost {
			a = v.post(path, fields...)
		}
		if got := strconv.Itoa(a.Code); got != code {
			t.Errorf("%s %s as %s = %s, want %s", r.Method, r.Path, actor, got, code)
		}
		refused := a.Code == http.StatusForbidden
		if actor == "nobody" && !slices.Contains(public, r.Path) {
			refused = true
			if to := a.Header().Get("Location"); !strings.HasPrefix(to, "/login") {
				t.Errorf("%s %s as nobody leads to %q, want the sign-in page", r.Method, r.Path, to)
			}
		} else if to := a.Header().Get("Location"); strings.HasPrefix(to, "/login") && r.Path != "/logout" && r.Path != "/setup" {
			t.Errorf("%s %s as %s leads to %q, though the actor is signed in", r.Method, r.Path, actor, to)
		}
		if after := c.events(t); refused && after != before {
			t.Errorf("%s %s was refused to %s and left %d events", r.Method, r.Path, actor, after-before)
		}
	}
}

// events counts the audit log.
func (c *console) events(t *testing.T) int64 {
	t.Helper()
	newest, err := c.reg.Events(t.Context(), root, access.EventQuery{Size: 1})
	if err != nil {
		t.Fatalf("Events() = %v", err)
	}
	return newest[0].Seq
}

// TestWithoutItsGuardARouteLetsAnybodyIn shows the control switched off: the matrix finds a route that asks for too little.
func TestWithoutItsGuardARouteLetsAnybodyIn(t *testing.T) {
	c := opened(t, setting{routes: func(routes []web.Route) []web.Route {
		for i := range routes {
			if routes[i].Needs == access.Edit {
				routes[i].Needs = access.View
			}
		}
		return routes
	}})
	if a := c.as(t, "viewer").get("/connectors/new"); a.Code != http.StatusOK {
		t.Errorf("GET /connectors/new by a viewer without the guard = %d, want it answered", a.Code)
	}
	// The registry asks again, so what a route forgets does no harm.
	v := c.as(t, "viewer")
	if a := v.post(c.path(t, "/connectors/:id/delete"), "version", "1"); a.Code != http.StatusForbidden {
		t.Errorf("deleting as a viewer without the guard = %d, want the registry's refusal", a.Code)
	}
}

func TestARouteThatDoesNotSayWhoMayComeInDoesNotStart(t *testing.T) {
	c := opened(t, setting{bare: true})
	for _, broken := range []func(*web.Route){
		func(r *web.Route) { r.Needs = "" }, func(r *web.Route) { r.Do = nil }, func(r *web.Route) { r.Method = "" },
	} {
		r := c.routes[0]
		broken(&r)
		cfg := web.Config{}
		if err := web.Mount(web.New(cfg), cfg, []web.Route{r}); err == nil {
			t.Errorf("Mount(%+v) = nil, want a refusal", r)
		}
	}
}
