package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	_ "golang.org/x/crypto/x509roots/fallback" // certificate authorities for images that bring none

	"patchbay/connector/catalog"
	"patchbay/handlers"
	"patchbay/registry"
	"patchbay/remote"
	"patchbay/remote/probe"
	"patchbay/remote/rehearsal"
	"patchbay/store"
	"patchbay/views"
	"patchbay/web"
)

type serveCmd struct {
	dataFlag
	limitFlags
	mailFlags
	watchFlags
	Listen        string         `help:"Address to listen on." default:"127.0.0.1:8080" env:"PATCHBAY_LISTEN" placeholder:"HOST:PORT"`
	BaseURL       string         `help:"Address under which people reach the console, when it is another one." env:"PATCHBAY_BASE_URL" placeholder:"URL"`
	AllowEgress   []netip.Prefix `help:"Private networks that checks may reach." env:"PATCHBAY_ALLOW_EGRESS" placeholder:"CIDR"`
	AzureIdentity bool           `help:"Let checks of Azure's managed identities use those of this machine, by its metadata service." env:"PATCHBAY_AZURE_IDENTITY"`
	AdminUser     string         `help:"First admin, for an unattended start." env:"PATCHBAY_ADMIN_USER" placeholder:"NAME"`
	AdminPassword string         `help:"File with the first admin's password." name:"admin-password-file" env:"PATCHBAY_ADMIN_PASSWORD_FILE" placeholder:"FILE"`
	Dev           bool           `help:"Serve samples of everything from a temporary data directory; checks may reach this machine." env:"PATCHBAY_DEV"`
	LogLevel      slog.Level     `help:"Least level of the log: debug, info, warn or error." default:"info" env:"PATCHBAY_LOG_LEVEL"`
}

// stopWithin is how long requests on their way may take to end when the program is told to stop.
const stopWithin = 10 * time.Second

// Validate refuses flags that make no sense, before anything is opened.
func (c serveCmd) Validate() error {
	if (c.AdminUser == "") != (c.AdminPassword == "") {
		return errors.New("--admin-user and --admin-password-file belong together; give both or none")
	}
	_, err := c.base()
	return errors.Join(err, c.watchFlags.valid())
}

// Run serves until the context ends.
func (c serveCmd) Run(ctx context.Context, env Env) (err error) {
	log := slog.New(slog.NewJSONHandler(env.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	logTo(log)
	if c.Dev {
		dir, err := os.MkdirTemp("", "patchbay-dev-")
		if err != nil {
			return fmt.Errorf("make a temporary data directory: %w", err)
		}
		defer os.RemoveAll(dir) //nolint:errcheck // the system clears its temporary directory too
		c.Data = dir
	}
	base, err := c.base()
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stderr, "Data directory:", c.Data)
	st, err := store.Open(ctx, c.Data, catalog.All(), env.Now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	if err := st.Claim(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	defer listener.Close() //nolint:errcheck // the server has closed it already when it stopped in order
	if base.Host == "" {
		base.Host = reachable(listener.Addr())
	}

	out := remote.Config{AllowEgress: c.AllowEgress, AllowLoopback: c.Dev, Own: own(listener.Addr()), Identity: c.AzureIdentity || c.Dev, Now: env.Now}
	var there *rehearsal.Server
	if c.Dev {
		if there, err = rehearsal.New("ci-bot", strings.ToLower(rand.Text()), env.Now()); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, there.Close()) }()
		out.ConnectTo, out.Roots, out.IdentityAt = there.Routes(), there.Roots(), there.IdentityAt
	}
	dialer := remote.New(out)
	sender, err := c.sender(dialer)
	if err != nil {
		return err
	}
	reg := speaking(st, dialer, base.String(), sender, c.limits(), env.Now)
	defer reg.Close()
	if n, err := reg.Recover(ctx); err != nil {
		log.Warn("the history of interrupted checks could not be mended", "error", err)
	} else if n > 0 {
		log.Info("checks were interrupted when the program last stopped", "checks", n)
	}
	requests := registry.NewRequestLog(st)
	defer requests.Close()
	server, err := console(c, env, log, base, st, reg, requests)
	if err != nil {
		return err
	}
	if c.Dev {
		if err := rehearse(ctx, env, reg, there); err != nil {
			return fmt.Errorf("fill the samples in: %w", err)
		}
	} else if err := c.firstAdmin(ctx, env, reg); err != nil {
		return err
	}
	fmt.Fprintln(env.Stdout, "Patchbay is at", base.String())
	telling, stop := context.WithCancel(ctx)
	var told sync.WaitGroup
	told.Go(func() { tell(telling, reg, log) })
	defer func() { stop(); told.Wait() }()
	defer c.watch(ctx, reg)()
	return serve(ctx, env, server, listener, st, reg, log)
}

// console puts the pages and the vendor doors behind the front door.
func console(c serveCmd, env Env, log *slog.Logger, base *url.URL, st *store.Store, reg *registry.Registry, requests *registry.RequestLog) (*http.Server, error) {
	h := handlers.New(reg, base.String(), codes(), env.Now)
	h.Explain(compatibility())
	cfg := web.Config{
		Sessions: web.NewSessions(st, base.Scheme == "https", env.Now), Base: base.Host, Scheme: base.Scheme,
		Log: log, Now: env.Now, Errors: h.Error,
	}
	e := web.New(cfg)
	if err := web.Mount(e, cfg, h.Routes()); err != nil {
		return nil, err
	}
	doors(e, reg, requests, log, env.Now)
	server := web.Server(e)
	server.RegisterOnShutdown(h.Quit)
	return server, nil
}

// serve answers requests until the context ends, then lets those on their way end.
func serve(ctx context.Context, env Env, server *http.Server, listener net.Listener, st *store.Store, reg *registry.Registry, log *slog.Logger) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	sweep := time.NewTicker(10 * time.Minute)
	defer sweep.Stop()
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		select {
		case err := <-failed:
			return fmt.Errorf("serve: %w", err)
		case <-minute.C:
			reg.NoteRefusals(ctx)
		case <-sweep.C:
			if err := st.SweepSessions(ctx, env.Now()); err != nil {
				log.Warn("old sessions could not be swept out", "error", err)
			}
			if err := st.SweepConsents(ctx, env.Now()); err != nil {
				log.Warn("old consents could not be swept out", "error", err)
			}
		case <-ctx.Done():
			ending, done := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
			defer done()
			if err := server.Shutdown(ending); err != nil {
				return errors.Join(fmt.Errorf("stop: %w", err), server.Close())
			}
			return nil
		}
	}
}

