package main

import (
	"strings"
	"testing"

	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/handlers/harnessapi"
)

// A new code is not forgotten at the doors: each failure that a vendor's connectors can end in is in that door's table, and no table has a code
// that no check ends in.
func TestEveryCodeHasItsPlaceAtTheDoors(t *testing.T) {
	all := map[string]connector.Status{}
	for _, c := range codes() {
		all[c.Code] = c.Status
	}
	causes := harnessapi.Causes()
	foreign := []string{"JIRA_", "SERVICENOW_", "OAUTH_", "HARMONY_", "PAIR_", "NO_TICKETS", "TICKET_"} // never of a Harness connector
	for code, status := range all {
		_, has := causes[code]
		other := false
		for _, prefix := range foreign {
			other = other || strings.HasPrefix(code, prefix)
		}
		switch {
		case has && other:
			t.Errorf("the Harness door has a row for %s, which none of its connectors ends in", code)
		case !has && !other && status == connector.Failing:
			t.Errorf("the Harness door has no row for %s", code)
		}
	}
	for code := range causes {
		if _, ok := all[code]; !ok {
			t.Errorf("the Harness door has a row for %s, which no check ends in", code)
		}
	}
	for _, code := range securityhub.IdentityCodes() {
		if status, ok := all[code]; !ok || status != connector.Failing && status != connector.Waiting {
			t.Errorf("Security Hub takes %s for a failed authentication, and it is %q", code, status)
		}
	}
	for code := range all {
		if strings.HasSuffix(code, "_AUTH_REFUSED") && strings.HasPrefix(code, "SERVICENOW_") && !strings.Contains(strings.Join(securityhub.IdentityCodes(), " "), code) {
			t.Errorf("Security Hub does not take %s for a failed authentication", code)
		}
	}
}
