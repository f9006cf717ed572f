package remote

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"patchbay/remote/remotetest"
)

// A step that hangs ends long before the whole does, so that what comes after it, or the next check, has time left.
func TestAStepThatHangsEndsBeforeTheWhole(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never says a word
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	silent := remotetest.Resolver(func(string) []string { return []string{remotetest.NoAnswer} })
	for name, tt := range map[string]struct{ address, reached string }{
		"a name server that never answers":      {"https://silent.example.test/", Resolve},
		"a server that never begins encryption": {"https://" + mute.Addr().String() + "/", TLS},
	} {
		t.Run(name, func(t *testing.T) {
			d := New(Config{AllowLoopback: true, Resolver: silent, StepDeadline: 50 * time.Millisecond})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			client := d.Client()
			defer client.CloseIdleConnections()
			client.Timeout = time.Minute
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, tt.address, nil)
			if err != nil {
				t.Fatal(err)
			}
			trace := d.Trace(nil)
			res, err := trace.Do(client, req, nil)
			if err == nil {
				res.Body.Close()
				t.Fatalf("%s = %s, want a timeout", tt.address, res.Status)
			}
			if !timedOut(err) || ctx.Err() != nil || trace.Reached() != tt.reached {
				t.Errorf("%s = %v in step %s, the whole: %v; want the step %s to time out, and the whole to go on", tt.address, err, trace.Reached(), ctx.Err(), tt.reached)
			}
		})
	}
}
