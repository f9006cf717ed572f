package securityhubapi

// Difference is one way in which this door is not like the vendor, or goes further, and why.
type Difference struct {
	Operation string // the vendor's own name, or "All"
	What      string
	Why       string
}

// Differences lists them for the compatibility page.
var Differences = []Difference{
	{"All", "The access key decides account and region: a signature for another region than the workspace's is refused with InvalidSignatureException.",
		"A hosted workspace is one account in one region."},
	{"All", "A signed request that changes something is taken once. The very same signature again, also within its five minutes, answers InvalidSignatureException; " +
		"the SDKs sign each attempt anew. After a ThrottlingException, or when the store could not be written, the same request may come again.",
		"A copied request must not be good for a second change."},
	{"All", "Session tokens are refused with UnrecognizedClientException, and so are signatures in the query.",
		"Credentials of a workspace are lasting ones and can be revoked at once."},
	{"All", "Permission follows the role of the credential, not IAM: reading takes viewer, changing takes editor.",
		"Roles are the same at every door and in the console."},
	{"All", "A store that cannot be written answers InternalServerException (the tag operations: InternalException) with status 500, which clients retry.",
		"Nothing was changed, and the next attempt may succeed."},
	{"All", "Bodies over 1 MiB, packed bodies, JSON that names a member twice and JSON deeper than 64 levels are refused.",
		"What two readers could read in two ways is not acted on."},
	{"CreateConnectorV2", "Names must be 1 to 64 characters and descriptions at most 256; a ProjectKey must look like one of Jira's.",
		"The limits are those of the vendor's CloudFormation resource; its API leaves them open."},
	{"CreateConnectorV2", "SecretArn must name a secret that the workspace has; it is looked up here and not at AWS.",
		"The secret store of a hosted workspace is Patchbay's own."},
	{"CreateConnectorV2", "A provider that this release does not know, as Azure, is kept as it comes, with the status UNKNOWN and the EnablementStatus PENDING_ENABLEMENT; KmsKeyArn is refused with it.",
		"Nothing is set up at the provider, so nothing is claimed."},
	{"CreateConnectorV2", "A ServiceNow connector is checked at once, and the reply waits three seconds for the verdict; after that it says UNKNOWN and the check goes on.",
		"The API wants its AuthStatus always said."},
	{"CreateConnectorV2", "AuthUrl has no client_id and no redirect_uri until an OAuth application is set for the workspace.",
		"Consent is given to the operator's own application, not to AWS's."},
	{"CreateConnectorV2", "A stored reply is kept for 24 hours after its ClientToken was used. It is kept together with the connector, and again when the verdict has come.",
		"The vendor's own time is not published; and a program that ends in between must not make a second connector on a retry."},
	{"ListConnectorsV2", "Newest first; 100 to a page when MaxResults is left out. Where several filters meet, a page may hold fewer than asked for and still have a NextToken.",
		"The vendor publishes neither order nor default."},
	{"ListConnectorsV2", "A NextToken is good for the same filters only; MaxResults may change on the way.", "Another list has other pages."},
	{"UpdateConnectorV2", "New settings are checked as after a create. Of two updates at the same time, the later one wins.",
		"The API has no versions; the console's history shows both."},
	{"DeleteConnectorV2", "The connector goes to the trash, from which the console can restore it. One that something still needs is refused with ConflictException.",
		"A mistaken delete must not be final."},
	{"RegisterConnectorV2", "Answers ConflictException while no OAuth application is set for the workspace. The state of an AuthUrl is good for one registration.",
		"Consent is given to the operator's own application, not to AWS's."},
	{"RegisterConnectorV2", "A consent for more than one site is refused with ValidationException; on the connector's page of the console a person can choose the one.",
		"A connector is for one site, and a program cannot be asked which one was meant."},
	{"ConnectorRegistrationsV2", "The name and path of the preview are still served.", "Clients before v1.67.0 call it."},
	{"CreateTicketV2", "The ticket says the finding's uid, of at most 1024 characters, the connector, the account and the region, and nothing of what was found.",
		"The request brings no more than the uid, and Patchbay has no findings."},
	{"CreateTicketV2", "At Jira it becomes an issue of the first type that can be filled in, Task and Bug before others; the vendor's app and its issue type are not needed. " +
		"At ServiceNow it becomes an incident, and TicketId is its sys_id; the vendor's plugin is not needed.", "A console of one's own has no app at the marketplace."},
	{"CreateTicketV2", "DRYRUN creates no ticket. It signs in and looks whether one could be created, as far as the other side tells: Jira tells of the project, its issue types and their fields, " +
		"ServiceNow only whether incidents can be read. TicketId is then DRYRUN, and TicketSrcUrl where tickets would appear.", "The vendor's dry run leaves a ticket behind each time."},
	{"CreateTicketV2", "With a ClientToken a ticket gets a mark, a label at Jira and the correlation id at ServiceNow, by which the same call finds it again for as long as it is there. Jira's search lags by some seconds.",
		"An answer that gets lost must not open a second ticket."},
	{"CreateTicketV2", "What the other side refuses, and what is wrong with the connector, is a ConflictException with the cause and the next step. A server in trouble is InternalServerException, one that is asked too often ThrottlingException. " +
		"When nobody knows whether the ticket was created, it is a ConflictException that says so.", "Clients repeat a call after the last two by themselves, and must not after the first."},
	{"TagResource", "Control characters in a value are refused. Only connectors have tags here.", "Tags are the connector's own, shown in the console and searched there."},
}
