package harnessapi

import (
	"strconv"
	"strings"

	"patchbay/connector"
)

// none is a type that no connector has: a filter for what Patchbay does not hold finds nothing.
const none = "-"

// number reads a whole number from the query within its limits.
func (c *call) number(name string, otherwise, least, most int) (int, []fault) {
	text := c.query.Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, []fault{{name, "must be a whole number"}}
	case n < least:
		return 0, []fault{{name, "must be at least " + strconv.Itoa(least)}}
	case n > most:
		return 0, []fault{{name, "must be at most " + strconv.Itoa(most)}}
	}
	return n, nil
}

// truth reads a yes or no from the query; without it the answer is no.
func (c *call) truth(name string) (bool, []fault) {
	switch strings.ToLower(c.query.Get(name)) {
	case "true":
		return true, nil
	case "false", "":
		return false, nil
	}
	return false, []fault{{name, "must be true or false"}}
}

// lastPage keeps page numbers small enough that page times size is a number too.
const lastPage = 1<<31 - 1

// above gives a scope and those that it can use connectors of: the org of a project, and the account.
func above(s connector.Scope) []connector.Scope {
	out := []connector.Scope{s}
	if s.Project != "" {
		out = append(out, connector.Scope{Org: s.Org})
	}
	if s.Org != "" {
		out = append(out, connector.Scope{})
	}
	return out
}

// statuses gives our statuses for one of the vendor's words; ok tells whether it is one.
func statuses(word string) (out []connector.Status, ok bool) {
	switch word {
	case "SUCCESS":
		return []connector.Status{connector.Healthy, connector.Degraded}, true
	case "FAILURE":
		return []connector.Status{connector.Failing}, true
	case "UNKNOWN":
		return []connector.Status{connector.Unverified, connector.Waiting}, true
	case "PARTIAL", "PENDING":
		return nil, true
	}
	return nil, false
}

// sorted is the order of a list as the store knows it.
func sorted(field, order string) string {
	if order == "DESC" {
		return "-" + field
	}
	return field
}
