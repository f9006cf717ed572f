package jitterbit

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// payloadText is the payload of a connector with nothing wrong.
const payloadText = `{
  "name": "Acme Ledger",
  "version": "1.0.0",
  "displayName": "Acme Ledger",
  "sandbox": true,
  "endpoint": {
    "name": "Acme Ledger",
    "displayName": "Acme Ledger Endpoint",
    "properties": [
      {"name": "host", "displayName": "Host", "type": "string", "validators": [{"name": "required"}]},
      {"name": "api-key", "displayName": "API Key", "type": "string", "widgetHint": "password"}
    ]
  },
  "activities": {
    "query": {
      "name": "Query", "displayName": "Query",
      "properties": [
        {"name": "page1", "displayName": "Configuration", "type": "pagination", "children": [
          {"name": "ledger", "displayName": "Ledger", "type": "string", "defaultValue": "main"}
        ]}
      ]
    },
    "create": {"name": "Create", "displayName": "Create"}
  }
}
`

func TestCheckPayload(t *testing.T) {
	if got := CheckPayload(payloadText, "Acme Ledger"); len(got) > 0 {
		t.Fatalf("CheckPayload of a good payload finds %v", got)
	}
	long := strings.Repeat("x", 39)
	tests := []struct {
		name, from, to string
		severity       string
		where          string
		line           int
		want           string
	}{
		{"another name", `"name": "Acme Ledger",`, `"name": "Ledger",`, Error, "name", 2, "The name is “Ledger”, but the connector is registered as “Acme Ledger”."},
		{"a number for a name", `"name": "Acme Ledger",`, `"name": 1,`, Error, "name", 2, "The name is a number"},
		{"no name", `  "name": "Acme Ledger",` + "\n  \"version\"", `  "version"`, Error, "name", 1, "The payload has no name."},
		{"a number for a version", `"1.0.0"`, `1`, Error, "version", 3, "version must be a string"},
		{"no endpoint", `"endpoint"`, `"end"`, Error, "endpoint", 1, "has no endpoint"},
		{"an endpoint that is a list", `"endpoint": {`, `"endpoint": [], "x": {`, Error, "endpoint", 6, "must be an object, not an array"},
		{"no activities", `"activities"`, `"acts"`, Error, "activities", 1, "has no activities"},
		{"an activity that is text", `{"name": "Create", "displayName": "Create"}`, `"x"`, Error, "activities.create", 23, "must be an object, not a string"},
		{"an activity that is null", `{"name": "Create", "displayName": "Create"}`, `null`, Error, "activities.create", 23, "must be an object, not null"},
		{"an activity with a space", `"create":`, `"cre ate":`, Error, "activities.cre ate", 23, "must have only letters"},
		{"a long activity", `"create":`, `"` + long + `":`, Error, "activities." + long, 23, "at most 38 characters"},
		{"activities that differ in case", `"create":`, `"Query":`, Error, "activities.Query", 23, "cannot be told apart"},
		{"two activities shown alike", `"displayName": "Create"`, `"displayName": "Query"`, Warning, "activities.create.displayName", 23, "are both shown as “Query”"},
		{"an activity without a display name", `, "displayName": "Create"`, ``, Warning, "activities.create.displayName", 23, "no displayName"},
		{"a display name that is a number", `"displayName": "Create"`, `"displayName": 1`, Error, "activities.create.displayName", 23, "must be a string"},
		{"a placeholder", `"main"`, `"****"`, Error, "activities.query.properties[0].children[0].defaultValue", 19, "A placeholder"},
		{"a property without a name", `"name": "host", `, ``, Error, "endpoint.properties[0]", 10, "has no name"},
		{"a property without a type", `"displayName": "Ledger", "type": "string", `, ``, Error, "activities.query.properties[0].children[0]", 19, "has no type"},
		{"an unknown type", `"pagination"`, `"carousel"`, Warning, "activities.query.properties[0].type", 18, "The type “carousel” is not among those known"},
		{"two properties of one name", `"api-key"`, `"host"`, Error, "endpoint.properties[1]", 11, "have the name “host”"},
		{"properties that are an object", `"children": [`, `"children": {}, "x": [`, Error, "activities.query.properties[0].children", 18, "must be an array, not an object"},
		{"a property that is text", `"validators": [{"name": "required"}]},`, `"validators": []}, "x",`, Error, "endpoint.properties[1]", 10, "must be an object, not a string"},
		{"a comma too many", `"sandbox": true,`, `"sandbox": true,,`, Error, "", 5, "not JSON: line 5, column 19: "},
		{"a name twice", `"sandbox": true,`, `"version": "2",`, Error, "", 5, "comes twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(payloadText, tt.from) {
				t.Fatalf("the payload has no %q", tt.from)
			}
			got := CheckPayload(strings.Replace(payloadText, tt.from, tt.to, 1), "Acme Ledger")
			if len(got) != 1 || got[0].Severity != tt.severity || got[0].Where != tt.where || got[0].Line != tt.line || !strings.Contains(got[0].Text, tt.want) {
				t.Errorf("CheckPayload finds %+v, want one %s at %q, line %d: %q", got, tt.severity, tt.where, tt.line, tt.want)
			}
		})
	}
}

func TestCheckPayloadOfOddTexts(t *testing.T) {
	for _, text := range []string{"", "null", "[]", "1", `"x"`, "{}", "\xff", strings.Repeat("[", 100)} {
		if got := CheckPayload(text, "x"); len(got) == 0 || got[0].Severity != Error {
			t.Errorf("CheckPayload(%q) finds %v", text, got)
		}
	}
}

func TestTooManyActivities(t *testing.T) {
	payload := func(n int) string {
		var out strings.Builder
		for i := range n {
			fmt.Fprintf(&out, `,"a%d":{"displayName":"A%d"}`, i, i)
		}
		return `{"name":"x","endpoint":{"displayName":"x"},"activities":{` + strings.TrimPrefix(out.String(), ",") + `}}`
	}
	if got := CheckPayload(payload(99), "x"); len(got) != 0 {
		t.Errorf("99 activities: %v", got)
	}
	if got := CheckPayload(payload(100), "x"); len(got) != 1 || got[0].Text != "There are 100 activities; a connector may have at most 99." {
		t.Errorf("100 activities: %v", got)
	}
	if got := CheckPayload(payload(0), "x"); len(got) != 1 || got[0].Where != "activities" {
		t.Errorf("no activities: %v", got)
	}
}

func TestActivities(t *testing.T) {
	if got := Activities(payloadText); !slices.Equal(got, []string{"query", "create"}) {
		t.Errorf("Activities = %v", got)
	}
	for _, text := range []string{"", "{}", `{"activities":[]}`} {
		if got := Activities(text); got != nil {
			t.Errorf("Activities(%q) = %v, want none", text, got)
		}
	}
}
