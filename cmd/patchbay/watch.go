package main

import (
	"context"
	"errors"
	"sync"
	"time"
	_ "time/tzdata" // the zones of maintenance windows, for images that bring none

	"patchbay/registry"
)

// watchTick is how often the watch looks for what is due, and so how late a check begins at most where there is room.
const watchTick = 250 * time.Millisecond

// watchFlags say how connectors are watched.
type watchFlags struct {
	WatchInterval time.Duration `help:"How often a connector is checked that has no other setting, from 1m to 24h." default:"10m" env:"PATCHBAY_WATCH_INTERVAL" placeholder:"DURATION"`
	NoWatch       bool          `help:"Check nothing on a schedule." env:"PATCHBAY_NO_WATCH"`
}

// valid refuses times that would flood the other sides, or never come.
func (f watchFlags) valid() error {
	if f.WatchInterval < time.Minute || f.WatchInterval > 24*time.Hour {
		return errors.New("--watch-interval must lie between 1m and 24h; to check nothing on a schedule give --no-watch")
	}
	return nil
}

// watch starts the watch and gives the way to stop it, which waits until it has.
func (f watchFlags) watch(ctx context.Context, reg *registry.Registry) (stop func()) {
	if f.NoWatch {
		return func() {}
	}
	watching, cancel := context.WithCancel(ctx)
	var ended sync.WaitGroup
	ended.Go(func() {
		ticks := time.NewTicker(watchTick)
		defer ticks.Stop()
		reg.Watch(watching, registry.Watching{Every: f.WatchInterval, Ticks: ticks.C})
	})
	return func() { cancel(); ended.Wait() }
}
