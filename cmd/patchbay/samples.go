package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"

	"patchbay/connector"
	"patchbay/remote/rehearsal"
)

var sampleWorkspaces = []connector.Workspace{
	{Name: "Acme", Vendor: "harness", Account: "AbCdEfGhIjKlMnOpQrStUv"},
	{Name: "Acme security", Vendor: "securityhub", Account: "123456789012", Region: "eu-west-1"},
	{Name: "Acme Corp", Vendor: "jitterbit", Account: "512604"},
}

type sampleSecret struct {
	vendor, scope, name, value string
	kind                       connector.SecretKind
}

const snowARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ServiceNow-AbCdEf"

func sampleSecrets(there *rehearsal.Server) []sampleSecret {
	text := func(scope, name, value string) sampleSecret {
		return sampleSecret{"harness", scope, name, value, connector.SecretText}
	}
	return append(sshSecrets(there), []sampleSecret{
		text("account", "git_user", there.User),
		text("account", "git_token", there.Password),
		text("account", "git_token_old", "rotated-last-year"),
		text("account", "artifactory_user", there.User),
		text("account", "artifactory_password", there.Password),
		text("account", "artifactory_token_old", "expired-token"),
		text("account", "appd_password", there.Password),
		text("account", "appd_client_secret", there.Password),
		text("account", "azure_client_secret", there.Password),
		text("retail", "git_token", there.Password),
		{"harness", "account", "azure_client_pem", there.AzurePEM, connector.SecretFile},
		{"securityhub", "account", snowARN, `{"ClientId": "` + rehearsal.DeskClient + `", "ClientSecret": "` + there.Password + `"}`, connector.SecretOAuth},
	}...)
}

// samplePEM makes a private key that opens nothing.
func samplePEM() string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return ""
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// sample is one connector as a form would send it; ask validates it at once.
type sample struct {
	vendor, kind string
	ask          bool
	trust        bool          // the host key that its server shows
	rebuilt      func() error  // what happens to the server after that; may be nil
	code         func() string // of a person's consent, with which it is let in; may be nil
	fields       map[string]string
	uses         []connector.Use
}

type fields = map[string]string

