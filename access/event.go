package access

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Event is one line of the audit log: who did what to what, and how it ended. Its members are all there is; nothing of
// a request is copied in, so no secret can get here.
type Event struct {
	Seq       int64 // counts from 1, without gaps
	At        time.Time
	Actor     string // "user:dana", "credential:ci", "system:watch"
	Action    string // "connector.created", "secret.replaced", …
	Object    string // kind and id: "connector:9c1f…"
	Name      string // of the object, as people know it
	Workspace string // id, or ""
	Detail    string // what changed, names of fields only
	Address   string // where the request came from, or ""
	Hash      []byte // SHA-256 over the event before and this one's members
}

// Chain gives the hash of the event when prev is the hash of the one before it (empty for the first). Each member goes in
// with its length, so no two different events share a text. Times count in milliseconds, as they are stored.
func (e Event) Chain(prev []byte) []byte {
	h := sha256.New()
	part := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(e.Seq))
	binary.BigEndian.PutUint64(n[8:], uint64(e.At.UnixMilli()))
	part(prev)
	part(n[:])
	for _, s := range []string{e.Actor, e.Action, e.Object, e.Name, e.Workspace, e.Detail, e.Address} {
		part([]byte(s))
	}
	return h.Sum(nil)
}

// EventQuery asks for one page of the audit log, newest first.
type EventQuery struct {
	Actor, Action, Object, Workspace string
	Before                           int64 // sequence number to go on from; 0 is the newest
	Size                             int
}
