// Package store keeps everything in one SQLite database: connectors, secrets, runs, workspaces, users, sessions and the
// audit log. It satisfies the interface that package registry declares.
//
// One connection writes, four read. Writes that arrive together share one transaction on the disk, each in its own
// savepoint, so that each stands or falls alone with its audit event and the disk is asked to sync only once for all.
package store
