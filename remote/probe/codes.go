package probe

import (
	"strings"

	"patchbay/connector"
)

// Code is one way for a check to end: the stable word, the sentence, the likely cause and the next step. In Text, {there} is the
// origin that was asked, {who} is who we were to it, and {seen} is what was seen there.
type Code struct {
	Code, Text, Cause, Next string
	Status                  connector.Status
}

// Codes lists every code that a check can end with, for people: the places in the sentences are filled with general words.
func Codes() []Code {
	general := strings.NewReplacer("{there}", "the server", "{who}", "the user", "{seen}", "what was seen")
	out := make([]Code, len(codes))
	for i, c := range codes {
		c.Text = upper(general.Replace(c.Text))
		out[i] = c
	}
	return out
}

func codeOf(name string) Code {
	for _, c := range codes {
		if c.Code == name {
			return c
		}
	}
	return Code{Code: name, Status: connector.Unverified, Text: "The check ended in a way that has no sentence yet: {seen}."}
}

func upper(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' || strings.HasPrefix(s, "http") {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

const (
	checkAddress = "Compare the address with the one that you would clone, and correct it in the connector."
	askServer    = "Ask whoever runs the server to look at it, then validate again."
	allowEgress  = "If checks may reach it, ask the administrator to start Patchbay with --allow-egress and the CIDR of its network."
)

var codes = []Code{
	// Git
	{"GIT_REFS_LISTED", "{there} accepted {who} and listed the refs of the repository.", "", "", connector.Healthy},
	{"GIT_ANONYMOUS", "{there} lists the refs for everybody, so the password of {who} is not proven.",
		"The repository is public, and the server does not look at credentials that it did not ask for.",
		"Point the connector, or its repository to test with, at a private repository; then the password is proven too.", connector.Degraded},
	{"GIT_AUTH_REFUSED", "{there} refused the user name or password of {who}.",
		"The password or token is wrong, expired or revoked, or the server wants a token where a password was given.",
		"Sign in to the server as this user, make a new token that may read repositories, and replace the secret.", connector.Failing},
	{"GIT_AUTH_NEEDED", "{there} asks who we are, and the connector has no user name and password.",
		"The repository is private.", "Give the connector a user name and a password.", connector.Failing},
	{"GIT_FORBIDDEN", "{there} does not allow {who} to read the repository.",
		"The credentials were understood, but this user lacks the right to read, or the token lacks the scope for it.",
		"Give the user read access to the repository, or use a token that has the scope to read repositories.", connector.Failing},
	{"GIT_NOT_FOUND", "{there} told {who} that the repository is not found, or not allowed: Git servers do not say which.",
		"The path is misspelled, the repository was moved, or this user may not see it.", checkAddress + " Then check that the user may see the repository.", connector.Failing},
	{"GIT_NOT_A_REPOSITORY", "{there} answered {who}, but not as a Git repository does.",
		"The address leads to a web page, a sign-in page or another service, or lacks a part of its path such as .git.", checkAddress, connector.Failing},
	{"GIT_REFS_UNFINISHED", "{there} accepted {who}, but the list of refs is longer than Patchbay reads and the server offers no shorter one.",
		"The repository has thousands of refs, and the server does not speak version 2 of the Git protocol.",
		"Point the repository to test with at a smaller one on the same server.", connector.Degraded},
	{"GIT_ERROR", "{there} took the request of {who} and answered with an error of its own: {seen}.",
		"The Git server could not open the repository.", askServer, connector.Failing},

	// Secrets
	{"SECRET_NOT_ALLOWED_HERE", "The secret for {seen} may not be sent to {there}, so it was not.",
		"A secret goes only to the origins that it was allowed for. The address of the connector has changed since, or the secret was given for another server.",
		"Save the connector as somebody who may use this secret: that allows the new origin. Or choose a secret that is meant for this server.", connector.Failing},
	{"SECRET_MISSING", "The secret for {seen} is not there, so {there} was not asked with it.",
		"The secret was removed, or its reference is misspelled.", "Create the secret under this name, or choose another one in the connector.", connector.Failing},

	// The way there
	{"ADDRESS_UNCLEAR", "The address cannot be asked: {seen}.",
		"An address that two programs could read as two different hosts is not used.", "Write the address in its plainest form, as in https://git.example.com:8443/acme/app.git.", connector.Failing},
	{"ADDRESS_NOT_ALLOWED", "Patchbay did not connect {there}: {seen}.",
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
		"The address does not lead to a Git server, or the server does not behave like one.", checkAddress, connector.Failing},
	{"REDIRECTED", "{there} sent {who} on to {seen}, and Patchbay does not follow.",
		"The repository or the server has moved, or the server wants a sign-in first. A secret is never taken along to another address.",
		"If the new address is right, put it into the connector.", connector.Failing},
	{"HTTP_UNEXPECTED", "{there} answered {who} in a way that no Git server does: {seen}.",
		"The server has a problem of its own, or the address leads to something else.", askServer, connector.Failing},

	// Not asked
	{"CANCELLED", "The check was cancelled before {there} had answered {who}.", "", "Validate again when you want to know.", connector.Unverified},
	{"NOT_ASKED_YET", "This release of Patchbay cannot ask this kind of connector yet, so nothing is known of it.",
		"", "Try the connector at its vendor until a later release can ask.", connector.Unverified},
	{"NOTHING_TO_ASK", "Nothing can prove this connector: {seen}.", "", "", connector.Unverified},
}
