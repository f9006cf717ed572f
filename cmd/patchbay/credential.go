package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"patchbay/access"
	"patchbay/connector"
)

type credentialCmd struct {
	Add    credentialAdd    `cmd:"" help:"Mint a credential for a workspace and print it, this one time."`
	List   credentialList   `cmd:"" help:"List the credentials."`
	Revoke credentialRevoke `cmd:"" help:"Revoke a credential at once."`
}

type credentialAdd struct {
	dataFlag
	Name      string      `arg:"" help:"Which program uses it."`
	Workspace string      `required:"" placeholder:"W" help:"Name or id of the workspace."`
	Role      access.Role `required:"" enum:"viewer,tester,editor,admin" help:"What the program may do: viewer, tester, editor or admin."`
	JSON      bool        `name:"json" help:"Print JSON."`
}

// Run mints the credential.
func (c credentialAdd) Run(ctx context.Context, env Env) (err error) {
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	actor := access.System("command line")
	w, err := findWorkspace(ctx, o, actor, c.Workspace)
	if err != nil {
		return err
	}
	m, err := o.reg.Mint(ctx, actor, w.ID, c.Name, c.Role)
	if err != nil {
		return err
	}
	parts := [][2]string{}
	switch w.Vendor {
	case "harness":
		parts = [][2]string{{"api_key", m.APIKey.Reveal()}}
	case "securityhub":
		parts = [][2]string{{"access_key_id", m.AccessKeyID}, {"secret_access_key", m.SecretAccessKey.Reveal()}}
	case "jitterbit":
		parts = [][2]string{{"email", m.Email}, {"password", m.Password.Reveal()}}
	}
	if c.JSON {
		out := map[string]string{}
		for _, p := range parts {
			out[p[0]] = p[1]
		}
		return json.NewEncoder(env.Stdout).Encode(out)
	}
	for _, p := range parts {
		fmt.Fprintf(env.Stdout, "%s\t%s\n", p[0], p[1])
	}
	return nil
}

func findWorkspace(ctx context.Context, o *opened, actor access.Actor, text string) (connector.Workspace, error) {
	all, err := o.reg.Workspaces(ctx, actor)
	if err != nil {
		return connector.Workspace{}, err
	}
	for _, w := range all {
		if w.ID == text || strings.EqualFold(w.Name, text) {
			return w, nil
		}
	}
	return connector.Workspace{}, fmt.Errorf("there is no workspace %q; patchbay workspace list shows them", text)
}

type credentialList struct{ dataFlag }

// Run lists the credentials.
func (c credentialList) Run(ctx context.Context, env Env) (err error) {
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	all, err := o.reg.Credentials(ctx, access.System("command line"), "")
	for _, one := range all {
		state := "good"
		if !one.Revoked.IsZero() {
			state = "revoked"
		}
		fmt.Fprintln(env.Stdout, strings.Join([]string{one.ID, one.Vendor, one.Name, string(one.Role), one.Key, state}, "\t"))
	}
	return err
}

type credentialRevoke struct {
	dataFlag
	ID string `arg:"" help:"Id of the credential, from patchbay credential list."`
}

// Run revokes the credential.
func (c credentialRevoke) Run(ctx context.Context, env Env) (err error) {
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	gone, err := o.reg.Revoke(ctx, access.System("command line"), c.ID)
	if errors.Is(err, connector.ErrNotFound) {
		return fmt.Errorf("there is no credential %q; patchbay credential list shows them", c.ID)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "Credential %s is revoked.\n", gone.Name)
	return nil
}