// samples has every type at least once, and Git in every state that a check can find it in.
func samples(there *rehearsal.Server) []sample {
	git := func(name, id, path string, more fields) sample {
		f := fields{"name": name, "identifier": id, "url": there.URL + path, "connection_type": "Repo", "username": there.User, "password_ref": "account.git_token", "branch": "main"}
		for k, v := range more {
			f[k] = v
		}
		return sample{vendor: "harness", kind: "GitHttp", ask: true, fields: f}
	}
	of := func(vendor, kind string, ask bool, f fields) sample {
		return sample{vendor: vendor, kind: kind, ask: ask, fields: f}
	}
	let := func(name, project, consent string) sample {
		return sample{vendor: "securityhub", kind: "JiraCloud", ask: true, fields: fields{"name": name, "ProjectKey": project, "tags": "team:soc"},
			code: func() string { return there.Jira.Code(consent) }}
	}
	former := let("Former findings", "SEC", "")
	former.rebuilt = func() error {
		there.Jira.Forget()
		there.Jira.Revoke()
		return nil
	}
	checkout := git("Checkout Git", "checkout_git", "/acme/checkout.git", fields{"org": "retail", "project": "checkout", "password_ref": "org.git_token",
		"description": "Source of the checkout service", "tags": "team:payments\nenv:prod"})
	checkout.uses = []connector.Use{{Kind: "pipeline", Name: "checkout-deploy", Where: "retail / checkout"}}
	encrypted := git("Retail Git", "retail_git", "", fields{"connection_type": "Account", "validation_repo": "acme/checkout.git", "username": "",
		"username_ref": "account.git_user", "tags": "team:platform", "delegate_selectors": "eu-west"})
	encrypted.kind = "GitHttpEncrypted"
	return append(sshSamples(there), []sample{
		checkout,
		encrypted,
		git("Payments Git", "payments_git", "/acme/checkout.git", fields{"password_ref": "account.git_token_old", "tags": "team:payments"}),
		git("Invoice Git", "invoice_git", "/acme/invoice.git", fields{"tags": "team:billing"}),
		git("Public docs", "public_docs", "/public/docs.git", fields{"tags": "team:docs"}),
		git("Team wiki", "team_wiki", "/wiki/start.git", fields{"tags": "team:docs"}),
		git("Moved monorepo", "moved_monorepo", "/moved/app.git", fields{"tags": "team:platform"}),
		git("Old Git host", "old_git_host", "", fields{"url": "https://git.old.invalid/acme/app.git", "tags": "team:platform"}),
		git("Metadata trap", "metadata_trap", "", fields{"url": "http://169.254.169.254/latest/meta-data.git", "tags": "team:security"}),
		git("All of Acme", "acme_account", "", fields{"url": "https://git.example.test/acme", "connection_type": "Account"}),
		of("harness", "Artifactory", true, fields{"name": "Artifactory main", "identifier": "artifactory_main", "url": "https://repo.example.test/artifactory", "username": there.User, "password_ref": "account.artifactory_password", "description": "Main artifact server", "tags": "env:shared"}),
		of("harness", "ArtifactoryEncrypted", true, fields{"name": "Artifactory sealed", "identifier": "artifactory_sealed", "url": "https://repo.example.test/artifactory", "username_ref": "account.artifactory_user", "password_ref": "account.artifactory_password"}),
		of("harness", "ArtifactoryAnonymous", true, fields{"name": "Archive mirror", "identifier": "archive_mirror", "url": "https://mirror.example.test/artifactory", "org": "retail", "project": "archive"}),
		of("harness", "Artifactory", true, fields{"name": "Release artifacts", "identifier": "release_artifacts", "url": "https://repo.example.test/artifactory", "username": there.User, "password_ref": "account.artifactory_token_old", "tags": "team:release"}),
		of("harness", "Artifactory", true, fields{"name": "Artifact platform", "identifier": "artifact_platform", "url": "https://repo.example.test", "username": there.User, "password_ref": "account.artifactory_password", "tags": "team:platform"}),
		of("harness", "Appdynamics", true, fields{"name": "AppD production", "identifier": "appd_prod", "account_name": "customer1", "controller_url": "https://appd.example.test/controller", "username": there.User, "password_ref": "account.appd_password", "delegate_selectors": "eu-west", "tags": "env:prod"}),
		of("harness", "AppdynamicsClientId", true, fields{"name": "AppD API client", "identifier": "appd_api", "account_name": "customer1", "controller_url": "https://appd.example.test/controller/", "client_id": there.User, "client_secret_ref": "account.appd_client_secret"}),
		of("harness", "Appdynamics", true, fields{"name": "AppD staging", "identifier": "appd_staging", "account_name": "customer1", "controller_url": "https://appd.example.test/controller", "username": "sees-nothing", "password_ref": "account.appd_password", "tags": "env:staging"}),
		of("harness", "AzureClientSecretKey", true, fields{"name": "Azure landing zone", "identifier": "azure_lz", "azure_environment_type": "AZURE", "application_id": rehearsal.AzureApplication, "tenant_id": rehearsal.AzureTenant, "secret_ref": "account.azure_client_secret", "delegate_selectors": "azure", "tags": "cloud:azure"}),
		of("harness", "AzureClientCertificate", true, fields{"name": "Azure Gov", "identifier": "azure_gov", "azure_environment_type": "AZURE_US_GOVERNMENT", "application_id": rehearsal.AzureCertified, "tenant_id": rehearsal.AzureGovTenant, "certificate_ref": "account.azure_client_pem", "delegate_selectors": "azure-gov"}),
		of("harness", "AzureInheritFromDelegateUserAssignedManagedIdentity", true, fields{"name": "Azure user identity", "identifier": "azure_uami", "azure_environment_type": "AZURE", "client_id": rehearsal.AzureUserIdentity, "delegate_selectors": "aks-pool-1"}),
		of("harness", "AzureInheritFromDelegateSystemAssignedManagedIdentity", true, fields{"name": "Azure system identity", "identifier": "azure_sami", "azure_environment_type": "AZURE", "delegate_selectors": "aks-pool-1"}),
		of("harness", "AzureClientSecretKey", true, fields{"name": "Azure wrong cloud", "identifier": "azure_wrong_cloud", "azure_environment_type": "AZURE", "application_id": rehearsal.AzureApplication, "tenant_id": rehearsal.AzureGovTenant, "secret_ref": "account.azure_client_secret", "delegate_selectors": "azure", "tags": "cloud:azure"}),
		of("securityhub", "JiraCloud", false, fields{"name": "Findings to Jira", "description": "Critical findings become tickets", "ProjectKey": "SEC", "tags": "team:soc"}),
		former, // before the others, since what ends its consent ends all that there are
		let("Critical findings", "SEC", ""),
		let("Archived findings", "LOCKED", ""),
		let("Findings to read", "SEC", "reader"),
		of("securityhub", "ServiceNow", true, fields{"name": "Incident desk", "InstanceName": "acme", "SecretArn": snowARN, "tags": "team:soc"}),
		of("securityhub", "ServiceNow", true, fields{"name": "Developer desk", "InstanceName": "asleep", "SecretArn": snowARN, "tags": "team:dev"}),
		of("securityhub", "ServiceNow", true, fields{"name": "New desk", "InstanceName": "closed", "SecretArn": snowARN, "tags": "team:soc"}),
		of("jitterbit", "Registration", true, fields{"name": "Acme Ledger", "version": "2.1.0", "activities": "query, create, update", "tags": "team:erp"}),
		of("jitterbit", "Registration", false, fields{"name": "Acme Archive", "version": "1.0.0", "activities": "fetch", "tags": "team:erp"}),
	}...)
}
