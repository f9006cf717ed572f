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

// String gives one tag a line, as [ParseTags] reads them.
func (t Tags) String() string {
	var out strings.Builder
	for i, tag := range t {
		if i > 0 {
			out.WriteByte('\n')
		}
		out.WriteString(Tag{tagMarks.Replace(tag.Key), tag.Value}.String())
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

// tagMarks lets a key that came through an API have a colon of its own.
var tagMarks = strings.NewReplacer(`\`, `\\`, ":", `\:`)

// ParseTags reads tags as people type them, one to a line: "team:payments" or "team". The first colon splits; one that
// belongs to the key stands after a backslash.
func ParseTags(s string) Tags {
	var out Tags
	for line := range strings.SplitSeq(s, "\n") {
		key, value := splitTag(Clean(line, false))
		if key = strings.TrimSpace(key); key != "" || value != "" {
			out = out.With(key, strings.TrimSpace(value))
		}
	}
	return out
}

func splitTag(line string) (key, value string) {
	var out strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == ':':
			return out.String(), line[i+1:]
		case line[i] == '\\' && i+1 < len(line) && (line[i+1] == ':' || line[i+1] == '\\'):
			i++
		}
		out.WriteByte(line[i])
	}
	return out.String(), ""
}
