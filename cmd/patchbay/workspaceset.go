package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"patchbay/access"
	"patchbay/connector"
)

type wsSet struct {
	dataFlag
	Name    string   `arg:"" help:"Name or id of the workspace."`
	Strict  bool     `xor:"failures" help:"Answer failures with HTTP statuses of their own."`
	Legacy  bool     `xor:"failures" help:"Answer failures with HTTP 200, as the vendor's first clients expect."`
	Reserve []string `placeholder:"NAME" help:"Name that no connector gets; may be given again."`
	Release []string `placeholder:"NAME" help:"Name that is not reserved any more; may be given again."`
}

// Validate implements kong's own check of a command.
func (c wsSet) Validate() error {
	if !c.Strict && !c.Legacy && len(c.Reserve)+len(c.Release) == 0 {
		return errors.New("nothing to set: give --strict, --legacy, --reserve or --release")
	}
	return nil
}

// Run keeps the settings. A server that is running goes by them from the next request on.
func (c wsSet) Run(ctx context.Context, env Env) (err error) {
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	actor := access.System("command line")
	w, err := findWorkspace(ctx, o, actor, c.Name)
	if err != nil {
		return err
	}
	s := w.Settings
	s.Strict = c.Strict || s.Strict && !c.Legacy
	names := slices.DeleteFunc(append(s.Names(), c.Reserve...), func(name string) bool {
		return slices.ContainsFunc(c.Release, func(gone string) bool {
			return strings.EqualFold(connector.Clean(gone, false), connector.Clean(name, false))
		})
	})
	s.Reserved = strings.Join(names, "\n")
	w, err = o.reg.SetWorkspace(ctx, actor, w.ID, w.Version, s)
	if errors.Is(err, connector.ErrNotFound) {
		return fmt.Errorf("workspace %s has no such settings: its vendor leaves nothing open", c.Name)
	}
	if err != nil {
		return err
	}
	mode := "legacy"
	if w.Strict {
		mode = "strict"
	}
	fmt.Fprintf(env.Stdout, "Workspace %s answers failures in the %s way and reserves %s.\n", w.Name, mode, counted(len(w.Names())))
	return nil
}

func counted(names int) string {
	if names == 1 {
		return "1 name"
	}
	return fmt.Sprint(names, " names")
}
