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

func TestOneProgramAtATimeRenews(t *testing.T) {
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "data")
	s := open(t, dir, storetest.Clock())
	defer s.Close() //nolint:errcheck // the test is over
	second := open(t, dir, storetest.Clock())
	defer second.Close() //nolint:errcheck // the test is over
	addWorkspaces(t, s)
	c := storetest.NewRegistration(1, "x")
	if err := s.Insert(ctx, c, nil, nil, storetest.Event("x")); err != nil {
		t.Fatal(err)
	}
	hold := func(holder string, after time.Duration, want error) {
		t.Helper()
		st := s
		if holder == "two" {
			st = second
		}
		if err := st.HoldRenewal(ctx, c.ID, holder, storetest.Noon.Add(after), 20*time.Second); !errors.Is(err, want) {
			t.Errorf("HoldRenewal() by %s after %s = %v, want %v", holder, after, err, want)
		}
	}
	hold("one", 0, nil)
	hold("two", 0, connector.ErrConflict)
	hold("two", -time.Second, connector.ErrConflict) // it read its clock a little earlier
	hold("one", time.Second, nil)
	hold("two", 20*time.Second, connector.ErrConflict)
	hold("two", 21*time.Second, nil) // it ran out
	hold("one", -time.Hour, nil)     // the clock was set back
	if err := second.LeaveRenewal(ctx, c.ID, "two"); err != nil {
		t.Errorf("LeaveRenewal() of what another one holds = %v", err)
	}
	hold("two", -time.Hour, connector.ErrConflict)
	if err := s.LeaveRenewal(ctx, c.ID, "one"); err != nil {
		t.Errorf("LeaveRenewal() = %v", err)
	}
	hold("two", 0, nil)

	// What is kept gives the right back with it, and only then.
	tokens := connector.OAuthTokens{Access: connector.NewSecret("a"), Refresh: connector.NewSecret("r")}
	if err := s.KeepOAuthTokens(ctx, c.ID, tokens, storetest.Event("x")); err != nil {
		t.Fatal(err)
	}
	if err := second.RenewOAuthTokens(ctx, c.ID, "two", connector.NewSecret("other"), tokens, storetest.Event("x")); !errors.Is(err, connector.ErrConflict) {
		t.Errorf("RenewOAuthTokens() from others = %v, want a conflict", err)
	}
	hold("one", 0, connector.ErrConflict)
	if err := second.RenewOAuthTokens(ctx, c.ID, "two", tokens.Refresh, tokens, storetest.Event("x")); err != nil {
		t.Errorf("RenewOAuthTokens() = %v", err)
	}
	hold("one", 0, nil)
	if err := s.HoldRenewal(ctx, "nobody", "one", storetest.Noon, time.Second); !errors.Is(err, connector.ErrNotFound) {
		t.Errorf("HoldRenewal() of a connector that is gone = %v, want not found", err)
	}
}
