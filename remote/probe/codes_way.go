package probe

import "patchbay/connector"

const (
	checkAddress = "Compare the address with the one that works for you elsewhere, and correct it in the connector."
	askServer    = "Ask whoever runs the server to look at it, then validate again."
	allowEgress  = "If checks may reach it, ask the administrator to start Patchbay with --allow-egress and the CIDR of its network."
)

// wayCodes are the ends that every kind of check can come to.
var wayCodes = []Code{
	// Secrets
	{"SECRET_NOT_ALLOWED_HERE", "The secret for {seen} may not be sent to {there}, so it was not.",
		"A secret goes only to the origins that it was allowed for. The address of the connector has changed since, or the secret was given for another server.",
		"Save the connector as somebody who may use this secret: that allows the new origin. Or choose a secret that is meant for this server.", connector.Failing},
	{"SECRET_MISSING", "The secret for {seen} is not there, so {there} was not asked with it.",
		"The secret was removed, or its reference is misspelled.", "Create the secret under this name, or choose another one in the connector.", connector.Failing},

	// The way there
	{"ADDRESS_UNCLEAR", "The address cannot be asked: {seen}.",
		"An address that two programs could read as two different hosts is not used.", "Write the address in its plainest form, as in https://git.example.com:8443/acme/app.git.", connector.Failing},
	{"ADDRESS_NOT_ALLOWED", "Patchbay did not connect to {there}: {seen}.",
		"Checks reach public addresses only, so that nobody can use them to look around in the inner network.", allowEgress, connector.Failing},
	{"PLAIN_HTTP_NOT_ALLOWED", "Patchbay did not send anything to {there}: http is not encrypted.",
		"A password sent over http can be read on the way.", "Use the https address of the server. If there is none and the network in between is trusted, ask the administrator to start Patchbay with --allow-egress and the CIDR of the server.", connector.Failing},
	{"DNS_NOT_FOUND", "The name in {there} does not exist, so nobody was asked about {who}.",
		"The host name is misspelled, or is known only to another network's name server.", "Correct the host name, or run Patchbay where the name is known.", connector.Failing},
	{"DNS_FAILED", "The name in {there} could not be looked up, so nobody was asked about {who}.",
		"The name server did not answer, or answered with an error of its own.", "Check the name server of the machine that Patchbay runs on, then validate again.", connector.Failing},
	{"CONNECT_REFUSED", "Nothing listens at {there}: the connection was refused before {who} could sign in.",
		"The server is stopped, or listens on another port.", "Check the port in the address, and that the server is running.", connector.Failing},
	{"CONNECT_TIMEOUT", "{there} did not take the connection in time, before {who} could sign in.",
		"A firewall drops the packets, or the machine is off.", "Check that the machine Patchbay runs on may reach this host and port.", connector.Failing},
	{"CONNECT_FAILED", "{there} could not be connected, before {who} could sign in: {seen}.",
		"There is no route to the address from here.", "Check the network of the machine that Patchbay runs on.", connector.Failing},

	// TLS
	{"TLS_EXPIRED", "The certificate of {there} is not valid now, so {who} was not shown to it.",
		"The certificate has expired or is not valid yet, or one of the two clocks is wrong.", "Renew the certificate of the server, and compare the clocks.", connector.Failing},
	{"TLS_UNKNOWN_AUTHORITY", "The certificate of {there} is signed by an unknown authority, so {who} was not shown to it.",
		"The server uses a certificate of a company's own authority, a self-signed one, or does not send the certificates in between.",
		"Add the authority to the certificates of the machine that Patchbay runs on, or let the server send its whole chain.", connector.Failing},
	{"TLS_WRONG_HOST", "The certificate of {there} is for another host, so {who} was not shown to it.",
		"The address uses another name than the certificate, or leads to another server.", "Use the name that the certificate has, or get a certificate for this name.", connector.Failing},
	{"TLS_FAILED", "{there} did not manage to agree on encryption with us, so {who} was not shown to it.",
		"The port does not speak TLS, or only in versions before 1.2, or wants a client certificate.", "Check scheme and port of the address, and the TLS versions of the server.", connector.Failing},

	// The answer
	{"TIMEOUT", "{there} took the connection but did not answer {who} in time.",
		"The server is overloaded, stuck or waits for something itself.", askServer, connector.Failing},
	{"RESET", "{there} ended the connection in the middle, before it answered {who}.",
		"The server crashed, or something in between does not like the connection.", "Look for a proxy or firewall in between, and into the server's log.", connector.Failing},
	{"TOO_LARGE", "{there} answered {who} with more than Patchbay reads.",
		"The address leads to something else than it should, or the server does not behave.", checkAddress, connector.Failing},
	{"REDIRECTED", "{there} sent {who} on to {seen}, and Patchbay does not follow.",
		"What was asked for has moved, or the server wants a sign-in first. A secret is never taken along to another address.",
		"If the new address is right, put it into the connector.", connector.Failing},
	{"PAGE_INSTEAD", "{there} answered {who} with a web page where data was expected: {seen}.",
		"The address leads to a sign-in page, a captive portal or a web site, or a proxy in between answered in the server's place.", checkAddress, connector.Failing},
	{"EMPTY_ANSWER", "{there} answered {who} with nothing where data was expected: {seen}.",
		"The address leads to something else, or a proxy in between swallowed the answer.", checkAddress, connector.Failing},
	{"SERVER_ERROR", "{there} is in trouble of its own and did not serve {who}: {seen}.",
		"The server, or a proxy before it, has an error inside.", askServer, connector.Failing},
	{"RATE_LIMITED", "{there} answers {who} no more for now, because too many requests came: {seen}.",
		"The server's limit for this user or this address is used up.", "Wait a few minutes, then validate again. If it stays, check less often or ask for a higher limit.", connector.Degraded},
	{"HTTP_UNEXPECTED", "{there} answered {who} in a way that was not expected: {seen}.",
		"The server has a problem of its own, or the address leads to something else.", askServer, connector.Failing},

	// Not asked
	{"CANCELLED", "The check was cancelled before {there} had answered {who}.", "", "Validate again when you want to know.", connector.Unverified},
	{"NOT_ASKED_YET", "This release of Patchbay cannot ask this kind of connector yet, so nothing is known of it.",
		"", "Try the connector at its vendor until a later release can ask.", connector.Unverified},
	{"NOTHING_TO_ASK", "Nothing can prove this connector: {seen}.", "", "", connector.Unverified},
}
