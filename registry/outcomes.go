package registry

import (
	"errors"

	"patchbay/connector"
)

// Outcomes are the answers that the registry itself gives to a check, before or instead of asking anybody, for people to look
// up. The places in their sentences are filled with general words.
func Outcomes() []connector.Outcome {
	return []connector.Outcome{
		pairValid("the connector"), pairRefused("the connector"), needsAPerson(connector.Waiting, "A person has to authorise the connector first."),
		secretOutcome("it names", connector.ErrNotFound), secretOutcome("it names", connector.ErrSealed), secretOutcome("it names", nil),
		secretUnreachable("that it names", "is out of its reach."), secretNotAllowed("that it names", "the address of the draft"),
		consentOutcome(ErrNoOAuthApp), consentOutcome(errNoTokens), consentOutcome(errOtherApplication), consentOutcome(connector.ErrSealed), consentOutcome(nil),
		unknownVendor("of the connector"), pairNotGiven, cancelled("somebody", nil), ownNetwork(connector.Outcome{}), broken, notKept,
	}
}

func pairValid(name string) connector.Outcome {
	return connector.Outcome{Status: connector.Healthy, Code: "HARMONY_PAIR_VALID", Text: "The registry accepts key and secret of “" + name + "”."}
}

func pairRefused(name string) connector.Outcome {
	return connector.Outcome{Status: connector.Failing, Code: "HARMONY_PAIR_REFUSED",
		Text:  "The registry does not accept key and secret of “" + name + "”.",
		Cause: "The registration has no complete pair.",
		Next:  "Delete the registration and register the connector again, then rebuild the JAR with the new pair."}
}

func needsAPerson(status connector.Status, why string) connector.Outcome {
	return connector.Outcome{Status: status, Code: "NEEDS_A_PERSON", Text: why, Cause: "Nothing can be asked before that."}
}

func unknownVendor(id string) connector.Outcome {
	return connector.Outcome{Status: connector.Unverified, Code: "UNKNOWN_VENDOR", Text: "This release does not know the vendor " + id + ".",
		Next: "Start a release that does."}
}

func secretUnreachable(ref, wrong string) connector.Outcome {
	return connector.Outcome{Status: connector.Failing, Code: "SECRET_UNREACHABLE", Text: "The reference " + ref + " " + wrong,
		Cause: "It names a scope that the connector does not live in, or is not written as the vendor writes references.",
		Next:  "Edit the connector and choose a secret that it can reach."}
}

// secretNotAllowed is for a draft: whoever saves the connector may let the secret go to a new origin, a test never does.
func secretNotAllowed(ref string, to connector.Origin) connector.Outcome {
	where := string(to)
	if where == "" {
		where = "an address without a plain host"
	}
	return connector.Outcome{Status: connector.Failing, Code: "SECRET_NOT_ALLOWED_HERE",
		Text:  "The secret " + ref + " may not be sent to " + where + ", so nobody was asked.",
		Cause: "A stored secret goes only to the origins that it was allowed for, and a test never adds one.",
		Next:  "Save the connector if the address is right: that lets the secret go there. Or name a new secret and type its value here."}
}

// cancelled is a check that somebody ended; steps are those that were seen until then.
func cancelled(by string, steps []connector.Step) connector.Outcome {
	return connector.Outcome{Status: connector.Unverified, Code: "CANCELLED", Text: "The check was cancelled by " + by + " before it had an answer.",
		Next: "Validate again when you want to know.", Steps: steps}
}

// consentOutcome says why the consent of a person cannot be used.
func consentOutcome(err error) connector.Outcome {
	const again = "Authorise the connector again on its page."
	switch {
	case errors.Is(err, ErrNoOAuthApp):
		return connector.Outcome{Status: connector.Waiting, Code: "OAUTH_NO_APPLICATION", Text: "No OAuth application is set for the workspace any more, so nobody could be asked.",
			Cause: "It was removed after the connector was authorised.", Next: "Ask an admin to set it again on the workspace's page. With the same client id and addresses the consent is good still."}
	case errors.Is(err, errNoTokens):
		return connector.Outcome{Status: connector.Waiting, Code: "OAUTH_NO_TOKENS", Text: "Nothing of the person's consent is kept any more, so a person has to authorise again.",
			Cause: "The data directory was restored without it.", Next: again}
	case errors.Is(err, errOtherApplication):
		return connector.Outcome{Status: connector.Waiting, Code: "OAUTH_APPLICATION_CHANGED",
			Text:  "The workspace's OAuth application is another one than when the connector was authorised, so a person has to authorise again.",
			Cause: "Its client id, token URL or API base was changed. Tokens go only to the client and the addresses that they were given for.",
			Next:  again + " Or ask an admin to change the application back."}
	case errors.Is(err, connector.ErrSealed):
		return connector.Outcome{Status: connector.Failing, Code: "OAUTH_SEALED", Text: "The OAuth application of the workspace, or the consent of the person, cannot be opened.",
			Cause: "The key file is another one than when they were kept, or their row is damaged.",
			Next:  "Bring back the key file that belongs to this data directory. Or set the client secret anew and authorise the connector again."}
	}
	return connector.Outcome{Status: connector.Unverified, Code: "OAUTH_UNREADABLE", Text: "The consent of the person could not be read from the store.",
		Next: "Look at the program's log, then validate again."}
}

// secretOutcome says why a secret did not open.
func secretOutcome(ref string, err error) connector.Outcome {
	switch {
	case errors.Is(err, connector.ErrNotFound):
		return connector.Outcome{Status: connector.Failing, Code: "SECRET_MISSING", Text: "The workspace has no secret " + ref + " any more.",
			Cause: "It was removed after the connector was saved.", Next: "Create it again on the Secrets page, or point the connector at another one."}
	case errors.Is(err, connector.ErrSealed):
		return connector.Outcome{Status: connector.Failing, Code: "SECRET_SEALED", Text: "The secret " + ref + " cannot be opened.",
			Cause: "The key file is another one than when the secret was set, or its row is damaged.",
			Next:  "Bring back the key file that belongs to this data directory, or set the secret anew."}
	}
	return connector.Outcome{Status: connector.Unverified, Code: "STORE_UNREADABLE", Text: "The secret " + ref + " could not be read from the store.",
		Next: "Look at the program's log, then validate again."}
}

var (
	pairNotGiven = connector.Outcome{Status: connector.Unverified, Code: "PAIR_NOT_GIVEN", Text: "A registration can be validated once it is kept.",
		Cause: "The registry gives key and secret when the connector is registered, so before that there is nothing to ask for."}
	broken = connector.Outcome{Status: connector.Unverified, Code: "CHECK_BROKE", Text: "The check broke off before it had an answer.",
		Cause: "The program stumbled over what it met; the reason is in its log.", Next: "Validate again. If it stays, report it with that line of the log."}
	notKept = connector.Outcome{Status: connector.Unverified, Code: "NOT_KEPT", Text: "The result could not be kept.",
		Cause: "The store refused to write.", Next: "Look at the program's log and at the free space of its disk."}
)
