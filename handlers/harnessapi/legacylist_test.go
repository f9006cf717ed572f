package harnessapi_test

import (
	"net/http"
	"strings"
	"testing"

	"patchbay/connector"
)

// kinds is a house with a connector of each family at account scope, some of them tested.
func kinds(t *testing.T) *house {
	t.Helper()
	h := opened(t)
	put := func(identifier, spec string, more ...string) {
		h.created(t, "/v1/connectors", `{"connector":{"name":"Name of `+identifier+`","identifier":"`+identifier+`",`+strings.Join(append(more, ""), ",")+`"spec":`+spec+`}}`)
	}
	put("azure", `{"type":"AzureClientSecretKey","application_id":"11111111-2222-4333-8444-555555555555","tenant_id":"66666666-7777-4888-9999-aaaaaaaaaaaa",
		"secret_ref":"account.azure_client_secret"}`, `"tags":{"cloud":"azure","team":"a"}`)
	put("host", `{"type":"AzureInheritFromDelegateSystemAssignedManagedIdentity","delegate_selectors":["x"]}`, `"tags":{"cloud":"azure","team":"b"}`)
	put("git", `{"type":"GitHttp","url":"https://g.test/a.git","connection_type":"Repo","username":"u","password_ref":"account.git_token","execute_on_delegate":false}`,
		`"description":"The source of Everything"`)
	put("appd", `{"type":"Appdynamics","account_name":"c","controller_url":"https://a.test/","username":"u","password_ref":"account.git_token"}`)
	put("art", `{"type":"ArtifactoryAnonymous","url":"https://m.test","execute_on_delegate":false}`)
	h.ask(t, http.MethodGet, "/v1/connectors/git/test-connection", "")
	h.other.says(connector.Outcome{Status: connector.Failing, Code: "TIMEOUT", Text: "No answer."})
	h.ask(t, http.MethodGet, "/v1/connectors/art/test-connection", "")
	return h
}

func TestListV2Filters(t *testing.T) {
	h := kinds(t)
	tests := []struct{ name, query, body, want string }{
		{"no filter", "", `{"filterType":"Connector"}`, "appd art azure git host"},
		{"no body", "", ``, "appd art azure git host"},
		{"empty and null filters", "", `{"filterType":"Connector","types":[],"tags":null,"description":"","connectorNames":null,"inheritingCredentialsFromDelegate":null}`, "appd art azure git host"},
		{"types", "", `{"filterType":"Connector","types":["Git","AppDynamics"]}`, "appd git"},
		{"a type that is not held", "", `{"filterType":"Connector","types":["Github"]}`, ""},
		{"categories", "", `{"filterType":"Connector","categories":["CODE_REPO","ARTIFACTORY"]}`, "art git"},
		{"a category that is not held", "", `{"filterType":"Connector","categories":["SECRET_MANAGER"]}`, ""},
		{"type and category", "", `{"filterType":"Connector","types":["Git","Azure"],"categories":["CLOUD_PROVIDER"]}`, "azure host"},
		{"type against category", "", `{"filterType":"Connector","types":["Git"],"categories":["CLOUD_PROVIDER"]}`, ""},
		{"success", "", `{"filterType":"Connector","connectivityStatuses":["SUCCESS"]}`, "git"},
		{"failure and unknown", "", `{"filterType":"Connector","connectivityStatuses":["FAILURE","UNKNOWN"]}`, "appd art azure host"},
		{"partial", "", `{"filterType":"Connector","connectivityStatuses":["PARTIAL"]}`, ""},
		{"names", "", `{"filterType":"Connector","connectorNames":["Name of git","Name of"]}`, "git"},
		{"identifiers", "", `{"filterType":"Connector","connectorIdentifiers":["azure","art","nope"]}`, "art azure"},
		{"a description", "", `{"filterType":"Connector","description":"everything"}`, "git"},
		{"inheriting", "", `{"filterType":"Connector","inheritingCredentialsFromDelegate":true}`, "host"},
		{"not inheriting", "", `{"filterType":"Connector","inheritingCredentialsFromDelegate":false}`, "appd art azure git"},
		{"by delegate", "", `{"filterType":"Connector","connectorConnectivityModes":["DELEGATE"]}`, "appd azure host"},
		{"by the platform", "", `{"filterType":"Connector","connectorConnectivityModes":["MANAGER"]}`, "art git"},
		{"by the platform, said twice", "", `{"filterType":"Connector","connectorConnectivityModes":["MANAGER","MANAGER"]}`, "art git"},
		{"by both", "", `{"filterType":"Connector","connectorConnectivityModes":["MANAGER","DELEGATE"]}`, "appd art azure git host"},
		{"tags", "", `{"filterType":"Connector","tags":{"cloud":"azure"}}`, "azure host"},
		{"all tags", "", `{"filterType":"Connector","tags":{"cloud":"azure","team":"b"}}`, "host"},
		{"a word", "searchTerm=NAME+OF+A", `{"filterType":"Connector"}`, "appd art azure"},
		{"a word and a filter", "searchTerm=a", `{"filterType":"Connector","types":["Artifactory"]}`, "art"},
		{"what nobody knows is ignored", "onlyFavorites=true&version=1&branch=main&getDistinctFromBranches=true", `{"filterType":"Connector","ccmConnectorFilter":{}}`, "appd art azure git host"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := h.ask(t, http.MethodPost, ng("/listV2", tt.query, "sortOrders=identifier,ASC"), tt.body)
			page := got.body.Get("data")
			if ids := legacyIdentifiers(page.Get("content")); got.status != http.StatusOK || ids != tt.want {
				t.Errorf("listV2 %s %s = %d %q, want %q: %s", tt.query, tt.body, got.status, ids, tt.want, got.text)
			}
			n, _ := page.Get("totalItems").Int()
			if int(n) != len(strings.Fields(tt.want)) || page.Get("empty").Truth() != (tt.want == "") {
				t.Errorf("totalItems = %d, empty = %s for %q", n, page.Get("empty"), tt.want)
			}
		})
	}
}

