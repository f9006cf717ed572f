package probe

import "patchbay/connector"

// sshCodes are the ends of a check of Git over SSH that other checks do not have. A server may put words of its own into {seen}, which
// is why those are cut short.
var sshCodes = []Code{
	// The server
	{"SSH_HOST_KEY_NEW", "{there} showed a host key that nobody has accepted in this workspace, so {who} did not sign in: {seen}.",
		"This server is asked for the first time, and a server that nobody knows could be anybody.",
		"Compare the fingerprint with the one that whoever runs the server publishes. If they are the same, trust the key on the connector's page.", connector.Waiting},
	{"SSH_HOST_KEY_CHANGED", "{there} showed another host key than the one that was accepted, so nothing was sent to it: {seen}.",
		"The server was set up anew, the address leads to another server now, or somebody stands in between.",
		"Ask whoever runs the server whether its key was changed. Only if the new fingerprint is theirs, trust it on the connector's page.", connector.Failing},
	{"SSH_NOT_SSH", "{there} does not speak SSH: {seen}.",
		"The port belongs to another service, such as a web server, or a proxy answered in the server's place.",
		"Check host and port. Git over SSH is at port 22 where nothing else is said; an address with another port is written as in ssh://git@git.example.com:2222/acme/app.git.", connector.Failing},
	{"SSH_NO_COMMON_ALGORITHM", "{there} and Patchbay have no way to encrypt in common: {seen}.",
		"The server is old or set up for old algorithms, which are not safe any more and are not used here.",
		"Update the SSH server, or let it offer current algorithms such as curve25519-sha256, aes128-gcm@openssh.com and ssh-ed25519.", connector.Failing},
	{"SSH_BROKEN", "{there} began to speak SSH with {who} and then broke the rules of it: {seen}.",
		"The server, or something in between, has an error of its own.", askServer, connector.Failing},

	// The key
	{"SSH_KEY_REFUSED", "{there} refused the SSH key of {who}: {seen}.",
		"The public half of the key is not known to the server, was removed from it, or belongs to another user.",
		"Add the public key to the server as a key that may read the repository, or replace the secret with one that is known there.", connector.Failing},
	{"SSH_KEY_NOT_ENOUGH", "{there} wants more of {who} than an SSH key: {seen}.",
		"The server asks for a password or a second factor, which a connector does not have.",
		"Let this user sign in with the key alone, or use another one that may.", connector.Failing},
	{"SSH_KEY_ENCRYPTED", "The SSH key of {who} is protected by a passphrase, so {there} was not asked with it.",
		"A connector has no place for a passphrase.",
		"Make a key for this connector alone, without a passphrase, or take the passphrase off a copy with ssh-keygen -p. Then replace the secret.", connector.Failing},
	{"SSH_KEY_PUTTY", "The SSH key of {who} is in the format of PuTTY, so {there} was not asked with it.",
		"Git servers and Harness take keys in the formats of OpenSSH and PEM only.",
		"Open the key in PuTTYgen, choose Conversions and Export OpenSSH key, and replace the secret with that file.", connector.Failing},
	{"SSH_KEY_UNREADABLE", "The secret for the SSH key of {who} does not hold a private key that can be read, so {there} was not asked with it: {seen}.",
		"Another file was pasted, or a part of it is missing.",
		"Replace the secret with the whole private key, from its line with BEGIN to its line with END.", connector.Failing},
	{"SSH_KEY_UNSUPPORTED", "The SSH key of {who} is of a kind that Patchbay cannot sign in with, so {there} was not asked with it: {seen}.",
		"Old kinds of keys are refused by servers of today, and a key in a hardware token cannot be copied.",
		"Make a key for this connector with ssh-keygen -t ed25519, add its public half to the server and replace the secret.", connector.Failing},
	{"SSH_ANYBODY", "{there} lists the refs for everybody, so the SSH key of {who} is not proven.",
		"The server lets people in without asking for a key.",
		"If that is not meant to be so, close the server; then the key is proven too.", connector.Degraded},

	// Git
	{"SSH_NO_GIT", "{there} let {who} in, but does not run Git there: {seen}.",
		"The account greets people or runs another program, or Git is not installed at the server.",
		"Use the user that the server has for Git, mostly git, and check that git-upload-pack is in its path.", connector.Failing},
}
