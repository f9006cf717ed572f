// Package storetest is the suite that every engine of package store must pass. It holds an engine to the promises of the
// interfaces that package registry declares, with small types of its own, so that it stays true when vendors change.
package storetest
