package probe

import "patchbay/connector"

const openClient = "In ServiceNow, open the OAuth application under System OAuth, Application Registry, "

var serviceNowCodes = []Code{
	{"SERVICENOW_TABLE_READ", "{there} let {who} in and read the table of incidents to it, {seen}.", "", "", connector.Healthy},

	// Who we are
	{"SERVICENOW_SECRET_UNREADABLE", "The secret for {there} does not hold a client id and a client secret: {seen}.",
		"It was typed by hand, or holds something else.", `Replace the secret with JSON of this form: {"ClientId": "…", "ClientSecret": "…"}.`, connector.Failing},
	{"SERVICENOW_AUTH_REFUSED", "{there} refused {who}: the client id or the client secret is not right.",
		"The client secret was replaced, the OAuth application is inactive or gone, or the secret is for another instance.",
		openClient + "and put its client id and client secret into the secret of the connector.", connector.Failing},
	{"SERVICENOW_GRANT_OFF", "{there} gives {who} no token for client credentials: {seen}.",
		"The instance has this way to sign in switched off, as it is at first, or the OAuth application has no application user. ServiceNow says the same for a client that it does not know.",
		"Set the system property glide.oauth.inbound.client.credential.grant_type.enabled to true. " + openClient + "and set its OAuth application user and its client secret.", connector.Failing},
	{"SERVICENOW_TOKEN_MISSING", "{there} answered {who} without a token: {seen}.",
		"The address leads to something else, or a proxy in between answered in its place.", checkAddress, connector.Failing},
	{"SERVICENOW_NO_TOKENS", "{there} has nothing that gives tokens, so {who} could not sign in: {seen}.",
		"The address is not that of an instance, or OAuth is not active there.", "Correct the instance in the connector, and activate the plugin OAuth 2.0 there.", connector.Failing},
	{"SERVICENOW_TOKEN_REFUSED", "{there} gave {who} a token and refuses it: {seen}.",
		"The OAuth application's user is locked or inactive, or may not use the REST API.",
		openClient + "and look whether its OAuth application user is active and may use web services.", connector.Failing},

	// What we may
	{"SERVICENOW_FORBIDDEN", "{there} let {who} in and does not let it read the table of incidents: {seen}.",
		"The application user lacks a role that the access rules of the table ask for.", "Give the OAuth application user the role itil, or another one that may read incidents.", connector.Failing},
	{"SERVICENOW_TABLE_MISSING", "{there} let {who} in and has no table of incidents: {seen}.",
		"Incident management is not active on the instance, or the REST API is shut.", "Activate the plugin for incidents, or use another instance.", connector.Failing},
	{"SERVICENOW_NOT_A_TABLE", "{there} let {who} in and answered with something that is no table: {seen}.",
		"A proxy in between answered in the instance's place.", checkAddress, connector.Failing},

	// The instance
	{"SERVICENOW_ASLEEP", "{there} is a developer's instance that hibernates, so {who} could not sign in.",
		"ServiceNow puts the instances of developers to sleep when nobody uses them.", "Sign in at developer.servicenow.com and wake the instance, which takes some minutes. Then validate again.", connector.Failing},

	// Incidents
	{"SERVICENOW_INCIDENT_POSSIBLE", "{there} let {who} in and reads its incidents to it; whether it may open one shows only when one is opened, and none was.", "", "", connector.Healthy},
	{"SERVICENOW_INCIDENT_OPENED", "{there} opened the incident {seen}.", "", "", connector.Healthy},
	{"SERVICENOW_INCIDENT_FOUND", "{there} has the incident {seen} of this very request already, so no second one was opened.", "", "", connector.Healthy},
	{"SERVICENOW_MAY_NOT_CREATE", "{there} let {who} in and does not let it open incidents: {seen}.",
		"The application user lacks a role that the access rules of the table ask for.", "Give the OAuth application user the role itil, or another one that may create incidents.", connector.Failing},
	{"SERVICENOW_INCIDENT_REFUSED", "{there} did not take the incident: {seen}.",
		"A business rule or a data policy of the instance was not met.", "Look into the system log of the instance for the reason.", connector.Failing},
	{"SERVICENOW_INCIDENT_UNCONFIRMED", "{there} was asked to open the incident, and no whole answer came back: {seen}. It may have been opened.",
		"The connection broke at a bad moment.", "Look for it among the incidents. The same request with the same ClientToken finds it, and opens no second one.", connector.Failing},
}
