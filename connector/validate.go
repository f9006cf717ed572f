package connector

import (
	"strconv"
	"strings"
)

// Validate lists what is wrong with the fields, in their order: at most one problem a field. Given fields and those whose
// condition does not hold are not looked at.
func Validate(fields []Field) Problems {
	var out Problems
	for _, f := range fields {
		if f.Given || !f.Shown() {
			continue
		}
		if wrong := f.wrong(); wrong != "" {
			out = append(out, Problem{f.Name, f.Label + " " + wrong})
		}
	}
	return out
}

func (f Field) wrong() string {
	if f.Empty() {
		switch {
		case !f.Required:
			return ""
		case f.Kind == KindList || f.Kind == KindTags:
			return "must have at least one entry."
		}
		return "is required."
	}
	switch f.Kind {
	case KindChoice:
		if !f.offers(*f.text) {
			return "must be " + f.offered() + "."
		}
	case KindList:
		for _, w := range *f.list {
			if wrong := f.line(w); wrong != "" {
				return "cannot have the entry “" + shorten(w) + "”, which " + wrong
			}
		}
		return ""
	case KindTags:
		for _, tag := range *f.tags {
			if wrong := f.line(tag.Key); wrong != "" {
				return "cannot have the key “" + shorten(tag.Key) + "”, which " + wrong
			}
			if hasControl(tag.Value) {
				return "cannot have the value of “" + shorten(tag.Key) + "”, which " + noControl
			}
		}
		return ""
	case KindFlag, KindSecret:
		return ""
	case KindLong:
		if hasControl(longSpace.Replace(*f.text)) {
			return noControl
		}
		return f.first(*f.text)
	}
	return f.line(*f.text)
}

const noControl = "must not contain control characters."

// longSpace takes away the control characters that text of several lines may have.
var longSpace = strings.NewReplacer("\n", "", "\r", "", "\t", "")

// line looks at a value of one line.
func (f Field) line(value string) string {
	if hasControl(value) {
		return noControl
	}
	return f.first(value)
}

func (f Field) first(value string) string {
	for _, rule := range f.rules {
		if wrong := rule(value); wrong != "" {
			return wrong
		}
	}
	return ""
}

func (f Field) offers(v string) bool {
	for _, c := range f.Choices {
		if c.Value == v {
			return true
		}
	}
	return false
}

func (f Field) offered() string {
	out := ""
	for i, c := range f.Choices {
		switch {
		case i == 0:
		case i == len(f.Choices)-1:
			out += " or "
		default:
			out += ", "
		}
		out += c.Value
	}
	return out
}

func hasControl(s string) bool {
	for _, r := range s {
		if r < 0x20 || r == 0x7f {
			return true
		}
	}
	return false
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Validate lists everything wrong with a draft of the vendor: field by field, then across fields.
func (v *Vendor) Validate(d *Draft) Problems {
	out := Validate(v.All(d))
	if v.Whole != nil {
		out = out.and(v.Whole(d))
	}
	if w, ok := d.Spec.(Whole); ok {
		out = out.and(w.Whole())
	}
	for _, f := range d.Spec.Fields() {
		if f.Kind != KindRef || f.Empty() || !f.Shown() || v.Resolve == nil {
			continue
		}
		if _, _, wrong := v.Resolve(d.Scope, f.Value()); wrong != "" {
			out = out.and(Problems{{f.Name, f.Label + " " + wrong}})
		}
	}
	return out
}

// and adds problems of fields that have none yet: one sentence at a time is enough.
func (p Problems) and(more Problems) Problems {
	for _, one := range more {
		if p.At(one.Field) == "" {
			p = append(p, one)
		}
	}
	return p
}

// Changed lists what a draft would alter that can no longer be altered: fields marked Fixed whose value differs.
func Changed(before, after []Field) Problems {
	var out Problems
	for _, b := range before {
		if !b.Fixed {
			continue
		}
		for _, a := range after {
			if a.Name == b.Name && a.Value() != b.Value() {
				out = append(out, Problem{a.Name, a.Label + " cannot change after a connector was created; it is “" + shorten(b.Value()) +
					"”. Create a new connector instead."})
			}
		}
	}
	return out
}

// CarryGiven copies the values that the registry gave from one spec's fields to another's, where the names and kinds are the same.
func CarryGiven(from, to []Field) {
	for _, f := range from {
		for _, t := range to {
			if f.Given && t.Given && f.Name == t.Name && f.Kind == t.Kind {
				t.take(f)
			}
		}
	}
}

func (f Field) take(from Field) {
	switch f.Kind {
	case KindFlag:
		*f.flag = *from.flag
	case KindList:
		*f.list = *from.list
	case KindTags:
		*f.tags = *from.tags
	case KindSecret:
		*f.secret = *from.secret
	default:
		*f.text = *from.text
	}
}

// AtMostTags wants at most n tags; it is for a vendor's Whole.
func AtMostTags(tags Tags, n int) Problems {
	if len(tags) > n {
		return Problems{{"tags", "Tags can be at most " + strconv.Itoa(n) + "; there are " + strconv.Itoa(len(tags)) + ". Remove some."}}
	}
	return nil
}
