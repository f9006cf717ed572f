package connector

import "patchbay/connector/wire"

// Bind takes a submitted form into the fields. A name that the form does not have empties its field, as an unticked
// box does; given fields and hidden ones that the form leaves blank keep what they had.
func Bind(fields []Field, form map[string][]string) {
	for _, f := range fields {
		if f.Given {
			continue
		}
		sent := form[f.Name]
		first := ""
		if len(sent) > 0 {
			first = sent[0]
		}
		switch f.Kind {
		case KindFlag:
			*f.flag = len(sent) > 0 && sent[len(sent)-1] != "" && sent[len(sent)-1] != "false"
		case KindList:
			*f.list = words(join(sent, "\n"))
		case KindTags:
			*f.tags = ParseTags(first)
		case KindSecret:
			if first != "" {
				*f.secret = NewSecret(Clean(first, true))
			}
		case KindLong:
			*f.text = Clean(first, true)
		default:
			*f.text = Clean(first, false)
		}
	}
	for _, f := range fields {
		if !f.Shown() && f.text != nil {
			*f.text = ""
		}
	}
}

// Form gives the fields as a form would submit them, hidden values left out.
func Form(fields []Field) map[string][]string {
	out := make(map[string][]string, len(fields))
	for _, f := range fields {
		if v := f.Value(); v != "" {
			out[f.Name] = []string{v}
		}
	}
	return out
}

// Decode takes the members of a JSON object into the fields. What is absent stays as it was; null empties. Members that
// no field declares come back in extra, in their order. A value of the wrong kind is a problem and changes nothing.
func Decode(fields []Field, object wire.Value) (extra []wire.Member, problems Problems) {
next:
	for _, m := range object.Members() {
		for _, f := range fields {
			if f.Name == m.Name {
				if wrong := f.decode(m.Value); wrong != "" {
					problems = append(problems, Problem{f.Name, f.Label + " " + wrong})
				}
				continue next
			}
		}
		extra = append(extra, m)
	}
	return extra, problems
}

func (f Field) decode(v wire.Value) (wrong string) {
	if v.IsNull() {
		return f.clear()
	}
	switch f.Kind {
	case KindFlag:
		if v.Kind() != wire.Bool {
			return "must be true or false."
		}
		*f.flag = v.Truth()
	case KindList:
		return f.decodeList(v)
	case KindTags:
		return f.decodeTags(v)
	case KindSecret:
		if v.Kind() != wire.String {
			return "must be a string."
		}
		*f.secret = NewSecret(v.Text())
	default:
		if v.Kind() != wire.String {
			return "must be a string."
		}
		*f.text = v.Text()
	}
	return ""
}

func (f Field) clear() string {
	switch f.Kind {
	case KindFlag: // null is "not said": what a fresh spec had stays
	case KindList:
		*f.list = nil
	case KindTags:
		*f.tags = nil
	case KindSecret:
		*f.secret = Secret{}
	default:
		*f.text = ""
	}
	return ""
}

func (f Field) decodeList(v wire.Value) string {
	if v.Kind() != wire.Array {
		return "must be an array of strings."
	}
	out := make([]string, 0, len(v.Items()))
	for _, item := range v.Items() {
		if item.Kind() != wire.String {
			return "must be an array of strings."
		}
		out = append(out, item.Text())
	}
	*f.list = Unique(out)
	return ""
}

func (f Field) decodeTags(v wire.Value) string {
	if v.Kind() != wire.Object {
		return "must be an object of strings."
	}
	var out Tags
	for _, m := range v.Members() {
		if m.Value.Kind() != wire.String && !m.Value.IsNull() {
			return "must be an object of strings."
		}
		out = out.With(m.Name, m.Value.Text())
	}
	*f.tags = out
	return ""
}

// Encode gives the fields as members of a JSON object, in their order: empty text is left out, a list is always there,
// a hidden value never.
func Encode(fields []Field) []wire.Member {
	var out []wire.Member
	for _, f := range fields {
		switch f.Kind {
		case KindFlag:
			out = append(out, wire.M(f.Name, wire.Flag(*f.flag)))
		case KindList:
			out = append(out, wire.M(f.Name, wire.Texts(*f.list)))
		case KindTags:
			out = append(out, wire.M(f.Name, f.tags.Wire()))
		case KindSecret:
		default:
			if *f.text != "" {
				out = append(out, wire.M(f.Name, wire.Text(*f.text)))
			}
		}
	}
	return out
}

// Wire gives the tags as a JSON object of strings.
func (t Tags) Wire() wire.Value {
	members := make([]wire.Member, len(t))
	for i, tag := range t {
		members[i] = wire.M(tag.Key, wire.Text(tag.Value))
	}
	return wire.Obj(members...)
}
