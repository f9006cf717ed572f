package access

import "time"

// User is a person who may sign in.
type User struct {
	ID       string
	Name     string // signs in with it; unique without regard to case
	Role     Role
	Disabled bool
	Created  time.Time
	LastSeen time.Time // zero before the first sign-in
	Theme    string    // "light", "dark" or "" for what the browser prefers
	Keys     bool      // single-key shortcuts are on
	Version  int64
}

// Actor gives the user as whoever is asking.
func (u User) Actor() Actor { return Actor{Kind: "user", ID: u.ID, Name: u.Name, Role: u.Role} }

// Session is one signed-in browser, kept as a row. The cookie's value is not here, only its SHA-256.
type Session struct {
	Hash    []byte // SHA-256 of the cookie's value, 32 bytes
	User    string // user id; "" before signing in
	Data    []byte // what gorilla/sessions keeps, encoded
	Created time.Time
	Seen    time.Time
	Ends    time.Time // absolute end
	Address string
	Agent   string
}
