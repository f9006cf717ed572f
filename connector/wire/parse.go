package wire

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth is how deeply objects and arrays may nest.
const MaxDepth = 64

// SyntaxError tells where a text stops being JSON and why. Line and Column count from 1;
// Column counts characters, not bytes.
type SyntaxError struct {
	Line, Column int
	Text         string
}

// Error gives place and reason in one line.
func (e *SyntaxError) Error() string {
	return "line " + strconv.Itoa(e.Line) + ", column " + strconv.Itoa(e.Column) + ": " + e.Text
}

// Parse reads one JSON value and nothing after it. It refuses what RFC 8259 leaves to the reader's taste and
// what attackers play with: a name that comes twice in one object, nesting past [MaxDepth], bytes that are not UTF-8,
// lone surrogates. The error is a *[SyntaxError].
func Parse(text string) (Value, error) {
	p := parser{text: text, line: 1}
	v, err := p.value(0)
	if err != nil {
		return Value{}, err
	}
	p.space()
	if p.at < len(p.text) {
		return Value{}, p.fail("there is more text after the end of the value")
	}
	return v, nil
}

type parser struct {
	text      string
	at        int
	line      int
	lineStart int
}

func (p *parser) fail(text string) error {
	return &SyntaxError{Line: p.line, Column: utf8.RuneCountInString(p.text[p.lineStart:p.at]) + 1, Text: text}
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case '\n':
			p.line++
			p.lineStart = p.at + 1
		case ' ', '\t', '\r':
		default:
			return
		}
		p.at++
	}
}

func (p *parser) value(depth int) (Value, error) {
	p.space()
	if p.at >= len(p.text) {
		return Value{}, p.fail("the text ends where a value should be")
	}
	line := p.line
	var v Value
	var err error
	switch c := p.text[p.at]; {
	case c == '{':
		v, err = p.object(depth + 1)
	case c == '[':
		v, err = p.array(depth + 1)
	case c == '"':
		v.kind = String
		v.text, err = p.str()
	case c == '-' || c >= '0' && c <= '9':
		v.kind = Number
		v.text, err = p.number()
	case p.word("true"):
		v = Flag(true)
	case p.word("false"):
		v = Flag(false)
	case p.word("null"):
	default:
		return Value{}, p.fail("a value cannot start with " + p.shown())
	}
	v.line = line
	return v, err
}

func (p *parser) word(w string) bool {
	if !strings.HasPrefix(p.text[p.at:], w) {
		return false
	}
	p.at += len(w)
	return true
}

func (p *parser) shown() string {
	if p.at >= len(p.text) {
		return "the end of the text"
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return strconv.QuoteRune(r)
}

func (p *parser) object(depth int) (Value, error) {
	if depth > MaxDepth {
		return Value{}, p.fail("objects and arrays nest too deeply")
	}
	p.at++
	v := Value{kind: Object}
	seen := map[string]bool{}
	if p.space(); p.take('}') {
		return v, nil
	}
	for {
		p.space()
		if p.at >= len(p.text) || p.text[p.at] != '"' {
			return Value{}, p.fail("a member's name in double quotes should be here, not " + p.shown())
		}
		name, err := p.str()
		if err != nil {
			return Value{}, err
		}
		if seen[name] {
			return Value{}, p.fail("the name " + strconv.Quote(name) + " comes twice in this object")
		}
		seen[name] = true
		if p.space(); !p.take(':') {
			return Value{}, p.fail("a colon should be here, not " + p.shown())
		}
		member, err := p.value(depth)
		if err != nil {
			return Value{}, err
		}
		v.members = append(v.members, Member{name, member})
		p.space()
		if p.take('}') {
			return v, nil
		}
		if !p.take(',') {
			return Value{}, p.fail("a comma or } should be here, not " + p.shown())
		}
	}
}

func (p *parser) array(depth int) (Value, error) {
	if depth > MaxDepth {
		return Value{}, p.fail("objects and arrays nest too deeply")
	}
	p.at++
	v := Value{kind: Array}
	if p.space(); p.take(']') {
		return v, nil
	}
	for {
		item, err := p.value(depth)
		if err != nil {
			return Value{}, err
		}
		v.items = append(v.items, item)
		p.space()
		if p.take(']') {
			return v, nil
		}
		if !p.take(',') {
			return Value{}, p.fail("a comma or ] should be here, not " + p.shown())
		}
	}
}

func (p *parser) take(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *parser) digits() bool {
	from := p.at
	for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
		p.at++
	}
	return p.at > from
}

func (p *parser) number() (string, error) {
	from := p.at
	p.take('-')
	if !p.take('0') && !p.digits() {
		return "", p.fail("a digit should be here, not " + p.shown())
	}
	if p.take('.') && !p.digits() {
		return "", p.fail("a digit should follow the point, not " + p.shown())
	}
	if p.take('e') || p.take('E') {
		if !p.take('+') {
			p.take('-')
		}
		if !p.digits() {
			return "", p.fail("a digit should follow the exponent, not " + p.shown())
		}
	}
	return p.text[from:p.at], nil
}

func (p *parser) str() (string, error) {
	p.at++
	var out strings.Builder
	for {
		if p.at >= len(p.text) {
			return "", p.fail("a string is not closed")
		}
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return out.String(), nil
		case c == '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			out.WriteRune(r)
		case c < 0x20:
			return "", p.fail("a line break or control character stands inside a string")
		case c < utf8.RuneSelf:
			out.WriteByte(c)
			p.at++
		default:
			r, n := utf8.DecodeRuneInString(p.text[p.at:])
			if r == utf8.RuneError && n == 1 {
				return "", p.fail("a byte is not UTF-8")
			}
			out.WriteString(p.text[p.at : p.at+n])
			p.at += n
		}
	}
}

func (p *parser) escape() (rune, error) {
	if p.at+1 >= len(p.text) {
		return 0, p.fail("a string is not closed")
	}
	const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	if i := strings.IndexByte(from, p.text[p.at+1]); i >= 0 {
		p.at += 2
		return rune(to[i]), nil
	}
	r, ok := p.unit()
	if !ok {
		return 0, p.fail("a backslash is followed by something that JSON does not know")
	}
	if utf16.IsSurrogate(r) {
		low, ok := p.unit()
		if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
			return 0, p.fail("half of a surrogate pair stands alone")
		}
	}
	return r, nil
}

// unit reads one \uXXXX.
func (p *parser) unit() (rune, bool) {
	if p.at+6 > len(p.text) || p.text[p.at] != '\\' || p.text[p.at+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(p.text[p.at+2:p.at+6], 16, 32)
	if err != nil {
		return 0, false
	}
	p.at += 6
	return rune(n), true
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func atoi(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
