// Package probe asks the outside world whether a connector works. A type declares its question as data; here is who asks it,
// through the guarded dialer and nothing else. A check is Healthy only when the other side proved it: a timeout, a reset, a page
// of HTML or an answer that anybody would have got is never green.
package probe

import (
	"context"
	"crypto/x509"
	"slices"
	"strings"
	"time"

	"patchbay/connector"
	"patchbay/remote"
)

// Probe asks checks. It is safe for concurrent use, and each check has connections of its own.
type Probe struct {
	// Deadline is how long a check may last in all; New sets [remote.Deadline].
	Deadline time.Duration

	dialer *remote.Dialer
	now    func() time.Time
}

// New makes a probe. now tells the time that steps are noted with; nil is the dialer's clock.
func New(dialer *remote.Dialer, now func() time.Time) *Probe {
	if now == nil {
		now = dialer.Now
	}
	return &Probe{Deadline: remote.Deadline, dialer: dialer, now: now}
}

// Ask asks one question and always gives an outcome. When it returns, no connection is open, and nothing will be told any more.
func (p *Probe) Ask(ctx context.Context, q connector.Question) connector.Outcome {
	ctx, cancel := context.WithTimeout(ctx, p.Deadline)
	defer cancel()
	a := &asking{probe: p, told: q.Step, secrets: q.Secrets, hostKeys: q.HostKeys, bearers: q.Bearer, who: "an anonymous caller"}
	switch check := q.Check.(type) {
	case connector.ListRefs:
		return a.listRefs(ctx, check)
	case connector.ReadArtifactory:
		return a.readArtifactory(ctx, check)
	case connector.ReadAppDynamics:
		return a.readAppDynamics(ctx, check)
	case connector.ReadAzure:
		return a.readAzure(ctx, check)
	case connector.ReadJira:
		return a.readJira(ctx, check)
	case connector.ReadServiceNow:
		return a.readServiceNow(ctx, check)
	case connector.Nothing:
		return a.end("NOTHING_TO_ASK", check.Why)
	}
	return a.end("NOT_ASKED_YET", "")
}

// asking is one check on its way: what is known so far, and what must not be shown.
type asking struct {
	probe   *Probe
	told    func(connector.Step)
	secrets map[string]connector.Opened
	// hostKeys are those that people accepted for the server.
	hostKeys []connector.HostKey
	bearers  connector.Bearers

	there string // origin
	who   string // who we are to the other side
	hide  hiding
	names []string // of the steps that lie ahead, in their order
	steps []connector.Step

	expires []connector.Expiry
	hostKey *connector.HostKey
}

// step notes a step and tells of it.
func (a *asking) step(s connector.Step) {
	s.Evidence = a.hide.in(s.Evidence)
	a.steps = append(a.steps, s)
	if a.told != nil {
		a.told(s)
	}
}

// since notes a step that began at a time and ends now.
func (a *asking) since(began time.Time, name string, state connector.StepState, evidence string) {
	a.step(connector.Step{Name: name, State: state, Began: began, Took: a.probe.now().Sub(began), Evidence: remote.Evidence(a.hide.in(evidence))})
}

// saw notes when the certificate of a server ends.
func (a *asking) saw(chain []*x509.Certificate, host string) {
	if len(chain) == 0 {
		return
	}
	for i, e := range a.expires {
		if e.Kind == connector.ServerCertificate && e.Name == host {
			a.expires[i].At = chain[0].NotAfter
			return
		}
	}
	a.expires = append(a.expires, connector.Expiry{Kind: connector.ServerCertificate, Name: host, At: chain[0].NotAfter})
}

// end gives the outcome for a code; the steps that were not reached are listed too.
func (a *asking) end(name, seen string) connector.Outcome {
	c := codeOf(name)
	seen = strings.TrimSuffix(remote.Evidence(a.hide.in(seen)), ".")
	there := a.there
	if there == "" {
		there = "the address"
	}
	text := strings.NewReplacer("{there}", there, "{who}", a.who, "{seen}", seen).Replace(c.Text)
	return connector.Outcome{Status: c.Status, Code: c.Code, Text: upper(text), Cause: c.Cause, Next: c.Next, Steps: a.all(),
		Expires: a.expires, HostKey: a.hostKey}
}

// all lists the steps that were noted and, each in its place, those that were not reached.
func (a *asking) all() []connector.Step {
	steps := slices.Clone(a.steps)
	at := 0 // behind the last step of the name before
	for _, name := range a.names {
		if !slices.ContainsFunc(steps, func(s connector.Step) bool { return s.Name == name }) {
			steps = slices.Insert(steps, at, connector.Step{Name: name, State: connector.StepSkipped, Evidence: "not reached"})
		}
		for i, s := range steps {
			if s.Name == name {
				at = max(at, i+1)
			}
		}
	}
	return steps
}