func TestListV2PagesAndOrders(t *testing.T) {
	h := kinds(t)
	tests := []struct{ query, body, want, page string }{
		{"pageSize=2&pageIndex=1&sortOrders=name,ASC", `{"filterType":"Connector"}`, "azure git", `3 5 2 2 1 false`},
		{"pageSize=2&pageIndex=2&sortOrders=name,ASC", `{"filterType":"Connector"}`, "host", `3 5 1 2 2 false`},
		{"pageSize=2&pageIndex=9&sortOrders=name,ASC", `{"filterType":"Connector"}`, "", `3 5 0 2 9 true`},
		{"sortOrders=name,DESC&sortOrders=identifier,ASC", `{"filterType":"Connector"}`, "host git azure art appd", `1 5 5 50 0 false`},
		{"sortOrders=identifier", `{"filterType":"Connector"}`, "appd art azure git host", `1 5 5 50 0 false`},
		// a filter that is asked of each connector pages as exactly
		{"pageSize=2&pageIndex=1&sortOrders=name,ASC", `{"filterType":"Connector","connectorConnectivityModes":["DELEGATE"]}`, "host", `2 3 1 2 1 false`},
		{"pageSize=2&pageIndex=0&sortOrders=name,ASC", `{"filterType":"Connector","connectorConnectivityModes":["DELEGATE"]}`, "appd azure", `2 3 2 2 0 false`},
		{"sortOrders=createdAt,ASC&pageSize=1", `{"filterType":"Connector"}`, "azure", `5 5 1 1 0 false`},
		{"sortOrders=lastModifiedAt,DESC&pageSize=1", `{"filterType":"Connector"}`, "art", `5 5 1 1 0 false`},
		{"pageSize=1", `{"filterType":"Connector"}`, "art", `5 5 1 1 0 false`},
	}
	for _, tt := range tests {
		got := h.ask(t, http.MethodPost, ng("/listV2", tt.query), tt.body).body.Get("data")
		var numbers []string
		for _, name := range []string{"totalPages", "totalItems", "pageItemCount", "pageSize", "pageIndex", "empty"} {
			numbers = append(numbers, got.Get(name).JSON())
		}
		if ids := legacyIdentifiers(got.Get("content")); ids != tt.want || strings.Join(numbers, " ") != tt.page {
			t.Errorf("listV2 %s = %q %s, want %q %s", tt.query, ids, numbers, tt.want, tt.page)
		}
	}
}

