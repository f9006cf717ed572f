package probe

import "patchbay/connector"

var gitCodes = []Code{
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
}
