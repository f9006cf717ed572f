package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"patchbay/access"
	"patchbay/access/password"
	"patchbay/connector"
	"patchbay/connector/catalog"
	"patchbay/handlers"
	"patchbay/registry"
	"patchbay/remote"
	"patchbay/remote/oauth"
	"patchbay/remote/probe"
	"patchbay/store"
)

// Env is what the program gets from outside.
type Env struct {
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Now            func() time.Time
}

// The exit codes.
const (
	fine      = 0
	failed    = 1
	usage     = 2
	unhealthy = 3
)

// errUnhealthy ends a command with the code for an unhealthy server.
var errUnhealthy = errors.New("unhealthy")

// commands are all verbs of the shell, with their flags.
type commands struct {
	Serve      serveCmd      `cmd:"" help:"Start the console."`
	User       userCmd       `cmd:"" help:"Look after the people who may sign in."`
	Workspace  wsCmd         `cmd:"" help:"Look after workspaces."`
	Credential credentialCmd `cmd:"" help:"Look after what programs use at the vendor doors."`
	Connector  connectorCmd  `cmd:"" help:"Look after connectors."`
	Check      checkAllCmd   `cmd:"" help:"Ask whether connectors work; exit 1 when one is failing."`
	Health     checkCmd      `cmd:"" name:"healthcheck" help:"Ask a running server whether it is ready; exit 3 when it is not."`
	Version    verCmd        `cmd:"" help:"Print the version."`
}

// dataFlag is the data directory, for each command that needs one.
type dataFlag struct {
	Data string `help:"Data directory." default:"./patchbay-data" env:"PATCHBAY_DATA" placeholder:"DIR"`
}

func run(ctx context.Context, env Env) int {
	var all commands
	done := -1
	parser, err := kong.New(&all, kong.Name("patchbay"), kong.Description("A self-hosted admin console for connectors."),
		kong.UsageOnError(), kong.Writers(env.Stdout, env.Stderr), kong.Exit(func(code int) { done = code }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(env), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(env.Stderr, "patchbay:", err)
		return failed
	}
	chosen, err := parser.Parse(env.Args)
	if done >= 0 { // --help has been printed
		return done
	}
	if err != nil {
		fmt.Fprintln(env.Stderr, "patchbay:", err)
		fmt.Fprintln(env.Stderr, "Run patchbay --help for the commands.")
		return usage
	}
	switch err := chosen.Run(); {
	case errors.Is(err, errRed): // the report has said it
		return failed
	case errors.Is(err, errUnhealthy):
		fmt.Fprintln(env.Stderr, "patchbay:", err)
		return unhealthy
	case err != nil:
		fmt.Fprintln(env.Stderr, "patchbay:", plain(err))
		return failed
	}
	return fine
}

// plain gives the sentence for people; problems say everything themselves.
func plain(err error) string {
	var p connector.Problems
	if errors.As(err, &p) {
		return p.Error()
	}
	return err.Error()
}

// speakFlags say where checks may connect.
type speakFlags struct {
	AllowEgress []netip.Prefix `help:"Private networks that checks may reach." env:"PATCHBAY_ALLOW_EGRESS" placeholder:"CIDR"`
}

// opened is the registry over a data directory, for one command.
type opened struct {
	store *store.Store
	reg   *registry.Registry
	now   func() time.Time
}

// open opens the data directory and says which one it is.
func open(ctx context.Context, env Env, dir string) (*opened, error) {
	fmt.Fprintln(env.Stderr, "Data directory:", dir)
	st, err := store.Open(ctx, dir, catalog.All(), env.Now)
	if err != nil {
		return nil, err
	}
	return &opened{st, registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: nobody{}, Passwords: password.New(), Now: env.Now}), env.Now}, nil
}

// mostAtOnce is how many checks a command may run at the same time; its own flag says how many it does.
const mostAtOnce = 64

