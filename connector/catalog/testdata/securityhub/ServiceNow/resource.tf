resource "aws_securityhub_connector_v2" "snow" {
  name = "snow"

  connector_provider {
    service_now {
      instance_name = "dev12345"
      secret_arn    = "arn:aws:secretsmanager:us-east-1:123456789012:secret:snow-AbCdEf"
    }
  }
}
