package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"patchbay/connector"
	"patchbay/store/storetest"
)

func TestRenewedTokensTakeThePlaceOfThoseTheyWereMadeFrom(t *testing.T) {
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "data")
	s := open(t, dir, storetest.Clock())
	defer s.Close() //nolint:errcheck // the test is over
	addWorkspaces(t, s)
	c := storetest.NewRegistration(1, "x")
	if err := s.Insert(ctx, c, nil, nil, storetest.Event("x")); err != nil {
		t.Fatal(err)
	}
	tokens := func(n string) connector.OAuthTokens {
		return connector.OAuthTokens{Access: connector.NewSecret("access " + n), Refresh: connector.NewSecret("refresh " + n), Expires: time.UnixMilli(1_700_000_000_000).UTC(),
			Client: "client", Server: "https://auth.example.com:443", API: "https://api.example.com:443"}
	}
	renew := func(had string, n string) error {
		return s.RenewOAuthTokens(ctx, c.ID, "one", connector.NewSecret(had), tokens(n), storetest.Event("connector.tokens-renewed"))
	}
	if err := renew("refresh 0", "1"); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("RenewOAuthTokens() of none = %v, want not found", err)
	}
	if err := s.KeepOAuthTokens(ctx, c.ID, tokens("0"), storetest.Event("x")); err != nil {
		t.Fatal(err)
	}
	if err := renew("refresh 0", "1"); err != nil {
		t.Errorf("RenewOAuthTokens() = %v", err)
	}
	if err := renew("refresh 0", "2"); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("RenewOAuthTokens() from older ones = %v, want a conflict", err)
	}
	if err := renew("", "2"); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("RenewOAuthTokens() from nothing = %v, want a conflict", err)
	}
	got, err := s.OAuthTokens(ctx, c.ID)
	if err != nil || got.Access.Reveal() != "access 1" || got.Refresh.Reveal() != "refresh 1" || got.Client != "client" ||
		got.Server != "https://auth.example.com:443" || got.API != "https://api.example.com:443" || got.Expires.UnixMilli() != 1_700_000_000_000 {
		t.Errorf("OAuthTokens() = %q, %q, %+v, %v", got.Access.Reveal(), got.Refresh.Reveal(), got, err)
	}
	exec(t, dir, `UPDATE oauth_tokens SET sealed = X'00'`)
	if err := renew("refresh 1", "2"); !errors.Is(err, connector.ErrSealed) {
		t.Errorf("RenewOAuthTokens() of what does not open = %v, want it sealed", err)
	}
}
