package probe

import "patchbay/connector"

const (
	newSecret      = "Make a new client secret in the app registration, and put its value into the secret."
	newCertificate = "Put a certificate that is valid into the secret with its private key, and upload its public part to the app registration."
	onePEM         = "Put one text into the secret that has both, each between its own BEGIN and END lines: the certificate, and its private key without a password."
	askDirectory   = "Ask an administrator of the directory to look at the sign-in log of service principals, where the request has the ids that the step Authenticate shows."
	thisHost       = "This speaks of the machine that Patchbay runs on. A delegate elsewhere has identities of its own, which only a test from there can prove."
)

var azureCodes = []Code{
	{"AZURE_SUBSCRIPTIONS_LISTED", "{there} accepted {who} and listed {seen}.", "", "", connector.Healthy},
	{"AZURE_IDENTITY_WORKS_HERE", "{there} accepted {who} and listed {seen}.", "",
		"If the delegate runs on another machine, test the connector at its vendor too: this check speaks of the machine that Patchbay runs on.", connector.Healthy},
	{"AZURE_NO_SUBSCRIPTION", "{there} accepted {who}, but shows it no subscription.",
		"The sign-in works, and no role was given to this identity in any subscription, or one was given a moment ago.",
		"In the subscription, under access control, give the identity a role, Reader at least. It can take a few minutes to count.", connector.Degraded},
	{"AZURE_SUBSCRIPTIONS_DISABLED", "{there} accepted {who}, but none of the subscriptions that it shows is enabled: {seen}.",
		"The subscription was cancelled, or its payment is overdue.", "Let the owner of the subscription enable it again, or give the identity a role in another one.", connector.Degraded},
	{"AZURE_LIST_UNFINISHED", "{there} accepted {who}, but its list of subscriptions is longer than Patchbay reads, and none of them is shown alone: {seen}.",
		"The identity sees hundreds of subscriptions, or something in between changes the answers.", "Give the identity a role in the subscriptions that it needs, and no others.", connector.Degraded},

	// The application and its secret
	{"AZURE_SECRET_WRONG", "{there} does not take the client secret of {who}.",
		"The secret belongs to another application, the id of a secret was copied in the place of its value, or a character was added or lost on the way.", newSecret, connector.Failing},
	{"AZURE_SECRET_EXPIRED", "The client secret of {who} has expired, says {there}.",
		"Client secrets end on the day that was chosen when they were made.", newSecret, connector.Failing},
	{"AZURE_APPLICATION_UNKNOWN", "{there} does not know {who} in this tenant.",
		"The application id is misspelled, the application was deleted, or it is registered in another tenant.",
		"Compare application id and tenant id with the overview page of the app registration.", connector.Failing},
	{"AZURE_APPLICATION_DISABLED", "{who} is disabled, says {there}.",
		"An administrator has switched the application off in this tenant.", "Ask an administrator of the directory to let users and services sign in to the enterprise application again.", connector.Failing},
	{"AZURE_NO_SERVICE_PRINCIPAL", "{there} knows {who}, but the application has no service principal in this tenant.",
		"The application is registered in another tenant and was never added to this one.", "Add the application to the tenant as an enterprise application, or use the tenant that it is registered in.", connector.Failing},
	{"AZURE_CONSENT_MISSING", "{there} does not let {who} ask for a token for the resource manager.",
		"The application lacks a consent, or the tenant wants it to be assigned to a role first.", "Let an administrator of the directory consent to the application, or assign it.", connector.Failing},
	{"AZURE_CONDITIONAL_ACCESS", "A conditional access policy of the tenant keeps {who} out, says {there}.",
		"The policy allows this application only from certain networks, or wants something that a program cannot do.",
		"Ask an administrator of the directory to let the policy allow the address that Patchbay calls from. A delegate may call from another address.", connector.Failing},
	{"AZURE_GRANT_EXPIRED", "{there} takes what {who} showed for a grant that has expired.",
		"The credentials have not been used for a long time, or were revoked.", newSecret, connector.Failing},

	// The tenant and its cloud
	{"AZURE_TENANT_UNKNOWN", "{there} does not know the tenant of {who}.",
		"The tenant id is misspelled, the tenant was deleted, or it lives in another cloud.", "Compare the tenant id with the overview page of the directory, and the Azure cloud with the one it lives in.", connector.Failing},
	{"AZURE_TENANT_UNCLEAR", "The tenant of {who} is neither the id of a directory nor one of its domains.",
		"The tenant id has characters that it cannot have.", "Copy the tenant id from the overview page of the directory.", connector.Failing},
	{"AZURE_OTHER_CLOUD", "The tenant of {who} does not live in the cloud of {there}: {seen}.",
		"The public cloud and the cloud of the US government have directories of their own, and neither signs in for the other.", "Choose the other Azure cloud in the connector.", connector.Failing},
	{"AZURE_RESOURCE_UNKNOWN", "{there} does not give {who} a token, since the tenant does not know the resource manager.",
		"The tenant has never had a subscription, or the Azure cloud of the connector is not the one of the identity.", "Compare the Azure cloud and the tenant of the connector with those of the subscription.", connector.Failing},

	// The certificate, before anything is sent
	{"AZURE_CERTIFICATE_EXPIRED", "The client certificate of {who} is not valid any more: {seen}.", "Certificates end on a day that is written into them.", newCertificate, connector.Failing},
	{"AZURE_CERTIFICATE_NOT_YET", "The client certificate of {who} is not valid yet: {seen}.", "The certificate was made for later, or the clock of this machine is slow.",
		"Compare the clock of this machine with the right time, or use a certificate that is valid now.", connector.Failing},
	{"AZURE_CERTIFICATE_MISSING", "The secret for the client certificate of {who} has a private key, but no certificate, so nothing was sent.",
		"Only the key was copied.", onePEM, connector.Failing},
	{"AZURE_CERTIFICATE_PFX", "The secret for the client certificate of {who} looks like a PFX or DER file, which is not supported, so nothing was sent.",
		"The vendor takes PEM text only, and so does Patchbay.", "Turn the file into PEM, for instance with openssl pkcs12 -in FILE -nodes, and put that text into the secret.", connector.Failing},
	{"AZURE_CERTIFICATE_UNREADABLE", "The secret for the client certificate of {who} cannot be read as a certificate, so nothing was sent.",
		"It is not PEM text, or a part of it was lost when it was copied.", onePEM, connector.Failing},
	{"AZURE_KEY_MISSING", "The secret for the client certificate of {who} has a certificate, but no private key, so nothing was sent.",
		"Only the public part was copied.", onePEM, connector.Failing},
	{"AZURE_KEY_UNREADABLE", "The private key in the secret for the client certificate of {who} cannot be read, so nothing was sent.",
		"A part of it was lost when it was copied, or it is in a form that is not known here.", onePEM, connector.Failing},
	{"AZURE_KEY_ENCRYPTED", "The private key in the secret for the client certificate of {who} has a password, so nothing was sent.",
		"Nobody can give the password when the key is used.", "Write the key without a password, for instance with openssl pkey -in FILE; the secret is kept sealed.", connector.Failing},
	{"AZURE_KEY_MISMATCH", "The private key in the secret for the client certificate of {who} does not belong to the certificate beside it, so nothing was sent.",
		"Key and certificate come from two different requests.", onePEM, connector.Failing},
	{"AZURE_KEY_KIND", "The private key in the secret for the client certificate of {who} is not one that Azure takes, so nothing was sent: {seen}.",
		"Azure takes RSA keys of 2048 bits or more for applications.", newCertificate, connector.Failing},

	// The certificate, as the sign-in service sees it
	{"AZURE_CERTIFICATE_UNKNOWN", "{there} does not know the client certificate of {who}.",
		"The certificate was not uploaded to the app registration, or was removed from it, or another one was uploaded.",
		"Upload the public part of this certificate to the app registration. The step Authenticate shows its thumbprint.", connector.Failing},
	{"AZURE_CLOCK", "{there} says that what {who} signed is not of this time: {seen}.",
		"The clock of the machine that Patchbay runs on is wrong.", "Set the clock of the machine, best by a time service, then validate again.", connector.Failing},

	// What else the sign-in service can say
	{"AZURE_SIGN_IN_REFUSED", "{there} refused {who} for a reason that Patchbay has no sentence for: {seen}.",
		"The number is the sign-in service's own name for the reason.", askDirectory, connector.Failing},
	{"AZURE_SIGN_IN_UNWELL", "{there} could not serve {who} just now: {seen}.", "The sign-in service has a trouble of its own that passes.", "Validate again in a few minutes.", connector.Failing},
	{"AZURE_TOKEN_UNUSABLE", "{there} answered {who} with a token that cannot be used: {seen}.",
		"The address leads to something else, or a proxy in between changed the answer.", "Look for a proxy between this machine and the sign-in service.", connector.Failing},
	{"AZURE_TOKEN_REFUSED", "{there} does not take the token that {who} was given: {seen}.",
		"The tenant of the connector is not the one of the subscriptions, or the token was changed on the way.", "Compare the tenant id with the directory of the subscription, then validate again.", connector.Failing},
	{"AZURE_FORBIDDEN", "{there} does not let {who} list subscriptions: {seen}.",
		"The identity was blocked, or a policy of the subscriptions' owner forbids the request.", "In the subscription, under access control, give the identity a role, Reader at least.", connector.Failing},

	// Managed identities
	{"AZURE_IDENTITY_OFF", "{who} was not asked about: this Patchbay may not use the identities of its own machine.",
		"A managed identity works only on the machine that it was assigned to, and nothing but the operator's word opens the way to it.",
		"If Patchbay runs on the same machine as the delegate, ask the administrator to start it with serve --azure-identity. The check then speaks of that machine, not of a delegate elsewhere.", connector.Unverified},
	{"AZURE_NO_IDENTITY_SERVICE", "{there} did not answer as Azure's metadata service does, so nothing is known of {who}: {seen}.",
		"Patchbay does not run on a machine of Azure, or the service is closed to it there.", "Validate the connector at its vendor, or run Patchbay on the machine of the delegate.", connector.Unverified},
	{"AZURE_IDENTITY_ABSENT", "{there} does not have {who}.",
		"The identity is not assigned to the machine that Patchbay runs on, or the client id is misspelled.", "Assign the identity to the machine, and compare the client id. " + thisHost, connector.Failing},
	{"AZURE_IDENTITY_REFUSED", "{there} gave no token to {who}: {seen}.",
		"The metadata service of the machine did not like the request.", "Look whether the machine's other programs get tokens, and restart the machine if they do not.", connector.Failing},
}
