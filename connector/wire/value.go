// Package wire holds JSON as people and vendors wrote it: members keep their order, numbers keep
// their digits and members that nobody declared are still there when the text goes out again.
// It is small enough for the browser, where encoding/json alone would cost more than all rules together.
package wire

// Kind tells what a [Value] is.
type Kind uint8

// The kinds of JSON values. The zero Value is null.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

// String names the kind as JSON's own specification does.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[k]
}

// Value is one JSON value. The zero Value is null.
type Value struct {
	kind    Kind
	text    string // a string's characters, a number's digits
	truth   bool
	items   []Value
	members []Member
	line    int
}

// Member is one name and value of an object.
type Member struct {
	Name  string
	Value Value
}

// Text makes a string.
func Text(s string) Value { return Value{kind: String, text: s} }

// Flag makes a boolean.
func Flag(b bool) Value { return Value{kind: Bool, truth: b} }

// Int makes a number.
func Int(n int64) Value { return Value{kind: Number, text: itoa(n)} }

// List makes an array. With no items it is [], never null.
func List(items ...Value) Value { return Value{kind: Array, items: items} }

// Texts makes an array of strings.
func Texts(items []string) Value {
	out := make([]Value, len(items))
	for i, s := range items {
		out[i] = Text(s)
	}
	return List(out...)
}

// Obj makes an object whose members keep the given order.
func Obj(members ...Member) Value { return Value{kind: Object, members: members} }

// M pairs a name with a value, for [Obj].
func M(name string, v Value) Member { return Member{name, v} }

// Kind tells what the value is.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether the value is null, as a member that was never sent is.
func (v Value) IsNull() bool { return v.kind == Null }

// Line is the line of the parsed text on which the value starts, from 1; 0 when it was made here.
func (v Value) Line() int { return v.line }

// Text is the characters of a string or the digits of a number; "" for anything else.
func (v Value) Text() string { return v.text }

// Truth is the value of a boolean; false for anything else.
func (v Value) Truth() bool { return v.truth }

// Int is the value of a whole number that fits 64 bits.
func (v Value) Int() (n int64, ok bool) {
	if v.kind != Number {
		return 0, false
	}
	return atoi(v.text)
}

// Items are the elements of an array; nil for anything else.
func (v Value) Items() []Value { return v.items }

// Members are the members of an object in their order; nil for anything else.
func (v Value) Members() []Member { return v.members }

// Get gives the named member, or null when the value is not an object or has no such member.
func (v Value) Get(name string) Value {
	got, _ := v.Lookup(name)
	return got
}

// Lookup gives the named member and whether it was there, so that null and absent can be told apart.
func (v Value) Lookup(name string) (Value, bool) {
	for _, m := range v.members {
		if m.Name == name {
			return m.Value, true
		}
	}
	return Value{}, false
}

// With gives a copy of the object with the member set, in its old place or at the end.
func (v Value) With(name string, value Value) Value {
	members := make([]Member, 0, len(v.members)+1)
	found := false
	for _, m := range v.members {
		if m.Name == name {
			m.Value, found = value, true
		}
		members = append(members, m)
	}
	if !found {
		members = append(members, Member{name, value})
	}
	return Value{kind: Object, members: members, line: v.line}
}

// Without gives a copy of the object without the named members.
func (v Value) Without(names ...string) Value {
	members := make([]Member, 0, len(v.members))
next:
	for _, m := range v.members {
		for _, n := range names {
			if m.Name == n {
				continue next
			}
		}
		members = append(members, m)
	}
	return Value{kind: Object, members: members, line: v.line}
}
