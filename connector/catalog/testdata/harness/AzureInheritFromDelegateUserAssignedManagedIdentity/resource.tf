resource "harness_platform_connector_azure_cloud_provider" "azure_uami" {
  identifier             = "azure_uami"
  name                   = "Azure user identity"
  org_id                 = "retail"
  project_id             = "checkout"
  azure_environment_type = "AZURE"
  delegate_selectors     = ["aks-pool-1"]
  execute_on_delegate    = true

  credentials {
    type = "InheritFromDelegate"

    azure_inherit_from_delegate_details {
      auth {
        type = "UserAssignedManagedIdentity"

        azure_msi_auth_ua {
          client_id = "99999999-8888-4777-8666-555555555555"
        }
      }
    }
  }
}
