package probe

import "patchbay/connector"

const (
	authoriseAgain = "Authorise the connector again on its page, as somebody who may create issues in the project."
	askAdmin       = "Ask an admin to look at the workspace's OAuth application, then validate again."
)

var jiraCodes = []Code{
	{"JIRA_READY", "{there} let {who} in, who may create issues in the project {seen}.", "", "", connector.Healthy},

	// The consent and its tokens
	{"JIRA_NOT_AUTHORISED", "Nobody has let the connector in at Atlassian yet, so nothing was asked.", "", authoriseAgain, connector.Waiting},
	{"JIRA_CONSENT_GONE", "{there} does not take the consent of {who} any more ({seen}), so a person has to authorise again.",
		"The person took the consent back, lost the account or changed its password, or nothing was asked for 90 days. A refresh token that was used twice ends the consent too: " +
			"that happens when an old copy of the data directory is started.",
		authoriseAgain, connector.Waiting},
	{"JIRA_CONSENT_ENDED", "The access token of the consent has ended, and {there} gave none to renew it with.",
		"The OAuth application does not offer lasting access.", "Give the application the scope offline_access at Atlassian. " + authoriseAgain, connector.Waiting},
	{"JIRA_CLIENT_REFUSED", "{there} does not know the workspace's OAuth application, or its client secret is not right ({seen}), so the access token could not be renewed.",
		"The client secret was replaced at Atlassian, or the application was deleted there.", askAdmin, connector.Failing},
	{"JIRA_RENEWAL_REFUSED", "{there} did not renew the access token: {seen}.",
		"The token URL belongs to something else than an OAuth server, or the application may not renew tokens.", askAdmin, connector.Failing},
	{"JIRA_RENEWAL_UNANSWERED", "{there} was asked to renew the access token, and no whole answer came back: {seen}.",
		"The connection broke at a bad moment. The server may have renewed the token and thrown the old refresh token away.",
		"Validate again within ten minutes: Atlassian takes the old refresh token for that long. If it is refused then, a person has to authorise again.", connector.Failing},
	{"JIRA_RENEWAL_UNUSABLE", "{there} answered the renewal of the access token with nothing that can be used: {seen}.",
		"The token URL belongs to something else than an OAuth server, or a proxy in between answered in its place.", askAdmin, connector.Failing},
	{"JIRA_RENEWAL_NOT_KEPT", "{there} renewed the access token, and the new one could not be kept, so it was not used.",
		"The store refused to write, and a refresh token that is not kept would be lost with the program.",
		"Look at the program's log and at the free space of its disk, then validate again: until Patchbay is stopped it tries to keep the same tokens.", connector.Unverified},
	{"JIRA_TOKENS_UNREADABLE", "The access token of the consent could not be read from the store, so nothing was asked.",
		"The store came to grief, or the OAuth application was removed at this very moment.", "Look at the program's log, then validate again.", connector.Unverified},
	{"JIRA_TOKEN_REFUSED", "{there} does not take a new access token of {who}: {seen}.",
		"The API base belongs to another server than the token URL, or the account was closed a moment ago.", askAdmin, connector.Failing},

	// What the consent is for
	{"JIRA_SITE_GONE", "{there} let {who} in, but the consent does not cover the connector's site any more; it covers {seen}.",
		"The person lost access to the site, took the consent for it back, or the site was closed.", authoriseAgain, connector.Failing},
	{"JIRA_SCOPE_MISSING", "{there} let {who} in, but the consent does not allow writing on the site; it allows {seen}.",
		"The OAuth application lacks the scope write:jira-work, or lacked it when the person consented.",
		"Give the application the scopes read:jira-work, write:jira-work, read:jira-user and offline_access. " + authoriseAgain, connector.Failing},
	{"JIRA_FORBIDDEN", "{there} let {who} in and does not allow the question: {seen}.",
		"The site's admin has blocked the application, or the consent lacks a scope.", "Ask the site's admin whether the application is blocked. " + authoriseAgain, connector.Failing},
	{"JIRA_PROJECT_NOT_FOUND", "{there} told {who} that the project {seen} is not found, or not allowed: Jira does not say which.",
		"The key is misspelled, the project was deleted or renamed, or this person may not see it.",
		"Correct the project key of the connector, or give the person access to the project in Jira.", connector.Failing},
	{"JIRA_MAY_NOT_CREATE", "{there} shows {who} the project {seen} and does not let them create issues in it.",
		"The project's permission scheme does not give this person the right to create issues.",
		"Give the person the permission Create issues in the project, or authorise as somebody who has it.", connector.Failing},
	{"JIRA_NOT_JIRA", "{there} answered {who} in a form that is not Jira's: {seen}.",
		"The API base belongs to another service, or a proxy in between answered in its place.", askAdmin, connector.Failing},

	// Issues
	{"JIRA_ISSUE_POSSIBLE", "{there} has an issue type in the project {seen} that a finding can be opened as; nothing was created.", "", "", connector.Healthy},
	{"JIRA_ISSUE_CREATED", "{there} created the issue {seen}.", "", "", connector.Healthy},
	{"JIRA_ISSUE_FOUND", "{there} has the issue {seen} of this very request already, so no second one was created.", "", "", connector.Healthy},
	{"JIRA_NO_ISSUE_TYPE", "{there} has no issue type in the project that can be filled in from a finding: {seen}.",
		"Each type asks for fields that only a person knows the values of, or the project has no type for plain issues.",
		"Make those fields optional for one type, or give them default values in Jira.", connector.Failing},
	{"JIRA_ISSUE_REFUSED", "{there} did not take the issue: {seen}.",
		"A rule of the project's workflow, or a field that its screens do not tell of, was not met.", "Create an issue in the project by hand to see what it asks for, and make that optional.", connector.Failing},
	{"JIRA_ISSUE_UNCONFIRMED", "{there} was asked to create the issue, and no whole answer came back: {seen}. It may have been created.",
		"The connection broke at a bad moment.", "Look for it in the project. The same request with the same ClientToken finds it after a moment, and creates no second one.", connector.Failing},
}
