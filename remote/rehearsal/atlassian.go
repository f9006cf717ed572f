package rehearsal

import "net/http"

// atlassian plays the authorisation server and the API of Atlassian, by host.
func (s *Server) atlassian() map[string]http.Handler {
	return nil
}
