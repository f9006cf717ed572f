package connector

import (
	"strings"

	"patchbay/connector/wire"
)

// HTTP gives the request as it goes over the wire, for reading: the line with method and path, the headers, an empty line
// and the body, indented. Secrets stay the names of variables that they are.
func (r Request) HTTP() string {
	var out strings.Builder
	out.WriteString(r.Method + " " + r.Path + "\n")
	for _, h := range r.allHeaders() {
		out.WriteString(h.Name + ": " + h.Value.Text() + "\n")
	}
	if !r.Body.IsNull() {
		out.WriteString("\n" + r.Body.Indent() + "\n")
	}
	return out.String()
}

// Curl gives the request as a command for a POSIX shell; base is the address that the path is put behind. Every word is
// quoted, so nothing that a person typed into a form is ever run. Only the headers' $VARIABLES are left to the shell.
func (r Request) Curl(base string) string {
	parts := []string{"curl --request " + shell(r.Method) + " " + shell(strings.TrimSuffix(base, "/")+r.Path)}
	for _, h := range r.allHeaders() {
		parts = append(parts, "--header "+shellHeader(h.Name+": "+h.Value.Text()))
	}
	if !r.Body.IsNull() {
		parts = append(parts, "--data-raw "+shell(r.Body.Indent()))
	}
	return strings.Join(parts, " \\\n  ") + "\n"
}

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
