package connector

import (
	"errors"
	"strings"
)

// The errors that every room shares. Look for them with errors.Is.
var (
	// ErrNotFound is what is not there, or not there for whoever asks.
	ErrNotFound = errors.New("not found")
	// ErrConflict is a change to a version that is no longer the newest.
	ErrConflict = errors.New("changed by somebody else in the meantime")
	// ErrTaken is a name or identifier that another one already has.
	ErrTaken = errors.New("already taken")
	// ErrInUse is a thing that cannot go because others need it.
	ErrInUse = errors.New("still in use")
	// ErrReadOnly is a store that cannot be written: a full disk, a read-only file, a locked database.
	ErrReadOnly = errors.New("the store cannot be written")
	// ErrSealed is a secret that no key of the key ring opens.
	ErrSealed = errors.New("the secret cannot be opened")
)

// Problem is one thing wrong with one field, said to a person: whole sentence, the field by its label,
// and the way out. Field is the wire name, or "" for the draft as a whole.
type Problem struct {
	Field, Text string
}

// Problems are all things wrong with a draft, in the order of its fields. They are an error, so that a verb can return them.
type Problems []Problem

// Error gives all sentences in one line.
func (p Problems) Error() string {
	texts := make([]string, len(p))
	for i, one := range p {
		texts[i] = one.Text
	}
	return strings.Join(texts, " ")
}

// At gives the first sentence about the named field, or "".
func (p Problems) At(field string) string {
	for _, one := range p {
		if one.Field == field {
			return one.Text
		}
	}
	return ""
}

// Err is nil without problems, so that a verb can end with "return problems.Err()".
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
