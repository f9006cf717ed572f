package harness

import (
	"patchbay/connector"
	"patchbay/connector/wire"
)

// DecodeLegacy reads the body of a create or update of the older API, which is the entity form: camelCase names, a family instead of
// a type, and credentials in objects of their own. What the vendor does not know is ignored; problems name fields as the v1 API does,
// for [LegacyName] to turn into the names that were sent.
func DecodeLegacy(body wire.Value) (connector.Draft, connector.Problems) {
	d := connector.Draft{Spec: &connector.Opaque{}}
	object := body.Get("connector")
	if object.Kind() != wire.Object {
		return d, connector.Problems{{Field: "connector", Text: "Connector is required and must be an object."}}
	}
	own := members{}.with(object, "name", "name").with(object, "identifier", "identifier").
		with(object, "description", "description").with(object, "orgIdentifier", "org").
		with(object, "projectIdentifier", "project").with(object, "tags", "tags")
	_, problems := connector.Decode(fields(&d), own.object())
	spec := object.Get("spec")
	if spec.Kind() != wire.Object {
		return d, append(problems, connector.Problem{Field: "spec", Text: "Spec is required and must be an object."})
	}
	t, v1, wrong := fromEntity(object.Get("type").Text(), spec)
	if wrong.Text != "" {
		return d, append(problems, wrong)
	}
	d.Type, d.Spec = t, t.New()
	_, more := connector.Decode(d.Spec.Fields(), v1.object())
	return d, append(problems, more...)
}

// fromEntity tells which type of the v1 API a spec in the entity form stands for, and gives its members under their v1 names.
func fromEntity(family string, spec wire.Value) (connector.Type, members, connector.Problem) {
	switch family {
	case familyGit:
		return fromGit(spec)
	case familyArtifactory:
		return fromArtifactory(spec)
	case familyAppDynamics:
		return fromAppDynamics(spec)
	case familyAzure:
		return fromAzure(spec)
	}
	return connector.Type{}, nil, connector.Problem{Field: "type", Text: "Type must be Git, Artifactory, AppDynamics or Azure."}
}

func fromGit(spec wire.Value) (connector.Type, members, connector.Problem) {
	v1 := unplaced(spec).with(spec, "url", "url").with(spec, "connectionType", "connection_type").
		with(spec, "branchName", "branch").with(spec, "validationRepo", "validation_repo")
	login := spec.Get("spec")
	switch spec.Get("type").Text() {
	case "Ssh":
		return gitSSH, v1.with(login, "sshKeyRef", "ssh_key_ref"), connector.Problem{}
	case "Http":
		return fromLogin(v1, login, gitHTTP, gitHTTPEncrypted)
	}
	return connector.Type{}, nil, connector.Problem{Field: "type", Text: "Type of the Git connector must be Http or Ssh."}
}

func fromArtifactory(spec wire.Value) (connector.Type, members, connector.Problem) {
	v1 := unplaced(spec).with(spec, "artifactoryServerUrl", "url")
	auth := spec.Get("auth")
	switch auth.Get("type").Text() {
	case "Anonymous":
		return artifactoryAnonymous, v1, connector.Problem{}
	case "UsernamePassword":
		return fromLogin(v1, auth.Get("spec"), artifactory, artifactoryEncrypted)
	}
	return connector.Type{}, nil, connector.Problem{Field: "auth", Text: "Auth must have the type UsernamePassword or Anonymous."}
}

// fromLogin tells the type whose user name is in clear from the one whose user name is a secret. A blank text counts as none.
func fromLogin(v1 members, login wire.Value, plain, encrypted connector.Type) (connector.Type, members, connector.Problem) {
	v1 = v1.with(login, "passwordRef", "password_ref")
	named, hidden := login.Get("username").Text() != "", login.Get("usernameRef").Text() != ""
	switch {
	case named && hidden:
		return plain, nil, connector.Problem{Field: "username_ref", Text: "User name must be given once: as username or as usernameRef."}
	case hidden:
		return encrypted, v1.with(login, "usernameRef", "username_ref"), connector.Problem{}
	}
	return plain, v1.with(login, "username", "username"), connector.Problem{}
}

func fromAppDynamics(spec wire.Value) (connector.Type, members, connector.Problem) {
	v1 := unplaced(spec).with(spec, "accountname", "account_name").with(spec, "controllerUrl", "controller_url")
	switch spec.Get("authType").Text() {
	case "UsernamePassword", "": // what was always there before there was a choice
		return appDynamics, v1.with(spec, "username", "username").with(spec, "passwordRef", "password_ref"), connector.Problem{}
	case "ApiClientToken":
		return appDynamicsClientID, v1.with(spec, "clientId", "client_id").with(spec, "clientSecretRef", "client_secret_ref"), connector.Problem{}
	}
	return connector.Type{}, nil, connector.Problem{Field: "auth_type", Text: "Auth type must be UsernamePassword or ApiClientToken."}
}

func fromAzure(spec wire.Value) (connector.Type, members, connector.Problem) {
	v1 := unplaced(spec).with(spec, "azureEnvironmentType", "azure_environment_type")
	credential := spec.Get("credential")
	inner := credential.Get("spec")
	auth := inner.Get("auth")
	for _, t := range types {
		kind, proof := azureKinds(t.Name)
		if t.Family != familyAzure || kind != credential.Get("type").Text() || proof != auth.Get("type").Text() {
			continue
		}
		own := auth.Get("spec")
		return t, v1.with(inner, "applicationId", "application_id").with(inner, "tenantId", "tenant_id").
			with(own, "secretRef", "secret_ref").with(own, "certificateRef", "certificate_ref").with(own, "clientId", "client_id"), connector.Problem{}
	}
	return connector.Type{}, nil, connector.Problem{Field: "credential", Text: "Credential must have the type ManualConfig with the auth " +
		"Secret or Certificate, or the type InheritFromDelegate with the auth SystemAssignedManagedIdentity or UserAssignedManagedIdentity."}
}

// unplaced takes where the work is done out of a spec in the entity form.
func unplaced(spec wire.Value) members {
	return members{}.with(spec, "delegateSelectors", "delegate_selectors").with(spec, "executeOnDelegate", "execute_on_delegate")
}

// CamelName is what the vendor's servers call a field of the v1 API in their own messages: validation_repo is validationRepo.
func CamelName(field string) string { return camel(field) }

// LegacyName is what the older API calls a field of the v1 API.
func LegacyName(t connector.Type, field string) string {
	switch {
	case field == "org" || field == "project":
		return field + "Identifier"
	case field == "branch":
		return "branchName"
	case field == "account_name":
		return "accountname"
	case field == "url" && t.Family == familyArtifactory:
		return "artifactoryServerUrl"
	}
	return camel(field)
}