func TestListV2LooksUpwards(t *testing.T) {
	h := stocked(t)
	for query, want := range map[string]string{
		"": "a_two b_one c_three", "orgIdentifier=retail": "in_org", "orgIdentifier=retail&projectIdentifier=checkout": "in_project",
		"includeAllConnectorsAvailableAtScope=true":                                                              "a_two b_one c_three",
		"orgIdentifier=retail&includeAllConnectorsAvailableAtScope=true":                                         "a_two b_one c_three in_org",
		"orgIdentifier=retail&projectIdentifier=checkout&includeAllConnectorsAvailableAtScope=true":              "a_two b_one c_three in_org in_project",
		"orgIdentifier=retail&projectIdentifier=checkout&includeAllConnectorsAvailableAtScope=true&searchTerm=w": "a_two in_org",
	} {
		got := h.ask(t, http.MethodPost, ng("/listV2", query, "sortOrders=identifier,ASC"), `{"filterType":"Connector"}`)
		if ids := legacyIdentifiers(got.body.Get("data").Get("content")); ids != want {
			t.Errorf("listV2 %s = %q, want %q", query, ids, want)
		}
	}
}

func TestListV2Refuses(t *testing.T) {
	h := opened(t)
	tests := []struct{ query, body, shape, text string }{
		{"", `{}`, "failure", "filterType: must be Connector"},
		{"", `{"filterType":"Delegate"}`, "failure", "filterType: must be Connector"},
		{"", `[]`, "numeric", "filter"},
		{"", `{"filterType":"Connector","types":"Git"}`, "numeric", "filter"},
		{"", `{"filterType":"Connector","inheritingCredentialsFromDelegate":"yes"}`, "numeric", "filter"},
		{"", `{"filterType":"Connector","categories":["TOYS"]}`, "failure", "categories: must be one of CLOUD_PROVIDER"},
		{"", `{"filterType":"Connector","connectivityStatuses":["FINE"]}`, "failure", "connectivityStatuses: must be"},
		{"", `{"filterType":"Connector","connectorConnectivityModes":["CAR"]}`, "failure", "connectorConnectivityModes: must be"},
		{"filterIdentifier=f", `{"filterType":"Connector"}`, "error", "cannot come together"},
		{"filterIdentifier=f", ``, "error", "no saved filter"},
		{"filterIdentifier=f", `{}`, "error", "no saved filter"},
		{"sortOrders=colour,ASC", `{"filterType":"Connector"}`, "failure", "sortOrders: must order by"},
		{"sortOrders=name,UP", `{"filterType":"Connector"}`, "failure", "sortOrders: must be a field"},
		{"pageIndex=-1", `{"filterType":"Connector"}`, "failure", "pageIndex: must be at least 0"},
		{"pageSize=0", `{"filterType":"Connector"}`, "failure", "pageSize: must be at least 1"},
		{"includeAllConnectorsAvailableAtScope=2", `{"filterType":"Connector"}`, "failure", "must be true or false"},
		{"projectIdentifier=p", `{"filterType":"Connector"}`, "failure", "orgIdentifier: is required when a project is given"},
	}
	for _, tt := range tests {
		got := h.ask(t, http.MethodPost, ng("/listV2", tt.query), tt.body)
		if got.status != http.StatusBadRequest || shapeOf(got.body) != tt.shape || !strings.Contains(got.body.Get("message").Text(), tt.text) {
			t.Errorf("listV2 %s %s = %d %s\nwant the shape %q and %q", tt.query, tt.body, got.status, got.text, tt.shape, tt.text)
		}
	}
}

func TestTheFirstListOfTheOlderAPI(t *testing.T) {
	h := kinds(t)
	for query, want := range map[string]string{
		"": "art appd git host azure", "type=Git": "git", "category=CLOUD_PROVIDER": "host azure", "source_category=MONITORING": "appd",
		"category=CLOUD_PROVIDER&source_category=MONITORING": "", "type=Github": "", "searchTerm=git": "git", "type=Azure&category=CODE_REPO": "",
		"pageSize=1000": "art appd git host azure", "pageSize=2&pageIndex=1": "git host",
	} {
		got := h.ask(t, http.MethodGet, ng("", query), "")
		ids := legacyIdentifiers(got.body.Get("data").Get("content"))
		if query == "" || strings.HasPrefix(query, "page") { // all were made at one time: their order is the store's own
			if len(strings.Fields(ids)) != len(strings.Fields(want)) {
				t.Errorf("GET %s = %q", query, ids)
			}
			continue
		}
		if got.status != http.StatusOK || ids != want {
			t.Errorf("GET %s = %d %q, want %q", query, got.status, ids, want)
		}
	}
	for _, query := range []string{"pageSize=1001", "category=TOYS", "source_category=TOYS", "pageIndex=x"} {
		if got := h.ask(t, http.MethodGet, ng("", query), ""); got.status != http.StatusBadRequest || shapeOf(got.body) != "failure" {
			t.Errorf("GET %s = %d %s, want a failure", query, got.status, got.text)
		}
	}
}
