package wire

import "strings"

// JSON gives the value in one line, without spaces, as it goes over the wire.
func (v Value) JSON() string {
	var out strings.Builder
	v.write(&out, "", "")
	return out.String()
}

// Indent gives the value as people read it, two spaces a level.
func (v Value) Indent() string {
	var out strings.Builder
	v.write(&out, "\n", "  ")
	return out.String()
}

// String is [Value.JSON], so that a value prints as what it is.
func (v Value) String() string { return v.JSON() }

// MarshalJSON lets a value stand inside what encoding/json writes.
func (v Value) MarshalJSON() ([]byte, error) { return []byte(v.JSON()), nil }

// write puts the value out; brk is a line break with the indentation so far, or "" for one line.
func (v Value) write(out *strings.Builder, brk, step string) {
	switch v.kind {
	case Null:
		out.WriteString("null")
	case Bool:
		if v.truth {
			out.WriteString("true")
		} else {
			out.WriteString("false")
		}
	case Number:
		out.WriteString(v.text)
	case String:
		quote(out, v.text)
	case Array:
		sequence(out, '[', ']', brk, step, len(v.items), func(i int, brk string) {
			v.items[i].write(out, brk, step)
		})
	case Object:
		sequence(out, '{', '}', brk, step, len(v.members), func(i int, brk string) {
			quote(out, v.members[i].Name)
			out.WriteByte(':')
			if brk != "" {
				out.WriteByte(' ')
			}
			v.members[i].Value.write(out, brk, step)
		})
	}
}

func sequence(out *strings.Builder, open, shut byte, brk, step string, n int, one func(i int, brk string)) {
	out.WriteByte(open)
	inner := brk
	if brk != "" {
		inner = brk + step
	}
	for i := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(inner)
		one(i, inner)
	}
	if n > 0 {
		out.WriteString(brk)
	}
	out.WriteByte(shut)
}

const hex = "0123456789abcdef"

// quote writes a JSON string. It escapes the two line separators that JavaScript once read as line ends and the
// characters that YAML counts as not printable, so that the text can be pasted anywhere.
func quote(out *strings.Builder, s string) {
	out.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\r':
			out.WriteString(`\r`)
		case r == '\t':
			out.WriteString(`\t`)
		case r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == '\ufffe' || r == '\uffff':
			out.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				out.WriteByte(hex[r>>shift&15])
			}
		default:
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
}

// YAML gives the value as a YAML document in block style. Strings stay in double quotes
// wherever YAML might take them for something else.
func (v Value) YAML() string {
	var out strings.Builder
	v.yaml(&out, "")
	return strings.TrimPrefix(out.String(), "\n")
}

func (v Value) yaml(out *strings.Builder, pad string) {
	switch {
	case v.kind == Object && len(v.members) > 0:
		for _, m := range v.members {
			out.WriteString("\n" + pad)
			plain(out, m.Name)
			out.WriteByte(':')
			m.Value.yamlAfter(out, pad+"  ")
		}
	case v.kind == Array && len(v.items) > 0:
		for _, item := range v.items {
			out.WriteString("\n" + pad + "-")
			item.yamlAfter(out, pad+"  ")
		}
	case v.kind == String:
		plain(out, v.text)
	default:
		v.write(out, "", "")
	}
	if pad == "" {
		out.WriteByte('\n')
	}
}

// yamlAfter writes what follows "name:" or "-": on the same line where it is short.
func (v Value) yamlAfter(out *strings.Builder, pad string) {
	if len(v.members) == 0 && len(v.items) == 0 {
		out.WriteByte(' ')
	}
	v.yaml(out, pad)
}

// plain writes a word without quotes when no YAML reader can take it for a number, a date, a truth or a mark.
func plain(out *strings.Builder, s string) {
	safe := s != ""
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		inner := r >= '0' && r <= '9' || r == '-' || r == '.' || r == '/'
		if !letter && (i == 0 || !inner) {
			safe = false
		}
	}
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		safe = false
	}
	if safe {
		out.WriteString(s)
		return
	}
	quote(out, s)
}
