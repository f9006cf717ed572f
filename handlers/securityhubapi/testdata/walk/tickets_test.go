package walk

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
)

// TestTicketsAtTheOtherSide authorises Jira connectors with codes that the other side gave, and opens real tickets there.
func TestTicketsAtTheOtherSide(t *testing.T) {
	codes := strings.Fields(env(t, "CODES"))
	c, ctx := client(t, "EDITOR"), t.Context()
	authorised := func(code, key string) *string {
		made := must[*securityhub.CreateConnectorV2Output](t, "Create")(c.CreateConnectorV2(ctx, jira("jira "+key, key)))
		_, state, _ := strings.Cut(*made.AuthUrl, "&state=")
		state, _, _ = strings.Cut(state, "&")
		must[*securityhub.RegisterConnectorV2Output](t, "Register")(c.RegisterConnectorV2(ctx, &securityhub.RegisterConnectorV2Input{AuthCode: &code, AuthState: &state}))
		return made.ConnectorId
	}
	status := func(id *string) types.ConnectorStatus {
		return must[*securityhub.GetConnectorV2Output](t, "Get")(c.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: id})).Health.ConnectorStatus
	}
	sec, locked, missing := authorised(codes[0], "SEC"), authorised(codes[1], "LOCKED"), authorised(codes[2], "NOPE")
	if status(sec) != types.ConnectorStatusConnected || status(locked) != types.ConnectorStatusFailedToConnect {
		t.Errorf("the connectors are %s and %s", status(sec), status(locked))
	}
	in := &securityhub.CreateTicketV2Input{ConnectorId: sec, FindingMetadataUid: aws.String("uid-1"), Mode: types.TicketCreationModeDryrun}
	if dry := must[*securityhub.CreateTicketV2Output](t, "DRYRUN")(c.CreateTicketV2(ctx, in)); *dry.TicketId != "DRYRUN" || aws.ToString(dry.TicketSrcUrl) != "https://acme.atlassian.net/browse/SEC" {
		t.Errorf("DRYRUN = %s at %s", *dry.TicketId, aws.ToString(dry.TicketSrcUrl))
	}
	in = &securityhub.CreateTicketV2Input{ConnectorId: sec, FindingMetadataUid: aws.String("uid-1"), ClientToken: aws.String("once")}
	for range 2 {
		if got := must[*securityhub.CreateTicketV2Output](t, "CreateTicket")(c.CreateTicketV2(ctx, in)); *got.TicketId != "SEC-1" || aws.ToString(got.TicketSrcUrl) != "https://acme.atlassian.net/browse/SEC-1" {
			t.Errorf("CreateTicket = %s at %s", *got.TicketId, aws.ToString(got.TicketSrcUrl))
		}
	}
	for id, text := range map[*string]string{locked: "does not let them create issues", missing: "not found, or not allowed"} {
		_, err := c.CreateTicketV2(ctx, &securityhub.CreateTicketV2Input{ConnectorId: id, FindingMetadataUid: aws.String("u")})
		refused[*types.ConflictException](t, "CreateTicket", err, text)
	}

	snow := must[*securityhub.CreateConnectorV2Output](t, "Create ServiceNow")(c.CreateConnectorV2(ctx, &securityhub.CreateConnectorV2Input{Name: aws.String("snow"),
		Provider: &types.ProviderConfigurationMemberServiceNow{Value: types.ServiceNowProviderConfiguration{InstanceName: aws.String("acme"), SecretArn: aws.String(env(t, "SECRET"))}}}))
	got := must[*securityhub.CreateTicketV2Output](t, "CreateTicket at ServiceNow")(c.CreateTicketV2(ctx, &securityhub.CreateTicketV2Input{ConnectorId: snow.ConnectorId, FindingMetadataUid: aws.String("uid-2")}))
	if len(*got.TicketId) != 32 || aws.ToString(got.TicketSrcUrl) != "https://acme.service-now.com/nav_to.do?uri=incident.do?sys_id="+*got.TicketId {
		t.Errorf("CreateTicket at ServiceNow = %s at %s", *got.TicketId, aws.ToString(got.TicketSrcUrl))
	}
}
