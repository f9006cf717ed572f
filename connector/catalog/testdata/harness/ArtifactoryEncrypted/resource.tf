resource "harness_platform_connector_artifactory" "artifactory_sealed" {
  identifier          = "artifactory_sealed"
  name                = "Artifactory sealed"
  org_id              = "retail"
  url                 = "https://repo.example.test/artifactory"
  execute_on_delegate = true

  credentials {
    username_ref = "org.artifactory_user"
    password_ref = "org.artifactory_password"
  }
}
