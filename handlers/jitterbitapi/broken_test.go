package jitterbitapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"patchbay/access"
	"patchbay/connector"
	"patchbay/store"
)

// frail is a store of which parts can be made to fail.
type frail struct {
	*store.Store

	mu    sync.Mutex
	fault error
}

func (f *frail) breaks(fault error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = fault
}

func (f *frail) broken() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fault
}

func (f *frail) Insert(ctx context.Context, c connector.Connector, grants []connector.Grant, made []connector.Made, ev access.Event) error {
	if err := f.broken(); err != nil {
		return err
	}
	return f.Store.Insert(ctx, c, grants, made, ev)
}

func (f *frail) KeepToken(ctx context.Context, t access.Token) error {
	if err := f.broken(); err != nil {
		return err
	}
	return f.Store.KeepToken(ctx, t)
}

func (f *frail) OpenFields(ctx context.Context, cs ...connector.Connector) error {
	if err := f.broken(); err != nil {
		return err
	}
	return f.Store.OpenFields(ctx, cs...)
}

// Retire loses the race against somebody else's change once for each time that it is broken so.
func (f *frail) Retire(ctx context.Context, c connector.Connector, forget []connector.Use, ev access.Event) error {
	if err := f.broken(); err != nil {
		f.breaks(nil)
		return err
	}
	return f.Store.Retire(ctx, c, forget, ev)
}

func TestAStoreThatCannotBeWrittenIsAnsweredSo(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	m := h.minted(t, acme, "build", access.Editor)
	h.frail.breaks(connector.ErrReadOnly)
	for name, a := range map[string]answer{
		"register": h.ask(t, "POST", "/orgs/"+acme+"/connector", token, `{"name":"Acme Ledger"}`),
		"log in":   h.logIn(t, m.Email, m.Password.Reveal()),
	} {
		if a.status != http.StatusServiceUnavailable || a.code() != "STORE_READ_ONLY" {
			t.Errorf("%s = %v", name, a)
		}
	}
	if a := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, ""); a.status != http.StatusOK || len(a.body.Get("registeredConnectorList").Items()) != 0 {
		t.Errorf("reading meanwhile = %v", a)
	}
	h.frail.breaks(nil)
	h.registered(t, acme, token, "Acme Ledger", "1.0.0")
}

func TestWhatNobodyForesawTellsNothingButTheRequest(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	h.registered(t, acme, token, "Acme Ledger", "1.0.0")
	for _, fault := range []error{connector.ErrSealed, errors.New("disk hunter2 is on fire")} {
		h.frail.breaks(fault)
		a := h.ask(t, "GET", "/orgs/"+acme+"/connector", token, "")
		if a.status != http.StatusInternalServerError || a.code() != "INTERNAL_ERROR" || strings.Contains(a.text, "hunter2") || !strings.Contains(a.text, a.header.Get("X-Request-Id")) {
			t.Errorf("%v = %v", fault, a)
		}
	}
}

func TestADeletionThatLosesARaceLooksAgain(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	id := h.registered(t, acme, token, "Acme Ledger", "1.0.0").Get("id").Text()
	h.frail.breaks(connector.ErrConflict)
	if a := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+id, token, ""); !a.body.Get("status").Truth() || a.body.Get("id").Text() != id {
		t.Errorf("delete = %v", a)
	}
}

// TestOneOfManyDeletionsSucceeds: the others are told that there is nothing any more.
func TestOneOfManyDeletionsSucceeds(t *testing.T) {
	h := opened(t)
	token := h.token(t, acme, access.Editor)
	id := h.registered(t, acme, token, "Acme Ledger", "1.0.0").Get("id").Text()
	var mu sync.Mutex
	codes := map[string]int{}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			code := h.ask(t, "DELETE", "/orgs/"+acme+"/connector/"+id, token, "").code()
			mu.Lock()
			defer mu.Unlock()
			codes[code]++
		})
	}
	all.Wait()
	if codes[""] != 1 || codes["CONNECTOR_NOT_FOUND"] != 9 {
		t.Errorf("codes = %v, want one success", codes)
	}
}
