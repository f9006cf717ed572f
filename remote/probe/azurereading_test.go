package probe

import (
	"encoding/json"
	"testing"
	"time"
)

func TestEachNumberLeadsToASentence(t *testing.T) {
	for number, name := range azureRefusals {
		if c := codeOf(name); c.Cause == "" || c.Next == "" {
			t.Errorf("AADSTS%d leads to %s, which has no cause or no next step", number, name)
		}
	}
}

func TestASubscriptionThatIsInArrearsStillCounts(t *testing.T) {
	one := func(n, state string) string {
		return `{"subscriptionId":"77777777-0000-4000-8000-00000000000` + n + `","displayName":"` + state + n + `","state":"` + state + `"}`
	}
	for list, want := range map[string]string{
		one("1", "Enabled"): "1 subscription, Enabled1",
		one("1", "Disabled") + "," + one("2", "Enabled") + "," + one("3", "Enabled"): "3 subscriptions, among them Enabled2",
		one("1", "Deleted") + "," + one("2", "PastDue"):                              "2 subscriptions, among them PastDue2",
		one("1", "Warned"): "1 subscription, Warned1",
	} {
		found, whole := readSubscriptions([]byte(`{"count":{"type":"Total","value":1},"value":[` + list + `]}`))
		if !whole || found.enabled == 0 || found.text() != want {
			t.Errorf("readSubscriptions(%s) = %q, %d enabled, whole %t, want %q", list, found.text(), found.enabled, whole, want)
		}
	}
	found, whole := readSubscriptions([]byte(`{"value":[` + one("1", "Enabled") + `],"nextLink":"https://evil.example/more"}`))
	if !whole || found.text() != "more than 1 subscription, among them Enabled1" {
		t.Errorf("with another page: %q, whole %t", found.text(), whole)
	}
}

// FuzzReadSubscriptions holds the reader to two promises: what it calls whole is JSON, and what it counts was there.
func FuzzReadSubscriptions(f *testing.F) {
	f.Add([]byte(`{"value":[{"subscriptionId":"77777777-0000-4000-8000-000000000000","state":"Enabled"}],"nextLink":null}`))
	f.Add([]byte(`{"nextLink":"x","value":[],"value":[{}]}`))
	f.Add([]byte(`{"value":[[[[`))
	f.Add([]byte(`{"":"0","value":[]} }`))
	f.Fuzz(func(t *testing.T, body []byte) {
		found, whole := readSubscriptions(body)
		if whole && !json.Valid(body) || found.enabled > found.count || found.count > len(body)/36 {
			t.Errorf("readSubscriptions(%q) = %+v, whole %t", body, found, whole)
		}
	})
}

// FuzzReadProof holds the reader of certificates to one promise: it says why, or gives both halves.
func FuzzReadProof(f *testing.F) {
	f.Add("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
	f.Add("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n")
	f.Add("MIIJQQIBAzCCCQcGCSqGSIb3DQEHAaCCCPgEggj0")
	f.Fuzz(func(t *testing.T, text string) {
		p, code, _ := readProof(text, time.Unix(1_800_000_000, 0))
		if code == "" && (p.key == nil || p.certificate == nil) || code != "" && codeOf(code).Cause == "" {
			t.Errorf("readProof(%q) = %v, %q", text, p, code)
		}
	})
}
