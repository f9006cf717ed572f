resource "harness_platform_connector_azure_cloud_provider" "azure_gov" {
  identifier             = "azure_gov"
  name                   = "Azure Gov"
  org_id                 = "retail"
  azure_environment_type = "AZURE_US_GOVERNMENT"
  delegate_selectors     = ["azure-gov"]
  execute_on_delegate    = true

  credentials {
    type = "ManualConfig"

    azure_manual_details {
      application_id = "11111111-2222-4333-8444-555555555556"
      tenant_id      = "66666666-7777-4888-9999-aaaaaaaaaaab"

      auth {
        type = "Certificate"

        azure_client_key_cert {
          certificate_ref = "org.azure_client_pem"
        }
      }
    }
  }
}
