package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"patchbay/connector"
)

// Fill inserts the connectors that one gives for 0 to n-1, in no certain order, as quickly as the engine can. It is for benchmarks.
func Fill(t testing.TB, s Store, n int, one func(i int) connector.Connector) {
	t.Helper()
	const hands = 64
	var next atomic.Int64
	var wait sync.WaitGroup
	for range hands {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if err := s.Insert(context.Background(), one(int(i)), nil, nil, Event("connector.created")); err != nil {
					t.Errorf("Insert(%d) = %v", i, err)
					return
				}
			}
		})
	}
	wait.Wait()
}
