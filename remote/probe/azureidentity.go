package probe

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"patchbay/connector"
	"patchbay/remote"
)

// metadataWait is how long the metadata service may take: it is on the same machine, or it is not there.
const metadataWait = 5 * time.Second

// identityToken asks the metadata service of this machine for a token of one of its identities.
func (z *azureAsking) identityToken(ctx context.Context) (string, *connector.Outcome) {
	z.works = "AZURE_IDENTITY_WORKS_HERE"
	z.who = "the system-assigned identity of this machine"
	ask := url.Values{"api-version": {"2018-02-01"}, "resource": {z.manager}}
	if !z.q.System {
		z.who = "the user-assigned identity " + remote.Excerpt(z.q.Identity, 60)
		ask.Set("client_id", z.q.Identity)
	}
	client, open := z.probe.dialer.Identity()
	if !open {
		return "", z.ended("AZURE_IDENTITY_OFF", "")
	}
	t, out := z.to(remote.IdentityURL, authenticate, authorise, use)
	if out != nil {
		return "", out
	}
	t.client = client
	defer t.leave()
	req, err := t.get(ctx, ask)
	if err != nil {
		return "", z.ended("ADDRESS_UNCLEAR", reason(err))
	}
	token := ""
	ctx, cancel := context.WithTimeout(ctx, metadataWait)
	defer cancel()
	_, out = t.ask(ctx, req.WithContext(ctx), authenticate, func(r reply) (j judged) {
		token, j = z.identityGranted(t, r)
		return j
	})
	if out != nil && (out.Code == "CONNECT_TIMEOUT" || out.Code == "CONNECT_REFUSED" || out.Code == "CONNECT_FAILED" || out.Code == "RESET") {
		return "", z.ended("AZURE_NO_IDENTITY_SERVICE", "nobody took the connection")
	}
	return token, out
}

// identityGranted judges an answer of what may be the metadata service, or another cloud's, or a proxy.
func (z *azureAsking) identityGranted(t *talk, r reply) (string, judged) {
	if r.StatusCode == http.StatusOK && !r.isPage() && len(r.body) > 0 {
		return z.granted(t, r)
	}
	var no refusal
	isOurs := !r.isPage() && r.json(&no) && (no.Error != "" || no.number() != 0)
	switch {
	case isOurs && (azureRefusals[no.number()] != "" || r.StatusCode == http.StatusTooManyRequests || r.StatusCode >= 500):
		return "", z.refused(t, r)
	case isOurs && r.StatusCode == http.StatusBadRequest && no.Error == "invalid_request":
		return "", judged{state: connector.StepFailed, note: ", no such identity", code: "AZURE_IDENTITY_ABSENT"}
	case isOurs && (r.StatusCode == http.StatusGone || r.StatusCode == http.StatusNotFound):
		return "", judged{state: connector.StepFailed, note: ", " + no.seen(no.number()), code: "AZURE_SIGN_IN_UNWELL", seen: r.Status}
	case isOurs && r.StatusCode >= 400:
		return "", judged{state: connector.StepFailed, note: ", " + no.seen(no.number()), code: "AZURE_IDENTITY_REFUSED", seen: no.seen(no.number())}
	}
	return "", judged{state: connector.StepFailed, note: t.typeNote(r.Response) + ", not the answer of Azure's metadata service", code: "AZURE_NO_IDENTITY_SERVICE", seen: t.shown(r)}
}
