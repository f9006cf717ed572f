resource "aws_securityhub_connector_v2" "jira" {
  name        = "jira é"
  description = "d"
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234"
  tags        = { "team" = "sec" }

  connector_provider {
    jira_cloud {
      project_key = "SEC"
    }
  }
}
