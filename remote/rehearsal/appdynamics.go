package rehearsal

import "net/http"

// appDynamics plays AppDynamics controllers, by host.
func (s *Server) appDynamics() map[string]http.Handler {
	return nil
}
