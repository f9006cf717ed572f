// Package walk calls a Security Hub door with AWS's own client. It is run once for each version of the client, as a program of its
// own, since two versions of one module do not fit into one. Everything in it compiles with all of them.
package walk

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	"github.com/aws/smithy-go"
)

const unknown = "0b7f3f5e-1c9a-4d6e-9a52-0d6b6f6f7c11"

// env is what the test that starts this one says.
func env(t *testing.T, name string) string {
	t.Helper()
	v := os.Getenv("DOOR_" + name)
	if v == "" {
		t.Skip("this is run by TestOfficialClients, which sets DOOR_" + name)
	}
	return v
}

// client is the official client with the key of a role: VIEWER, TESTER, EDITOR, ADMIN or RIVAL.
func client(t *testing.T, role string, change ...func(*aws.Credentials, *securityhub.Options)) *securityhub.Client {
	t.Helper()
	id, secret, _ := strings.Cut(env(t, role), " ")
	creds := aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}
	options := securityhub.Options{
		BaseEndpoint: aws.String(env(t, "URL")), Region: "eu-west-1",
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 5 * time.Millisecond }),
	}
	for _, c := range change {
		c(&creds, &options)
	}
	options.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return creds, nil })
	return securityhub.New(options)
}

func jira(name, key string) *securityhub.CreateConnectorV2Input {
	in := &securityhub.CreateConnectorV2Input{Name: &name, Provider: &types.ProviderConfigurationMemberJiraCloud{}}
	if key != "" {
		in.Provider = &types.ProviderConfigurationMemberJiraCloud{Value: types.JiraCloudProviderConfiguration{ProjectKey: &key}}
	}
	return in
}

// must fails the test where a call failed.
func must[T any](t *testing.T, what string) func(T, error) T {
	t.Helper()
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("%s = %v", what, err)
		}
		return out
	}
}

// refused wants the exception, as its own type and with its text.
func refused[E error](t *testing.T, what string, err error, text string) {
	t.Helper()
	var typed E
	if !errors.As(err, &typed) {
		t.Errorf("%s = %v, want a %T", what, err, typed)
		return
	}
	var api smithy.APIError
	if !errors.As(err, &api) || !strings.Contains(api.ErrorMessage(), text) {
		t.Errorf("%s says %q, want %q in it", what, api.ErrorMessage(), text)
	}
}

// coded wants an error that the model does not know.
func coded(t *testing.T, what string, err error, code string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || api.ErrorMessage() == "" {
		t.Errorf("%s = %v, want %s", what, err, code)
	}
}

