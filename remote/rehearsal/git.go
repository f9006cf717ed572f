package rehearsal

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"strings"
)

// answer plays Git over HTTP:
//
//	/acme/checkout.git   asks for User and Password, and has three refs
//	/acme/locked.git     lets nobody in, whatever the password
//	/public/docs.git     answers anybody
//	/wiki/start.git      is a page of HTML
//	/moved/app.git       leads somewhere else
//	/slow/app.git        never answers
//	/hook, /hook/broken  take a webhook, and fail to
//
// Anything else is not there, which is said only to those with the password, as real servers do.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) {
	repository, ok := strings.CutSuffix(r.URL.Path, "/info/refs")
	switch {
	case strings.HasPrefix(r.URL.Path, "/wiki/"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>Wiki</title><p>Welcome to the wiki.</p>")
	case strings.HasPrefix(r.URL.Path, "/moved/"):
		http.Redirect(w, r, "http://git.example.test"+r.URL.Path, http.StatusMovedPermanently)
	case r.URL.Path == "/hook":
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Path == "/hook/broken":
		http.Error(w, "Out of order.", http.StatusInternalServerError)
	case strings.HasPrefix(r.URL.Path, "/slow/"):
		select {
		case <-r.Context().Done():
		case <-s.quit:
		}
	case ok && strings.HasPrefix(repository, "/public/"):
		refs(w)
	case !s.knows(r) || repository == "/acme/locked.git":
		w.Header().Set("WWW-Authenticate", `Basic realm="Rehearsal"`)
		http.Error(w, "Authentication required.", http.StatusUnauthorized)
	case ok && repository == "/acme/checkout.git":
		refs(w)
	default:
		http.Error(w, "Repository not found.", http.StatusNotFound)
	}
}

func (s *Server) knows(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	return ok && subtle.ConstantTimeCompare([]byte(user+"\n"+password), []byte(s.User+"\n"+s.Password)) == 1
}

// refs advertises three refs the way the smart protocol does.
func refs(w http.ResponseWriter) {
	adv := threeRefs()
	adv.Prefix = [][]byte{[]byte("# service=git-upload-pack"), {}}
	w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
	w.Header().Set("Cache-Control", "no-cache")
	// The reader may be gone by now; there is nobody to tell then.
	_ = adv.Encode(w)
}
