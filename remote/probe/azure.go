package probe

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"patchbay/connector"
	"patchbay/remote"
)

// An application signs in with small requests made by hand, and not by azidentity. That library sends the secret to whatever address the
// tenant's description names, so that the server, not the connector, would say where a secret goes; it takes a token of any kind;
// variables of the environment move the sign-in and the metadata service to other hosts, and one of them makes it dial by itself,
// past the guard. It is the oracle of the tests instead: what it is given by the rehearsal, a check is given too.

// azureAsking is the question for the subscriptions that an identity sees.
type azureAsking struct {
	*asking
	q       connector.ReadAzure
	manager string // address of the cloud's resource manager
	works   string // the code of success
	shows   string // what the application shows to sign in, for people; "" for a secret
}

func (a *asking) readAzure(ctx context.Context, q connector.ReadAzure) connector.Outcome {
	z := &azureAsking{asking: a, q: q, manager: azureManager(q.Cloud), works: "AZURE_SUBSCRIPTIONS_LISTED"}
	token, out := z.signIn(ctx)
	if out != nil {
		return *out
	}
	return z.subscriptions(ctx, token)
}

// azureManager is the address of the resource manager of a cloud, the one place where a token of that cloud goes.
func azureManager(cloud string) string {
	if cloud == "AZURE_US_GOVERNMENT" {
		return "https://management.usgovcloudapi.net/"
	}
	return "https://management.azure.com/"
}

func (z *azureAsking) signIn(ctx context.Context) (string, *connector.Outcome) {
	if z.q.System || z.q.Identity != "" {
		return z.identityToken(ctx)
	}
	return z.applicationToken(ctx)
}

// applicationToken signs in as the application: first the tenant is looked up, without any secret, then the secret or the
// certificate is shown.
func (z *azureAsking) applicationToken(ctx context.Context) (string, *connector.Outcome) {
	z.who = "the application " + remote.Excerpt(z.q.Application, 60)
	t, out := z.to(connector.AzureAuthority(z.q.Cloud), authenticate, authorise, use)
	if out != nil {
		return "", out
	}
	defer t.leave()
	if !isPlain(z.q.Tenant) { // it becomes a part of the path
		t.since(z.probe.now(), authenticate, connector.StepFailed, "the tenant id is not one, nothing was sent")
		return "", z.ended("AZURE_TENANT_UNCLEAR", "")
	}
	credentials, out := z.credentials(t)
	if out != nil {
		return "", out
	}
	if out = z.findTenant(ctx, t); out != nil {
		return "", out
	}
	credentials.Set("grant_type", "client_credentials")
	credentials.Set("client_id", z.q.Application)
	credentials.Set("scope", z.manager+".default")
	req, err := t.post(ctx, credentials, z.q.Tenant, "oauth2", "v2.0", "token")
	if err != nil {
		return "", z.ended("ADDRESS_UNCLEAR", reason(err))
	}
	token := ""
	_, out = t.ask(ctx, req, authenticate, func(r reply) (j judged) {
		token, j = z.granted(t, r)
		return j
	})
	return token, out
}

// credentials are what the application shows to sign in. Nothing has been sent so far, and nothing is if they cannot be used.
func (z *azureAsking) credentials(t *talk) (url.Values, *connector.Outcome) {
	if isGiven(z.q.Certificate) {
		return z.signed(t)
	}
	secret, err := z.value(z.q.Secret, t.origin, "the client secret")
	if err == nil && secret == "" {
		err = &unsent{"the client secret", "SECRET_MISSING"}
	}
	if err != nil {
		return nil, t.unsent(authenticate, err)
	}
	return url.Values{"client_secret": {secret}}, nil
}

// signed shows the certificate by a signature that is good for a few minutes; the key stays here.
func (z *azureAsking) signed(t *talk) (url.Values, *connector.Outcome) {
	text, err := z.value(z.q.Certificate, t.origin, "the client certificate")
	if err != nil {
		return nil, t.unsent(authenticate, err)
	}
	now := z.probe.now()
	p, code, seen := readProof(text, now)
	if p.certificate != nil {
		z.shows = ", " + p.shown(now)
		z.expires = append(z.expires, connector.Expiry{Kind: connector.ClientCertificate, Name: z.q.Application, At: p.certificate.NotAfter})
	}
	if code == "" {
		assertion, err := p.assertion(z.q.Application, t.base.JoinPath(z.q.Tenant, "oauth2", "v2.0", "token").String(), now)
		if err == nil {
			z.hide.add(assertion)
			return url.Values{"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion}}, nil
		}
		code, seen = "AZURE_KEY_KIND", "it does not sign"
	}
	t.since(now, authenticate, connector.StepFailed, "the certificate cannot be used"+z.shows+", nothing was sent")
	return nil, z.ended(code, seen)
}

// description is what the sign-in service tells everybody of a tenant.
type description struct {
	Token  string `json:"token_endpoint"`
	Cloud  string `json:"cloud_instance_name"`
	Region string `json:"tenant_region_scope"`
}

// findTenant asks for the description of the tenant, as anybody may. So a secret is shown only to the cloud in which the tenant lives;
// where it is shown is not taken from the description.
func (z *azureAsking) findTenant(ctx context.Context, t *talk) *connector.Outcome {
	req, err := t.get(ctx, nil, z.q.Tenant, "v2.0", ".well-known", "openid-configuration")
	if err != nil {
		return z.ended("ADDRESS_UNCLEAR", reason(err))
	}
	_, out := t.ask(ctx, req, authenticate, func(r reply) judged {
		var says description
		switch {
		case r.StatusCode != 200:
			return z.refused(t, r)
		case r.isPage() || !r.json(&says) || says.Token == "":
			return t.odd(r)
		}
		if where := says.elsewhere(t.origin); where != "" {
			return judged{state: connector.StepFailed, note: ", " + where, code: "AZURE_OTHER_CLOUD", seen: where}
		}
		return judged{silent: true}
	})
	return out
}

// elsewhere says where the tenant lives if not in the cloud that was asked, else "". The public cloud describes government tenants
// too, and leads on to theirs.
func (d description) elsewhere(asked connector.Origin) string {
	token, ok := connector.OriginOf(d.Token)
	switch {
	case !ok || token != asked:
		return fmt.Sprintf("it signs in at %s", remote.Excerpt(string(token), 60))
	case d.Cloud != "" && !strings.EqualFold("https://login."+d.Cloud+":443", string(asked)):
		return fmt.Sprintf("it belongs to %s", remote.Excerpt(d.Cloud, 60))
	case asked == "https://login.microsoftonline.com:443" && (d.Region == "USGov" || d.Region == "USG" || d.Region == "DOD"):
		return "it belongs to the US government"
	}
	return ""
}
