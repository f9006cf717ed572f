package connector

import "time"

// KeptSecret is a workspace's secret whose end a person noted.
const KeptSecret ExpiryKind = "secret"

// ExpiryKinds are all kinds of things that end, with what a person sees.
var ExpiryKinds = []Option{
	{string(ServerCertificate), "Server certificates"},
	{string(ClientCertificate), "Client certificates"},
	{string(ClientSecret), "Client secrets"},
	{string(AccessToken), "Tokens"},
	{string(KeptSecret), "Secrets whose end was noted"},
}

// WarnBefore is how many days before its end a thing is warned of, the earliest first.
var WarnBefore = []int{30, 7, 1}

// Ending is one thing that ends, with what needs it.
type Ending struct {
	Expiry
	Workspace  string      // id; of a kept secret only, since a certificate may serve several
	Secret     string      // id of a kept secret, else ""
	Connectors []Connector // some that need it, the oldest first
	Users      int         // how many connectors need it
}

// DaysLeft is how many whole days there are until the end, rounded up; 0 or less once it is over.
func (e Expiry) DaysLeft(now time.Time) int {
	left := e.At.Sub(now)
	days := int(left / (24 * time.Hour))
	if left > 0 && left%(24*time.Hour) != 0 {
		days++
	}
	return days
}

// Stage gives the last of [WarnBefore] that has come, or 0 while the end is farther away.
func (e Expiry) Stage(now time.Time) int {
	stage := 0
	for _, days := range WarnBefore {
		if !now.Before(e.At.AddDate(0, 0, -days)) {
			stage = days
		}
	}
	return stage
}

// EndingQuery asks for one page of what ends next. Empty members ask for everything.
type EndingQuery struct {
	Kind       ExpiryKind
	Workspace  string   // workspace id
	Workspaces []string // when not nil: only in these, whatever else is asked (what the actor may see)
	Connector  string   // id: only what this one needs, its certificates and its secrets
	Before     time.Time
	After      string // cursor of the page before; opaque
	Size       int    // 1 to 200; 0 is the default
}

// EndingPage is one page of what ends, the next end first.
type EndingPage struct {
	Endings []Ending
	Next    string // cursor of the next page; "" on the last
}

// Warning says that something ends soon. It is given once for each of [WarnBefore] and thing, in each workspace.
type Warning struct {
	Expiry
	Days      int    // the stage that has come
	Warned    int    // the stage that was warned of last; 0 for none
	Workspace string // id
	Connector string // id of one connector that needs it; "" for a secret that none needs
	Name      string // of that connector
	Secret    string // id of a kept secret, else ""
	Users     int    // how many connectors of the workspace need it
}
