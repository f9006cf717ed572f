resource "harness_platform_connector_git" "infra_ssh" {
  identifier          = "infra_ssh"
  name                = "Infra over SSH"
  url                 = "git@git.example.test:retail/infra.git"
  connection_type     = "Repo"
  execute_on_delegate = true

  credentials {
    ssh {
      ssh_key_ref = "account.deploy_key"
    }
  }
}
