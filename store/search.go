package store

import (
	"context"
	"database/sql"
	"strings"

	"patchbay/connector"
)

// The search looks for letters in a row, three at a time, in an index, and then for the whole word in the connector's own
// text. Words of one or two letters are found at the beginning of a word of the name or the identifier: each of those begins
// with two marks in the text, so that its first letters make a group of three as well.
const mark = "\x02\x02"

// searchWords is the text that the search looks at.
func searchWords(c *connector.Connector) string {
	var out strings.Builder
	line := func(text, before string) {
		for word := range strings.FieldsSeq(fold(plainText(text))) {
			out.WriteString(before + word + " ")
		}
		out.WriteByte('\n')
	}
	line(c.Name, mark)
	line(c.Identifier, mark)
	line(c.Description, "")
	// Whoever may search must not find out, letter by letter, the state of a consent that is waited for.
	waits, _ := c.Spec.(connector.Authorising)
	for _, f := range specFields(c.Spec) {
		if v := f.Value(); f.Kind == connector.KindText && isAddress(v) && (waits == nil || v != waits.Invitation()) {
			line(v, "")
		}
	}
	for _, tag := range c.Tags {
		line(tag.String(), "")
	}
	return out.String()
}

func isAddress(value string) bool {
	_, ok := connector.OriginOf(value)
	return ok || strings.Contains(value, "://")
}

// plainText takes away control characters, marks among them.
func plainText(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}

// mostWords is how many words of a search are looked at; the rest would hardly narrow it.
const mostWords = 8

// needles are what a connector's text must contain, all of them.
func needles(text string) []string {
	var out []string
	for word := range strings.FieldsSeq(fold(plainText(text))) {
		if len(out) == mostWords {
			break
		}
		if len([]rune(word)) < 3 {
			word = mark + word
		}
		out = append(out, word)
	}
	return out
}

// mostGroups is how many groups of three letters of a word are asked of the index.
const mostGroups = 12

// match asks the index for connectors that hold all groups of three letters of all needles.
func match(needles []string) string {
	var out strings.Builder
	for _, word := range needles {
		letters := []rune(word)
		for i := 0; i+3 <= len(letters) && i < mostGroups; i++ {
			out.WriteString(`"` + strings.ReplaceAll(string(letters[i:i+3]), `"`, `""`) + `" `)
		}
	}
	return out.String()
}

// few is how many candidates are looked at one by one. Where a filter leaves more, walking along the order of the list meets
// enough of them soon.
const few = 500

// candidates gives the connectors that a search or a tag leaves, when they are few; ok is false when they are many.
func (s *Store) candidates(ctx context.Context, text string, arg any) (ns []int64, ok bool, err error) {
	err = s.read.each(ctx, text, []any{arg, s.few + 1}, func(rows *sql.Rows) error {
		var n int64
		err := rows.Scan(&n)
		ns = append(ns, n)
		return err
	})
	return ns, len(ns) <= s.few, err
}

// entry is one line for the search index: the words of a connector, or "" to forget it.
type entry struct {
	n     int64
	words string
}

func (t *tx) index(n int64, words string) { t.search = append(t.search, entry{n, words}) }

func (t *tx) unindex(n int64) { t.search = append(t.search, entry{n, ""}) }

// tag notes each tag as "key", and as "key:value" where it has a value.
func (t *tx) tag(n int64, tags connector.Tags) error {
	if len(tags) == 0 {
		return nil
	}
	_, err := t.exec(`INSERT INTO tags (tag, connector) SELECT value, $1 FROM json_each($2) WHERE TRUE ON CONFLICT DO NOTHING`, n, array(tagTexts(tags)))
	return err
}

func (t *tx) untag(n int64, tags connector.Tags) error {
	if len(tags) == 0 {
		return nil
	}
	_, err := t.exec(`DELETE FROM tags WHERE tag IN (SELECT value FROM json_each($1)) AND connector = $2`, array(tagTexts(tags)), n)
	return err
}

func tagTexts(tags connector.Tags) []string {
	var out []string
	for _, tag := range tags {
		out = append(out, tag.Key)
		if tag.Value != "" {
			out = append(out, tag.String())
		}
	}
	return out
}
