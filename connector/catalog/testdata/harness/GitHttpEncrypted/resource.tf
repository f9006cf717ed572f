resource "harness_platform_connector_git" "retail_git" {
  identifier          = "retail_git"
  name                = "Retail Git"
  org_id              = "retail"
  tags                = ["team:platform"]
  url                 = "https://git.example.test/retail"
  connection_type     = "Account"
  validation_repo     = "checkout.git"
  delegate_selectors  = ["eu-west"]
  execute_on_delegate = true

  credentials {
    http {
      username_ref = "org.git_user"
      password_ref = "org.git_token"
    }
  }
}