func TestEveryOperation(t *testing.T) {
	c, ctx := client(t, "EDITOR"), t.Context()
	in := jira("jira é", "SEC")
	in.Description, in.Tags = aws.String("d"), map[string]string{"team": "sec"}
	in.KmsKeyArn = aws.String("arn:aws:kms:eu-west-1:123456789012:key/1234")
	in.ClientToken = aws.String("1308d8f6-9894-4ca5-aabd-7796441b401f")
	made := must[*securityhub.CreateConnectorV2Output](t, "Create")(c.CreateConnectorV2(ctx, in))
	if aws.ToString(made.AuthUrl) == "" || aws.ToString(made.ConnectorArn) == "" || made.ConnectorStatus != types.ConnectorStatusPendingAuthorization {
		t.Errorf("Create = %+v", made)
	}
	if again := must[*securityhub.CreateConnectorV2Output](t, "Create again")(c.CreateConnectorV2(ctx, in)); *again.ConnectorId != *made.ConnectorId || *again.AuthUrl != *made.AuthUrl {
		t.Errorf("Create with the same token = %+v, want the same connector", again)
	}
	for _, id := range []*string{made.ConnectorId, made.ConnectorArn} {
		got := must[*securityhub.GetConnectorV2Output](t, "Get")(c.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: id}))
		detail, ok := got.ProviderDetail.(*types.ProviderDetailMemberJiraCloud)
		if !ok || aws.ToString(detail.Value.ProjectKey) != "SEC" || aws.ToString(detail.Value.AuthUrl) != *made.AuthUrl || detail.Value.AuthStatus != "" {
			t.Errorf("Get(%s).ProviderDetail = %+v", *id, got.ProviderDetail)
		}
		if aws.ToString(got.Name) != "jira é" || aws.ToString(got.Description) != "d" || aws.ToString(got.KmsKeyArn) == "" || got.CreatedAt.IsZero() ||
			got.LastUpdatedAt.IsZero() || got.Health.LastCheckedAt.IsZero() || got.Health.ConnectorStatus != types.ConnectorStatusPendingAuthorization {
			t.Errorf("Get(%s) = %+v", *id, got)
		}
	}

	snow := must[*securityhub.CreateConnectorV2Output](t, "Create ServiceNow")(c.CreateConnectorV2(ctx, &securityhub.CreateConnectorV2Input{Name: aws.String("snow"),
		Provider: &types.ProviderConfigurationMemberServiceNow{Value: types.ServiceNowProviderConfiguration{InstanceName: aws.String("dev12345"), SecretArn: aws.String(env(t, "SECRET"))}}}))
	got := must[*securityhub.GetConnectorV2Output](t, "Get ServiceNow")(c.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: snow.ConnectorId}))
	if detail, ok := got.ProviderDetail.(*types.ProviderDetailMemberServiceNow); !ok || detail.Value.AuthStatus != types.ConnectorAuthStatusActive ||
		got.Health.ConnectorStatus != types.ConnectorStatusConnected {
		t.Errorf("Get ServiceNow = %+v, %+v", got.ProviderDetail, got.Health)
	}

	must[*securityhub.UpdateConnectorV2Output](t, "Update")(c.UpdateConnectorV2(ctx, &securityhub.UpdateConnectorV2Input{ConnectorId: made.ConnectorId, Description: aws.String("d2"),
		Provider: &types.ProviderUpdateConfigurationMemberJiraCloud{Value: types.JiraCloudUpdateConfiguration{ProjectKey: aws.String("OPS")}}}))
	must[*securityhub.UpdateConnectorV2Output](t, "Update nothing")(c.UpdateConnectorV2(ctx, &securityhub.UpdateConnectorV2Input{ConnectorId: made.ConnectorArn}))
	must[*securityhub.UpdateConnectorV2Output](t, "Update ServiceNow")(c.UpdateConnectorV2(ctx, &securityhub.UpdateConnectorV2Input{ConnectorId: snow.ConnectorId,
		Provider: &types.ProviderUpdateConfigurationMemberServiceNow{Value: types.ServiceNowUpdateConfiguration{SecretArn: aws.String(env(t, "SECRET"))}}}))
	got = must[*securityhub.GetConnectorV2Output](t, "Get")(c.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: made.ConnectorId}))
	if detail := got.ProviderDetail.(*types.ProviderDetailMemberJiraCloud); aws.ToString(detail.Value.ProjectKey) != "OPS" || aws.ToString(got.Description) != "d2" {
		t.Errorf("after the update it is %+v", got)
	}

	_, state, _ := strings.Cut(*made.AuthUrl, "&state=")
	state, _, _ = strings.Cut(state, "&")
	registered := must[*securityhub.RegisterConnectorV2Output](t, "Register")(c.RegisterConnectorV2(ctx, &securityhub.RegisterConnectorV2Input{AuthCode: aws.String("good"), AuthState: &state}))
	if *registered.ConnectorId != *made.ConnectorId || aws.ToString(registered.ConnectorArn) != *made.ConnectorArn {
		t.Errorf("Register = %+v", registered)
	}
	got = must[*securityhub.GetConnectorV2Output](t, "Get")(c.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: made.ConnectorId}))
	if detail := got.ProviderDetail.(*types.ProviderDetailMemberJiraCloud); detail.Value.AuthStatus != types.ConnectorAuthStatusActive || got.Health.ConnectorStatus != types.ConnectorStatusConnected {
		t.Errorf("authorised it is %+v, %+v", detail, got.Health)
	}

	ticket := must[*securityhub.CreateTicketV2Output](t, "CreateTicket")(c.CreateTicketV2(ctx, &securityhub.CreateTicketV2Input{ConnectorId: made.ConnectorId,
		FindingMetadataUid: aws.String("TEST_FINDING"), Mode: types.TicketCreationModeDryrun}))
	if aws.ToString(ticket.TicketId) == "" || aws.ToString(ticket.TicketSrcUrl) == "" {
		t.Errorf("CreateTicket = %+v", ticket)
	}

	arn := made.ConnectorArn
	must[*securityhub.TagResourceOutput](t, "Tag")(c.TagResource(ctx, &securityhub.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a-b": "1", "a:b": "2", "team": "ops"}}))
	tags := must[*securityhub.ListTagsForResourceOutput](t, "ListTags")(c.ListTagsForResource(ctx, &securityhub.ListTagsForResourceInput{ResourceArn: arn}))
	if len(tags.Tags) != 3 || tags.Tags["team"] != "ops" || tags.Tags["a:b"] != "2" {
		t.Errorf("ListTags = %v", tags.Tags)
	}
	must[*securityhub.UntagResourceOutput](t, "Untag")(c.UntagResource(ctx, &securityhub.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a:b", "a-b"}}))
	tags = must[*securityhub.ListTagsForResourceOutput](t, "ListTags")(c.ListTagsForResource(ctx, &securityhub.ListTagsForResourceInput{ResourceArn: arn}))
	if len(tags.Tags) != 1 {
		t.Errorf("ListTags = %v, want one left", tags.Tags)
	}

	for _, id := range []*string{made.ConnectorId, snow.ConnectorArn} {
		must[*securityhub.DeleteConnectorV2Output](t, "Delete")(c.DeleteConnectorV2(ctx, &securityhub.DeleteConnectorV2Input{ConnectorId: id}))
		_, err := c.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: id})
		refused[*types.ResourceNotFoundException](t, "Get after Delete", err, "no such connector")
	}
}

func TestPagingToTheEnd(t *testing.T) {
	c, ctx := client(t, "EDITOR"), t.Context()
	want := map[string]bool{}
	for _, letter := range "abcdefg" {
		made := must[*securityhub.CreateConnectorV2Output](t, "Create")(c.CreateConnectorV2(ctx, jira("page "+string(letter), "")))
		want[*made.ConnectorId] = true
	}
	var next *string
	for pages := 0; ; pages++ {
		out := must[*securityhub.ListConnectorsV2Output](t, "List")(c.ListConnectorsV2(ctx, &securityhub.ListConnectorsV2Input{MaxResults: aws.Int32(3), NextToken: next,
			ProviderName: types.ConnectorProviderNameJiraCloud, ConnectorStatus: types.ConnectorStatusPendingAuthorization}))
		for _, one := range out.Connectors {
			delete(want, *one.ConnectorId)
			if aws.ToString(one.ConnectorArn) == "" || one.CreatedAt.IsZero() || one.ProviderSummary.ProviderName != types.ConnectorProviderNameJiraCloud {
				t.Errorf("summary = %+v", one)
			}
		}
		if next = out.NextToken; aws.ToString(next) == "" {
			break
		}
		if len(out.Connectors) != 3 || pages > 10 {
			t.Fatalf("page %d has %d connectors", pages, len(out.Connectors))
		}
	}
	if len(want) > 0 {
		t.Errorf("the pages lack %v", want)
	}
}

func TestEveryException(t *testing.T) {
	c, ctx := client(t, "EDITOR"), t.Context()
	made := must[*securityhub.CreateConnectorV2Output](t, "Create")(c.CreateConnectorV2(ctx, jira("exceptional", "SEC")))
	id, arn := made.ConnectorId, made.ConnectorArn

	_, err := c.CreateConnectorV2(ctx, jira("", "SEC"))
	refused[*types.ValidationException](t, "Create without a name", err, "Name: ")
	_, err = c.ListConnectorsV2(ctx, &securityhub.ListConnectorsV2Input{MaxResults: aws.Int32(101)})
	refused[*types.ValidationException](t, "List of 101", err, "MaxResults: ")
	_, err = c.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: aws.String("a/b c")})
	refused[*types.ValidationException](t, "Get of an odd id", err, "ConnectorId: ")

	_, err = c.CreateConnectorV2(ctx, jira("exceptional", "SEC"))
	refused[*types.ConflictException](t, "Create of a taken name", err, "already taken")
	_, err = c.CreateTicketV2(ctx, &securityhub.CreateTicketV2Input{ConnectorId: id, FindingMetadataUid: aws.String("u")})
	refused[*types.ConflictException](t, "CreateTicket", err, "not authorised")

	_, err = c.UpdateConnectorV2(ctx, &securityhub.UpdateConnectorV2Input{ConnectorId: aws.String(unknown)})
	refused[*types.ResourceNotFoundException](t, "Update of none", err, "no such connector")
	_, err = c.DeleteConnectorV2(ctx, &securityhub.DeleteConnectorV2Input{ConnectorId: aws.String(unknown)})
	refused[*types.ResourceNotFoundException](t, "Delete of none", err, "no such connector")
	_, err = c.RegisterConnectorV2(ctx, &securityhub.RegisterConnectorV2Input{AuthCode: aws.String("c"), AuthState: aws.String("st4te")})
	refused[*types.ResourceNotFoundException](t, "Register of none", err, "AuthState")
	_, err = c.ListTagsForResource(ctx, &securityhub.ListTagsForResourceInput{ResourceArn: aws.String(strings.ReplaceAll(*arn, *id, unknown))})
	refused[*types.ResourceNotFoundException](t, "ListTags of none", err, "no such connector")

	_, err = c.TagResource(ctx, &securityhub.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"aws:x": ""}})
	refused[*types.InvalidInputException](t, "Tag with a key of AWS", err, "aws:")

	_, err = client(t, "VIEWER").DeleteConnectorV2(ctx, &securityhub.DeleteConnectorV2Input{ConnectorId: id})
	refused[*types.AccessDeniedException](t, "Delete by a viewer", err, "role editor")

	rival := client(t, "RIVAL")
	must[*securityhub.CreateConnectorV2Output](t, "Create of the first")(rival.CreateConnectorV2(ctx, jira("first", "")))
	_, err = rival.CreateConnectorV2(ctx, jira("second", ""))
	refused[*types.ServiceQuotaExceededException](t, "Create past the quota", err, "may not have more")

	_, err = client(t, "TESTER").ListConnectorsV2(ctx, &securityhub.ListConnectorsV2Input{})
	refused[*types.ThrottlingException](t, "List too often", err, "Too many requests")
	_, err = c.CreateConnectorV2(ctx, jira("full disk", ""))
	refused[*types.InternalServerException](t, "Create on a full disk", err, "cannot be written")
	_, err = c.TagResource(ctx, &securityhub.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"full-disk": ""}})
	refused[*types.InternalException](t, "Tag on a full disk", err, "cannot be written")
}

