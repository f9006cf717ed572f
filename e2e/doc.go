// Package e2e walks the console in a real browser: every type of the catalog, every page, every role, with scripts and
// without. It builds and starts cmd/patchbay itself. The tests have the build tag e2e, since they need what other tests do
// not: node, the driver from node_modules, and a browser. Run them with "make browser".
package e2e
