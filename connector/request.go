package connector

import (
	"strings"

	"patchbay/connector/wire"
)

// Spellings are the ways to write a request down. None of them holds a secret.
type Spellings struct {
	HTTP string // method and path, headers and body, as they go over the wire
	Curl string // a command for a POSIX shell
	JSON string // the body alone, indented; "" without one
	YAML string // the same as YAML
}

// Spell gives the request in all its spellings; base is the address that the path is put behind.
func (r Request) Spell(base string) Spellings {
	out := Spellings{}
	if !r.Body.IsNull() {
		out.JSON, out.YAML = r.Body.Indent(), r.Body.YAML()
	}
	out.HTTP, out.Curl = r.http(out.JSON), r.curl(base, out.JSON)
	return out
}

// HTTP gives the request as it goes over the wire, for reading: the line with method and path, the headers, an empty line
// and the body, indented. Secrets stay the names of variables that they are.
func (r Request) HTTP() string { return r.http(r.indented()) }

// Curl gives the request as a command for a POSIX shell; base is the address that the path is put behind. Every word is
// quoted, so nothing that a person typed into a form is ever run. Only the headers' $VARIABLES are left to the shell.
func (r Request) Curl(base string) string { return r.curl(base, r.indented()) }

func (r Request) indented() string {
	if r.Body.IsNull() {
		return ""
	}
	return r.Body.Indent()
}

func (r Request) http(body string) string {
	var out strings.Builder
	out.WriteString(r.Method + " " + r.Path + "\n")
	for _, h := range r.allHeaders() {
		out.WriteString(h.Name + ": " + h.Value.Text() + "\n")
	}
	if body != "" {
		out.WriteString("\n" + body + "\n")
	}
	return out.String()
}

func (r Request) curl(base, body string) string {
	parts := []string{"curl --request " + shell(r.Method) + " " + shell(strings.TrimSuffix(base, "/")+r.Path)}
	for _, h := range r.allHeaders() {
		if h.Name == "Authorization" && strings.HasPrefix(h.Value.Text(), signatureV4) {
			parts = append(parts, signedByCurl)
			continue
		}
		parts = append(parts, "--header "+shellHeader(h.Name+": "+h.Value.Text()))
	}
	if body != "" {
		parts = append(parts, "--data-raw "+shell(body))
	}
	return strings.Join(parts, " \\\n  ") + "\n"
}

// A signature of AWS cannot be written down beforehand: curl makes it when the command runs.
const (
	signatureV4  = "AWS4-HMAC-SHA256"
	signedByCurl = `--aws-sigv4 "aws:amz:$AWS_REGION:securityhub" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`
)

// allHeaders adds the type of the body where the vendor did not say it.
func (r Request) allHeaders() []wire.Member {
	if r.Body.IsNull() {
		return r.Headers
	}
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, "Content-Type") {
			return r.Headers
		}
	}
	return append(r.Headers[:len(r.Headers):len(r.Headers)], wire.M("Content-Type", wire.Text("application/json")))
}

// shell quotes one word: between single quotes a shell takes everything as it stands, but a single quote itself.
func shell(word string) string {
	plain := word != ""
	for _, r := range word {
		plain = plain && (isLetter(r) || isDigit(r) || strings.ContainsRune("-_./:@%+,=", r))
	}
	if plain {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// shellHeader quotes a header and leaves variables in it open: $ and a name in capitals, at the start of a word.
func shellHeader(header string) string {
	var out strings.Builder
	for i, word := range strings.Split(header, " ") {
		if i > 0 {
			out.WriteByte(' ')
		}
		name, isVariable := strings.CutPrefix(word, "$")
		if isVariable = isVariable && name != ""; isVariable {
			for _, r := range name {
				isVariable = isVariable && (r >= 'A' && r <= 'Z' || r == '_')
			}
		}
		if isVariable {
			out.WriteString(`'"$` + name + `"'`)
		} else {
			out.WriteString(strings.ReplaceAll(word, "'", `'\''`))
		}
	}
	return strings.TrimSuffix("'"+out.String()+"'", "''")
}