func TestThrottlingIsRetried(t *testing.T) {
	made := must[*securityhub.CreateConnectorV2Output](t, "Create")(client(t, "ADMIN").CreateConnectorV2(t.Context(), jira("in the end", "")))
	tries, ok := retry.GetAttemptResults(made.ResultMetadata)
	if !ok || len(tries.Results) != 2 || !tries.Results[0].Retried || tries.Results[0].Err == nil {
		t.Errorf("Create took %+v, want a second attempt after the first was throttled", tries.Results)
	}
}

func TestWhoIsAsking(t *testing.T) {
	list := func(c *securityhub.Client) error {
		_, err := c.ListConnectorsV2(t.Context(), &securityhub.ListConnectorsV2Input{})
		return err
	}
	coded(t, "a wrong secret", list(client(t, "EDITOR", func(k *aws.Credentials, _ *securityhub.Options) { k.SecretAccessKey = "wrong" })), "InvalidSignatureException")
	coded(t, "an unknown key", list(client(t, "EDITOR", func(k *aws.Credentials, _ *securityhub.Options) { k.AccessKeyID = "AKIDEXAMPLE" })), "UnrecognizedClientException")
	coded(t, "a session token", list(client(t, "EDITOR", func(k *aws.Credentials, _ *securityhub.Options) { k.SessionToken = "token" })), "UnrecognizedClientException")
	coded(t, "another region", list(client(t, "EDITOR", func(_ *aws.Credentials, o *securityhub.Options) { o.Region = "us-east-1" })), "InvalidSignatureException")
}

func TestAServerWhoseClockIsAhead(t *testing.T) {
	c := client(t, "EDITOR", func(_ *aws.Credentials, o *securityhub.Options) { o.BaseEndpoint = aws.String(env(t, "AHEAD_URL")) })
	_, err := c.ListConnectorsV2(t.Context(), &securityhub.ListConnectorsV2Input{})
	if env(t, "CORRECTS_CLOCK") == "yes" {
		if err != nil {
			t.Errorf("List = %v, want the client to correct its clock by the answer's Date", err)
		}
		return
	}
	coded(t, "List", err, "InvalidSignatureException")
}
