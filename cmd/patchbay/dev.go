package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/securityhub"
	"patchbay/registry"
	"patchbay/remote/rehearsal"
)

// devUser is who may sign in to serve --dev.
const devUser = "admin"

// rehearse fills a fresh data directory: a workspace for each vendor, secrets, and a sample of every type, some of which fail for real
// reasons against other sides that are played on this machine.
func rehearse(ctx context.Context, env Env, reg *registry.Registry, there *rehearsal.Server) error {
	password := env.Getenv("PATCHBAY_DEV_PASSWORD")
	if password == "" {
		password = strings.ToLower(rand.Text()[:12])
	}
	if _, err := reg.FirstAdmin(ctx, devUser, password); err != nil {
		return err
	}
	f := &filler{ctx: ctx, reg: reg, actor: access.System("samples"), workspaces: map[string]string{}}
	for _, w := range sampleWorkspaces {
		f.workspace(w)
	}
	f.application(there)
	for _, s := range sampleSecrets(there) {
		f.secret(s)
	}
	for name, path := range map[string]string{"Platform on-call": "/hook", "Old pager": "/hook/broken"} {
		f.channel(name, there.URL+path)
	}
	for _, s := range samples(there) {
		f.connector(s)
	}
	if f.err != nil {
		return f.err
	}
	fmt.Fprintf(env.Stdout, "Sign in as %s with the password %s\n", devUser, password)
	return nil
}

// filler puts samples in through the registry's verbs and stops at the first that is refused.
type filler struct {
	ctx        context.Context
	reg        *registry.Registry
	actor      access.Actor
	workspaces map[string]string // id by vendor
	err        error
}

func (f *filler) workspace(w connector.Workspace) {
	if f.err != nil {
		return
	}
	made, err := f.reg.AddWorkspace(f.ctx, f.actor, w)
	f.workspaces[w.Vendor], f.err = made.ID, err
}

func (f *filler) secret(s sampleSecret) {
	if f.err != nil {
		return
	}
	_, err := f.reg.KeepSecret(f.ctx, f.actor, connector.NamedSecret{Kind: s.kind, SecretName: connector.SecretName{
		Workspace: f.workspaces[s.vendor], Scope: connector.ParseScope(s.scope), Name: s.name}}, connector.NewSecret(s.value))
	if err != nil {
		f.err = fmt.Errorf("secret %s: %w", s.name, err)
	}
}

// application sets the OAuth application of the Security Hub workspace: a browser on this machine reaches the page for the consent, and the program
// itself the token URL and the API under their real names.
func (f *filler) application(there *rehearsal.Server) {
	if f.err != nil {
		return
	}
	app := securityhub.Atlassian()
	app.Workspace, app.ClientID, app.AuthoriseURL = f.workspaces["securityhub"], rehearsal.JiraClient, there.URL+"/atlassian/authorize"
	_, f.err = f.reg.SetOAuthApp(f.ctx, f.actor, app, connector.NewSecret(there.Password))
}

// letIn lets a connector in with the code of a consent, as a program does at the vendor's own API.
func (f *filler) letIn(c connector.Connector, code string) {
	s, ok := c.Spec.(connector.Authorising)
	if !ok {
		f.err = fmt.Errorf("sample %q is let in by nobody", c.Name)
		return
	}
	if _, err := f.reg.Consent(f.ctx, f.actor, c.Workspace, c.Identifier, s.State(), code); err != nil {
		f.err = fmt.Errorf("let sample %q in: %w", c.Name, err)
	}
}

// channel opens one that is told of everything, and has it tested.
func (f *filler) channel(name, address string) {
	if f.err != nil {
		return
	}
	made, _, err := f.reg.AddChannel(f.ctx, f.actor, connector.Channel{Name: name, Kind: connector.Webhook, Tells: connector.TellChanges}, address)
	if err == nil {
		_, err = f.reg.TestChannel(f.ctx, f.actor, made.ID)
	}
	f.err = err
}

func (f *filler) connector(s sample) {
	if f.err != nil {
		return
	}
	t, ok := f.reg.Catalog().Type(s.vendor, s.kind)
	vendor, _ := f.reg.Catalog().Vendor(s.vendor)
	if !ok {
		f.err = fmt.Errorf("there is no type %s", s.kind)
		return
	}
	d := connector.Draft{Type: t, Workspace: f.workspaces[s.vendor], Spec: t.New()}
	form := map[string][]string{"execute_on_delegate": {"true"}}
	for name, value := range s.fields {
		form[name] = []string{value}
	}
	connector.Bind(vendor.All(&d), form)
	made, err := f.reg.Admit(f.ctx, f.actor, d)
	if err != nil {
		f.err = fmt.Errorf("sample %q: %w", s.fields["name"], err)
		return
	}
	for _, use := range s.uses {
		if err := f.reg.AddUse(f.ctx, f.actor, made.ID, use); err != nil {
			f.err = err
			return
		}
	}
	if s.trust {
		f.trust(made.ID)
	}
	if s.code != nil && f.err == nil {
		f.letIn(made, s.code())
	}
	if s.rebuilt != nil && f.err == nil {
		f.err = s.rebuilt()
	}
	if s.ask && f.err == nil {
		_, f.err = f.reg.Check(f.ctx, f.actor, made.ID)
	}
}
