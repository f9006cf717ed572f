resource "harness_platform_connector_appdynamics" "appd_prod" {
  identifier         = "appd_prod"
  name               = "AppD production"
  org_id             = "retail"
  project_id         = "checkout"
  url                = "https://appd.example.test/controller/"
  account_name       = "customer1"
  delegate_selectors = ["eu-west"]

  username_password {
    username     = "harness-reader"
    password_ref = "appd_password"
  }
}
