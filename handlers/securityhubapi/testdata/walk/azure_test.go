//go:build !before173

package walk

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
)

// TestWhatCameWithAzure has the members that older versions of the client do not know.
func TestWhatCameWithAzure(t *testing.T) {
	c, ctx := client(t, "EDITOR"), t.Context()
	azure := types.AzureProviderConfiguration{AWSConfigConnectorArn: aws.String("arn:aws:config:eu-west-1:123456789012:connector/x"),
		ScopeConfiguration: &types.AzureScopeConfiguration{ScopeType: types.ScopeTypeTenant}, AzureRegions: []string{"eastus"}}
	made := must[*securityhub.CreateConnectorV2Output](t, "Create")(c.CreateConnectorV2(ctx, &securityhub.CreateConnectorV2Input{Name: aws.String("az"),
		Provider: &types.ProviderConfigurationMemberAzure{Value: azure}}))
	if made.EnablementStatus != types.EnablementStatusPendingEnablement || made.ConnectorStatus != types.ConnectorStatusUnknown {
		t.Errorf("Create = %+v", made)
	}
	updated := must[*securityhub.UpdateConnectorV2Output](t, "Update")(c.UpdateConnectorV2(ctx, &securityhub.UpdateConnectorV2Input{ConnectorId: made.ConnectorId,
		Provider: &types.ProviderUpdateConfigurationMemberAzure{Value: types.AzureUpdateConfiguration{AzureRegions: []string{"westus"},
			ScopeConfiguration: &types.AzureScopeConfiguration{ScopeType: types.ScopeTypeSubscription, ScopeValues: []string{"sub"}}}}}))
	if updated.EnablementStatus != types.EnablementStatusPendingEnablement {
		t.Errorf("Update = %+v", updated)
	}
	got := must[*securityhub.GetConnectorV2Output](t, "Get")(c.GetConnectorV2(ctx, &securityhub.GetConnectorV2Input{ConnectorId: made.ConnectorId}))
	detail, ok := got.ProviderDetail.(*types.ProviderDetailMemberAzure)
	if !ok || !reflect.DeepEqual(detail.Value.AzureRegions, []string{"westus"}) || detail.Value.ScopeConfiguration.ScopeType != types.ScopeTypeSubscription ||
		aws.ToString(detail.Value.AWSConfigConnectorArn) != *azure.AWSConfigConnectorArn || aws.ToString(got.EnablementStatusReason) == "" {
		t.Errorf("Get = %+v", got)
	}
	list := must[*securityhub.ListConnectorsV2Output](t, "List")(c.ListConnectorsV2(ctx, &securityhub.ListConnectorsV2Input{
		ProviderName: types.ConnectorProviderNameAzure, EnablementStatus: types.EnablementStatusPendingEnablement}))
	if len(list.Connectors) != 1 || *list.Connectors[0].ConnectorId != *made.ConnectorId {
		t.Errorf("List = %+v", list.Connectors)
	}
}