// base reads the console's address; without one its host is what it listens on.
func (c serveCmd) base() (*url.URL, error) {
	if c.BaseURL == "" {
		return &url.URL{Scheme: "http"}, nil
	}
	u, err := url.Parse(strings.TrimSuffix(c.BaseURL, "/"))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("--base-url must be an address without a path, such as https://patchbay.example.com; it is %q", c.BaseURL)
	}
	return u, nil
}

// firstAdmin lets somebody in when nobody can be yet: from the environment, or by a code that is printed once.
func (c serveCmd) firstAdmin(ctx context.Context, env Env, reg *registry.Registry) error {
	need, err := reg.NeedsSetUp(ctx)
	if err != nil || !need {
		return err
	}
	if c.AdminUser != "" && c.AdminPassword != "" {
		secret, err := os.ReadFile(c.AdminPassword)
		if err != nil {
			return fmt.Errorf("read the first admin's password: %w", err)
		}
		_, err = reg.FirstAdmin(ctx, c.AdminUser, strings.TrimRight(string(secret), "\r\n"))
		return err
	}
	fmt.Fprintf(env.Stdout, "Nobody can sign in yet. Open /setup and give this code, good for 30 minutes: %s\n", reg.SetUpCode())
	return nil
}

// codes are the answers of checks, for the reference page.
func codes() []views.Code {
	var out []views.Code
	has := map[string]bool{}
	for _, c := range probe.Codes() {
		has[c.Code] = true
		out = append(out, views.Code{Code: c.Code, Status: c.Status, Text: c.Text, Cause: c.Cause, Next: c.Next})
	}
	for _, o := range registry.Outcomes() {
		if !has[o.Code] {
			out = append(out, views.Code{Code: o.Code, Status: o.Status, Text: o.Text, Cause: o.Cause, Next: o.Next})
		}
	}
	slices.SortStableFunc(out, func(a, b views.Code) int { return strings.Compare(a.Code, b.Code) })
	return slices.CompactFunc(out, func(a, b views.Code) bool { return a.Code == b.Code })
}

// reachable gives an address that a browser on this machine can open.
func reachable(a net.Addr) string {
	host, port, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	if ip := net.ParseIP(host); ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// own gives the addresses that the program itself listens on, which no check may reach.
func own(a net.Addr) func() []netip.AddrPort {
	at, err := netip.ParseAddrPort(a.String())
	return func() []netip.AddrPort {
		if err != nil {
			return nil
		}
		return []netip.AddrPort{at}
	}
}
