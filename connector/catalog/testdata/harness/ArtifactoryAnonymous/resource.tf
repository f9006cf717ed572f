resource "harness_platform_connector_artifactory" "artifactory_public" {
  identifier          = "artifactory_public"
  name                = "Artifactory public mirror"
  url                 = "https://mirror.example.test/artifactory"
  execute_on_delegate = false
}
