package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/connector/wire"
)

type connectorCmd struct {
	List     connectorList     `cmd:"" help:"List connectors."`
	Get      connectorGet      `cmd:"" help:"Show one connector."`
	Validate connectorValidate `cmd:"" help:"Ask whether one connector works; exit 1 when it is failing."`
	Delete   connectorDelete   `cmd:"" help:"Move one connector to the trash."`
}

// connector gives a living one by its id, in words where there is none.
func (o *opened) connector(ctx context.Context, actor access.Actor, id string) (connector.Connector, error) {
	c, err := o.reg.Connector(ctx, actor, id)
	if errors.Is(err, connector.ErrNotFound) || err == nil && !c.Retired.IsZero() {
		return c, fmt.Errorf("there is no connector %q; patchbay connector list shows them", id)
	}
	return c, err
}

// written is a connector as JSON: its own members and its spec with the vendor's names. A secret of its own is never in it.
func written(c connector.Connector, workspace string) wire.Value {
	tags := make([]wire.Member, 0, len(c.Tags))
	for _, t := range c.Tags {
		tags = append(tags, wire.M(t.Key, wire.Text(t.Value)))
	}
	checked := wire.Value{}
	if !c.Health.Checked.IsZero() {
		checked = wire.Text(c.Health.Checked.UTC().Format("2006-01-02T15:04:05Z"))
	}
	return wire.Obj(wire.M("id", wire.Text(c.ID)), wire.M("vendor", wire.Text(c.Vendor)), wire.M("type", wire.Text(c.Type)),
		wire.M("workspace", wire.Text(workspace)), wire.M("scope", wire.Text(c.Scope.String())), wire.M("identifier", wire.Text(c.Identifier)),
		wire.M("name", wire.Text(c.Name)), wire.M("description", wire.Text(c.Description)), wire.M("tags", wire.Obj(tags...)),
		wire.M("status", wire.Text(string(c.Health.Status))), wire.M("code", wire.Text(c.Health.Code)), wire.M("summary", wire.Text(c.Health.Summary)),
		wire.M("checked", checked), wire.M("version", wire.Int(c.Version)), wire.M("spec", wire.Obj(connector.Encode(c.Spec.Fields())...)))
}

type connectorList struct {
	dataFlag
	filterFlags
	JSON bool `name:"json" help:"Print JSON: one array."`
}

// Run lists them by name.
func (c connectorList) Run(ctx context.Context, env Env) (err error) {
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	actor := access.System("command line")
	spaces, err := o.reg.Workspaces(ctx, actor)
	if err != nil {
		return err
	}
	if c.JSON {
		return c.printJSON(ctx, env.Stdout, o, actor, spaces)
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 0, 2, ' ', 0)
	err = c.each(ctx, o, actor, func(one connector.Connector) error {
		_, err := fmt.Fprintln(w, strings.Join([]string{one.ID, string(one.Health.Status), one.Type, one.Name, nameOf(spaces, one.Workspace) + " / " + one.Scope.String(),
			one.Identifier}, "\t"))
		return err
	})
	return errors.Join(err, w.Flush())
}

// printJSON writes the array as it reads the list, so that a hundred thousand never stand in memory.
func (c connectorList) printJSON(ctx context.Context, out io.Writer, o *opened, actor access.Actor, spaces []connector.Workspace) error {
	between := "[\n"
	err := c.each(ctx, o, actor, func(one connector.Connector) error {
		_, err := io.WriteString(out, between+written(one, nameOf(spaces, one.Workspace)).JSON())
		between = ",\n"
		return err
	})
	if err != nil {
		return err
	}
	if between == "[\n" {
		_, err = io.WriteString(out, "[]\n")
		return err
	}
	_, err = io.WriteString(out, "\n]\n")
	return err
}

type connectorGet struct {
	dataFlag
	ID   string `arg:"" help:"Id of the connector."`
	YAML bool   `name:"yaml" help:"Print YAML instead of JSON."`
}

// Run prints it.
func (c connectorGet) Run(ctx context.Context, env Env) (err error) {
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	actor := access.System("command line")
	one, err := o.connector(ctx, actor, c.ID)
	if err != nil {
		return err
	}
	spaces, err := o.reg.Workspaces(ctx, actor)
	if err != nil {
		return err
	}
	text := written(one, nameOf(spaces, one.Workspace))
	if c.YAML {
		_, err = fmt.Fprintln(env.Stdout, strings.TrimRight(text.YAML(), "\n"))
	} else {
		_, err = fmt.Fprintln(env.Stdout, text.Indent())
	}
	return err
}

type connectorValidate struct {
	dataFlag
	speakFlags
	ID   string `arg:"" help:"Id of the connector."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run asks; it is the check of one connector.
func (c connectorValidate) Run(ctx context.Context, env Env) error {
	return checkAllCmd{dataFlag: c.dataFlag, speakFlags: c.speakFlags, IDs: []string{c.ID}, AtOnce: 1, JSON: c.JSON}.Run(ctx, env)
}

type connectorDelete struct {
	dataFlag
	ID string `arg:"" help:"Id of the connector."`
}

// Run moves it to the trash, from where the page brings it back.
func (c connectorDelete) Run(ctx context.Context, env Env) (err error) {
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	actor := access.System("command line")
	one, err := o.connector(ctx, actor, c.ID)
	if err != nil {
		return err
	}
	if _, err := o.reg.Retire(ctx, actor, one.ID, one.Version); err != nil {
		return err
	}
	_, err = fmt.Fprintf(env.Stdout, "Connector %s is in the trash. The Trash page brings it back.\n", one.Name)
	return err
}
