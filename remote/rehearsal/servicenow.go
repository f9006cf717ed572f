package rehearsal

import "net/http"

// serviceNow plays ServiceNow instances, by host.
func (s *Server) serviceNow() map[string]http.Handler {
	return nil
}
