package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-oauth2/oauth2/v4"
	"github.com/go-oauth2/oauth2/v4/errors"
	"github.com/go-oauth2/oauth2/v4/manage"
	"github.com/go-oauth2/oauth2/v4/models"
	"github.com/go-oauth2/oauth2/v4/server"
)

const (
	clientID     = "patchbay-of-acme"
	clientSecret = "cnry7RSECRETOFTHECLIENT"
)

// kept is what the OAuth server keeps: its one client, codes and tokens.
type kept struct {
	client oauth2.ClientInfo
	mu     sync.Mutex
	by     map[string]oauth2.TokenInfo
}

func (k *kept) GetByID(_ context.Context, id string) (oauth2.ClientInfo, error) {
	if id != k.client.GetID() {
		return nil, errors.ErrInvalidClient
	}
	return k.client, nil
}

func (k *kept) Create(_ context.Context, info oauth2.TokenInfo) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range []string{info.GetCode(), info.GetAccess(), info.GetRefresh()} {
		if key != "" {
			k.by[key] = info
		}
	}
	return nil
}

func (k *kept) remove(key string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.by, key)
	return nil
}

func (k *kept) get(key string) (oauth2.TokenInfo, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.by[key], nil // the library takes nil for unknown
}

func (k *kept) RemoveByCode(_ context.Context, key string) error                  { return k.remove(key) }
func (k *kept) RemoveByAccess(_ context.Context, key string) error                { return k.remove(key) }
func (k *kept) RemoveByRefresh(_ context.Context, key string) error               { return k.remove(key) }
func (k *kept) GetByCode(_ context.Context, key string) (oauth2.TokenInfo, error) { return k.get(key) }
func (k *kept) GetByAccess(_ context.Context, key string) (oauth2.TokenInfo, error) {
	return k.get(key)
}
func (k *kept) GetByRefresh(_ context.Context, key string) (oauth2.TokenInfo, error) {
	return k.get(key)
}

// oauthServer is a real OAuth 2.0 server that others wrote, with the list of sites beside it, which it guards.
type oauthServer struct {
	*httptest.Server
	manager *manage.Manager
	kept    *kept
	declines,
	header atomic.Bool // a person who declines; a server that takes the client in the header only
}

func newOAuthServer(t *testing.T, callback string) *oauthServer {
	t.Helper()
	s := &oauthServer{manager: manage.NewDefaultManager(), kept: &kept{by: map[string]oauth2.TokenInfo{},
		client: &models.Client{ID: clientID, Secret: clientSecret, Domain: callback}}}
	s.manager.MapClientStorage(s.kept)
	s.manager.MapTokenStorage(s.kept)
	s.manager.SetValidateURIHandler(func(registered, asked string) error {
		if registered != asked {
			return errors.ErrInvalidRedirectURI
		}
		return nil
	})
	inner := server.NewDefaultServer(s.manager)
	inner.SetClientInfoHandler(func(r *http.Request) (string, string, error) {
		if s.header.Load() {
			return server.ClientBasicHandler(r)
		}
		return server.ClientFormHandler(r)
	})
	inner.SetUserAuthorizationHandler(func(http.ResponseWriter, *http.Request) (string, error) {
		if s.declines.Load() {
			return "", errors.ErrAccessDenied
		}
		return "anna", nil
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		if err := inner.HandleAuthorizeRequest(w, r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	mux.HandleFunc("POST /oauth/token", func(w http.ResponseWriter, r *http.Request) {
		if err := inner.HandleTokenRequest(w, r); err != nil {
			t.Errorf("the OAuth server cannot answer: %v", err)
		}
	})
	mux.HandleFunc("GET /oauth/token/accessible-resources", func(w http.ResponseWriter, r *http.Request) {
		if _, err := inner.ValidationBearerToken(r); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		entry := func(scope string) map[string]any {
			return map[string]any{"id": "11111111-2222-4333-8444-555555555555", "name": "acme", "url": "https://acme.atlassian.net", "scopes": []string{scope}}
		}
		if err := json.NewEncoder(w).Encode([]any{entry("read:jira-work"), entry("read:confluence-space.summary")}); err != nil {
			t.Errorf("the list of sites cannot be written: %v", err)
		}
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// consent opens an authorisation address as a browser does, and gives what the person comes back with.
func (s *oauthServer) consent(t *testing.T, address, callback string) url.Values {
	t.Helper()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := browser.Do(req)
	if err != nil {
		t.Fatalf("open %s: %v", address, err)
	}
	defer res.Body.Close() //nolint:errcheck // nothing is read from it
	back, err := res.Location()
	if err != nil || res.StatusCode != http.StatusFound {
		t.Fatalf("consent at %s = %s, want a redirect", address, res.Status)
	}
	query := back.Query()
	back.RawQuery = ""
	if back.String() != callback {
		t.Fatalf("the person comes back to %s, want %s", back, callback)
	}
	return query
}
