package rehearsal

import "net/http"

// azure plays the sign-in service and the resource manager of Azure, by host.
func (s *Server) azure() map[string]http.Handler {
	return nil
}
