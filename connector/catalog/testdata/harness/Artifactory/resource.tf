resource "harness_platform_connector_artifactory" "artifactory_main" {
  identifier          = "artifactory_main"
  name                = "Artifactory main"
  description         = "Main artifact server"
  tags                = ["env:shared"]
  url                 = "https://repo.example.test/artifactory"
  execute_on_delegate = false

  credentials {
    username     = "ci-reader"
    password_ref = "account.artifactory_password"
  }
}
