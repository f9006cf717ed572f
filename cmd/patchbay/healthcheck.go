package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"patchbay/remote"
)

type checkCmd struct {
	Listen string `help:"Address that the server listens on." default:"127.0.0.1:8080" env:"PATCHBAY_LISTEN" placeholder:"HOST:PORT"`
}

// Run asks the server on this machine; it is for a container's HEALTHCHECK, which has no other tool.
func (c checkCmd) Run(ctx context.Context, env Env) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("--listen must be HOST:PORT: %w", err)
	}
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("--listen must be HOST:PORT: %w", err)
	}
	// The guard's own client heeds no proxy and follows nothing; any address may be the server's.
	client := remote.New(remote.Config{AllowLoopback: true, AllowEgress: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}}).Client()
	defer client.CloseIdleConnections()
	answer, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", errUnhealthy, err)
	}
	defer answer.Body.Close() //nolint:errcheck // nothing of the body is read
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: the server answered %s", errUnhealthy, answer.Status)
	}
	fmt.Fprintln(env.Stdout, "ready")
	return nil
}
