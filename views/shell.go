package views

import (
	"strconv"
	"strings"
	"time"

	"patchbay/access"
)

// May reports whether the user of the page has the permission. Nobody has none.
func (s Shell) May(p access.Permission) bool { return s.User != nil && s.User.Actor().May(p) }

// theme is what the user chose: "light", "dark" or "" for what the browser prefers.
func (s Shell) theme() string {
	if s.User == nil {
		return ""
	}
	return s.User.Theme
}

func (s Shell) title() string {
	title := s.Title + " · Patchbay"
	if s.Title == "" {
		title = "Patchbay"
	}
	if s.Invalid {
		return "Error: " + title
	}
	return title
}

func (s Shell) keys() string {
	if s.User != nil && !s.User.Keys {
		return "off"
	}
	return "on"
}

func (s Shell) ends() string {
	if s.SessionEnds.IsZero() {
		return ""
	}
	return strconv.FormatInt(s.SessionEnds.UnixMilli(), 10)
}

// place is one link of the navigation.
type place struct {
	href, text, icon string
	count            int
	red              bool // the count is one of things to look after
	apart            bool // a line above
	needs            access.Permission
}

// places are the links that the user may follow.
func (s Shell) places() []place {
	all := []place{
		{href: "/", text: "Overview", icon: "overview", count: s.Nav.Failing, red: true, needs: access.View},
		{href: "/connectors", text: "Connectors", icon: "connectors", count: s.Nav.Connectors, needs: access.View},
		{href: "/secrets", text: "Secrets", icon: "secrets", needs: access.View},
		{href: "/expiry", text: "Expiry", icon: "expiry", needs: access.View},
		{href: "/watch", text: "Watch", icon: "watch", needs: access.View},
		{href: "/workspaces", text: "Workspaces", icon: "workspaces", needs: access.View},
		{href: "/trash", text: "Trash", icon: "trash", count: s.Nav.Trash, needs: access.View},
		{href: "/credentials", text: "Credentials", icon: "credentials", needs: access.ManageWorkspaces, apart: true},
		{href: "/notices", text: "Notices", icon: "notices", needs: access.ManageWorkspaces},
		{href: "/requests", text: "Requests", icon: "requests", needs: access.View, apart: !s.May(access.ManageWorkspaces)},
		{href: "/users", text: "Users", icon: "users", needs: access.ManageUsers},
		{href: "/audit", text: "Audit", icon: "audit", needs: access.ReadAudit},
		{href: "/reference", text: "Reference", icon: "reference", needs: access.View},
	}
	var out []place
	for _, p := range all {
		if s.May(p.needs) {
			out = append(out, p)
		}
	}
	return out
}

// here gives what aria-current says of a link: "page" for the page itself, "true" for what lies below it, "" elsewhere.
func (s Shell) here(href string) string {
	path, _, _ := strings.Cut(s.Path, "?")
	switch {
	case path == href:
		return "page"
	case href != "/" && strings.HasPrefix(path, href+"/"):
		return "true"
	}
	return ""
}

// Ago says how long before now something was, in the largest unit that fits: "just now", "5 min", "3 h", "2 d".
func Ago(now, t time.Time) string {
	d := now.Sub(t)
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return count(d, time.Minute) + " min"
	case d < 24*time.Hour:
		return count(d, time.Hour) + " h"
	case d < 60*24*time.Hour:
		return count(d, 24*time.Hour) + " d"
	case d < 730*24*time.Hour:
		return count(d, 30*24*time.Hour) + " months"
	}
	return count(d, 365*24*time.Hour) + " years"
}

func count(d, unit time.Duration) string { return strconv.FormatInt(int64(d/unit), 10) }

// relative is Ago as the end of a sentence: "3 h ago", "in 3 h", "just now".
func relative(now, t time.Time) string {
	text := Ago(now, t)
	switch {
	case text == "just now":
		return text
	case t.After(now):
		return "in " + text
	}
	return text + " ago"
}

// absolute says when something was, with the zone.
func absolute(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 MST") }

// machine is a time as a program reads it.
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// millis says how long something took.
func millis(d time.Duration) string {
	if d >= 10*time.Second {
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	}
	return group(int(d.Milliseconds())) + " ms"
}

// group writes a number with a comma between the thousands.
func group(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural counts things: "1 connector", "3 connectors".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return group(n) + " " + many
}
