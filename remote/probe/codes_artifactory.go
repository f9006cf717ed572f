package probe

import "patchbay/connector"

const newArtifactoryToken = "Sign in to Artifactory as this user, make a new identity token, and replace the secret with it."

var artifactoryCodes = []Code{
	{"ARTIFACTORY_LISTED", "{there} accepted {who} and listed {seen}.", "", "", connector.Healthy},
	{"ARTIFACTORY_ANONYMOUS", "{there} lists {seen} to everybody, so the password of {who} is not proven.",
		"Anonymous access is switched on, and this user is shown nothing that strangers are not shown.",
		"Let the user read a repository that strangers may not; then the password is proven too. Or use a connector without credentials.", connector.Degraded},
	{"ARTIFACTORY_EMPTY", "{there} let {who} in, but shows no repository.",
		"The user, or the groups that it is in, may not read any repository, or the server has none. For a connector without credentials that user is the one called anonymous.",
		"Add the user to a permission that includes Read on the repositories, then validate again.", connector.Degraded},
	{"ARTIFACTORY_LIST_UNFINISHED", "{there} let {who} in and lists {seen}, more than Patchbay reads, and did not show one of them alone.",
		"The server has thousands of repositories, and an edition that describes none to this user.",
		"Let the user of the connector read the repositories that it needs, and not all of them.", connector.Degraded},

	// Who we are
	{"ARTIFACTORY_AUTH_REFUSED", "{there} refused the user name or password of {who}.",
		"The password is wrong or was changed, or the user is disabled or gone.",
		"Sign in to Artifactory as this user. Then make an identity token and put it into the secret in place of the password.", connector.Failing},
	{"ARTIFACTORY_AUTH_NEEDED", "{there} asks who we are, and the connector has no user name and password.",
		"Anonymous access is switched off.", "Use a connector with user name and password, or ask the administrator of the server for anonymous access.", connector.Failing},
	{"ARTIFACTORY_TOKEN_EXPIRED", "{there} says that the token of {who} has expired.",
		"Access tokens end after the time that they were made for, and nothing renews this one.", newArtifactoryToken, connector.Failing},
	{"ARTIFACTORY_TOKEN_UNKNOWN", "{there} does not know the token or API key of {who}.",
		"The token was revoked, or is an API key, which current releases no longer take.", newArtifactoryToken, connector.Failing},
	{"ARTIFACTORY_WRONG_USER", "{there} says that the token in the secret is not one of {who}.",
		"The token was made for another user than the connector names.", "Correct the user name in the connector, or put a token of this user into the secret.", connector.Failing},
	{"ARTIFACTORY_PASSWORD_EXPIRED", "{there} says that the password of {who} has expired.",
		"The server wants passwords to be changed from time to time.",
		"Sign in to Artifactory as this user and change the password. An identity token in the secret does not end with it.", connector.Failing},
	{"ARTIFACTORY_PASSWORD_PLAIN", "{there} does not take the password of {who} as it is, but only the encrypted form of it.",
		"The server is set to accept encrypted passwords alone.", "Copy the encrypted password or an identity token from the profile of this user, and replace the secret with it.", connector.Failing},
	{"ARTIFACTORY_LOCKED", "{there} says that {who} is locked.",
		"Too many sign-ins with a wrong password, here or by another program, locked the user.",
		"Find the program that still uses the old password, then ask the administrator of the server to unlock the user.", connector.Failing},
	{"ARTIFACTORY_SUSPENDED", "{there} takes no sign-in of {who} for a while, because the last ones failed.",
		"Somebody signs in as this user with a wrong or an old password. Until that pause is over, the right one is refused too.",
		"Wait a minute, then validate again. If it stays, find the program that still uses the old password.", connector.Failing},

	// What we may do
	{"ARTIFACTORY_FORBIDDEN", "{there} does not allow {who} to list repositories.",
		"The token lacks the scope for it, or the server or a proxy before it does not let this user or this network in.",
		"Use a token with the permissions of the user, and ask the administrator of the server whether this machine may come in.", connector.Failing},
	{"ARTIFACTORY_LICENCE", "{there} does not serve {who}, because its licence does not allow it: {seen}.",
		"The licence or trial of the server has ended, or was not installed.", "Ask the administrator of the server to install a valid licence.", connector.Failing},

	// What is there
	{"ARTIFACTORY_WRONG_PATH", "Artifactory is not at the address of the connector, but at {seen}.",
		"The address is that of the platform's pages or of one repository, not that of Artifactory itself.",
		"Put the address that is named above into the connector.", connector.Failing},
	{"ARTIFACTORY_NOT_FOUND", "{there} has no list of repositories for {who} at this path: {seen}.",
		"The path is misspelled, or lacks its last part, which is /artifactory on most servers.", checkAddress, connector.Failing},
	{"ARTIFACTORY_NOT_A_LIST", "{there} answered {who}, but not with a list of repositories: {seen}.",
		"The address leads to another service.", checkAddress, connector.Failing},
	{"ARTIFACTORY_NOT_READY", "{there} is there, but serves nobody now, so {who} could not sign in: {seen}.",
		"Artifactory is starting, being upgraded, or stopped behind its proxy.", "Wait until the server is up, then validate again.", connector.Failing},
}
