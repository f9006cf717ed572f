package connector

import "time"

// TrustedKey is the host key that a person accepted for an SSH server, for one workspace. It says nothing to any other workspace, nor
// to another port of the same host.
type TrustedKey struct {
	HostKey
	Workspace string // workspace id
	By        string // who accepted it
	At        time.Time
}
