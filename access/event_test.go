package access_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"patchbay/access"
)

// TestEveryMemberOfAnEventIsInItsHash: an edit of any of them breaks the chain.
func TestEveryMemberOfAnEventIsInItsHash(t *testing.T) {
	ev := access.Event{Seq: 7, At: time.UnixMilli(1_000), Actor: "user:dana", Action: "connector.created", Object: "connector:x", Name: "x",
		Workspace: "w", Detail: "url", Address: "192.0.2.7"}
	want := ev.Chain([]byte("before"))
	if !bytes.Equal(want, ev.Chain([]byte("before"))) {
		t.Fatal("the same event gives two hashes")
	}
	if bytes.Equal(want, ev.Chain([]byte("other"))) || bytes.Equal(want, ev.Chain(nil)) {
		t.Error("the event before is not in the hash")
	}
	of := reflect.TypeFor[access.Event]()
	for i := range of.NumField() {
		altered := ev
		field := reflect.ValueOf(&altered).Elem().Field(i)
		switch of.Field(i).Name {
		case "Hash":
			continue // it is what is worked out
		case "Seq":
			field.SetInt(8)
		case "At":
			altered.At = ev.At.Add(time.Millisecond)
		default:
			field.SetString(field.String() + "!")
		}
		if bytes.Equal(want, altered.Chain([]byte("before"))) {
			t.Errorf("%s is not in the hash", of.Field(i).Name)
		}
	}
}

// TestWhatMovesFromOneMemberToTheNextIsAnotherEvent: members go in with their lengths.
func TestWhatMovesFromOneMemberToTheNextIsAnotherEvent(t *testing.T) {
	a, b := access.Event{Actor: "ab", Action: "c"}, access.Event{Actor: "a", Action: "bc"}
	if bytes.Equal(a.Chain(nil), b.Chain(nil)) {
		t.Error("two events share a hash")
	}
}
