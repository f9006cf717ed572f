package oauth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"patchbay/connector"
	"patchbay/remote"
)

func refused(text, next string) *connector.ConsentRefused {
	return &connector.ConsentRefused{Text: text, Next: next}
}

var (
	notTaken = &connector.ConsentRefused{Code: true, Text: "The OAuth server did not take the code: it has expired, was used before, or is for another application.",
		Next: "Open the authorisation address again and consent once more."}
	notAList = refused("The API did not say which site the consent is for.", "Look at the API base of the workspace's OAuth application, then authorise again.")
)

// explain finds the sentences for an error; place names the setting whose address was asked. What the other side wrote is not among them:
// it has seen the client secret.
func explain(ctx context.Context, err error, place string) error {
	var no *oauth2.RetrieveError
	var guard *remote.Refused
	var dns *net.DNSError
	var transport *url.Error
	look := "Look at the " + place + " of the workspace's OAuth application."
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("exchange a code: %w", context.Canceled)
	case errors.As(err, &no):
		return answered(no)
	case errors.As(err, &guard) && guard.Way != "":
		return refused("The "+place+" leads to where Patchbay does not connect: "+guard.Error()+".", guard.Way)
	case errors.As(err, &guard):
		return refused("The "+place+" leads to where Patchbay does not connect: "+guard.Error()+".", look)
	case errors.Is(err, remote.ErrTooLarge):
		return refused("The "+place+" answered with more than Patchbay reads.", look)
	case errors.As(err, &dns):
		return refused("The host of the "+place+" is not known.", look)
	case errors.As(err, &transport) && transport.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return refused("The "+place+" did not answer in time.", "Try again in a moment.")
	case errors.As(err, &transport):
		return refused("The "+place+" could not be reached.", "Try again in a moment. If it stays, look at the "+place+" of the workspace's OAuth application.")
	}
	return refused("The "+place+" did not answer as OAuth 2.0 asks for.", look)
}

// answered tells a code that is not taken from an application that is not known: the first is for the person, the second for an admin.
func answered(no *oauth2.RetrieveError) error {
	admin := "Ask an admin to look at the workspace's OAuth application."
	switch no.ErrorCode {
	case "invalid_grant":
		return notTaken
	case "invalid_client", "unauthorized_client":
		return refused("The OAuth server does not know the client id, or the client secret is not right.", admin)
	}
	switch status := no.Response.StatusCode; {
	case status == http.StatusTooManyRequests:
		return refused("The OAuth server is asked too often.", "Wait a minute, then authorise again.")
	case status == http.StatusUnauthorized:
		return refused("The OAuth server does not know the client id, or the client secret is not right.", admin)
	case status >= 500:
		return refused("The OAuth server has trouble of its own.", "Try again in a moment.")
	case status >= 300 && status < 400:
		return refused("The token URL leads elsewhere, where Patchbay does not follow.", "Ask an admin to set the address that it leads to.")
	}
	return refused("The OAuth server refused the exchange.", admin)
}
