# There is no Terraform provider for Jitterbit Harmony. Register the connector with its API instead.