// openSpeaking is open for a command that asks other sides, with the same guard as the server's.
func openSpeaking(ctx context.Context, env Env, dir string, f speakFlags) (*opened, error) {
	logTo(slog.New(slog.NewTextHandler(env.Stderr, nil)))
	fmt.Fprintln(env.Stderr, "Data directory:", dir)
	st, err := store.Open(ctx, dir, catalog.All(), env.Now)
	if err != nil {
		return nil, err
	}
	return &opened{st, speaking(st, remote.New(remote.Config{AllowEgress: f.AllowEgress, Now: env.Now}), "", nil, registry.Limits{AtOnce: mostAtOnce}, env.Now), env.Now}, nil
}

// speaking makes the registry that asks other sides through the dialer; base is the console's own address. sender is
// nil for a command: what it makes happen is told by the server, which hears of it.
func speaking(st *store.Store, dialer *remote.Dialer, base string, sender registry.Sender, limits registry.Limits, now func() time.Time) *registry.Registry {
	asker, consents := probe.New(dialer, now), oauth.New(dialer)
	return registry.New(registry.Config{Store: st, Doors: st, Catalog: catalog.All(), Asker: asker, Tickets: asker, Passwords: password.New(), Now: now, Limits: limits,
		OAuth:  registry.OAuth{Apps: st, Exchanger: consents, Refresher: consents, Callback: base + handlers.OAuthCallback},
		Notify: registry.Notify{Notices: st, Sender: sender, Base: base}})
}

func (o *opened) close() error {
	o.reg.Close()
	return o.store.Close()
}

// nobody answers for commands that never ask the other side.
type nobody struct{}

// Ask implements registry.Asker.
func (nobody) Ask(context.Context, connector.Question) connector.Outcome {
	return connector.Outcome{Status: connector.Unverified, Code: "NOT_ASKED", Text: "This command asks nobody."}
}

type userCmd struct {
	Add userAdd `cmd:"" help:"Add a user. The password is read from standard input, or asked for on a terminal."`
}

type userAdd struct {
	dataFlag
	Name string      `arg:"" help:"Name to sign in with."`
	Role access.Role `required:"" enum:"viewer,tester,editor,admin" help:"What the user may do: viewer, tester, editor or admin."`
}

// Run adds the user.
func (c userAdd) Run(ctx context.Context, env Env) (err error) {
	secret, err := readPassword(env, "Password for "+c.Name+": ")
	if err != nil {
		return err
	}
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	u, err := o.reg.AddUser(ctx, access.System("command line"), c.Name, c.Role, secret)
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "User %s may sign in as %s.\n", u.Name, u.Role)
	return nil
}

type wsCmd struct {
	Add  wsAdd  `cmd:"" help:"Add a hosted workspace."`
	Set  wsSet  `cmd:"" help:"Decide what the vendor of a workspace leaves open: how its door answers failures, and which names are reserved."`
	List wsList `cmd:"" help:"List the workspaces."`
}

type wsAdd struct {
	dataFlag
	Name    string `arg:"" help:"Name of the workspace."`
	Vendor  string `required:"" enum:"harness,securityhub,jitterbit" help:"Vendor: harness, securityhub or jitterbit."`
	Account string `required:"" placeholder:"ID" help:"Harness account id, AWS account number or Harmony organisation id."`
	Region  string `placeholder:"R" help:"AWS region, for securityhub."`
	Strict  bool   `help:"For jitterbit: the door answers failures with HTTP statuses of their own, rather than with 200."`
}

// Run adds the workspace.
func (c wsAdd) Run(ctx context.Context, env Env) (err error) {
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	w, err := o.reg.AddWorkspace(ctx, access.System("command line"), connector.Workspace{Name: c.Name, Vendor: c.Vendor, Account: c.Account, Region: c.Region,
		Settings: connector.Settings{Strict: c.Strict}})
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "Workspace %s (%s) is open.\n", w.Name, w.ID)
	return nil
}

type wsList struct{ dataFlag }

// Run lists the workspaces.
func (c wsList) Run(ctx context.Context, env Env) (err error) {
	o, err := open(ctx, env, c.Data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.close()) }()
	all, err := o.reg.Workspaces(ctx, access.System("command line"))
	for _, w := range all {
		fmt.Fprintln(env.Stdout, strings.TrimSpace(strings.Join([]string{w.ID, w.Vendor, w.Name, w.Account, w.Region}, "\t")))
	}
	return err
}
