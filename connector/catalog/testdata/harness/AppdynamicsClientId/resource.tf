resource "harness_platform_connector_appdynamics" "appd_api" {
  identifier   = "appd_api"
  name         = "AppD API client"
  org_id       = "retail"
  project_id   = "checkout"
  url          = "https://appd.example.test/controller/"
  account_name = "customer1"

  api_token {
    client_id         = "harness-api"
    client_secret_ref = "org.appd_client_secret"
  }
}
