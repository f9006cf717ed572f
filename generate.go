// Package patchbay is the root of the module. It holds no code: what is generated is generated from here, because the
// pages' generator writes paths relative to where it runs. The program is in cmd/patchbay.
package patchbay

//go:generate go tool -modfile=tools.mod templ generate
//go:generate go run ./assets/make
