resource "harness_platform_connector_git" "checkout_git" {
  identifier          = "checkout_git"
  name                = "Checkout Git"
  description         = "Source of the checkout service"
  org_id              = "retail"
  project_id          = "checkout"
  tags                = ["env:prod", "team:payments"]
  url                 = "https://git.example.test/retail/checkout.git"
  connection_type     = "Repo"
  execute_on_delegate = false

  credentials {
    http {
      username     = "svc-checkout"
      password_ref = "org.git_token"
    }
  }
}
