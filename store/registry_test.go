package store_test

import (
	"patchbay/registry"
	"patchbay/store"
)

var (
	_ registry.Store = (*store.Store)(nil)
	_ registry.Doors = (*store.Store)(nil)

	_ registry.OAuthApps = (*store.Store)(nil)
)
