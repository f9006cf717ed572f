package rehearsal

import (
	"fmt"
	"net/http"
	"strings"
)

// artifactory plays Artifactory, by host. At repo.example.test:
//
//	/artifactory            asks for User and Password, and lists four repositories; see below for other users and passwords
//	/many/artifactory       the same, and lists more repositories than a check reads
//	/endless/artifactory    the same, and the list never ends
//	/walled/artifactory     lets nobody in, whoever it is
//	/hidden/artifactory     says "not found" to strangers, and lists four repositories to User
//	/unlicensed/artifactory has a trial that ended
//	/starting/artifactory   is not up yet
//	/busy/artifactory       answers no more, too many requests came
//	/moved/artifactory      leads to mirror.example.test
//	/torn/artifactory       ends its list in the middle
//	/other/artifactory      answers JSON that is no list of repositories
//	/blank/artifactory      answers nothing
//
// All else there, the root too, is the page of the platform; in /artifactory itself it is "not found". With the Password, the user
// decides: "no-rights" may not list repositories, "reads-nothing" is shown none, "locked-out" and "on-hold" were locked, for good and
// for a moment, "old-password" has one that ended. Without it, the password does: "expired-token", "revoked-token", "foreign-token",
// and "plain-password" where only encrypted ones are taken.
//
// At mirror.example.test strangers are let in:
//
//	/artifactory        three repositories; a fourth for User and Password; a wrong password is refused
//	/public/artifactory three repositories for everybody, and nobody looks at passwords
//	/bare/artifactory   no repository for anybody
func (s *Server) artifactory() map[string]http.Handler {
	private, mirror := http.NewServeMux(), http.NewServeMux()
	list := func(mux *http.ServeMux, path string, h http.HandlerFunc) {
		mux.HandleFunc("GET "+path+"/api/repositories", h)
	}
	as := func(h http.HandlerFunc) http.HandlerFunc { return s.artifactoryUser(h) }
	few := func(names ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { repositories(w, names...) }
	}
	all := few("libs-release-local", "libs-snapshot-local", "central", "libs")

	list(private, "/artifactory", as(all))
	private.HandleFunc("GET /artifactory/", func(w http.ResponseWriter, _ *http.Request) {
		artifactorySays(w, http.StatusNotFound, "There is no such file.")
	})
	list(private, "/many/artifactory", as(s.manyRepositories))
	private.HandleFunc("GET /many/artifactory/api/repositories/{key}", as(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(artifactoryJSON(w), `{"key":%q,"packageType":"generic","rclass":"local"}`, r.PathValue("key"))
	}))
	list(private, "/endless/artifactory", as(func(w http.ResponseWriter, r *http.Request) {
		for more := repositoryLines(w); r.Context().Err() == nil; {
			if more() != nil {
				return
			}
		}
	}))
	list(private, "/walled/artifactory", func(w http.ResponseWriter, _ *http.Request) {
		artifactorySays(w, http.StatusForbidden, "Not from this network.")
	})
	list(private, "/hidden/artifactory", func(w http.ResponseWriter, r *http.Request) {
		if !s.knows(r) {
			artifactorySays(w, http.StatusNotFound, "Not found.")
			return
		}
		all(w, r)
	})
	list(private, "/unlicensed/artifactory", func(w http.ResponseWriter, _ *http.Request) {
		artifactorySays(w, http.StatusServiceUnavailable, "The trial license has expired.")
	})
	list(private, "/starting/artifactory", func(w http.ResponseWriter, _ *http.Request) {
		artifactorySays(w, http.StatusServiceUnavailable, "Starting up.")
	})
	list(private, "/busy/artifactory", func(w http.ResponseWriter, _ *http.Request) {
		artifactorySays(w, http.StatusTooManyRequests, "Slow down.")
	})
	list(private, "/moved/artifactory", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://mirror.example.test/artifactory/api/repositories", http.StatusMovedPermanently)
	})
	list(private, "/torn/artifactory", as(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(artifactoryJSON(w), `[{"key":"libs-release-local","type":"LOCAL"},{"key":"libs-`)
	}))
	list(private, "/other/artifactory", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(artifactoryJSON(w), `{"items":[]}`) })
	list(private, "/blank/artifactory", func(w http.ResponseWriter, _ *http.Request) { artifactoryJSON(w).WriteHeader(http.StatusOK) })
	private.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><title>Platform</title><p>Welcome to the platform.</p>")
	})

	list(mirror, "/artifactory", func(w http.ResponseWriter, r *http.Request) {
		if _, _, given := r.BasicAuth(); given {
			as(few("central", "npm-remote", "docs-local", "staff-local"))(w, r)
			return
		}
		repositories(w, "central", "npm-remote", "docs-local")
	})
	list(mirror, "/public/artifactory", few("central", "npm-remote", "docs-local"))
	list(mirror, "/bare/artifactory", few())
	return map[string]http.Handler{"repo.example.test": private, "mirror.example.test": mirror}
}

