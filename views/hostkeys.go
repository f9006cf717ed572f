package views

import (
	"net/url"
	"strings"

	"patchbay/connector"
)

// HostKeysPage lists the host keys of SSH servers that were accepted in a workspace: POST /workspaces/{id}/host-keys/forget with origin.
// They are accepted on a connector's page: POST /connectors/{id}/host-key with fingerprint.
type HostKeysPage struct {
	Shell
	Vendor    *connector.Vendor
	Workspace connector.Workspace
	Keys      []connector.TrustedKey // by origin
}

// takesHostKeys reports whether the workspace's vendor has connectors that go over SSH.
func takesHostKeys(vendors connector.Catalog, w connector.Workspace) bool {
	v, ok := vendors.Vendor(w.Vendor)
	if !ok {
		return false
	}
	for _, t := range v.Types {
		if q, ok := t.New().Check().(connector.ListRefs); ok && q.Key.Field != "" {
			return true
		}
	}
	return false
}

func hostKeysURL(workspace string, parts ...string) string {
	out := "/workspaces/" + url.PathEscape(workspace) + "/host-keys"
	for _, p := range parts {
		out += "/" + p
	}
	return out
}

// untrusted gives the host key that the last check ended with, or nil; changed tells that another one was accepted before.
func (p CheckPanel) untrusted() (key *connector.HostKey, changed bool) {
	if p.Run == nil || p.Alone || p.Run.State != connector.Done || p.Run.HostKey == nil {
		return nil, false
	}
	switch p.Run.Code {
	case "SSH_HOST_KEY_NEW":
		return p.Run.HostKey, false
	case "SSH_HOST_KEY_CHANGED":
		return p.Run.HostKey, true
	}
	return nil, false
}

// onServer is the command that prints the fingerprint at the server itself, scan the one that asks the server from a machine elsewhere.
func onServer(k connector.HostKey) string {
	return "ssh-keygen -lf /etc/ssh/ssh_host_" + keyKind(k) + "_key.pub"
}

func scan(k connector.HostKey) string {
	server := strings.TrimPrefix(string(k.Origin), "ssh://")
	host, port := server, "22"
	if i := strings.LastIndexByte(server, ':'); i >= 0 {
		host, port = server[:i], server[i+1:]
	}
	return "ssh-keyscan -t " + keyKind(k) + " -p " + port + " " + strings.Trim(host, "[]") + " | ssh-keygen -lf -"
}

// keyKind is what the programs of OpenSSH call the kind of a key.
func keyKind(k connector.HostKey) string {
	switch {
	case strings.HasPrefix(k.Algorithm, "ecdsa-"):
		return "ecdsa"
	case strings.HasSuffix(k.Algorithm, "-rsa"):
		return "rsa"
	}
	return "ed25519"
}
