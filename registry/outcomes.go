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
		secretUnreachable("that it names", "is out of its reach."), unknownVendor("of the connector"), broken, notKept,
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
		Next: "Edit the connector and choose a secret that it can reach."}
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
	broken = connector.Outcome{Status: connector.Unverified, Code: "CHECK_BROKE", Text: "The check broke off before it had an answer.",
		Cause: "The program stumbled over what it met; the reason is in its log.", Next: "Validate again. If it stays, report it with that line of the log."}
	notKept = connector.Outcome{Status: connector.Unverified, Code: "NOT_KEPT", Text: "The result could not be kept.",
		Cause: "The store refused to write.", Next: "Look at the program's log and at the free space of its disk."}
)
