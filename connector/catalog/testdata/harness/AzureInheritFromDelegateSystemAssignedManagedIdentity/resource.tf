resource "harness_platform_connector_azure_cloud_provider" "azure_sami" {
  identifier             = "azure_sami"
  name                   = "Azure system identity"
  org_id                 = "retail"
  project_id             = "checkout"
  azure_environment_type = "AZURE"
  delegate_selectors     = ["aks-pool-1"]
  execute_on_delegate    = true

  credentials {
    type = "InheritFromDelegate"

    azure_inherit_from_delegate_details {
      auth {
        type = "SystemAssignedManagedIdentity"
      }
    }
  }
}
