package main

import "patchbay/registry"

// limitFlags bound how many checks are on their way.
type limitFlags struct {
	ChecksAtOnce  int `help:"How many checks run at the same time." default:"8" env:"PATCHBAY_CHECKS_AT_ONCE" placeholder:"N"`
	ChecksPerHost int `help:"How many of them ask one host." default:"2" env:"PATCHBAY_CHECKS_PER_HOST" placeholder:"N"`
	ChecksPerUser int `help:"How many one user or credential has running or waiting." default:"4" env:"PATCHBAY_CHECKS_PER_USER" placeholder:"N"`
}

// limits gives the bounds; what is not at least 1 is the default.
func (f limitFlags) limits() registry.Limits {
	return registry.Limits{AtOnce: f.ChecksAtOnce, PerHost: f.ChecksPerHost, PerUser: f.ChecksPerUser}
}
