package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"patchbay/access"
	"patchbay/connector"
)

// errRed ends a command when something was found that does not work.
var errRed = errors.New("not everything works")

// filterFlags choose connectors, with the words of the list page's address.
type filterFlags struct {
	Text      string           `name:"q" help:"Words in name, identifier, host or tags." placeholder:"WORDS"`
	Vendor    string           `help:"Only this vendor: harness, securityhub or jitterbit." enum:",harness,securityhub,jitterbit" default:""`
	Type      string           `help:"Only this type, by the vendor's name." placeholder:"TYPE"`
	Workspace string           `help:"Only this workspace, by name or id." placeholder:"W"`
	Tag       string           `help:"Only with this tag: key or key:value." placeholder:"TAG"`
	Status    connector.Status `help:"Only with this status." enum:",failing,degraded,waiting,unverified,healthy" default:""`
}

// each gives every connector that the flags choose, page by page.
func (f filterFlags) each(ctx context.Context, o *opened, actor access.Actor, one func(connector.Connector) error) error {
	q := connector.Query{Text: f.Text, Vendor: f.Vendor, Type: f.Type, Tag: f.Tag, Status: f.Status, Sort: connector.SortName, Size: 200}
	if f.Workspace != "" {
		w, err := findWorkspace(ctx, o, actor, f.Workspace)
		if err != nil {
			return err
		}
		q.Workspace = w.ID
	}
	for {
		page, err := o.reg.List(ctx, actor, q)
		if err != nil {
			return err
		}
		for _, c := range page.Connectors {
			if err := one(c); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		q.After = page.Next
	}
}

type checkAllCmd struct {
	dataFlag
	speakFlags
	filterFlags
	All        bool     `help:"Check every connector, or all that the filters leave."`
	IDs        []string `arg:"" optional:"" name:"id" help:"Ids of the connectors to check."`
	Strict     bool     `help:"Fail for whatever is not healthy, not only for what is failing."`
	AllowEmpty bool     `name:"allow-empty" help:"With --all, be content when there is no connector to check."`
	AtOnce     int      `name:"at-once" help:"How many are checked at the same time." default:"4"`
	JSON       bool     `name:"json" help:"Print JSON."`
	JUnit      string   `name:"junit" help:"Also write a JUnit report to this file." placeholder:"FILE"`
}

// Validate refuses flags that leave open what is to be checked.
func (c checkAllCmd) Validate() error {
	switch {
	case c.All == (len(c.IDs) > 0):
		return errors.New("name the connectors to check by their ids, or give --all")
	case len(c.IDs) > 0 && c.filterFlags != filterFlags{}:
		return errors.New("filters belong to --all; connectors that are named by their ids are checked as they are named")
	case len(c.IDs) > 0 && c.AllowEmpty:
		return errors.New("--allow-empty belongs to --all; connectors that are named by their ids have to be there")
	case c.AtOnce < 1 || c.AtOnce > 64:
		return errors.New("--at-once must be 1 to 64")
	}
	return nil
}

// Run checks, reports, and fails when something is red. Statuses and history are kept as after a check from the page.
func (c checkAllCmd) Run(ctx context.Context, env Env) (err error) {
	o, err := openSpeaking(ctx, env, c.Data, c.speakFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	actor := access.System("command line")
	chosen, err := c.chosen(ctx, o, actor)
	if err != nil {
		return err
	}
	if len(chosen) == 0 && !c.AllowEmpty { // or a filter with a slip of the pen would pass for ever
		return c.nothing()
	}
	rep, err := o.check(ctx, actor, chosen, c.AtOnce)
	if err != nil {
		return err
	}
	if c.JUnit != "" {
		if err := writeTo(c.JUnit, rep.junit); err != nil {
			return err
		}
	}
	if c.JSON {
		enc := json.NewEncoder(env.Stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(rep)
	} else {
		err = rep.print(env.Stdout)
	}
	if err == nil && (rep.Red > 0 || rep.Offline > 0 || c.Strict && rep.Healthy < rep.Total) {
		err = errRed
	}
	return err
}

// nothing says that there is no connector to check, and the way out.
func (c checkAllCmd) nothing() error {
	if c.filterFlags == (filterFlags{}) {
		return errors.New("there is no connector to check; add one first, or give --allow-empty if none is fine")
	}
	return errors.New("the filters leave no connector to check; look at them with `patchbay connector list`, or give --allow-empty if none is fine")
}

func (c checkAllCmd) chosen(ctx context.Context, o *opened, actor access.Actor) (out []connector.Connector, err error) {
	for _, id := range c.IDs {
		one, err := o.connector(ctx, actor, id)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if c.All {
		err = c.each(ctx, o, actor, func(one connector.Connector) error {
			out = append(out, one)
			return nil
		})
	}
	return out, err
}

// check asks for all of them, some at the same time, and gives the results in their order.
func (o *opened) check(ctx context.Context, actor access.Actor, all []connector.Connector, atOnce int) (report, error) {
	spaces, err := o.reg.Workspaces(ctx, actor)
	if err != nil {
		return report{}, err
	}
	runs, errs := make([]connector.Run, len(all)), make([]error, len(all))
	var work sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i, c := range all {
		slots <- struct{}{}
		work.Go(func() {
			defer func() { <-slots }()
			runs[i], errs[i] = o.checked(ctx, actor, c.ID)
		})
	}
	work.Wait()
	if err := errors.Join(errs...); err != nil {
		return report{}, err
	}
	rep := report{At: o.now()}
	for i, c := range all {
		rep.add(c, nameOf(spaces, c.Workspace), runs[i])
	}
	return rep, nil
}

// checked asks for one and waits for the answer. One that is gone by now is an error: the caller asked for it by name.
func (o *opened) checked(ctx context.Context, actor access.Actor, id string) (connector.Run, error) {
	run, err := o.reg.Check(ctx, actor, id)
	if err != nil {
		return run, fmt.Errorf("check %s: %w", id, err)
	}
	o.reg.Wait(ctx, run.ID)
	if err := ctx.Err(); err != nil {
		return run, fmt.Errorf("check %s: %w", id, err)
	}
	return o.reg.Run(ctx, actor, id, run.ID)
}

func nameOf(all []connector.Workspace, id string) string {
	for _, w := range all {
		if w.ID == id {
			return w.Name
		}
	}
	return id
}

// writeTo writes a file whole or not at all.
func writeTo(path string, write func(io.Writer) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("write the report: %w", err), os.Remove(path))
	}
	return nil
}
