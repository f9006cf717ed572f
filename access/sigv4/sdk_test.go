package sigv4

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
)

// recorder keeps the requests that the AWS SDK sends, as they go over the wire.
type recorder struct {
	raw    []string
	answer func(*http.Request) (status int) // nil is 200
}

func (rec *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		return nil, err
	}
	rec.raw = append(rec.raw, b.String())
	status := http.StatusOK
	if rec.answer != nil {
		status = rec.answer(r)
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

// client is the official client, which tries three times without waiting.
func (rec *recorder) client(token string) *securityhub.Client {
	return securityhub.New(securityhub.Options{
		Region: "us-east-1", BaseEndpoint: aws.String("https://patchbay.example/api/securityhub"), HTTPClient: &http.Client{Transport: rec},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: testID, SecretAccessKey: testSecret, SessionToken: token}, nil
		}),
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		}),
	})
}

// realRequests are what the official client sends for every operation that the door serves.
func realRequests(t *testing.T, token string) []string {
	t.Helper()
	var rec recorder
	client := rec.client(token)
	ctx, s := context.Background(), aws.String
	id, arn := s("0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11"), s("arn:aws:securityhub:us-east-1:123456789012:connectorv2/0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11")
	calls := []func() error{
		func() error {
			_, err := client.CreateConnectorV2(ctx, &securityhub.CreateConnectorV2Input{Name: s("jira é"), Tags: map[string]string{"team": "sec"},
				Provider: &types.ProviderConfigurationMemberJiraCloud{Value: types.JiraCloudProviderConfiguration{ProjectKey: s("SEC")}}})
			return err
		},
		func() error {
			_, err := client.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: id})
			return err
		},
		func() error {
			_, err := client.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: arn})
			return err
		},
		func() error {
			_, err := client.ListConnectorsV2(ctx, &securityhub.ListConnectorsV2Input{})
			return err
		},
		func() error {
			_, err := client.ListConnectorsV2(ctx, &securityhub.ListConnectorsV2Input{NextToken: s("abc+/= é"), MaxResults: aws.Int32(10),
				ProviderName: types.ConnectorProviderNameJiraCloud, ConnectorStatus: types.ConnectorStatusPendingAuthorization})
			return err
		},
		func() error {
			_, err := client.UpdateConnectorV2(ctx, &securityhub.UpdateConnectorV2Input{ConnectorId: id, Description: s("d2")})
			return err
		},
		func() error {
			_, err := client.DeleteConnectorV2(ctx, &securityhub.DeleteConnectorV2Input{ConnectorId: id})
			return err
		},
		func() error {
			_, err := client.RegisterConnectorV2(ctx, &securityhub.RegisterConnectorV2Input{AuthCode: s("code"), AuthState: s("state")})
			return err
		},
		func() error {
			_, err := client.CreateTicketV2(ctx, &securityhub.CreateTicketV2Input{ConnectorId: id, FindingMetadataUid: s("uid-1"), Mode: types.TicketCreationModeDryrun})
			return err
		},
		func() error {
			_, err := client.TagResource(ctx, &securityhub.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"team": "sec"}})
			return err
		},
		func() error {
			_, err := client.ListTagsForResource(ctx, &securityhub.ListTagsForResourceInput{ResourceArn: arn})
			return err
		},
		func() error {
			_, err := client.UntagResource(ctx, &securityhub.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"team:x", "team-x", "a b", "é", "z"}})
			return err
		},
	}
	for i, call := range calls {
		if err := call(); err != nil {
			t.Fatalf("call %d: %v", i, err)
		}
	}
	if len(rec.raw) != len(calls) {
		t.Fatalf("%d calls sent %d requests", len(calls), len(rec.raw))
	}
	return rec.raw
}

// verifyAt verifies a request with the clock at its own date, whichever it claimed first.
func verifyAt(r *http.Request, body []byte, key Key, stamp string) error {
	v := testVerifier(key)
	v.Now = func() time.Time { at, _ := parseStamp(stamp); return at }
	_, err := v.Verify(r, body)
	return err
}

func TestRealRequestsPassAndTamperedOnesDoNot(t *testing.T) {
	count := 0
	for _, token := range []string{"", "a/session/token+=="} {
		key := NewSessionKey(testSecret, token, time.Time{})
		for _, raw := range realRequests(t, token) {
			r, body := received(t, raw)
			stamp, line := r.Header.Get("X-Amz-Date"), r.Method+" "+r.RequestURI
			if err := verifyAt(r, body, key, stamp); err != nil {
				t.Errorf("%s = %v, want it accepted", line, err)
			}
			for _, variant := range variants(r, body) {
				changed, body := received(t, raw)
				body = variant.apply(changed, body)
				count++
				switch got := code(verifyAt(changed, body, key, stamp)); {
				case variant.harmless && got != "":
					t.Errorf("%s with %s = %s, want it accepted", line, variant.name, got)
				case !variant.harmless && (got == "" || got == "other"):
					t.Errorf("%s with %s = %q, want a refusal", line, variant.name, got)
				}
			}
		}
	}
	if count < 300 {
		t.Errorf("%d variants, want at least 300", count)
	}
	t.Logf("%d variants", count)
}

func TestRetriesOfTheSDKAreNoReplays(t *testing.T) {
	v := testVerifier(NewKey(testSecret))
	v.Now, v.Replays = time.Now, NewReplays(5*time.Minute, 10, time.Now)
	var rec recorder
	rec.answer = func(*http.Request) int {
		r, body := received(t, rec.raw[len(rec.raw)-1])
		if _, err := v.Verify(r, body); err != nil {
			t.Errorf("attempt %d: %v", len(rec.raw), err)
		}
		if len(rec.raw) < 3 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	}
	_, err := rec.client("").DeleteConnectorV2(context.Background(), &securityhub.DeleteConnectorV2Input{ConnectorId: aws.String("x")})
	if err != nil || len(rec.raw) != 3 || v.Replays.Len() != 3 {
		t.Errorf("%d attempts, %d remembered, %v; want 3 of each", len(rec.raw), v.Replays.Len(), err)
	}
}
