package registry

import (
	"strconv"
	"strings"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// Limits is how many checks may be on their way, tests of drafts and tickets included. A member that is 0 stands for its default.
type Limits struct {
	AtOnce  int // that run at the same time; 8
	PerHost int // of those, at one host; 2
	PerUser int // that one user or credential has running or waiting; 4
	Waiting int // that wait for their turn in all; 200
}

// or fills in the defaults.
func (l Limits) or(d Limits) Limits {
	pick := func(n, otherwise int) int {
		if n > 0 {
			return n
		}
		return otherwise
	}
	return Limits{pick(l.AtOnce, d.AtOnce), pick(l.PerHost, d.PerHost), pick(l.PerUser, d.PerUser), pick(l.Waiting, d.Waiting)}
}

var defaultLimits = Limits{AtOnce: 8, PerHost: 2, PerUser: 4, Waiting: 200}

// watchMay is how much of a limit the watch may use, so that whoever validates by hand finds room even while the watch has much to do.
func watchMay(limit int) int {
	if limit == 1 {
		return 1
	}
	return limit - max(1, limit/4)
}

// payer is on whose account a check runs; "" is the program itself, which has no limit of its own.
func payer(a access.Actor) string {
	if a.Kind == "system" {
		return ""
	}
	return a.Kind + ":" + a.ID
}

// placeOf gives the origin that a check asks; "" when it asks nobody outside, or an address that has none.
func placeOf(c connector.Check) connector.Origin {
	address := ""
	switch q := c.(type) {
	case connector.ListRefs:
		address = q.URL
	case connector.ReadArtifactory:
		address = q.URL
	case connector.ReadAppDynamics:
		address = q.Controller
	case connector.ReadAzure:
		address = connector.AzureAuthority(q.Cloud)
	case connector.ReadJira:
		address = "https://api.atlassian.com"
	case connector.ReadServiceNow:
		address = q.Address
	}
	origin, ok := connector.OriginOf(address)
	if !ok {
		return ""
	}
	return origin
}

// hostOf gives the host of a place without its port: however many services a host has, it is one machine to be spared.
func hostOf(place connector.Origin) string {
	_, host, _ := strings.Cut(string(place), "://")
	return host[:max(0, strings.LastIndexByte(host, ':'))]
}

// The refusals to begin one more check.
var (
	tooManyWait = &connector.Busy{Text: "Too many checks wait for their turn already, so this one was not begun. Try again in half a minute.", After: 30 * time.Second}
	stopping    = &connector.Busy{Text: "Patchbay is being stopped, so no check is begun any more. Try again when it is back.", After: 30 * time.Second}
)

func tooManyOfOne(limit int) *connector.Busy {
	checks := " checks"
	if limit == 1 {
		checks = " check"
	}
	return &connector.Busy{After: 5 * time.Second, Text: "One person may have " + strconv.Itoa(limit) + checks + " on their way, and you have as many, so this one was not begun. " +
		"Wait until one of them has ended, or cancel one, then try again."}
}
