package harnessapi_test

import (
	"strings"
	"testing"

	"patchbay/connector/harness"
	"patchbay/handlers/harnessapi"
)

// The eighteen operations of the v1 API and the thirteen of the older one, each under the vendor's own name.
func TestOperations(t *testing.T) {
	v1, old, ids := 0, 0, map[string]bool{}
	for _, o := range harnessapi.Operations() {
		switch {
		case o.Alias:
			if !ids[o.ID] {
				t.Errorf("%s %s is an alias of nothing", o.Method, o.Path)
			}
			continue
		case ids[o.ID]:
			t.Errorf("operation %s is there twice", o.ID)
		case strings.HasPrefix(o.Path, "/v1/"):
			v1++
		case strings.HasPrefix(o.Path, "/ng/api/connectors"):
			old++
		}
		ids[o.ID] = true
	}
	if v1 != 18 || old != 13 {
		t.Errorf("there are %d operations of v1 and %d of the older API, want 18 and 13", v1, old)
	}
}

func TestTheDoorIsWhereTheVendorSays(t *testing.T) {
	if harnessapi.Door != harness.Vendor().Door {
		t.Errorf("Door = %s, and the vendor says %s", harnessapi.Door, harness.Vendor().Door)
	}
}

func TestDifferencesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range harnessapi.Differences {
		if d.Operation == "" || !strings.HasSuffix(d.What, ".") || !strings.HasSuffix(d.Why, ".") || seen[d.What] {
			t.Errorf("the difference %+v is not whole sentences, or is there twice", d)
		}
		seen[d.What] = true
	}
}