// artifactoryUser lets through who may see a list, and says what is wrong with the others.
func (s *Server) artifactoryUser(then http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		user, password, given := r.BasicAuth()
		status, said := http.StatusUnauthorized, ""
		switch {
		case !given:
			said = "Sign in first."
		case password == "expired-token":
			said = "This token has expired."
		case password == "revoked-token":
			said = "This token was not found."
		case password == "foreign-token":
			said = "A wrong username came with this token."
		case password == "plain-password":
			said = "Only an encrypted password is taken."
		case password != s.Password:
			said = "These credentials are bad."
		case user == "locked-out":
			said = "This user is locked."
		case user == "on-hold":
			status, said = http.StatusForbidden, "Held back for 5 seconds after login failures."
		case user == "old-password":
			said = "These credentials have expired."
		case user == "no-rights":
			status, said = http.StatusForbidden, "Not for this user."
		case user == "reads-nothing":
			repositories(w)
			return
		case user != s.User:
			said = "These credentials are bad."
		default:
			then(w, r)
			return
		}
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="Artifactory Realm"`)
		}
		artifactorySays(w, status, said)
	}
}

// artifactoryJSON writes the header of each answer.
func artifactoryJSON(w http.ResponseWriter) http.ResponseWriter {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Jfrog-Version", "Artifactory/7.111.4 81104900")
	return w
}

func artifactorySays(w http.ResponseWriter, status int, said string) {
	artifactoryJSON(w).WriteHeader(status)
	fmt.Fprintf(w, "{\n  \"errors\" : [ {\n    \"status\" : %d,\n    \"message\" : %q\n  } ]\n}", status, said)
}

// repositories lists repositories; their type follows from their name.
func repositories(w http.ResponseWriter, keys ...string) {
	lines := make([]string, len(keys))
	for i, key := range keys {
		kind := "VIRTUAL"
		switch {
		case strings.HasSuffix(key, "-local"):
			kind = "LOCAL"
		case strings.HasSuffix(key, "-remote"), key == "central":
			kind = "REMOTE"
		}
		lines[i] = fmt.Sprintf(`{"key":%q,"type":%q,"url":"https://repo.example.test/artifactory/%s","packageType":"Generic"}`, key, kind, key)
	}
	// The reader may be gone by now; there is nobody to tell then.
	fmt.Fprint(artifactoryJSON(w), "["+strings.Join(lines, ",")+"]")
}

// manyRepositories lists some four thousand.
func (s *Server) manyRepositories(w http.ResponseWriter, _ *http.Request) {
	more := repositoryLines(w)
	for range 4000 {
		if more() != nil {
			return
		}
	}
	fmt.Fprint(w, `{"key":"last-local","type":"LOCAL"}]`)
}

// repositoryLines begins a list; each call adds a repository to it.
func repositoryLines(w http.ResponseWriter) func() error {
	fmt.Fprint(artifactoryJSON(w), "[")
	n := 0
	return func() error {
		n++
		_, err := fmt.Fprintf(w, `{"key":"team-%04d-local","type":"LOCAL","url":"https://repo.example.test/artifactory/team-%04d-local","packageType":"Generic"},`, n, n)
		return err
	}
}
