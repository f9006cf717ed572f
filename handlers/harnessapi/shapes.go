package harnessapi

import (
	"patchbay/access"
	"patchbay/connector/wire"
)

// plain is the error of the v1 API.
func (no *refusal) plain(how as) wire.Value {
	members := []wire.Member{wire.M("message", wire.Text(no.text()))}
	if how.code != "" {
		members = append(members, wire.M("code", wire.Text(how.code)))
	}
	return wire.Obj(append(members, wire.M("errors", no.faultsAs("field_name", "message")))...)
}

// numeric is what the vendor's framework answers to a body that it cannot read.
func (no *refusal) numeric(how as) wire.Value {
	return wire.Obj(
		wire.M("code", wire.Int(int64(how.status))),
		wire.M("message", wire.Text(no.text())),
		wire.M("details", wire.Text(no.details)),
	)
}

// inFailure is the older API's answer to fields that are wrong and things that are not there.
func (no *refusal) inFailure(c *call, how as) wire.Value {
	return wire.Obj(
		wire.M("status", wire.Text("FAILURE")),
		wire.M("code", wire.Text(how.code)),
		wire.M("message", wire.Text(no.text())),
		wire.M("correlationId", wire.Text(c.correlationID())),
		wire.M("errors", no.faultsAs("fieldId", "error")),
	)
}

// inError is the older API's answer to everything else.
func (no *refusal) inError(c *call, how as) wire.Value {
	causes := no.causes
	if len(causes) == 0 {
		causes = []cause{{how.code, no.text()}}
	}
	messages := make([]wire.Value, len(causes))
	for i, one := range causes {
		messages[i] = wire.Obj(
			wire.M("code", wire.Text(one.code)),
			wire.M("level", wire.Text("ERROR")),
			wire.M("message", wire.Text(one.text)),
			wire.M("exception", wire.Value{}),
			wire.M("failureTypes", wire.List()),
		)
	}
	members := []wire.Member{
		wire.M("status", wire.Text("ERROR")),
		wire.M("code", wire.Text(how.code)),
		wire.M("message", wire.Text(no.text())),
		wire.M("correlationId", wire.Text(c.correlationID())),
		wire.M("detailedMessage", wire.Value{}),
		wire.M("responseMessages", wire.List(messages...)),
		wire.M("metadata", wire.Value{}),
	}
	if no.missing != "" {
		members = append(members, wire.M("failedPermissionChecks", wire.List(failedCheck(c, no.missing))))
	}
	return wire.Obj(members...)
}

// permissions are the vendor's names of ours.
var permissions = map[access.Permission]string{
	access.View:        "core_connector_view",
	access.Edit:        "core_connector_edit",
	access.Test:        "core_connector_access",
	access.KeepSecrets: "core_secret_access",
}

// failedCheck says which of the vendor's permissions was missing, and where.
func failedCheck(c *call, missing access.Permission) wire.Value {
	name := permissions[missing]
	if c.operation.ID == "deleteConnector" {
		name = "core_connector_delete"
	}
	return wire.Obj(
		wire.M("permission", wire.Text(name)),
		wire.M("resourceType", wire.Text("CONNECTOR")),
		wire.M("resourceIdentifier", textOrNull(c.params["connector"])),
		wire.M("resourceScope", wire.Obj(
			wire.M("accountIdentifier", wire.Text(c.workspace.Account)),
			wire.M("orgIdentifier", textOrNull(c.query.Get("orgIdentifier"))),
			wire.M("projectIdentifier", textOrNull(c.query.Get("projectIdentifier"))),
		)),
	)
}

// faultsAs lists the fields that are wrong, under the names that an API has for field and text.
func (no *refusal) faultsAs(field, text string) wire.Value {
	items := make([]wire.Value, len(no.faults))
	for i, f := range no.faults {
		items[i] = wire.Obj(wire.M(field, wire.Text(f.field)), wire.M(text, wire.Text(f.text)))
	}
	return wire.List(items...)
}

func textOrNull(text string) wire.Value {
	if text == "" {
		return wire.Value{}
	}
	return wire.Text(text)
}
