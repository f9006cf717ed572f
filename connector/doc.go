// Package connector holds the nouns of Patchbay: what a connector is, which fields its type has,
// what is wrong with one, and which question proves that it works.
//
// The rules here know nothing of the network, the database or HTML, so they run anywhere: in the
// server, in the command line and, compiled to WebAssembly, in the browser beside the form.
// The package imports only a few small packages of the standard library for that reason.
package connector
