package rehearsal

import "net/http"

// artifactory plays Artifactory, by host.
func (s *Server) artifactory() map[string]http.Handler {
	return nil
}
