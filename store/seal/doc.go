// Package seal keeps values secret on the disk.
//
// A [Ring] holds one or more AES-256-GCM keys. Its newest key seals, every key opens, so old values stay readable after
// [Ring.Rotate]. The ring itself is kept beside the data, encrypted by the key in a key file: a copy of the data without
// the key file tells nothing, and the key file alone tells nothing either.
package seal

import "errors"

// ErrUnopened is a sealed value, or a whole ring, that no key at hand opens: it was altered, moved to another place, or
// sealed with a key that is not here.
var ErrUnopened = errors.New("no key opens it")
