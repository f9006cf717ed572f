package seal

import "encoding/binary"

// Context writes down what a value is sealed for: which kind of value, whose, and which version. It is the associated data
// of sealing. Each part goes in with its length, so no two different lists of parts give the same bytes.
func Context(parts ...string) []byte {
	size := 0
	for _, p := range parts {
		size += 8 + len(p)
	}
	out := make([]byte, 0, size)
	for _, p := range parts {
		out = binary.BigEndian.AppendUint64(out, uint64(len(p)))
		out = append(out, p...)
	}
	return out
}
