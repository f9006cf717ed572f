package jitterbitapi

import "patchbay/connector/jitterbit"

// Difference is one way in which this door is not like the vendor, or goes further, and why.
type Difference struct {
	Operation string // as the answer names it, or "All"
	What      string
	Why       string
}

// Differences lists them for the compatibility page.
var Differences = []Difference{
	{"All", "Of the failure codes only the envelope and VALIDATE_TFA_LOGIN_EMAIL are the vendor's; the others, and their statuses, are Patchbay's choice. " +
		"Failures are HTTP 200 with status false, but for a missing or bad token (401), a body that is not a JSON object (400), unknown addresses and methods (404, 405), " +
		"too many calls (429), bodies that are packed or too large (415, 413), and a program or store that cannot answer (500, 503). A workspace can be set to strict; then each has a status of its own. A log-in that fails is answered so when all organizations here are strict.",
		"The vendor publishes neither codes nor statuses, and its clients look at the body of a 200."},
	{"All", "Permission follows the role of the credential: validating takes tester, everything else editor. The refusal names the role.",
		"Roles are the same at every door and in the console; the list answers secrets in clear."},
	{"All", "A credential belongs to one organization; any other one answers ORG_NOT_FOUND, whether it is there or not.", "Another tenancy must not be found by trying."},
	{"All", "JSON that names a member twice, is deeper than 64 levels or larger than 64 KiB (payloads: 1 MiB) is refused.", "What two readers could read in two ways is not acted on."},
	{jitterbit.LogsIn, "Email and password are a credential's of the workspace, not a person's; no second factor is asked, so the second step always answers INVALID_TFA_CODE.",
		"The people of the console sign in at its pages; a program's credential is revoked at once."},
	{jitterbit.LogsIn, "A token ends after 14400 seconds without a call, and after 12 hours in any case. Ten log-ins a minute from one address, and five failures of one account in " +
		"15 minutes, are let through.", "The vendor publishes the first figure only."},
	{jitterbit.LogsIn, "serverUrl and orgZoneUrl are the address of this door, cloudAppsUrl that of the console.", "A hosted workspace has no other region."},
	{jitterbit.Registers, "A version may be left out and is 1.0.0 then; the operation in the answer is the newest form.", "The first clients sent a name alone."},
	{jitterbit.Registers, "The same name with another version gets an id, a pair and a block of its own. Which names are reserved is set for each workspace; none at first. They answer CONNECTOR_NAME_IN_USE.", "The vendor says so of the pair for its connector builder."},
	{jitterbit.Deletes, "A name is taken in place of the id where exactly one registration has it.", "The first clients sent it."},
	{jitterbit.Deletes, "The registration goes to the trash, from which the console can restore it; its block of ids is never given again.", "A mistaken delete must not be final, and built JARs carry the ids."},
	{jitterbit.Deletes, "What uses a connector is what was noted in the console.", "Patchbay keeps connectors, not projects."},
	{jitterbit.DeletesPayload, "Works after the registration is gone, too.", "The vendor does not say in which order the two are deleted."},
	{jitterbit.UploadsPayload, "Patchbay's own, below /api/v1: the vendor's agents bring the payload. One with errors is refused with what is wrong.",
		"Without it there would be nothing to delete."},
	{jitterbit.WritesManifest, "Patchbay's own, below /api/v1. Four asterisks stand where the secret goes.", "The answer to registering and the list are the only places where a secret is answered."},
}
