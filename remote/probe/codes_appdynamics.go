package probe

import "patchbay/connector"

var appDynamicsCodes = []Code{
	{"APPD_LISTED", "{there} accepted {who} and listed {seen}.", "", "", connector.Healthy},
	{"APPD_ANONYMOUS", "{there} lists {seen} to everybody, so the password of {who} is not proven.",
		"What answers does not look at credentials: a proxy that signs in for everybody, or a stand-in for a controller.",
		"Point the connector at the controller itself.", connector.Degraded},
	{"APPD_EMPTY", "{there} let {who} in, but shows no application.",
		"None of its roles may view an application, or nothing reports to the controller yet.",
		"In the administration of the controller, add a role that may view the applications, then validate again.", connector.Degraded},
	{"APPD_LIST_UNFINISHED", "{there} let {who} in and lists {seen}, more than Patchbay reads, and did not show one of them alone.",
		"The account has thousands of applications.", "Use a role that may view the applications that are needed, and not all of them.", connector.Degraded},

	// Who we are
	{"APPD_AUTH_REFUSED", "{there} refused the name, the password or the account of {who}.",
		"The password is wrong, the user is locked or gone, or the account name is not that of the tenant. A user who signs in by SAML has no password here.",
		"Sign in to the controller with the same account, user and password; the account name is shown among the licences. For programs, an API client is the better choice.", connector.Failing},
	{"APPD_CLIENT_REFUSED", "{there} gave no token to {who}: {seen}.",
		"The client secret is wrong or was generated anew, the API client is gone or disabled, or the account name is not that of the tenant.",
		"In the administration of the controller, look for the API client, generate a new secret, and put it into the secret of the connector.", connector.Failing},
	{"APPD_ACCOUNT_TWICE", "{there} refused {who}, who signed in as {seen}.",
		"The name in the connector ends with the account already, and the account is put behind it once more.", "Take the @ and the account from the name in the connector.", connector.Failing},
	{"APPD_ACCOUNT_DIFFERS", "{there} refused {who}, and its address is that of another account: {seen}.",
		"The account name in the connector is not the one that the address begins with.", "Put the account that the address begins with into the connector, or correct the address.", connector.Failing},
	{"APPD_NO_TOKENS", "{there} does not give tokens to API clients, so {who} could not sign in: {seen}.",
		"The controller is older than API clients, or does not take their request in the usual form.", "Upgrade the controller, or use a connector with user name and password.", connector.Failing},
	{"APPD_TOKEN_MISSING", "{there} accepted {who}, but its answer holds no token: {seen}.",
		"The address leads to another service, or something in between changed the answer.", checkAddress, connector.Failing},
	{"APPD_TOKEN_REFUSED", "{there} gave {who} a token and did not take it a moment later.",
		"The tokens of this API client end at once, two nodes of the controller do not agree, or a proxy took the token out of the request.",
		"Look at the expiration of tokens in the API client, and let the proxy pass the header Authorization.", connector.Failing},

	// What we may do
	{"APPD_FORBIDDEN", "{there} does not allow {who} to list applications.",
		"It has no role that may view applications.", "In the administration of the controller, add a role that may view the applications, then validate again.", connector.Failing},

	// What is there
	{"APPD_WRONG_PATH", "The controller is not at the address of the connector, but at {seen}.",
		"The address lacks its last part, or has a part of a page behind it.", "Put the address that is named above into the connector.", connector.Failing},
	{"APPD_NOT_FOUND", "{there} has no list of applications for {who} at this path: {seen}.",
		"The path is misspelled, or lacks its last part, which is /controller.", checkAddress, connector.Failing},
	{"APPD_NOT_A_LIST", "{there} answered {who}, but not with a list of applications: {seen}.",
		"The address leads to another service, or something in between dropped the wish for JSON.", checkAddress, connector.Failing},
	{"APPD_NOT_READY", "{there} is there, but serves nobody now, so {who} could not sign in: {seen}.",
		"The controller is starting, being upgraded or under maintenance.", "Wait until the controller is up, then validate again.", connector.Failing},
}
