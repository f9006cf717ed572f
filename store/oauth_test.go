package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/store/storetest"
)

func sampleApp(workspace string) connector.OAuthApp {
	return connector.OAuthApp{Workspace: workspace, AuthoriseURL: "https://auth.example.com/a", TokenURL: "https://auth.example.com/t", API: "https://api.example.com",
		ClientID: "client-1", Version: 1, Set: time.UnixMilli(1_700_000_000_000).UTC(), SetBy: "anna"}
}

func TestAnOAuthApplicationIsKept(t *testing.T) {
	s, ctx := opened(t), context.Background()
	app, ev := sampleApp(storetest.Workspaces()[0].ID), storetest.Event("oauth.set")
	if _, err := s.OAuthApp(ctx, app.Workspace); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("OAuthApp() of none = %v", err)
	}
	if err := s.KeepOAuthApp(ctx, app, connector.NewSecret("first"), ev); err != nil {
		t.Fatalf("KeepOAuthApp() = %v", err)
	}
	if got, secret, err := s.OpenOAuthApp(ctx, app.Workspace); err != nil || got != app || secret.Reveal() != "first" {
		t.Errorf("OpenOAuthApp() = %+v, %q, %v", got, secret.Reveal(), err)
	}
	if err := s.KeepOAuthApp(ctx, app, connector.NewSecret("other"), ev); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("KeepOAuthApp() of version 1 again = %v, want a conflict", err)
	}
	app.Version, app.API = 2, "https://api2.example.com"
	if err := s.KeepOAuthApp(ctx, app, connector.Secret{}, ev); err != nil {
		t.Errorf("KeepOAuthApp() with the same secret = %v", err)
	}
	moved := app
	moved.Version, moved.TokenURL = 3, "https://evil.example/t"
	if err := s.KeepOAuthApp(ctx, moved, connector.Secret{}, ev); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("KeepOAuthApp() that takes the secret elsewhere = %v, want a conflict", err)
	}
	if got, secret, err := s.OpenOAuthApp(ctx, app.Workspace); err != nil || got != app || secret.Reveal() != "first" {
		t.Errorf("OpenOAuthApp() = %+v, %q, %v", got, secret.Reveal(), err)
	}
	if err := s.KeepOAuthApp(ctx, sampleApp("nowhere"), connector.NewSecret("x"), ev); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("KeepOAuthApp() for no workspace = %v, want not found", err)
	}
	if err := s.RemoveOAuthApp(ctx, app.Workspace, ev); err != nil {
		t.Errorf("RemoveOAuthApp() = %v", err)
	}
	if err := s.RemoveOAuthApp(ctx, app.Workspace, ev); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("RemoveOAuthApp() again = %v", err)
	}
}

func TestASealedClientSecretOpensOnlyForItsClientAndAddress(t *testing.T) {
	for _, change := range []string{`token = 'https://evil.example/t'`, `client = 'client-2'`} {
		ctx, dir := context.Background(), filepath.Join(t.TempDir(), "data")
		s := open(t, dir, storetest.Clock())
		addWorkspaces(t, s)
		app := sampleApp(storetest.Workspaces()[0].ID)
		if err := s.KeepOAuthApp(ctx, app, connector.NewSecret("first"), storetest.Event("oauth.set")); err != nil {
			t.Fatal(err)
		}
		exec(t, dir, `UPDATE oauth_apps SET `+change)
		if _, secret, err := s.OpenOAuthApp(ctx, app.Workspace); !errors.Is(err, connector.ErrSealed) || !secret.Empty() {
			t.Errorf("OpenOAuthApp() after %s = %v, want it sealed", change, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOAuthTokensLiveAndGoWithTheirConnector(t *testing.T) {
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "data")
	s := open(t, dir, storetest.Clock())
	defer s.Close() //nolint:errcheck // the test is over
	addWorkspaces(t, s)
	one, two := storetest.NewRegistration(1, "x"), storetest.NewRegistration(2, "x")
	for _, c := range []connector.Connector{one, two} {
		if err := s.Insert(ctx, c, nil, nil, storetest.Event("x")); err != nil {
			t.Fatal(err)
		}
		for _, round := range []string{"old", "new"} {
			tokens := connector.OAuthTokens{Access: connector.NewSecret(round + " access " + c.ID), Refresh: connector.NewSecret(round + ` "refresh"`), Expires: time.UnixMilli(1_700_000_000_000).UTC()}
			if err := s.KeepOAuthTokens(ctx, c.ID, tokens, storetest.Event("x")); err != nil {
				t.Fatalf("KeepOAuthTokens() = %v", err)
			}
		}
	}
	got, err := s.OAuthTokens(ctx, one.ID)
	if err != nil || got.Access.Reveal() != "new access "+one.ID || got.Refresh.Reveal() != `new "refresh"` || got.Expires.UnixMilli() != 1_700_000_000_000 {
		t.Errorf("OAuthTokens() = %q, %v", got.Access.Reveal(), err)
	}
	if err := s.KeepOAuthTokens(ctx, "nobody", got, storetest.Event("x")); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("KeepOAuthTokens() for no connector = %v, want not found", err)
	}
	exec(t, dir, `UPDATE oauth_tokens SET sealed = (SELECT sealed FROM oauth_tokens WHERE connector = '`+two.ID+`') WHERE connector = '`+one.ID+`'`)
	if _, err := s.OAuthTokens(ctx, one.ID); !errors.Is(err, connector.ErrSealed) || strings.Contains(err.Error(), "access") {
		t.Errorf("OAuthTokens() of another connector's = %v, want them sealed", err)
	}
	two.Version++
	two.Retired = time.UnixMilli(1_700_000_000_000).UTC()
	if err := s.Retire(ctx, two, nil, storetest.Event("x")); err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(ctx, two.ID, storetest.Event("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OAuthTokens(ctx, two.ID); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("OAuthTokens() of a purged connector = %v, want none", err)
	}
}
