package access

import "time"

// Credential is what a program uses at a vendor door: an API key, an AWS key pair, a Harmony login. It belongs to one
// workspace and has a role. The secret part is not here.
type Credential struct {
	ID        string
	Workspace string // id
	Vendor    string // id
	Name      string
	Role      Role
	Key       string // the part that may be known: token id, access key id, e-mail address; unique within the vendor
	Hash      []byte // SHA-256 of a secret that only has to be compared; nil where it has to be opened (AWS)
	Created   time.Time
	CreatedBy string
	Used      time.Time // zero before the first use
	UsedFrom  string    // address of the last use
	Revoked   time.Time // zero while it is good
}

// Actor gives the credential as whoever is asking: it sees its own workspace only.
func (c Credential) Actor() Actor {
	return Actor{Kind: "credential", ID: c.ID, Name: c.Name, Role: c.Role, Workspace: c.Workspace}
}

// Token is a log-in at the Harmony door, kept as a row like a session of a person.
type Token struct {
	Hash       []byte // SHA-256 of the token, 32 bytes
	Credential string // id
	Created    time.Time
	Seen       time.Time
	Ends       time.Time
}

// Reply is the stored answer to a call that must not happen twice (AWS's ClientToken).
type Reply struct {
	Workspace, Operation, Token string
	Asked                       []byte // SHA-256 of the parameters: the same token with others is refused
	Body                        string // what was answered
	At                          time.Time
}

// Request is one line of the request log: what came through a vendor door. Nothing of a body or a header is in it.
type Request struct {
	Seq        int64
	At         time.Time
	Vendor     string
	Workspace  string // id, or "" when it is not known
	Method     string
	Path       string // without the query
	Operation  string // the vendor's own name: "CreateConnectorV2"; "" for what matched none
	Credential string // name, or ""
	Status     int
	Took       time.Duration
	Connector  string // id of the connector it was about, or ""
	ID         string // request id, as the answer and the program's log have it
	Address    string
}

// RequestQuery asks for one page of the request log, newest first. Empty members ask for everything.
type RequestQuery struct {
	Vendor, Workspace, Method, Path, Operation, Credential, Connector string
	Status                                                            int // exactly this, or a class: 4 is every 4xx
	Before                                                            int64
	Size                                                              int
}
