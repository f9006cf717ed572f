package registry

import (
	"context"
	"crypto/subtle"
	"strings"
	"time"

	"patchbay/access"
	"patchbay/connector"
)

// keyField and secretField are the wire names of a Harmony registration's pair.
const (
	keyField    = "key"
	secretField = "secret"
)

// ValidatePair asks the registry of a hosted workspace whether a name, a key and a secret belong together, as an agent asks Harmony.
// Any version of the name counts. Whichever part is wrong, the answer is the same.
func (r *Registry) ValidatePair(ctx context.Context, a access.Actor, workspace, name, key string, secret connector.Secret) (bool, error) {
	if err := may(a, access.Test); err != nil {
		return false, err
	}
	if _, err := r.visible(ctx, a, workspace); err != nil {
		return false, err
	}
	return r.matches(ctx, workspace, connector.Clean(name, false), connector.Clean(key, false), secret)
}

func (r *Registry) matches(ctx context.Context, workspace, name, key string, secret connector.Secret) (bool, error) {
	candidates, err := r.store.Named(ctx, workspace, name)
	if err != nil {
		return false, err
	}
	found := 0
	for _, c := range candidates {
		if err := r.store.OpenFields(ctx, c); err != nil {
			return false, err
		}
		k, s := pairOf(c)
		// Both are always compared, each in constant time, so the time tells nothing of which one was wrong.
		found |= subtle.ConstantTimeCompare([]byte(strings.ToLower(k)), []byte(strings.ToLower(key))) &
			subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(secret.Reveal()))
	}
	return found == 1 && key != "" && !secret.Empty(), nil
}

func pairOf(c connector.Connector) (key string, secret connector.Secret) {
	for _, f := range c.Spec.Fields() {
		switch {
		case f.Name == keyField:
			key = f.Value()
		case f.Name == secretField && f.Secret() != nil:
			secret = *f.Secret()
		}
	}
	return key, secret
}

// askPair asks for a registration's own pair: the sealed secret is opened and put to the same question that an agent asks.
func (r *Registry) askPair(ctx context.Context, c connector.Connector) connector.Outcome {
	var steps []connector.Step
	began := r.now()
	step := func(name string, state connector.StepState, evidence string) {
		steps = append(steps, connector.Step{Name: name, State: state, Began: began, Took: r.now().Sub(began).Round(time.Microsecond), Evidence: evidence})
		began = r.now()
	}
	end := func(out connector.Outcome) connector.Outcome {
		out.Steps = steps
		return out
	}
	if err := r.store.OpenFields(ctx, c); err != nil {
		step("Open", connector.StepFailed, "the sealed secret does not open")
		step("Authenticate", connector.StepSkipped, "not reached")
		return end(secretOutcome("of the registration", err))
	}
	key, secret := pairOf(c)
	step("Open", connector.StepOK, "the sealed secret opens")
	switch ok, err := r.matches(ctx, c.Workspace, c.Name, key, secret); {
	case err != nil: // of another version, or of the disk: it says nothing of this pair
		step("Authenticate", connector.StepFailed, "the registrations of this name could not be read")
		return end(secretOutcome("of a registration of this name", err))
	case ok:
		step("Authenticate", connector.StepOK, "name, key and secret belong together")
		return end(pairValid(c.Name))
	}
	step("Authenticate", connector.StepFailed, "name, key and secret do not belong together")
	return end(pairRefused(c.Name))
}

// kindFor guesses what a typed value is, so that a secret made beside its reference gets the right kind.
func kindFor(value connector.Secret) connector.SecretKind {
	text := value.Reveal()
	switch {
	case strings.Contains(text, "PRIVATE KEY-----") && !strings.Contains(text, "CERTIFICATE-----"):
		return connector.SecretSSHKey
	case strings.Contains(text, "-----BEGIN "):
		return connector.SecretFile
	case strings.HasPrefix(text, "{") && strings.Contains(text, "ClientSecret"):
		return connector.SecretOAuth
	}
	return connector.SecretText
}
