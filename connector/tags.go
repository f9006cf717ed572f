package connector

import "strings"

// Tag is one label of a connector. Value may be empty.
type Tag struct{ Key, Value string }

// String gives "key:value", or "key" alone without a value.
func (t Tag) String() string {
	if t.Value == "" {
		return t.Key
	}
	return t.Key + ":" + t.Value
}

// Tags are a connector's labels, sorted by key, each key once.
type Tags []Tag

// String gives one tag a line.
func (t Tags) String() string {
	var out strings.Builder
	for i, tag := range t {
		if i > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(tag.String())
	}
	return out.String()
}

// Get gives the value of a key.
func (t Tags) Get(key string) (value string, ok bool) {
	for _, tag := range t {
		if tag.Key == key {
			return tag.Value, true
		}
	}
	return "", false
}

// With gives a copy that has the tag, in its sorted place.
func (t Tags) With(key, value string) Tags {
	out := make(Tags, 0, len(t)+1)
	put := false
	for _, tag := range t {
		if !put && tag.Key >= key {
			out = append(out, Tag{key, value})
			put = true
		}
		if tag.Key != key {
			out = append(out, tag)
		}
	}
	if !put {
		out = append(out, Tag{key, value})
	}
	return out
}

// ParseTags reads tags as people type them, one to a line: "team:payments" or "team". The first colon splits.
func ParseTags(s string) Tags {
	var out Tags
	for line := range strings.SplitSeq(s, "\n") {
		key, value, _ := strings.Cut(Clean(line, false), ":")
		if key = strings.TrimSpace(key); key != "" || value != "" {
			out = out.With(key, strings.TrimSpace(value))
		}
	}
	return out
}
