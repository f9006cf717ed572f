resource "harness_platform_connector_azure_cloud_provider" "azure_prod" {
  identifier             = "azure_prod"
  name                   = "Azure production"
  tags                   = ["cloud:azure"]
  azure_environment_type = "AZURE"
  delegate_selectors     = ["azure"]
  execute_on_delegate    = true

  credentials {
    type = "ManualConfig"

    azure_manual_details {
      application_id = "11111111-2222-4333-8444-555555555555"
      tenant_id      = "66666666-7777-4888-9999-aaaaaaaaaaaa"

      auth {
        type = "Secret"

        azure_client_secret_key {
          secret_ref = "account.azure_client_secret"
        }
      }
    }
  }
}
